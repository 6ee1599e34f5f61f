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

static size_t measure(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* Copies a string behind the event; *at moves on. */
static const char *put(char **at, const char *text)
{
    if (!text)
        return NULL;
    char *copy = *at;
    size_t size = strlen(text) + 1;
    memcpy(copy, text, size);
    *at += size;
    return copy;
}

static void put_address(char **at, struct address *address)
{
    address->transport = put(at, address->transport);
    address->network = put(at, address->network);
    address->target = put(at, address->target);
}

int queue_push(struct queue *queue, const struct event *event)
{
    const struct event *e = event;
    if (queue->count >= QUEUE_MAX || queue->bytes >= QUEUE_BYTES_MAX)
        return -1;
    size_t size = measure(e->id) + measure(e->name) + measure(e->bot_name) + e->length + 1;
    size += measure(e->about) + measure(e->tag);
    size += measure(e->room.transport) + measure(e->room.network) + measure(e->room.target);
    size += measure(e->who.transport) + measure(e->who.network) + measure(e->who.target);
    struct queued *queued = take_memory(queue, sizeof *queued + size);
    if (!queued)
        return -1;
    char *at = (char *)(queued + 1);
    queued->event = *event;
    queued->event.id = put(&at, e->id);
    queued->event.name = put(&at, e->name);
    queued->event.bot_name = put(&at, e->bot_name);
    queued->event.about = put(&at, e->about);
    queued->event.tag = put(&at, e->tag);
    put_address(&at, &queued->event.room);
    put_address(&at, &queued->event.who);
    if (e->length > 0)
        memcpy(at, e->text, e->length);
    at[e->length] = '\0';
    /* A note without a value is another than one with an empty one. */
    queued->event.text = e->text || e->kind != EVENT_NOTE ? at : NULL;
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
