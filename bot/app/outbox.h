/*
 * The outbox: the only sender. Committed messages wait in the store; the
 * outbox hands them to transports in order, remembers what is on its way, and
 * collects what was sent for the next transaction. A target that is busy
 * waits without holding up the others.
 */
#ifndef APP_OUTBOX_H
#define APP_OUTBOX_H

#include "app/ports.h"

struct outbox;

struct outbox *outbox_create(struct store *store);
void outbox_destroy(struct outbox *outbox);
int outbox_add_transport(struct outbox *outbox, struct transport *transport);
struct transport *outbox_transport(const struct outbox *outbox, const char *transport,
                                   const char *network);

/* Stores a message; within the session's transaction. 0 or -1. */
int outbox_put(struct outbox *outbox, const struct outbox_row *row, struct error *error);

/* Hands over whatever is committed and can go. Not inside a transaction. -1: memory
 * or the store failed at some; call outbox_retry() and this again in a moment. */
int outbox_dispatch(struct outbox *outbox, int64_t now);
/* When something that waits for its time is due, 0 = nothing does. */
int64_t outbox_due(const struct outbox *outbox);
/* Nothing that was put until now waits for its time any longer: what it waited for may be
 * forgotten. */
void outbox_hasten(struct outbox *outbox, int64_t now);
/* A transport can take more: what was busy is tried again at the next dispatch. */
void outbox_retry(struct outbox *outbox);

/* sent() of a transport. */
void outbox_sent(struct outbox *outbox, int64_t id);
/* lost() of a transport: it waits in the store again, for the next outbox_retry(). */
void outbox_lost(struct outbox *outbox, int64_t id);
/* True if sent messages wait to be struck off. */
bool outbox_has_sent(const struct outbox *outbox);
/* Strikes them off; within a transaction. They are forgotten by outbox_settle()
 * after the commit, so that a failed commit strikes them off again. */
int outbox_strike(struct outbox *outbox, struct error *error);
void outbox_settle(struct outbox *outbox);

#endif
