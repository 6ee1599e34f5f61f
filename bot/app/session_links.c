/* Rooms on several networks that play as one: as configured, as soon as no round is open there. */
#include "app/session_world.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/place.h"
#include "util/log.h"

/* One place's own room, what it counts for now, and what it is to count for. */
struct own_room {
    uint64_t own, whole, wanted;
    bool moves;
};

struct plan {
    struct session *session;
    struct own_room *parts;
    size_t count, capacity;
};

static struct own_room *find_part(const struct plan *plan, uint64_t own)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->parts[i].own == own)
            return &plan->parts[i];
    return NULL;
}

/* The part, added as one that stands alone if it was not there. NULL when out of memory. */
static struct own_room *make_part(struct plan *plan, uint64_t own, uint64_t whole)
{
    struct own_room *part = find_part(plan, own);
    if (part)
        return part;
    if (plan->count == plan->capacity) {
        size_t wanted = plan->capacity ? plan->capacity * 2 : 16;
        struct own_room *grown = reallocarray(plan->parts, wanted, sizeof *grown);
        if (!grown)
            return NULL;
        plan->parts = grown;
        plan->capacity = wanted;
    }
    plan->parts[plan->count] = (struct own_room){.own = own, .whole = whole, .wanted = own};
    return &plan->parts[plan->count++];
}

static int add_link(void *context, uint64_t room, uint64_t whole)
{
    return make_part(context, room, whole) && make_part(context, whole, whole) ? 0 : -1;
}

static size_t linked(const struct session *session, size_t index, struct address *places)
{
    const struct session_parts *parts = &session->parts;
    if (!parts->linked)
        return 0;
    size_t count = parts->linked(parts->settings_context, index, places, SESSION_PLACES_MAX);
    for (size_t i = 0; i < count; i++)
        places[i] = session_place_now(session, &places[i]);
    return count;
}

/* One linked room of the configuration: the oldest of its rooms is the whole. */
static int add_linked(struct plan *plan, const struct address *places, size_t count,
                      struct error *error)
{
    struct session *session = plan->session;
    struct store *store = session->parts.store;
    int64_t now = session->parts.clock.now(session->parts.clock.context);
    uint64_t own[SESSION_PLACES_MAX], first = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t whole;
        if (session->store->room_own(store, &places[i], now, &own[i], &whole, error))
            return -1;
        if (!make_part(plan, own[i], whole))
            return error_set(error, ERR_MEMORY, "no memory for the linked rooms");
        first = own[i] < first ? own[i] : first;
    }
    for (size_t i = 0; i < count; i++)
        find_part(plan, own[i])->wanted = first;
    return 0;
}

static int make_plan(struct plan *plan, struct error *error)
{
    struct session *session = plan->session;
    struct address places[SESSION_PLACES_MAX];
    size_t count;
    if (session->store->room_links(session->parts.store, add_link, plan, error))
        return -1;
    for (size_t i = 0; (count = linked(session, i, places)) > 0; i++)
        if (add_linked(plan, places, count, error))
            return -1;
    return 0;
}

/* An open round of that room, 0 if it has none. */
static uint64_t open_round(const struct session *session, uint64_t room)
{
    for (size_t i = 0; i < session->hall.round_count; i++)
        if (session->hall.rounds[i]->room == room && round_open(session->hall.rounds[i]))
            return session->hall.rounds[i]->id;
    return 0;
}

/* Which parts move now: those that leave no open round, and come to none. */
static void choose(struct plan *plan)
{
    bool later = false;
    for (size_t i = 0; i < plan->count; i++) {
        struct own_room *part = &plan->parts[i];
        const struct own_room *head = find_part(plan, part->wanted);
        if (part->whole == part->wanted)
            continue;
        uint64_t waits = open_round(plan->session, part->whole);
        if (!waits)
            waits = open_round(plan->session, head->whole);
        part->moves = waits == 0;
        later |= waits != 0;
        if (waits && !plan->session->relink_later)
            log_info("session", "a room is linked or unlinked when round %" PRIu64 " is over",
                     waits);
    }
    plan->session->relink_later = later;
}

static int move_parts(const struct plan *plan, struct error *error)
{
    struct session *session = plan->session;
    struct store *store = session->parts.store;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->parts[i].moves &&
            session->store->room_unlink(store, plan->parts[i].own, error))
            return -1;
    for (size_t i = 0; i < plan->count; i++) {
        const struct own_room *part = &plan->parts[i];
        if (part->moves && part->own != part->wanted &&
            session->store->room_link(store, part->own, part->wanted, error))
            return -1;
    }
    return 0;
}

/* ---- what the rooms are told ---- */

