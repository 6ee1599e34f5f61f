#include "app/session_lane.h"

#include <stdlib.h>
#include <string.h>

#include "app/session_world.h"
#include "util/log.h"

#define TRIES_MAX 3     /* by itself; then an event is set aside */
#define RETRY_MS 1000

int session_lane_add(struct session *session, struct transport *transport)
{
    struct lane **grown = reallocarray(session->lanes, session->lane_count + 1, sizeof *grown);
    if (!grown)
        return -1;
    session->lanes = grown;
    struct lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return -1;
    lane->transport = transport;
    queue_init(&lane->held);
    queue_init(&lane->back);
    session->lanes[session->lane_count++] = lane;
    return 0;
}

void session_lanes_finish(struct session *session)
{
    for (size_t i = 0; i < session->lane_count; i++) {
        queue_finish(&session->lanes[i]->held);
        queue_finish(&session->lanes[i]->back);
        free(session->lanes[i]);
    }
    free(session->lanes);
}

static bool keeps_order(const struct event *event)
{
    switch (event->kind) {
    case EVENT_NOTE:
    case EVENT_BEHIND:
    case EVENT_ABREAST:
    case EVENT_COUNTED:
        return true;
    default:
        return event->kept;
    }
}

struct lane *session_lane(struct session *session, const struct event *event)
{
    if (!keeps_order(event))
        return NULL;
    for (size_t i = 0; i < session->lane_count; i++) {
        const struct transport *transport = session->lanes[i]->transport;
        if (strcmp(transport->network, event->who.network) == 0 &&
            strcmp(transport->ops->name, event->who.transport) == 0)
            return session->lanes[i];
    }
    return NULL;
}

struct lane *session_lane_due(struct session *session, int64_t now)
{
    for (size_t i = 0; i < session->lane_count; i++)
        if (session->lanes[i]->held.count > 0 && session->lanes[i]->retry_at <= now)
            return session->lanes[i];
    return NULL;
}

int64_t session_lanes_deadline(const struct session *session)
{
    int64_t first = 0;
    for (size_t i = 0; i < session->lane_count; i++) {
        const struct lane *lane = session->lanes[i];
        /* 0 means never; what waits for nothing is due since ever. */
        int64_t due = lane->retry_at > 0 ? lane->retry_at : 1;
        if (lane->held.count > 0 && (first == 0 || due < first))
            first = due;
    }
    return first;
}

size_t session_lanes_count(const struct session *session)
{
    size_t count = 0;
    for (size_t i = 0; i < session->lane_count; i++)
        count += session->lanes[i]->held.count;
    return count;
}

size_t session_lanes_bytes(const struct session *session)
{
    size_t bytes = 0;
    for (size_t i = 0; i < session->lane_count; i++)
        bytes += session->lanes[i]->held.bytes;
    return bytes;
}

void session_lanes_begin(struct session *session)
{
    for (size_t i = 0; i < session->lane_count; i++)
        session->lanes[i]->stopped = false;
}

/* What somebody said or did may be at fault itself; what only tells how far the
 * network is cannot be, and nothing is right without it. */
static bool may_set_aside(const struct event *event)
{
    return event->kept && event->kind != EVENT_NOTE && event->kind != EVENT_BEHIND &&
           event->kind != EVENT_ABREAST && event->kind != EVENT_COUNTED;
}

void session_lane_failed(struct session *session, struct lane *lane, struct queued *queued)
{
    queued->failed = true;
    queued->code = session->why.code;
    if (queued->tries + 1 >= TRIES_MAX && may_set_aside(&queued->event)) {
        queued->fate = QUEUED_ASIDE;
        return;
    }
    queued->fate = QUEUED_AGAIN;
    lane->stopped = true;
    lane->retry_at = session->parts.clock.now(session->parts.clock.context) + RETRY_MS;
}

void session_lanes_hold(struct session *session)
{
    for (size_t i = 0; i < session->lane_count; i++) {
        const struct lane *lane = session->lanes[i];
        hall_hold(&session->hall, lane->transport->ops->name, lane->transport->network,
                  lane->stopped || lane->held.count > 0);
    }
}

static void set_aside(struct session *session, struct queued *queued)
{
    const struct event *event = &queued->event;
    log_error("session", "event %s of %s/%s, from %s, failed %u times by itself (%s): it is set "
                         "aside, and the rest goes on",
              event->id ? event->id : "without an id", event->who.transport, event->who.network,
              event->who.target ? event->who.target : "nobody", queued->tries,
              error_code_name(queued->code));
    queued->fate = session_apologise(session, event, queued->code) ? QUEUED_OWED : QUEUED_DONE;
}

static void tell_noted(struct session *session, const struct event *event)
{
    struct transport *transport =
        outbox_transport(session->outbox, event->who.transport, event->who.network);
    if (transport && transport->ops->noted)
        transport->ops->noted(transport, event->tag);
}

void session_lanes_settle(struct session *session, struct queued *events)
{
    for (struct queued *queued = events; queued; queued = queued->next) {
        if (queued->failed)
            queued->tries++;
        queued->failed = false;
        if (queued->fate == QUEUED_ASIDE)
            set_aside(session, queued);
        else if (queued->fate == QUEUED_DONE && queued->event.kind == EVENT_NOTE)
            tell_noted(session, &queued->event);
    }
    for (size_t i = 0; i < session->lane_count; i++)
        if (!session->lanes[i]->stopped && session->lanes[i]->held.count == 0)
            session->lanes[i]->retry_at = 0;
}

void session_lanes_give_up(struct session *session, struct queued *events)
{
    int64_t retry_at = session->parts.clock.now(session->parts.clock.context) + RETRY_MS;
    for (struct queued *queued = events; queued; queued = queued->next) {
        struct lane *lane = session_lane(session, &queued->event);
        if (!lane)
            continue;
        queued->failed = false;
        queued->fate = QUEUED_AGAIN;
        lane->retry_at = retry_at;
    }
}

void session_lanes_end(struct session *session)
{
    for (size_t i = 0; i < session->lane_count; i++) {
        struct lane *lane = session->lanes[i];
        queue_move(&lane->back, &lane->held);
        queue_move(&lane->held, &lane->back);
    }
}
