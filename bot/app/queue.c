#include "app/queue.h"

#include <stdlib.h>
#include <string.h>

#define SPARE_BYTES (sizeof(struct queued) + 2048)

void queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
    queue->count = queue->bytes = 0;
    queue->spare = NULL;
}

void queue_finish(struct queue *queue)
{
    struct queued *queued;
    while ((queued = queue_pop(queue)))
        free(queued);
    free(queue->spare);
    queue->spare = NULL;
}

/* Somebody who came in and is not noted cannot answer later, and a transport has
 * nobody to tell: hence a spare, filled up while there is memory. */
static struct queued *take_memory(struct queue *queue, size_t size)
{
    if (!queue->spare)
        queue->spare = malloc(SPARE_BYTES);
    struct queued *queued = malloc(size);
    if (!queued && size <= SPARE_BYTES) {
        queued = queue->spare;
        queue->spare = NULL;
    }
    return queued;
}

int queue_push(struct queue *queue, const struct event *event)
{
    if (queue->count >= QUEUE_MAX || queue->bytes >= QUEUE_BYTES_MAX)
        return -1;
    size_t size = event_size(event);
    struct queued *queued = take_memory(queue, sizeof *queued + size);
    if (!queued)
        return -1;
    event_copy(&queued->event, event, (char *)(queued + 1));
    queued->size = sizeof *queued + size;
    queued->fate = QUEUED_DONE;
    queued->tries = 0;
    queued->failed = false;
    queue_append(queue, queued);
    return 0;
}

void queue_append(struct queue *queue, struct queued *queued)
{
    queued->next = NULL;
    *queue->last = queued;
    queue->last = &queued->next;
    queue->count++;
    queue->bytes += queued->size;
}

void queue_move(struct queue *queue, struct queue *from)
{
    struct queued *queued;
    while ((queued = queue_pop(from)))
        queue_append(queue, queued);
}

struct queued *queue_pop(struct queue *queue)
{
    struct queued *queued = queue->first;
    if (!queued)
        return NULL;
    queue->first = queued->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->count--;
    queue->bytes -= queued->size;
    return queued;
}
