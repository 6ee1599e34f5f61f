/*
 * What is still to be said, and what is out but not known to have arrived.
 * Targets take turns line by line; a target's messages keep their order, but
 * an urgent one passes those that have not begun, and goes before the turns of
 * others. What has begun is finished first, so that messages do not mix. A step
 * looks at no more than the targets, however much waits for each.
 */
#ifndef TRANSPORT_IRC_QUEUE_H
#define TRANSPORT_IRC_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRC_QUEUE_TARGET 264 /* bytes of a nick or channel with its NUL */

struct irc_queue_message;

struct irc_queue_list {
    struct irc_queue_message *first, *last;
};

struct irc_queue_target; /* one that something is to be said to */

struct irc_queue {
    struct irc_queue_target *first, *last; /* whose turn was longest ago comes first */
    size_t lines;                          /* still to be said */
    size_t urgent;                         /* messages among them that may pass */
    uint64_t urgent_count;                 /* of all so far: their order */
    struct irc_queue_list out;             /* said whole, in the order of their markers */
    char last_target[IRC_QUEUE_TARGET];    /* whose turn it was */
    struct irc_queue_message *last_message; /* of the line taken last; NULL = it is gone */
};

typedef void irc_queue_id_fn(void *context, int64_t id);

void irc_queue_init(struct irc_queue *queue);
bool irc_queue_empty(const struct irc_queue *queue);
/* Forgets all; tell() is called for each id, and may be NULL. */
void irc_queue_clear(struct irc_queue *queue, irc_queue_id_fn *tell, void *context);
/* Forgets what is for a target; `unsure`: also what is out. */
void irc_queue_drop(struct irc_queue *queue, const char *target, bool unsure, irc_queue_id_fn *tell,
                    void *context);
void irc_queue_rename(struct irc_queue *queue, const char *from, const char *to);
/* A message of LF-separated lines. -1 when out of memory. */
int irc_queue_add(struct irc_queue *queue, const char *target, const char *lines, int64_t id,
                  bool urgent);

/* Whose turn it is; NULL = nothing waits. Valid until the queue is changed. */
struct irc_queue_target *irc_queue_next(const struct irc_queue *queue);
const char *irc_queue_name(const struct irc_queue_target *target);
/* The bytes of its next line. */
size_t irc_queue_bytes(const struct irc_queue_target *target);
/* Takes its next line; `marker` will show that it has arrived. *name and *line are valid until the
 * queue is changed. */
void irc_queue_take(struct irc_queue *queue, struct irc_queue_target *target, uint64_t marker,
                    const char **name, const char **line);
/* The line taken last went out under this nick. */
void irc_queue_went_to(struct irc_queue *queue, const char *nick);
/* Forgets what went out under this nick, whoever it was for, and is not known to have arrived. */
void irc_queue_undelivered(struct irc_queue *queue, const char *nick, irc_queue_id_fn *tell,
                           void *context);
/* What markers up to this one cover has arrived: sent() is called for each message. */
void irc_queue_settle(struct irc_queue *queue, uint64_t marker, irc_queue_id_fn *sent,
                      void *context);

#endif
