/*
 * To whom, or where, the server does not let the bot speak at the moment, by
 * account or channel: what is for them waits, and is tried again at growing
 * intervals. Pure: time comes in.
 */
#ifndef TRANSPORT_IRC_BLOCKED_H
#define TRANSPORT_IRC_BLOCKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRC_BLOCKED_MAX 256            /* more, and the one refused longest ago is forgotten */
#define IRC_BLOCKED_MIN_MS 30000       /* to the first new try; doubles */
#define IRC_BLOCKED_MOST_MS 600000
#define IRC_BLOCKED_TELL_MS 3600000    /* so long nobody is told again */

struct irc_blocked {
    char *key;          /* account or channel */
    int64_t refused_at; /* last */
    int64_t until;      /* 0 = it is tried, and perhaps works */
    int64_t told_at;    /* 0 = not told */
    unsigned refusals;  /* in a row */
};

struct irc_blocks {
    struct irc_blocked *blocked;
    size_t count, capacity;
};

void irc_blocks_init(struct irc_blocks *blocks);
void irc_blocks_finish(struct irc_blocks *blocks);

/* The server refused something for this one. NULL when out of memory. */
struct irc_blocked *irc_blocks_refused(struct irc_blocks *blocks, const char *key, int64_t now);
/* May it not be spoken to now? */
bool irc_blocks_holds(const struct irc_blocks *blocks, const char *key);
/* Somebody who was blocked did something that may have changed it. True if it is to be tried now. */
bool irc_blocks_lift(struct irc_blocks *blocks, const char *key, int64_t now);
/* The waits that are over end. True if there was one. */
bool irc_blocks_due(struct irc_blocks *blocks, int64_t now);
/* True once an hour: somebody is to be told of it. */
bool irc_blocked_tell(struct irc_blocked *blocked, int64_t now);

#endif
