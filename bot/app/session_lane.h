/*
 * A lane keeps the events of one network in order. What a network gives again
 * until a note is stored (`kept` events), the notes themselves, and what tells
 * how far the network is, go through its lane: if one of them fails, those
 * behind it wait, so that no note is stored before an event that it covers.
 * One that fails again and again by itself is set aside. Other networks are
 * not held up. Private to the session.
 */
#ifndef APP_SESSION_LANE_H
#define APP_SESSION_LANE_H

#include "app/ports.h"
#include "app/queue.h"

struct session;

struct lane {
    struct transport *transport;
    struct queue held;    /* waits, oldest first */
    struct queue back;    /* of the turn that ends: goes before `held` */
    int64_t retry_at;     /* when `held` is tried again */
    bool stopped;         /* in this turn: one failed, those behind it wait */
};

/* Of a new transport. 0, or -1 without memory. */
int session_lane_add(struct session *session, struct transport *transport);
void session_lanes_finish(struct session *session);

/* The lane that the event must keep to; NULL if it keeps to none. */
struct lane *session_lane(struct session *session, const struct event *event);
/* The first lane with events whose time has come; NULL if there is none. */
struct lane *session_lane_due(struct session *session, int64_t now);
/* When the first of the lanes is to be tried again; 0 if none waits. */
int64_t session_lanes_deadline(const struct session *session);
size_t session_lanes_count(const struct session *session);
size_t session_lanes_bytes(const struct session *session);

/* A turn begins. */
void session_lanes_begin(struct session *session);
/* An event of the lane failed by itself: it waits and stops the lane, or is to be set aside. */
void session_lane_failed(struct session *session, struct lane *lane, struct queued *queued);
/* Rounds wait for what waits in the lanes. */
void session_lanes_hold(struct session *session);
/* The turn was committed: counts failures, tells who wrote what is set aside, tells
 * transports of their notes. */
void session_lanes_settle(struct session *session, struct queued *events);
/* The turn failed as a whole: everything of the lanes waits, nothing counts as a failure. */
void session_lanes_give_up(struct session *session, struct queued *events);
/* After put_away(): what waits is in order again. */
void session_lanes_end(struct session *session);

#endif
