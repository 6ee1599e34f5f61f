#include "core/sanction.h"

#include <string.h>

struct search {
    struct arena *arena;
    uint64_t member;
    enum sanction_kind kind;
    int64_t now;
    struct sanction *out;
};

static int take(void *context, const struct sanction *sanction)
{
    struct search *search = context;
    bool over = sanction->until > 0 && sanction->until <= search->now;
    if (sanction->member != search->member || sanction->kind != search->kind || over)
        return 0;
    *search->out = *sanction;
    search->out->name = arena_strdup(search->arena, sanction->name);
    search->out->reason = arena_strdup(search->arena, sanction->reason);
    search->out->given_by = arena_strdup(search->arena, sanction->given_by);
    return 1;
}

int sanction_of(struct talk *talk, uint64_t room, uint64_t member, enum sanction_kind kind,
                struct sanction *out)
{
    const struct world *world = talk->hall->world;
    struct search search = {talk->effects->arena, member, kind, talk->event->at, out};
    memset(out, 0, sizeof *out);
    if (!world->sanctions)
        return 0;
    return world->sanctions(world->context, room, take, &search) || search.arena->failed ? -1 : 0;
}

int sanction_ignores(struct talk *talk, bool *ignored)
{
    struct sanction found = {0};
    if (talk->room &&
        sanction_of(talk, talk->room->id, talk->member, SANCTION_IGNORE, &found))
        return -1;
    *ignored = found.member != 0;
    return 0;
}

bool sanction_bars(struct talk *talk, uint64_t room)
{
    struct sanction found;
    if (sanction_of(talk, room, talk->member, SANCTION_BAN, &found)) {
        talk->broken = true;
        return true;
    }
    if (found.member == 0)
        return false;
    talk_reply(talk, "%s banned you from the rounds of this room%s%s. A moderator can lift that.",
               found.given_by, found.reason ? ": " : "", found.reason ? found.reason : "");
    return true;
}
