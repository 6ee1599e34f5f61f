/*
 * The outgoing side of one Matrix account: what was posted becomes events,
 * each acknowledged once. One request a room at a time, in order; few rooms at
 * once; urgent messages first, rooms in turn. Limits of the server pause the whole account,
 * trouble of one room that room. What may have arrived is looked for in the room before it
 * is sent again, so that nothing doubles even if the server forgets transaction ids.
 *
 * A room is meant by its id. Who has which private room is the transport's matter.
 */
#ifndef TRANSPORT_MATRIX_SEND_H
#define TRANSPORT_MATRIX_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "app/ports.h"
#include "transport/matrix/matrix_courtesy.h"
#include "transport/matrix/matrix_http.h"

#define MATRIX_SEND_MAX 400                   /* messages waiting; then POST_BUSY */
#define MATRIX_SEND_BYTES (4 * 1024 * 1024)   /* of them together */
#define MATRIX_SEND_AT_ONCE 4                 /* requests under way */
#define MATRIX_INSTANCE_MAX 32

/* A part of a message is in the room. Borrowed for the call. */
struct matrix_said {
    int64_t id;        /* of the outbox row; 0 = none */
    const char *room;
    const char *event; /* the id that the server gave it */
    const char *tag;   /* as posted; NULL = none */
    unsigned part;     /* how many parts of the message were said before */
    bool reaction;     /* it was said as a mark on `about`; `event` is the reaction */
};

/* What it calls, from the loop or from inside the functions below, except where said otherwise.
 * Never from inside matrix_send_post(). Nothing after matrix_send_stop()'s done() or destroy(), which is
 * not to be called from inside of them (from inside of done() it is fine). */
struct matrix_send_sink {
    void *context;
    /* For each part, before sent(): note here which message the tag belongs to. */
    void (*said)(void *context, const struct matrix_said *said);
    void (*sent)(void *context, int64_t id);
    void (*lost)(void *context, int64_t id);
    void (*ready)(void *context); /* what was POST_BUSY may be posted again */
    /* The server no longer knows our token; everything is held until matrix_send_release(). */
    void (*unknown_token)(void *context, bool soft_logout);
};

struct matrix_send;

/* Borrows loop, http and sink's context; held until the first release. `seed`: fresh chance.
 * NULL and *error when out of memory. */
struct matrix_send *matrix_send_create(uv_loop_t *loop, struct matrix_http *http, uint64_t seed,
                                       const struct matrix_send_sink *sink, struct error *error);
/* Gives all up without a word; the loop must run on until handles are closed. NULL is fine. */
void matrix_send_destroy(struct matrix_send *send);

/* Who we are ("@hotseat:example.org"), and the random id of this database, letters and digits, chosen
 * once and noted by the caller: part of each transaction id, so that a new database never meets old ids.
 * Before the first release. 0; -1 when out of memory or too long. */
int matrix_send_set_account(struct matrix_send *send, const char *user, const char *instance);
/* Nothing is sent while held: no login, or a new one is under way. Fine if it is (not) so already. */
void matrix_send_hold(struct matrix_send *send);
void matrix_send_release(struct matrix_send *send);

/* Shows in private rooms that we write when a long message must wait; borrowed, NULL = not. */
void matrix_send_set_courtesy(struct matrix_send *send, struct matrix_courtesy *courtesy);

/* Takes a message for a room. `maybe`: it may have been said already, by an earlier life of the bot (it was in
 * the outbox at start): it is looked for first. POST_BUSY: full, or the room is closed to us now. */
enum post_result matrix_send_post(struct matrix_send *send, const char *room,
                                  const struct outbound *message, bool maybe);

/* Membership or power levels of the room changed: if it was closed to us, try again. */
void matrix_send_room_changed(struct matrix_send *send, const char *room);
/* We are no longer in the room: what waits for it is lost(). */
void matrix_send_drop(struct matrix_send *send, const char *room);

/* ---- a message that is edited: the countdown ---- */

struct matrix_edit {
    const char *room;
    const char *key;   /* names the message: letters, digits, '-'; at most 64 bytes. Once for ever within `instance` */
    const char *event; /* its event id if it was said before; NULL = say it now */
    bool maybe;        /* event NULL: it may have been said by an earlier life: it is looked for first */
    const char *bytes; /* a struct text's stored form; one part, cut if too long */
    size_t size;
    /* Called once: said, as event; or NULL: `again`: try again later; else it will never be. From the
     * loop; not after matrix_send_forget(). */
    void (*done)(void *context, const char *event, bool again);
    void *context;
};
/* Only when nothing else waits: false = not taken (something waits, held, limited of late, no memory); try
 * later. One at a time. */
bool matrix_send_edit(struct matrix_send *send, const struct matrix_edit *edit);
/* done() of edits with this context will not be called. */
void matrix_send_forget(struct matrix_send *send, void *context);

/* ---- the end ---- */

/* Sends what is posted, at the latest until `ms`, then calls done(context) once. What cannot be sent in that time
 * (held, paused) does not delay it. What is not out then waits in the outbox, and may have been said. */
void matrix_send_stop(struct matrix_send *send, int ms, void (*done)(void *context), void *context);

#endif
