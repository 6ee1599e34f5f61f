#include "app/session_world.h"

#include <stdlib.h>
#include <string.h>

#include "util/log.h"

#define TURN_EVENTS 1000        /* of one transaction */
#define RETRY_MS 1000           /* after a failure of the store */
#define CLOCK_FAULTS_MAX 3      /* then the round at fault is ended */
#define INBOX_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)

static int64_t now_of(const struct session *session)
{
    return session->parts.clock.now(session->parts.clock.context);
}

/* ---- what transports call ---- */

static void wake(struct session *session)
{
    if (session->wake)
        session->wake(session->wake_context);
}

static void sink_event(void *context, const struct event *event)
{
    struct session *session = context;
    if (queue_push(&session->queue, event)) {
        log_error("session", "no room for an event from %s/%s; dropped", event->who.transport,
                  event->who.network);
        session->why.code = ERR_MEMORY;
        session_apologise(session, event);
    }
    wake(session);
}

static void sink_sent(void *context, int64_t id)
{
    struct session *session = context;
    outbox_sent(session->outbox, id);
    wake(session);
}

static void sink_ready(void *context, const char *transport, const char *network)
{
    struct session *session = context;
    (void)transport;
    (void)network;
    outbox_retry(session->outbox);
    wake(session);
}

static void sink_wake(void *context)
{
    wake(context);
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
    session->sink = (struct transport_sink){session, sink_event, sink_sent, sink_ready, sink_wake};
    session_world_init(session);
    hall_init(&session->hall, &session->world);
    arena_init(&session->arena);
    queue_init(&session->queue);
    session->outbox = outbox_create(parts->store);
    if (!session->outbox) {
        error_set(error, ERR_MEMORY, "no memory for the outbox");
        goto fail;
    }
    /* Loading may make rooms known, hence a transaction. */
    if (session->store->begin(parts->store, error))
        goto fail;
    if (session_load(session, error) ||
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
    outbox_destroy(session->outbox);
    free(session);
}

int session_add_transport(struct session *session, struct transport *transport)
{
    return outbox_add_transport(session->outbox, transport);
}

const struct transport_sink *session_sink(struct session *session)
{
    return &session->sink;
}

void session_on_wake(struct session *session, void (*wake_fn)(void *context), void *context)
{
    session->wake = wake_fn;
    session->wake_context = context;
}

void session_set_bank(struct session *session, const struct bank *bank)
{
    session->parts.bank = bank;
}

/* ---- a turn ---- */

/* Applies one event and stores its effects; -1 leaves the savepoint open. */
static int apply(struct session *session, const struct event *event)
{
    struct effects effects;
    struct store *store = session->parts.store;
    arena_reset(&session->arena);
    effects_init(&effects, &session->arena);
    if (event->id) {
        bool fresh = true;
        if (session->store->inbox_add(store, event->who.transport, event->who.network, event->id,
                                      event->at, &fresh, &session->why))
            return -1;
        if (!fresh)
            return 0;
    }
    if (hall_apply(&session->hall, event, &effects))
        return -1;
    return session_store(session, &effects, event->at, &session->why);
}

/* One event in its savepoint. A failure takes back this event only. -1: the
 * transaction as a whole cannot go on. */
static int apply_event(struct session *session, const struct event *event)
{
    struct store *store = session->parts.store;
    error_clear(&session->why);
    if (session->store->savepoint(store, &session->why))
        return -1;
    if (apply(session, event) == 0)
        return session->store->release(store, &session->why);
    if (session->why.code == ERR_NONE)
        error_set(&session->why, ERR_MEMORY, "out of memory");
    log_error("session", "an event was rolled back: %s", session->why.why);
    struct error first = session->why;
    if (session->store->rollback_to(store, &session->why) || session_load(session, &session->why))
        return -1;
    session->why = first;
    session_apologise(session, event);
    return event->kind == EVENT_CLOCK ? 1 : 0;
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
    return session_store(session, &effects, now, &session->why);
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

/* The events of one transaction, kept until it is committed so that their
 * authors can be told if it fails. */
static struct queued *take_events(struct session *session)
{
    struct queued *first = NULL, **last = &first;
    for (size_t i = 0; i < TURN_EVENTS; i++) {
        struct queued *queued = queue_pop(&session->queue);
        if (!queued)
            break;
        queued->next = NULL;
        *last = queued;
        last = &queued->next;
    }
    return first;
}

static int run_transaction(struct session *session, struct queued *events)
{
    struct store *store = session->parts.store;
    error_clear(&session->why);
    if (session->store->begin(store, &session->why))
        return -1;
    if (session->stale && session_load(session, &session->why))
        return -1;
    if (outbox_strike(session->outbox, &session->why))
        return -1;
    for (struct queued *queued = events; queued; queued = queued->next) {
        if (queued->event.seed == 0)
            queued->event.seed = session->parts.chance.draw(session->parts.chance.context);
        if (apply_event(session, &queued->event))
            return -1;
    }
    if (apply_clock(session))
        return -1;
    return session->store->commit(store, &session->why);
}

/* Whoever spoke learns that it does not count; the rest is as it was before the turn. */
static void give_up(struct session *session, const struct queued *events)
{
    struct error why = session->why;
    log_error("session", "a transaction failed: %s", why.why);
    session->store->rollback(session->parts.store);
    session->progress_count = 0;
    session->stale = true;
    session->retry_at = now_of(session) + RETRY_MS;
    for (const struct queued *queued = events; queued; queued = queued->next) {
        session->why = why;
        session_apologise(session, &queued->event);
    }
}

static void one_turn(struct session *session)
{
    struct queued *events = take_events(session);
    session->retry_at = 0;
    if (run_transaction(session, events)) {
        give_up(session, events);
    } else {
        outbox_settle(session->outbox);
        hall_sweep(&session->hall);
        session_tell_progress(session);
    }
    while (events) {
        struct queued *next = events->next;
        free(events);
        events = next;
    }
}

static bool work_waits(const struct session *session)
{
    int64_t due = session_deadline(session);
    return session->queue.count > 0 || outbox_has_sent(session->outbox) ||
           (due > 0 && due <= now_of(session));
}

void session_turn(struct session *session)
{
    /* After a failure only time, or new events, bring another try. */
    if (work_waits(session) &&
        (session->queue.count > 0 || session->retry_at == 0 || session->retry_at <= now_of(session)))
        one_turn(session);
    outbox_dispatch(session->outbox, now_of(session));
    if (session->queue.count > 0 || (outbox_has_sent(session->outbox) && session->retry_at == 0))
        wake(session);
}

int64_t session_deadline(const struct session *session)
{
    if (session->retry_at > 0)
        return session->retry_at;
    return hall_deadline(&session->hall);
}

/* ---- looking in ---- */

bool session_at_rest(const struct session *session)
{
    return !work_waits(session);
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
    return session->queue.count == 0 && session->hall.round_count == 0 &&
           session_unsent(session) == 0;
}
