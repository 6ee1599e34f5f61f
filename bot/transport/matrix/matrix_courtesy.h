/*
 * Small signs in private rooms: "typing" while a long message waits for its turn, and that a message was
 * read. One request at a time, the newest sign of a kind and room only; a failure is forgotten, and after
 * a limit there are none for a minute.
 */
#ifndef TRANSPORT_MATRIX_COURTESY_H
#define TRANSPORT_MATRIX_COURTESY_H

#include <stdbool.h>

#include <uv.h>

#include "transport/matrix/matrix_http.h"

struct matrix_courtesy;

/* Borrows both. NULL when out of memory. */
struct matrix_courtesy *matrix_courtesy_create(uv_loop_t *loop, struct matrix_http *http);
/* The loop must run on until handles are closed. NULL is fine. */
void matrix_courtesy_destroy(struct matrix_courtesy *courtesy);

/* Our user id, copied; before anything else. 0; -1 when out of memory. */
int matrix_courtesy_set_user(struct matrix_courtesy *courtesy, const char *user);
/* We write in the room (the server forgets it after half a minute), or no longer do. */
void matrix_courtesy_typing(struct matrix_courtesy *courtesy, const char *room, bool typing);
/* The event, and all before it in the room, was read: for private messages, once they are stored. */
void matrix_courtesy_read(struct matrix_courtesy *courtesy, const char *room, const char *event);

#endif
