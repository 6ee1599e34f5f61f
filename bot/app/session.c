#include "app/session_world.h"

#include <stdlib.h>
#include <string.h>

#include "util/log.h"

#define TURN_EVENTS 1000        /* of one transaction */
#define RETRY_MS 1000           /* after a failure of the store */
#define CLOCK_FAULTS_MAX 3      /* then the round at fault is ended */
#define EVENT_TRIES_MAX 60      /* then an event that nobody waits for is dropped */
#define INBOX_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)
#define TAGS_KEPT_MS INBOX_KEPT_MS /* what was said on a message that old counts nowhere */
#define INBOX_TRIM_MS (INT64_C(3600) * 1000)

static int64_t now_of(const struct session *session)
{
    return session->parts.clock.now(session->parts.clock.context);
}

/* ---- life ---- */

struct session *session_create(const struct session_parts *parts, struct error *error)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session) {
        error_set(error, ERR_MEMORY, "no memory for the session");
        return NULL;
    }
    session->parts = *parts;
    session->store = parts->store->ops;
    session_sink_init(session);
    session_world_init(session);
    hall_init(&session->hall, &session->world);
    arena_init(&session->arena);
    queue_init(&session->queue);
    queue_init(&session->again);
    queue_init(&session->owed);
    session->outbox = outbox_create(parts->store);
    if (!session->outbox) {
        error_set(error, ERR_MEMORY, "no memory for the outbox");
        goto fail;
    }
    /* Loading may make rooms known, hence a transaction. */
    if (session->store->begin(parts->store, error))
        goto fail;
    if (session_load(session, error) || session_link_rooms(session, error) ||
        session->store->inbox_trim(parts->store, now_of(session) - INBOX_KEPT_MS, error) ||
        session->store->commit(parts->store, error)) {
        session->store->rollback(parts->store);
        goto fail;
    }
    return session;
fail:
    session_destroy(session);
    return NULL;
}

void session_destroy(struct session *session)
{
    if (!session)
        return;
    hall_finish(&session->hall);
    arena_finish(&session->arena);
    queue_finish(&session->queue);
    queue_finish(&session->again);
    queue_finish(&session->owed);
    session_lanes_finish(session);
    session_moves_finish(session);
    outbox_destroy(session->outbox);
    free(session);
}

int session_add_transport(struct session *session, struct transport *transport)
{
    if (session_lane_add(session, transport) ||
        hall_know_network(&session->hall, transport->ops->name, transport->network))
        return -1;
    return outbox_add_transport(session->outbox, transport);
}

void session_on_wake(struct session *session, void (*wake)(void *context), void *context)
{
    session->wake = wake;
    session->wake_context = context;
}

void session_set_bank(struct session *session, const struct bank *bank)
{
    session->parts.bank = bank;
}

/* ---- a turn ---- */

static int store_note(struct session *session, const struct event *event)
{
    return session->store->note_set(session->parts.store, event->who.transport, event->who.network,
                                    event->tag, event->text, event->at, &session->why);
}

/* Applies one event and stores its effects; -1 leaves the savepoint open. */
static int apply(struct session *session, const struct event *event, struct effects *effects)
{
    struct store *store = session->parts.store;
    arena_reset(&session->arena);
    effects_init(effects, &session->arena);
    if (event->id) {
        bool fresh = true;
        if (session->store->inbox_add(store, event->who.transport, event->who.network, event->id,
                                      event->at, &fresh, &session->why))
            return -1;
        if (!fresh)
            return 0;
    }
    if (event->kind == EVENT_NOTE)
        return store_note(session, event);
    if (event->kind == EVENT_MOVED)
        return session_move(session, event);
    if (hall_apply(&session->hall, event, effects))
        return -1;
    return session_store(session, effects, event->at, &session->why);
}

/* What was said earlier is handled now; what claims to be of the future is not. */
static struct event now_handled(const struct session *session, const struct event *event)
{
    struct event handled = *event;
    handled.at = now_of(session);
    handled.sent = event->at < handled.at ? event->at : handled.at;
    return handled;
}

