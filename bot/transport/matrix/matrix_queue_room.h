/* The rooms of a queue, and what its files share. Private to them. */
#ifndef TRANSPORT_MATRIX_QUEUE_ROOM_H
#define TRANSPORT_MATRIX_QUEUE_ROOM_H

#include "transport/matrix/matrix_queue.h"

/* NULL = nothing is known of it. */
struct matrix_room *matrix_room_find(const struct matrix_queue *queue, const char *id);
/* Found or made; NULL when out of memory. */
struct matrix_room *matrix_room_make(struct matrix_queue *queue, const char *id);
/* We may not speak there: what waits for it is lost, and it is closed for a while. */
void matrix_room_close(struct matrix_queue *queue, struct matrix_room *room, const char *why,
                       int64_t now);
/* Opens rooms whose time has come. When the next one will be due; 0 = none is closed. */
int64_t matrix_room_reopen(struct matrix_queue *queue, int64_t now);

/* matrix_queue.c: takes an item out, and its room if there is nothing more to know of it; frees both. */
void matrix_queue_remove(struct matrix_queue *queue, struct matrix_item *item);
/* Tells the transport that there is place again, if it was told that there is none. */
void matrix_queue_ready(struct matrix_queue *queue);
/* Takes it out, and it is lost. */
void matrix_queue_lose(struct matrix_queue *queue, struct matrix_item *item);
/* What was under way when its room was dropped, and is not said. */
void matrix_queue_lose_orphans(struct matrix_queue *queue);
/* True once for an id that was lost after something of it was asked of the server. */
bool matrix_queue_begun(struct matrix_queue *queue, int64_t id);

#endif
