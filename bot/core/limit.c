#include "core/limit.h"

#include <string.h>

/* The member's own, else a free one, else that of whoever gave the fewest commands lately. */
static struct limit *find(struct limits *limits, uint64_t member)
{
    struct limit *least = &limits->list[0];
    for (size_t i = 0; i < LIMIT_MEMBERS_MAX; i++) {
        struct limit *limit = &limits->list[i];
        if (limit->member == member)
            return limit;
        if (limit->full_at < least->full_at)
            least = limit;
    }
    *least = (struct limit){.member = member};
    return least;
}

int64_t limit_take(struct limits *limits, uint64_t member, unsigned most, unsigned spare,
                   int64_t now, bool *tell)
{
    struct limit *limit = find(limits, member);
    const int64_t window = (int64_t)(most + spare) * LIMIT_EACH_MS;
    /* A clock that was set back must not lock anybody out. */
    if (limit->full_at < now ||
        limit->full_at > now + (int64_t)(most + LIMIT_SPARE) * LIMIT_EACH_MS)
        limit->full_at = now;
    *tell = false;
    int64_t wait = limit->full_at + LIMIT_EACH_MS - (now + window);
    if (wait <= 0) {
        limit->full_at += LIMIT_EACH_MS;
        limit->told = false;
        return 0;
    }
    *tell = !limit->told;
    limit->told = true;
    return wait;
}