/* One event in its savepoint. A failure takes back this event only, and gives 1.
 * -1: the transaction as a whole cannot go on. */
static int apply_event(struct session *session, const struct event *told)
{
    struct store *store = session->parts.store;
    struct event handled = now_handled(session, told), *event = &handled;
    struct effects effects;
    error_clear(&session->why);
    if (session->store->savepoint(store, &session->why))
        return -1;
    if (apply(session, event, &effects) == 0) {
        if (session->store->release(store, &session->why))
            return -1;
        session_note_told(session, &effects);
        return 0;
    }
    if (session->why.code == ERR_NONE)
        error_set(&session->why, ERR_MEMORY, "out of memory");
    log_error("session", "an event was rolled back: %s", session->why.why);
    /* What made it fail is what people hear, also if there is no going back to the savepoint. */
    struct error second;
    if (session->store->rollback_to(store, &second) || session_load(session, &second)) {
        log_error("session", "and cannot be taken back alone: %s", second.why);
        return -1;
    }
    return 1;
}

/* One word is enough for all that somebody said in this turn. */
static bool told_already(const struct queued *events, const struct queued *queued)
{
    for (const struct queued *other = events; other; other = other->next)
        if (other != queued && other->answered &&
            address_same(&other->event.who, &queued->event.who))
            return true;
    return false;
}

/* An event failed: whoever spoke learns that it does not count; of comings and
 * goings nobody would know, so they are tried again. */
static void answer_failure(struct session *session, const struct queued *events,
                           struct queued *queued, enum error_code code)
{
    if (queued->event.kind != EVENT_TEXT) {
        queued->fate = queued->tries < EVENT_TRIES_MAX ? QUEUED_AGAIN : QUEUED_DONE;
    } else if (session_spoken_to(session, &queued->event) && !told_already(events, queued)) {
        queued->answered = true;
        if (session_apologise(session, &queued->event, code))
            queued->fate = QUEUED_OWED;
    }
}

/* Tells those who could not be told before. */
static void pay_owed(struct session *session)
{
    for (size_t i = session->owed.count; i > 0; i--) {
        struct queued *queued = queue_pop(&session->owed);
        if (session_apologise(session, &queued->event, ERR_MEMORY))
            queue_append(&session->owed, queued);
        else
            free(queued);
    }
}

/* Ends the round that the clock stumbles over again and again. */
static int abandon(struct session *session, int64_t now)
{
    struct effects effects;
    arena_reset(&session->arena);
    effects_init(&effects, &session->arena);
    if (hall_abandon(&session->hall, now, &effects) || !effects_ok(&effects))
        return -1;
    session->clock_faults = 0;
    if (session_store(session, &effects, now, &session->why))
        return -1;
    session_note_told(session, &effects);
    return 0;
}

/* Fires what is overdue. */
static int apply_clock(struct session *session)
{
    int64_t now = now_of(session), due = hall_deadline(&session->hall);
    if (due == 0 || due > now)
        return 0;
    if (session->clock_faults >= CLOCK_FAULTS_MAX)
        return abandon(session, now);
    struct event event = {
        .kind = EVENT_CLOCK,
        .at = now,
        .seed = session->parts.chance.draw(session->parts.chance.context),
    };
    int result = apply_event(session, &event);
    if (result == 0) {
        session->clock_faults = 0;
    } else if (result > 0) {
        session->clock_faults++;
        session->retry_at = now + RETRY_MS;
        result = 0;
    }
    return result;
}

/* The next event of this turn: first what waits longest. */
static struct queued *next_event(struct session *session, int64_t now)
{
    struct lane *lane = session_lane_due(session, now);
    if (lane)
        return queue_pop(&lane->held);
    struct queued *queued;
    while ((queued = queue_pop(session->again.count > 0 ? &session->again : &session->queue))) {
        lane = session_lane(session, &queued->event);
        if (!lane || lane->held.count == 0)
            break;
        queue_append(&lane->held, queued);
    }
    return queued;
}

