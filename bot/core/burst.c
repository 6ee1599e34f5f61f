#include "core/burst.h"

#include <stdlib.h>
#include <string.h>

void burst_release(struct burst *burst)
{
    free(burst->held);
    free(burst->held_key);
    burst->held = burst->held_key = NULL;
    burst->held_length = 0;
}

void bursts_finish(struct bursts *bursts)
{
    for (size_t i = 0; i < BURSTS_MAX; i++)
        burst_release(&bursts->list[i]);
    memset(bursts, 0, sizeof *bursts);
}

static struct burst *find(struct bursts *bursts, uint64_t member)
{
    for (size_t i = 0; i < BURSTS_MAX; i++)
        if (bursts->list[i].member == member)
            return &bursts->list[i];
    return NULL;
}

struct burst *burst_of(struct bursts *bursts, uint64_t member, int64_t now)
{
    struct burst *burst = find(bursts, member);
    bool runs = burst && now >= burst->last && now < burst->due;
    return runs ? burst : NULL;
}

/* The member's own slot, a free one, or that of whoever was silent longest. */
static struct burst *take_slot(struct bursts *bursts, uint64_t member)
{
    struct burst *oldest = find(bursts, member);
    for (size_t i = 0; i < BURSTS_MAX && !oldest; i++)
        if (bursts->list[i].member == 0)
            oldest = &bursts->list[i];
    if (!oldest) {
        oldest = &bursts->list[0];
        for (size_t i = 1; i < BURSTS_MAX; i++)
            if (bursts->list[i].last < oldest->last)
                oldest = &bursts->list[i];
    }
    burst_release(oldest);
    memset(oldest, 0, sizeof *oldest);
    oldest->member = member;
    return oldest;
}

struct burst *burst_line(struct bursts *bursts, uint64_t member, int64_t now)
{
    struct burst *burst = burst_of(bursts, member, now);
    if (!burst)
        burst = take_slot(bursts, member);
    burst->lines++;
    burst->last = now;
    burst->due = now + (burst->lines == 1 ? BURST_FIRST_MS : BURST_NEXT_MS);
    return burst;
}

int burst_hold(struct burst *burst, const char *text, size_t length, const char *key)
{
    burst_release(burst);
    burst->held = strndup(text, length);
    burst->held_key = key ? strdup(key) : NULL;
    if (!burst->held || (key && !burst->held_key)) {
        burst_release(burst);
        return -1;
    }
    burst->held_length = length;
    return 0;
}

int64_t bursts_due(const struct bursts *bursts)
{
    int64_t first = 0;
    for (size_t i = 0; i < BURSTS_MAX; i++) {
        const struct burst *burst = &bursts->list[i];
        if (burst->advise && (first == 0 || burst->due < first))
            first = burst->due;
    }
    return first;
}
