/* The world of the core: store, bank and plugins as the core may ask them. */
#include "app/session_world.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "app/plugin_host.h"

static struct store *store_of(struct session *session)
{
    return session->parts.store;
}

static uint64_t world_member(void *context, const struct address *who, const char *name,
                             int64_t now)
{
    struct session *session = context;
    uint64_t id = 0;
    if (session->store->member(store_of(session), who, name, now, &id, &session->why))
        return 0;
    return id;
}

static int world_room(void *context, const struct address *place, uint64_t *id,
                      struct room_settings *settings)
{
    struct session *session = context;
    int64_t now = session->parts.clock.now(session->parts.clock.context);
    if (session->store->room(store_of(session), place, now, id, &session->why))
        return -1;
    session_settings(session, place, settings);
    return 0;
}

static const struct bank *world_bank(void *context)
{
    const struct session *session = context;
    return session->parts.bank;
}

static int world_asked(void *context, uint64_t room, uint64_t member, const char *question)
{
    struct session *session = context;
    unsigned times = 0;
    if (session->store->asked(store_of(session), room, member, question, &times, &session->why))
        return -1;
    return times > INT_MAX ? INT_MAX : (int)times;
}

static const struct hs_plugin *world_plugin_acquire(void *context, const char *kind)
{
    const struct session *session = context;
    return plugin_acquire(session->parts.plugins, kind);
}

static void world_plugin_release(void *context, const struct hs_plugin *plugin)
{
    const struct session *session = context;
    plugin_release(session->parts.plugins, plugin);
}

static const struct hs_plugin *world_plugin_at(void *context, size_t index)
{
    const struct session *session = context;
    return plugin_at(session->parts.plugins, index);
}

static int world_board(void *context, uint64_t room, enum period period, const char *kind,
                       int64_t now, struct board_row *rows, size_t limit, size_t *count)
{
    struct session *session = context;
    char key[PERIOD_KEY];
    return session->store->board(store_of(session), room, period, period_key(period, now, key),
                                 kind, rows, limit, count, &session->why);
}

static int world_standing(void *context, uint64_t room, enum period period, const char *kind,
                          uint64_t member, int64_t now, struct board_row *row)
{
    struct session *session = context;
    char key[PERIOD_KEY];
    return session->store->standing(store_of(session), room, period, period_key(period, now, key),
                                    kind, member, row, &session->why);
}

static int world_identity(void *context, const struct address *who, uint64_t *own, uint64_t *whole)
{
    struct session *session = context;
    return session->store->identity(store_of(session), who, own, whole, &session->why);
}

static int world_identities(void *context, uint64_t member, identity_fn *identity,
                            void *fn_context)
{
    struct session *session = context;
    return session->store->identities(store_of(session), member, identity, fn_context,
                                      &session->why);
}

static int world_link_code(void *context, const char *hash, struct link_code *code)
{
    struct session *session = context;
    return session->store->link_code(store_of(session), hash, code, &session->why);
}

static int world_link_tries(void *context, uint64_t own, unsigned *tries, int64_t *since)
{
    struct session *session = context;
    return session->store->link_tries(store_of(session), own, tries, since, &session->why);
}

static int world_sanctions(void *context, uint64_t room, sanction_fn *sanction, void *fn_context)
{
    struct session *session = context;
    return session->store->sanctions(session->parts.store, room, sanction, fn_context,
                                     &session->why);
}

static int world_log(void *context, uint64_t room, uint64_t round, log_row_fn *row,
                     void *fn_context)
{
    struct session *session = context;
    return session->store->log_read(session->parts.store, room, round, row, fn_context,
                                    &session->why);
}

static int world_room_members(void *context, uint64_t room, const char *name,
                              room_member_fn *member, void *fn_context)
{
    struct session *session = context;
    return session->store->room_members(session->parts.store, room, name, member, fn_context,
                                        &session->why);
}

static unsigned world_commands(void *context)
{
    const struct session_parts *parts = &((struct session *)context)->parts;
    return parts->commands ? parts->commands(parts->settings_context) : 0;
}