/* The events of one transaction, kept until it is committed so that their
 * authors can be told if it fails. */
static struct queued *take_events(struct session *session)
{
    struct queued *first = NULL, **last = &first;
    int64_t now = now_of(session);
    session_lanes_begin(session);
    for (size_t i = 0; i < TURN_EVENTS; i++) {
        struct queued *queued = next_event(session, now);
        if (!queued)
            break;
        queued->next = NULL;
        queued->fate = QUEUED_DONE;
        queued->answered = false;
        *last = queued;
        last = &queued->next;
    }
    return first;
}

/* Once an hour the ids are forgotten that are too old to come again, and what messages
 * were known by that are too old to be marked. */
static int trim(struct session *session)
{
    int64_t now = now_of(session);
    if (now < session->trim_at)
        return 0;
    if (session->store->inbox_trim(session->parts.store, now - INBOX_KEPT_MS, &session->why) ||
        session->store->notes_trim(session->parts.store, "tag/", now - TAGS_KEPT_MS,
                                   &session->why))
        return -1;
    session->trim_at = now + INBOX_TRIM_MS;
    return 0;
}

/* One event of the turn. -1: the transaction as a whole cannot go on. */
static int run_event(struct session *session, struct queued *events, struct queued *queued)
{
    struct lane *lane = session_lane(session, &queued->event);
    if (lane && lane->stopped) {
        queued->fate = QUEUED_AGAIN;
        return 0;
    }
    if (queued->event.seed == 0)
        queued->event.seed = session->parts.chance.draw(session->parts.chance.context);
    int failed = apply_event(session, &queued->event);
    if (failed > 0 && lane) {
        session_lane_failed(session, lane, queued);
    } else if (failed > 0) {
        queued->tries++;
        answer_failure(session, events, queued, session->why.code);
    }
    return failed < 0 ? -1 : 0;
}

static int run_transaction(struct session *session, struct queued *events)
{
    struct store *store = session->parts.store;
    error_clear(&session->why);
    if (session->store->begin(store, &session->why))
        return -1;
    if (session->stale && session_load(session, &session->why))
        return -1;
    if (outbox_strike(session->outbox, &session->why) || trim(session) ||
        (session->relink && session_link_rooms(session, &session->why)))
        return -1;
    /* What waits but is not of this turn, then what could not be stored in it. */
    session_lanes_hold(session);
    for (struct queued *queued = events; queued; queued = queued->next)
        if (run_event(session, events, queued))
            return -1;
    session_lanes_hold(session);
    if (apply_clock(session))
        return -1;
    return session->store->commit(store, &session->why);
}

/* The whole turn failed; all is as it was before it. */
static void give_up(struct session *session, struct queued *events)
{
    enum error_code code = session->why.code;
    /* A disk may be full for hours: the first failures, then fewer and fewer. */
    session->failures++;
    if ((session->failures & (session->failures - 1)) == 0)
        log_error("session", "a transaction failed, %u in a row: %s", session->failures,
                  session->why.why);
    session->store->rollback(session->parts.store);
    session->progress_count = session->count_count = 0;
    hall_unsettle(&session->hall);
    session->stale = true;
    session->retry_at = now_of(session) + RETRY_MS;
    session_lanes_give_up(session, events);
    /* Who was told already in this turn that their event failed is not told again. */
    for (struct queued *queued = events; queued; queued = queued->next)
        if (queued->fate == QUEUED_DONE && queued->tries == 0)
            answer_failure(session, events, queued, code);
}

