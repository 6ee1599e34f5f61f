/* Events waiting for the next turn, copied from their transports. */
#ifndef APP_QUEUE_H
#define APP_QUEUE_H

#include "core/event.h"
#include "util/error.h"

#define QUEUE_MAX 20000 /* beyond this, newest events are refused: somebody floods */
#define QUEUE_BYTES_MAX ((size_t)16 * 1024 * 1024)

/* What becomes of an event after its turn. */
enum queued_fate {
    QUEUED_DONE,
    QUEUED_AGAIN, /* it failed and nobody would know: it is tried again */
    QUEUED_ASIDE, /* it keeps its order and failed too often by itself: the rest goes on */
    QUEUED_OWED   /* it failed, and its author could not be told yet */
};

struct queued {
    struct event event; /* its strings live behind it, in the same allocation */
    struct queued *next;
    enum queued_fate fate;
    unsigned tries; /* that failed because of this event alone */
    size_t size;    /* in bytes, of all of it */
    bool failed;    /* in this turn, by itself */
    enum error_code code; /* why it failed last */
    bool answered;  /* its author was told, or is owed a word, that it failed in this turn */
};

struct queue {
    struct queued *first, **last;
    size_t count, bytes;
    void *spare; /* memory for one short event when there is no other */
};

void queue_init(struct queue *queue);
void queue_finish(struct queue *queue);
/* 0, or -1 when out of memory or full. */
int queue_push(struct queue *queue, const struct event *event);
/* Appends one that was popped before. */
void queue_append(struct queue *queue, struct queued *queued);
/* Appends all of `from`, which is empty then. */
void queue_move(struct queue *queue, struct queue *from);
/* The oldest, NULL if there is none; free() it. */
struct queued *queue_pop(struct queue *queue);

#endif