static enum role world_role(void *context, const struct address *who, const struct address *place)
{
    return session_role(context, who, place);
}

static bool world_counts(void *context, const struct address *place)
{
    const struct session *session = context;
    const struct transport *transport =
        outbox_transport(session->outbox, place->transport, place->network);
    return transport && transport->ops->count;
}

void session_world_init(struct session *session)
{
    session->world = (struct world){
        .context = session,
        .member = world_member,
        .room = world_room,
        .bank = world_bank,
        .asked = world_asked,
        .plugin_acquire = world_plugin_acquire,
        .plugin_release = world_plugin_release,
        .plugin_at = world_plugin_at,
        .board = world_board,
        .standing = world_standing,
        .identity = world_identity,
        .identities = world_identities,
        .link_code = world_link_code,
        .link_tries = world_link_tries,
        .role = world_role,
        .sanctions = world_sanctions,
        .log = world_log,
        .room_members = world_room_members,
        .commands = world_commands,
        .counts = world_counts,
    };
}

/* ---- loading ---- */

/* The question as it was when it was asked: from the bank if unchanged, else as
 * stored, NULL if it is no longer one. -1: memory was out, so that nothing is known. */
static int find_question(struct session *session, struct round *round, const char *body)
{
    struct question *question = bank_find(session->parts.bank, round->question_id);
    if (question && strcmp(question->hash, round->question_hash) == 0) {
        round->question = question_ref(question);
        return 0;
    }
    errno = 0;
    if (body && session->parts.question_parse)
        round->question = session->parts.question_parse(body);
    return !round->question && errno == ENOMEM ? -1 : 0;
}

static int load_round(void *context, struct round *round, const char *body)
{
    struct session *session = context;
    round->plugin = plugin_acquire(session->parts.plugins, round->kind);
    if (round->question_id) {
        /* A round must not end because memory was short for a moment. */
        if (find_question(session, round, body)) {
            plugin_release(session->parts.plugins, round->plugin);
            round_destroy(round);
            return -1;
        }
        if (!round->question && round->plugin) {
            /* Without its question the round cannot go on; without a plugin the clock ends it. */
            plugin_release(session->parts.plugins, round->plugin);
            round->plugin = NULL;
        }
    }
    return hall_add_round_take(&session->hall, round);
}

static int load_draft(void *context, const struct draft_record *draft)
{
    struct session *session = context;
    return hall_add_draft(&session->hall, draft);
}

static int load_draft_part(void *context, const struct part_record *part)
{
    struct session *session = context;
    return hall_add_draft_part(&session->hall, part);
}

struct known_place {
    struct session *session;
    struct round *round;
};

static int know_place(void *context, const struct address *place)
{
    struct known_place *known = context;
    struct room_settings settings;
    session_settings(known->session, place, &settings);
    known->round->settle_ms = settings.settle_ms;
    known->round->last_call_ms = settings.last_call_ms;
    return hall_know_room(&known->session->hall, place);
}

static int load(struct session *session, struct error *error)
{
    struct store *store = session->parts.store;
    if (session_load_moves(session, error) ||
        session->store->next_round(store, &session->hall.next_round, error) ||
        session->store->rounds_open(store, load_round, session, error) ||
        session->store->drafts(store, load_draft, session, error) ||
        session->store->draft_parts(store, load_draft_part, session, error))
        return -1;
    for (size_t i = 0; i < session->hall.round_count; i++) {
        struct known_place known = {session, session->hall.rounds[i]};
        if (session->store->room_places(store, known.round->room, know_place, &known, error))
            return -1;
    }
    return 0;
}

int session_load(struct session *session, struct error *error)
{
    hall_forget(&session->hall);
    /* The core has forgotten what was to come after the receipts that wait. */
    outbox_hasten(session->outbox, session->parts.clock.now(session->parts.clock.context));
    error_clear(error);
    if (load(session, error) || hall_know_rooms(&session->hall)) {
        /* The core says that memory is out by failing, without words. */
        if (error->code == ERR_NONE)
            error_set(error, ERR_MEMORY, "no memory for the open rounds");
        return -1;
    }
    session->stale = false;
    return 0;
}
