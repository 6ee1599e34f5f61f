/* Events waiting for the next turn, copied from their transports. */
#ifndef APP_QUEUE_H
#define APP_QUEUE_H

#include "core/event.h"

#define QUEUE_MAX 20000 /* beyond this, newest events are refused: somebody floods */

struct queued {
    struct event event; /* its strings live behind it, in the same allocation */
    struct queued *next;
};

struct queue {
    struct queued *first, **last;
    size_t count;
};

void queue_init(struct queue *queue);
void queue_finish(struct queue *queue);
/* 0, or -1 when out of memory or full. */
int queue_push(struct queue *queue, const struct event *event);
/* The oldest, NULL if there is none; free() it. */
struct queued *queue_pop(struct queue *queue);

#endif
