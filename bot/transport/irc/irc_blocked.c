#include "transport/irc/irc_blocked.h"

#include <stdlib.h>
#include <string.h>

#define CALM_MS IRC_BLOCKED_TELL_MS /* not refused for so long: the waits begin anew */
#define LIFT_MS 1000                /* after a refusal nothing changes it for so long */

void irc_blocks_init(struct irc_blocks *blocks)
{
    memset(blocks, 0, sizeof *blocks);
}

void irc_blocks_finish(struct irc_blocks *blocks)
{
    for (size_t i = 0; i < blocks->count; i++)
        free(blocks->blocked[i].key);
    free(blocks->blocked);
    irc_blocks_init(blocks);
}

static struct irc_blocked *find(const struct irc_blocks *blocks, const char *key)
{
    for (size_t i = 0; i < blocks->count; i++)
        if (strcmp(blocks->blocked[i].key, key) == 0)
            return &blocks->blocked[i];
    return NULL;
}

static void forget_oldest(struct irc_blocks *blocks)
{
    size_t oldest = 0;
    for (size_t i = 1; i < blocks->count; i++)
        if (blocks->blocked[i].refused_at < blocks->blocked[oldest].refused_at)
            oldest = i;
    free(blocks->blocked[oldest].key);
    blocks->blocked[oldest] = blocks->blocked[--blocks->count];
}

static struct irc_blocked *add(struct irc_blocks *blocks, const char *key)
{
    if (blocks->count == IRC_BLOCKED_MAX)
        forget_oldest(blocks);
    if (blocks->count == blocks->capacity) {
        size_t wanted = blocks->capacity ? blocks->capacity * 2 : 8;
        struct irc_blocked *grown = reallocarray(blocks->blocked, wanted, sizeof *grown);
        if (!grown)
            return NULL;
        blocks->blocked = grown;
        blocks->capacity = wanted;
    }
    struct irc_blocked *blocked = &blocks->blocked[blocks->count];
    *blocked = (struct irc_blocked){.key = strdup(key)};
    if (!blocked->key)
        return NULL;
    blocks->count++;
    return blocked;
}

struct irc_blocked *irc_blocks_refused(struct irc_blocks *blocks, const char *key, int64_t now)
{
    struct irc_blocked *blocked = find(blocks, key);
    int64_t wait = IRC_BLOCKED_MIN_MS;
    if (!blocked && !(blocked = add(blocks, key)))
        return NULL;
    /* The lines of one message are refused one by one. */
    if (blocked->until > now)
        return blocked;
    if (now - blocked->refused_at > CALM_MS)
        blocked->refusals = 0;
    for (unsigned i = 0; i < blocked->refusals && wait < IRC_BLOCKED_MOST_MS; i++)
        wait *= 2;
    blocked->refusals++;
    blocked->refused_at = now;
    blocked->until = now + (wait < IRC_BLOCKED_MOST_MS ? wait : IRC_BLOCKED_MOST_MS);
    return blocked;
}

bool irc_blocks_holds(const struct irc_blocks *blocks, const char *key)
{
    const struct irc_blocked *blocked = find(blocks, key);
    return blocked && blocked->until > 0;
}

bool irc_blocks_lift(struct irc_blocks *blocks, const char *key, int64_t now)
{
    struct irc_blocked *blocked = find(blocks, key);
    if (!blocked || blocked->until == 0 || now - blocked->refused_at < LIFT_MS)
        return false;
    blocked->until = 0;
    return true;
}

bool irc_blocks_due(struct irc_blocks *blocks, int64_t now)
{
    bool due = false;
    for (size_t i = 0; i < blocks->count; i++) {
        struct irc_blocked *blocked = &blocks->blocked[i];
        if (blocked->until > 0 && blocked->until <= now) {
            blocked->until = 0;
            due = true;
        }
    }
    return due;
}

bool irc_blocked_tell(struct irc_blocked *blocked, int64_t now)
{
    if (blocked->told_at > 0 && now - blocked->told_at < IRC_BLOCKED_TELL_MS)
        return false;
    blocked->told_at = now;
    return true;
}
