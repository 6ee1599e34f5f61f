/*
 * Pacing of what is said. A message is queued whole, as lines; targets take
 * turns; urgent messages go first. Up to `burst` lines go at once, then one each
 * `interval` ms, as far as the window has room; behind them a PING marker whose
 * PONG shows that the server has taken them in. Pure: time comes in, lines go out.
 */
#ifndef TRANSPORT_IRC_FLOOD_H
#define TRANSPORT_IRC_FLOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/irc/irc_queue.h"
#include "transport/irc/irc_window.h"

#define IRC_FLOOD_LINES_MAX 1000 /* queued; then it is full */

struct irc_flood {
    struct irc_queue queue;
    unsigned burst;
    int64_t interval;
    double tokens;
    int64_t filled_at;     /* when tokens were last counted */
    struct irc_window window;
    uint64_t marker, answered; /* markers sent and answered */
    int64_t marked_at;     /* when the last one was sent */
};

void irc_flood_init(struct irc_flood *flood, unsigned burst, unsigned interval_ms);
void irc_flood_finish(struct irc_flood *flood);
/* Drops everything, as a lost connection does; lost() is called for each id. May be NULL. */
void irc_flood_clear(struct irc_flood *flood, irc_queue_id_fn *lost, void *context);
/* Drops what is for a target that went away. `unsure`: also what is out, but not yet covered by
 * a PONG. lost() is called for each id. */
void irc_flood_drop(struct irc_flood *flood, const char *target, bool unsure,
                    irc_queue_id_fn *lost, void *context);
/* The line given last went out under this nick. */
void irc_flood_went_to(struct irc_flood *flood, const char *nick);
/* The server knows nobody of that nick: drops what went out under it and is not covered by a PONG,
 * whoever it was for. lost() is called for each id. */
void irc_flood_undelivered(struct irc_flood *flood, const char *nick, irc_queue_id_fn *lost,
                           void *context);
/* What is for one target goes to another from now on: its nick changed. */
void irc_flood_rename(struct irc_flood *flood, const char *from, const char *to);

bool irc_flood_full(const struct irc_flood *flood);
/* Queues a message of LF-separated lines. -1 when out of memory. */
int irc_flood_add(struct irc_flood *flood, const char *target, const char *lines, int64_t id,
                  bool urgent);

enum irc_flood_step {
    IRC_FLOOD_LINE,   /* *target and *line are to be sent; valid until the next call */
    IRC_FLOOD_MARKER, /* a PING with the number flood->marker is to be sent */
    IRC_FLOOD_WAIT,   /* nothing before *at (0 = until a PONG or a new message) */
};
enum irc_flood_step irc_flood_next(struct irc_flood *flood, int64_t now, const char **target,
                                   const char **line, int64_t *at);

/* Another command was sent: servers count every one. */
void irc_flood_spend(struct irc_flood *flood, int64_t now);

/* The PONG to a marker: calls sent() for each message whose last line it covers. */
void irc_flood_pong(struct irc_flood *flood, uint64_t marker, int64_t now, irc_queue_id_fn *sent,
                    void *context);
/* Since when a marker waits for its PONG; 0 = none does. */
int64_t irc_flood_waiting(const struct irc_flood *flood);

#endif
