#include "core/account.h"

#include "core/flow.h"
#include "core/place.h"

static int add_account(void *context, const struct address *who, uint64_t own, const char *name)
{
    struct accounts *out = context;
    if (out->count == ACCOUNTS_MAX)
        return 0;
    struct account *account = &out->list[out->count++];
    account->who = (struct address){
        .transport = arena_strdup(out->arena, who->transport),
        .network = arena_strdup(out->arena, who->network),
        .target = arena_strdup(out->arena, who->target),
    };
    account->own = own;
    account->name = arena_strdup(out->arena, name);
    return out->arena->failed ? -1 : 0;
}

int accounts_read(const struct hall *hall, uint64_t member, struct arena *arena,
                  struct accounts *out)
{
    const struct world *world = hall->world;
    out->arena = arena;
    out->count = 0;
    return world->identities ? world->identities(world->context, member, add_account, out) : 0;
}

int account_member(const struct hall *hall, const struct address *who, uint64_t *own,
                   uint64_t *member)
{
    const struct world *world = hall->world;
    *own = *member = 0;
    return world->identity ? world->identity(world->context, who, own, member) : 0;
}

void account_put(const struct account *account, struct text *text)
{
    char where[PLACE_WORDS];
    text_printf(text, "%s on %s", account->name, place_words(&account->who, where));
}

/* ---- moving ---- */

static void move_motions(struct round *round, uint64_t from, uint64_t to)
{
    size_t kept = 0;
    for (size_t i = 0; i < round->motion_count; i++) {
        struct motion motion = round->motions[i];
        bool twice = false;
        if (motion.member == from)
            motion.member = to;
        for (size_t j = 0; j < kept; j++)
            twice |= round->motions[j].verb == motion.verb &&
                     round->motions[j].member == motion.member;
        if (!twice)
            round->motions[kept++] = motion;
    }
    round->motion_count = kept;
}

static void move_seat(const struct round *round, struct seat *seat, uint64_t from, uint64_t to,
                      struct effects *effects)
{
    seat->member = to;
    /* What the seat did until now, it did from the account that was all there was of its member. */
    seat->used_by = seat->used_by ? seat->used_by : from;
    seat->answered_by = seat->answered_by ? seat->answered_by : from;
    seat->graded_by = seat->graded_by ? seat->graded_by : from;
    flow_record_seat(round, seat, effects);
}

void account_move(struct hall *hall, uint64_t from, uint64_t to, struct effects *effects)
{
    for (size_t i = 0; i < hall->round_count; i++) {
        struct round *round = hall->rounds[i];
        for (size_t j = 0; j < round->seat_count; j++)
            if (round->seats[j].member == from)
                move_seat(round, &round->seats[j], from, to, effects);
        if (round->host == from)
            round->host = to;
        move_motions(round, from, to);
    }
}