struct telling {
    struct session *session;
    const struct text *text;
    struct error *error;
};

static int tell_place(void *context, const struct address *place)
{
    const struct telling *telling = context;
    struct session *session = telling->session;
    struct outbox_row row = {.to = *place};
    row.at = session->parts.clock.now(session->parts.clock.context);
    if (!text_ok(telling->text))
        return error_set(telling->error, ERR_MEMORY, "no memory for a message");
    row.bytes = text_bytes(telling->text, &row.size);
    return outbox_put(session->outbox, &row, telling->error);
}

/* Each place of a linked room, if one of them came just now, learns of the others. */
static int tell_linked(const struct plan *plan, const struct address *places, size_t count,
                       struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        char where[PLACE_WORDS];
        struct text text;
        struct telling telling = {plan->session, &text, error};
        text_init(&text);
        text_put(&text, "This room now plays together with");
        for (size_t j = 0, told = 0; j < count; j++)
            if (j != i)
                text_printf(&text, "%s %s on %s", told++ ? " and" : "", places[j].target,
                            place_words(&places[j], where));
        text_put(&text, ": the same rounds, one board.");
        int failed = tell_place(&telling, &places[i]);
        text_finish(&text);
        if (failed)
            return -1;
    }
    return 0;
}

static int tell_alone(const struct plan *plan, uint64_t room, struct error *error)
{
    struct session *session = plan->session;
    struct text text;
    struct telling telling = {session, &text, error};
    text_init(&text);
    text_put(&text, "This room plays on its own again. Its board has what was earned here.");
    int failed = session->store->room_places(session->parts.store, room, tell_place, &telling,
                                             error);
    text_finish(&text);
    return failed;
}

static bool somebody_moved(const struct plan *plan, uint64_t wanted)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->parts[i].moves && plan->parts[i].wanted == wanted)
            return true;
    return false;
}

/* Alone now: neither linked to another, nor another to it. */
static bool stands_alone(const struct plan *plan, const struct own_room *part)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->parts[i].wanted == part->own && plan->parts[i].own != part->own)
            return false;
    return part->own == part->wanted;
}

/* The whole of a pair that was taken apart is alone, too, though it did not move. */
static bool was_left(const struct plan *plan, const struct own_room *part)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->parts[i].moves && plan->parts[i].whole == part->own)
            return true;
    return part->moves;
}

/* Leaves of the places of a linked room those that are there by now; *whole is what they count for. */
static int keep_joined(const struct plan *plan, struct address *places, size_t *count,
                       uint64_t *whole, struct error *error)
{
    const struct store_ops *store = plan->session->store;
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        uint64_t own, now;
        if (store->room_own(plan->session->parts.store, &places[i], 0, &own, &now, error))
            return -1;
        *whole = find_part(plan, own)->wanted;
        if (now == *whole)
            places[kept++] = places[i];
    }
    *count = kept;
    return 0;
}

static int tell_all(const struct plan *plan, struct error *error)
{
    struct session *session = plan->session;
    struct address places[SESSION_PLACES_MAX];
    size_t count;
    for (size_t i = 0; (count = linked(session, i, places)) > 0; i++) {
        uint64_t whole = 0;
        if (keep_joined(plan, places, &count, &whole, error))
            return -1;
        if (count > 1 && somebody_moved(plan, whole) && tell_linked(plan, places, count, error))
            return -1;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (stands_alone(plan, &plan->parts[i]) && was_left(plan, &plan->parts[i]) &&
            tell_alone(plan, plan->parts[i].own, error))
            return -1;
    return 0;
}

/* The core must know all places of a linked room, also those where nobody has spoken yet. */
static int know_places(struct session *session, struct error *error)
{
    struct address places[SESSION_PLACES_MAX];
    size_t count;
    if (hall_know_rooms(&session->hall))
        return error_set(error, ERR_MEMORY, "no memory for the rooms");
    for (size_t i = 0; (count = linked(session, i, places)) > 0; i++)
        for (size_t j = 0; j < count; j++)
            if (hall_know_room(&session->hall, &places[j]))
                return error_set(error, ERR_MEMORY, "no memory for the rooms");
    return 0;
}

int session_link_rooms(struct session *session, struct error *error)
{
    struct plan plan = {.session = session};
    int result = make_plan(&plan, error);
    if (result == 0) {
        choose(&plan);
        result = move_parts(&plan, error) || know_places(session, error) ||
                         tell_all(&plan, error)
                     ? -1
                     : 0;
    }
    free(plan.parts);
    return result;
}

void session_relink(struct session *session)
{
    session->relink = true;
    session_wake(session);
}
