/* The session as transports see it: what they call. */
#include <string.h>

#include "app/session_world.h"
#include "util/log.h"

void session_wake(struct session *session)
{
    if (session->wake)
        session->wake(session->wake_context);
}

static bool note_fits(const struct event *event)
{
    return event->tag && strlen(event->tag) <= EVENT_TAG_MAX && event->length <= EVENT_NOTE_MAX;
}

/* 0 or -1. What a network gives again is not taken while too much of it waits. */
static int sink_event(void *context, const struct event *event)
{
    struct session *session = context;
    if (event->kind == EVENT_NOTE && !note_fits(event)) {
        log_error("session", "a note of %s/%s is too long; dropped", event->who.transport,
                  event->who.network);
        return 0;
    }
    int failed = session_lanes_bytes(session) >= QUEUE_BYTES_MAX ||
                 session_lanes_count(session) >= QUEUE_MAX || queue_push(&session->queue, event);
    if (failed && !session_lane(session, event)) {
        log_error("session", "no room for an event from %s/%s; dropped", event->who.transport,
                  event->who.network);
        session_apologise(session, event, ERR_MEMORY);
    }
    session_wake(session);
    return failed ? -1 : 0;
}

static int sink_recall(void *context, const char *transport, const char *network,
                       const char *prefix, note_fn *note, void *note_context)
{
    struct session *session = context;
    struct error error;
    if (session->store->notes(session->parts.store, transport, network, prefix, note, note_context,
                              &error) == 0)
        return 0;
    log_error("session", "cannot read the notes of %s/%s: %s", transport, network, error.why);
    return -1;
}

static void sink_sent(void *context, int64_t id)
{
    struct session *session = context;
    outbox_sent(session->outbox, id);
    session_wake(session);
}

static void sink_lost(void *context, int64_t id)
{
    struct session *session = context;
    outbox_lost(session->outbox, id);
}

static void sink_ready(void *context, const char *transport, const char *network)
{
    struct session *session = context;
    (void)transport;
    (void)network;
    outbox_retry(session->outbox);
    session_wake(session);
}

static void sink_wake(void *context)
{
    session_wake(context);
}

void session_sink_init(struct session *session)
{
    session->sink = (struct transport_sink){session,   sink_event, sink_recall, sink_sent,
                                            sink_lost, sink_ready, sink_wake};
}

const struct transport_sink *session_sink(struct session *session)
{
    return &session->sink;
}
