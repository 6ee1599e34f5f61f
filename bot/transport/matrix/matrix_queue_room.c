#include "transport/matrix/matrix_queue_room.h"

#include <stdlib.h>
#include <string.h>

#include "util/log.h"

struct matrix_room *matrix_room_find(const struct matrix_queue *queue, const char *id)
{
    struct matrix_room *room = queue->rooms;
    while (room && strcmp(room->id, id) != 0)
        room = room->next;
    return room;
}

struct matrix_room *matrix_room_make(struct matrix_queue *queue, const char *id)
{
    size_t size = strlen(id) + 1;
    struct matrix_room *room = matrix_room_find(queue, id);
    if (room)
        return room;
    room = calloc(1, sizeof *room + size);
    if (!room)
        return NULL;
    memcpy(room->id, id, size);
    room->next = queue->rooms;
    queue->rooms = room;
    return room;
}

/* ---- losing ---- */

/* If there is no memory to note it, the server's own memory of transaction ids must do. */
static void note_begun(struct matrix_queue *queue, int64_t id)
{
    int64_t *grown = reallocarray(queue->begun, queue->begun_count + 1, sizeof *grown);
    if (!grown)
        return;
    queue->begun = grown;
    queue->begun[queue->begun_count++] = id;
}

bool matrix_queue_begun(struct matrix_queue *queue, int64_t id)
{
    for (size_t i = 0; i < queue->begun_count; i++)
        if (queue->begun[i] == id) {
            queue->begun[i] = queue->begun[--queue->begun_count];
            return true;
        }
    return false;
}

void matrix_queue_lose(struct matrix_queue *queue, struct matrix_item *item)
{
    int64_t id = item->id;
    if (item->kind == MATRIX_ITEM_EDIT && item->done)
        item->done(item->context, NULL, false);
    if (id && (item->started || item->maybe))
        note_begun(queue, id);
    matrix_queue_remove(queue, item);
    if (id)
        queue->sink->lost(queue->sink->context, id);
}

static struct matrix_item *waiting_for(const struct matrix_queue *queue, const char *room)
{
    struct matrix_item *item = queue->first;
    while (item && (item->flying || strcmp(item->room, room) != 0))
        item = item->next;
    return item;
}

void matrix_queue_drop(struct matrix_queue *queue, const char *room)
{
    for (struct matrix_item *item; (item = waiting_for(queue, room));)
        matrix_queue_lose(queue, item);
    for (struct matrix_item *item = queue->first; item; item = item->next)
        if (strcmp(item->room, room) == 0)
            item->orphan = true;
    matrix_queue_ready(queue);
}

void matrix_queue_lose_orphans(struct matrix_queue *queue)
{
    struct matrix_item *item = queue->first;
    while (item) {
        struct matrix_item *next = item->next;
        if (item->orphan && !item->flying)
            matrix_queue_lose(queue, item);
        item = next;
    }
}

/* ---- closed rooms ---- */

void matrix_room_close(struct matrix_queue *queue, struct matrix_room *room, const char *why,
                       int64_t now)
{
    int64_t wait = MATRIX_ROOM_CLOSED_FIRST;
    for (unsigned i = 0; i < room->refusals && wait < MATRIX_ROOM_CLOSED_MAX; i++)
        wait *= 2;
    wait = wait < MATRIX_ROOM_CLOSED_MAX ? wait : MATRIX_ROOM_CLOSED_MAX;
    room->refusals++;
    room->closed_until = now + wait;
    log_warn("matrix", "may not speak in %s (%s); what waits for it is kept, next try in %lld s, or when "
                       "the rights there change", room->id, why, (long long)(wait / 1000));
    for (struct matrix_item *item; (item = waiting_for(queue, room->id));)
        matrix_queue_lose(queue, item);
    matrix_queue_ready(queue);
}

int64_t matrix_room_reopen(struct matrix_queue *queue, int64_t now)
{
    int64_t due = 0;
    bool opened = false;
    for (struct matrix_room *room = queue->rooms; room; room = room->next) {
        if (!room->closed_until)
            continue;
        if (now >= room->closed_until) {
            room->closed_until = 0;
            opened = true;
        } else if (due == 0 || room->closed_until < due) {
            due = room->closed_until;
        }
    }
    if (opened)
        queue->sink->ready(queue->sink->context);
    return due;
}

void matrix_queue_room_changed(struct matrix_queue *queue, const char *id)
{
    struct matrix_room *room = matrix_room_find(queue, id);
    if (!room)
        return;
    bool was_closed = room->closed_until;
    room->closed_until = 0;
    room->refusals = 0;
    room->wait_until = 0;
    if (was_closed)
        queue->sink->ready(queue->sink->context);
}
