/*
 * What waits to be said on one account, and whose turn it is. Pure: time and
 * the server's answers come in, requests go out.
 *
 * Order: a room has one request under way; in it messages keep their order, but an urgent
 * one passes those that have not begun. Between rooms urgent messages go first, then
 * the room whose turn was longest ago. A limit pauses the whole account, and afterwards one
 * request at a time feels its way until one succeeds.
 */
#ifndef TRANSPORT_MATRIX_QUEUE_H
#define TRANSPORT_MATRIX_QUEUE_H

#include "transport/matrix/matrix_item.h"

#define MATRIX_ROOM_CLOSED_FIRST (5 * 60 * 1000) /* ms until a closed room is tried again; then twice as long */
#define MATRIX_ROOM_CLOSED_MAX (60 * 60 * 1000)
#define MATRIX_EDIT_QUIET_MS 60000 /* no edits for so long after the server limited us */

struct matrix_room {
    struct matrix_room *next;
    uint64_t turn;          /* when it last had one, in turns of the account */
    unsigned failures;      /* in a row */
    int64_t wait_until;
    unsigned refusals;      /* in a row: we may not speak there */
    int64_t closed_until;   /* 0 = open */
    bool flying;
    char id[];
};

struct matrix_queue {
    const struct matrix_send_sink *sink;
    char *user, *instance;
    char run[20];           /* of this life, for ids that need not outlive it */
    uint64_t numbered;      /* of those */
    uint64_t seed;
    struct matrix_item *first;
    size_t count, memory;
    struct matrix_room *rooms;
    uint64_t turns;
    bool held;
    uint64_t login;         /* how often it was released */
    unsigned flying, failures;
    bool feeling;           /* after a limit or an outage: one request at a time */
    int64_t wait_until;     /* the whole account */
    int64_t limited_at;     /* INT64_MIN = never */
    bool was_full;
    int64_t *begun;         /* ids that are lost(), but of which parts may have been said */
    size_t begun_count;
};

/* The sink is borrowed. `run`: unique among the lives of the bot, letters and digits. */
void matrix_queue_init(struct matrix_queue *queue, const struct matrix_send_sink *sink,
                       uint64_t seed, const char *run);
/* Forgets everything without a word. Nothing may be under way. */
void matrix_queue_finish(struct matrix_queue *queue);
int matrix_queue_set_account(struct matrix_queue *queue, const char *user, const char *instance);

void matrix_queue_hold(struct matrix_queue *queue);
void matrix_queue_release(struct matrix_queue *queue);

enum post_result matrix_queue_add(struct matrix_queue *queue, const char *room,
                                  const struct outbound *message, bool maybe);
bool matrix_queue_edit(struct matrix_queue *queue, const struct matrix_edit *edit, int64_t now);
void matrix_queue_forget(struct matrix_queue *queue, const void *context);

void matrix_queue_room_changed(struct matrix_queue *queue, const char *room);
void matrix_queue_drop(struct matrix_queue *queue, const char *room);

/* The next one that a request is to be made for, now under way; it stays the queue's. NULL: none before
 * *at (0 = until something else happens). */
struct matrix_item *matrix_queue_next(struct matrix_queue *queue, int64_t now, int64_t *at);
/* The answer to it. Calls the sink. */
void matrix_queue_reply(struct matrix_queue *queue, struct matrix_item *item,
                        const struct matrix_reply *reply, int64_t now);
/* When all of it waits for time to pass or for a login: nothing can be said before; INT64_MAX = until
 * somebody else acts. 0 = something may be said now, or is under way. */
int64_t matrix_queue_stuck(const struct matrix_queue *queue, int64_t now);

#endif
