/*
 * The countdown of a round in a room: one message for each phase, edited as
 * time goes by and people get done, and a last time when the phase is over. It is sent only
 * when nothing else waits.
 */
#ifndef TRANSPORT_MATRIX_COUNTDOWN_H
#define TRANSPORT_MATRIX_COUNTDOWN_H

#include <uv.h>

#include "app/ports.h"
#include "transport/matrix/matrix_send.h"

#define MATRIX_COUNTDOWN_PREFIX "countdown " /* of its notes */

struct matrix_countdown;

struct matrix_countdown_settings {
    uv_loop_t *loop;
    struct matrix_send *send;
    int64_t (*now)(void *context); /* ms since 1970 UTC, the clock that deadlines are of */
    /* Notes a value (NULL = forget it) under a key, to be recalled at the next start. */
    void (*note)(void *context, const char *key, const char *value);
    void *context;
};

/* Copies the settings, borrows what they point to. NULL when out of memory. */
struct matrix_countdown *matrix_countdown_create(const struct matrix_countdown_settings *settings);
/* Before matrix_send_destroy(). The loop must run on until handles are closed. NULL is fine. */
void matrix_countdown_destroy(struct matrix_countdown *countdown);
/* A note of an earlier life, whose key begins with the prefix. Before the first progress. May note. */
void matrix_countdown_recall(struct matrix_countdown *countdown, const char *key,
                             const char *value);
/* progress() of the transport, for the room that `room` is the id of. */
void matrix_countdown_progress(struct matrix_countdown *countdown, const char *room,
                               const struct progress *progress);
/* The room is gone, or goes on under another id: its countdowns are forgotten. */
void matrix_countdown_moved(struct matrix_countdown *countdown, const char *room);

#endif