/* Frees the events of a turn, but those that are not over. */
static void put_away(struct session *session, struct queued *events)
{
    while (events) {
        struct queued *queued = events;
        events = queued->next;
        struct lane *lane = session_lane(session, &queued->event);
        if (queued->fate == QUEUED_DONE)
            free(queued);
        else if (queued->fate == QUEUED_OWED)
            queue_append(&session->owed, queued);
        else
            queue_append(lane ? &lane->back : &session->again, queued);
    }
    session_lanes_end(session);
    if (session->retry_at == 0 && session->again.count + session->owed.count > 0)
        session->retry_at = now_of(session) + RETRY_MS;
}

/* Drops rounds that are over; a room may have waited for that to be linked. */
static void sweep(struct session *session)
{
    size_t open = session->hall.round_count;
    hall_sweep(&session->hall);
    session->relink = session->relink_later && session->hall.round_count < open;
}

static void one_turn(struct session *session)
{
    struct queued *events = take_events(session);
    session->retry_at = 0;
    if (run_transaction(session, events)) {
        give_up(session, events);
    } else {
        if (session->failures > 0)
            log_info("session", "the store works again, after %u failures", session->failures);
        session->failures = 0;
        outbox_settle(session->outbox);
        sweep(session);
        hall_settle(&session->hall);
        session_tell(session);
        session_lanes_settle(session, events);
    }
    put_away(session, events);
}

static bool is_due(const struct session *session, int64_t at)
{
    return at > 0 && at <= now_of(session);
}

static int64_t next_due(const struct session *session)
{
    int64_t lanes = session_lanes_deadline(session);
    int64_t due = session->retry_at > 0 ? session->retry_at : hall_deadline(&session->hall);
    return lanes > 0 && (due == 0 || lanes < due) ? lanes : due;
}

static bool work_waits(const struct session *session)
{
    int64_t due = next_due(session);
    /* After a failure only time, or new events, bring another try. */
    bool may = session->retry_at == 0 || is_due(session, session->retry_at);
    return session->queue.count > 0 ||
           (may && (session->relink || outbox_has_sent(session->outbox))) ||
           is_due(session, due);
}

/* A failure to hand over is nobody's call: the outbox looks again after a while. */
static void dispatch(struct session *session)
{
    int64_t now = now_of(session);
    if (is_due(session, session->dispatch_at))
        outbox_retry(session->outbox);
    if (outbox_dispatch(session->outbox, now))
        session->dispatch_at = now + RETRY_MS;
    else if (session->dispatch_at <= now)
        session->dispatch_at = 0;
}

void session_turn(struct session *session)
{
    if (work_waits(session)) {
        pay_owed(session);
        one_turn(session);
    }
    dispatch(session);
    bool more = session->relink || outbox_has_sent(session->outbox);
    if (session->queue.count > 0 || (more && session->retry_at == 0))
        session_wake(session);
}

int64_t session_deadline(const struct session *session)
{
    int64_t due = next_due(session), waiting = outbox_due(session->outbox);
    if (session->dispatch_at > 0 && (due == 0 || session->dispatch_at < due))
        due = session->dispatch_at;
    return waiting > 0 && (due == 0 || waiting < due) ? waiting : due;
}

/* ---- looking in ---- */

bool session_at_rest(const struct session *session)
{
    return !work_waits(session) && !is_due(session, session->dispatch_at) &&
           !is_due(session, outbox_due(session->outbox));
}

size_t session_open_rounds(const struct session *session)
{
    return session->hall.round_count;
}

const struct hall *session_hall(const struct session *session)
{
    return &session->hall;
}

static int count_row(void *context, const struct outbox_row *row)
{
    size_t *count = context;
    (void)row;
    (*count)++;
    return 0;
}

size_t session_unsent(const struct session *session)
{
    size_t count = 0;
    session->store->outbox_read(session->parts.store, 0, SIZE_MAX / 2, count_row, &count, NULL);
    return count;
}

bool session_idle(const struct session *session)
{
    return session->queue.count + session->again.count + session->owed.count +
                   session_lanes_count(session) == 0 &&
           session->hall.round_count == 0 &&
           session_unsent(session) == 0;
}
