/*
 * What one account remembers from one life to the next, in the store of the
 * session: readable at once after it was set, pushed in the order in which it
 * was set, and pushed again until it is stored.
 */
#ifndef TRANSPORT_MATRIX_NOTES_H
#define TRANSPORT_MATRIX_NOTES_H

#include <stdbool.h>

#include "app/ports.h"

/* Keys. What stands after the slash is the id of a room, a user or an event. */
#define MATRIX_NOTE_SINCE "since"        /* "TOKEN\nMS": how far we have read, and when that was */
#define MATRIX_NOTE_INSTANCE "instance"  /* of matrix_send_set_account() */
#define MATRIX_NOTE_IN "in/"             /* a room whose past is behind us */
#define MATRIX_NOTE_GAP "gap/"           /* see matrix_gap.h */
#define MATRIX_NOTE_INVITE "invite/"     /* who invited us, not yet answered */
#define MATRIX_NOTE_DIRECT "dm/"         /* the private room of a user, or that we are making one */
#define MATRIX_NOTE_TAG "tag/"           /* "TAG\nROOM" of a message of ours */
#define MATRIX_NOTE_MOVED "moved/"       /* what a configured room has become */
#define MATRIX_NOTE_SEALED "sealed/"     /* that somebody was told that we cannot read there */

struct matrix_note;

struct matrix_notes {
    const struct transport_sink *sink;
    const char *network;
    int64_t (*now)(void);
    struct matrix_note *first, **last; /* set and not yet known to be stored */
};

/* Borrows all. */
void matrix_notes_init(struct matrix_notes *notes, const struct transport_sink *sink,
                       const char *network, int64_t (*now)(void));
void matrix_notes_finish(struct matrix_notes *notes);

/* value NULL = forget it. 0; -1 when out of memory or too long, and nothing is set then. */
int matrix_notes_set(struct matrix_notes *notes, const char *key, const char *value);
/* `key` is a prefix of the list above and what stands after it. */
int matrix_notes_set_about(struct matrix_notes *notes, const char *prefix, const char *about,
                           const char *value);
/* A note with this key is stored. True if that is what was set last under this key. */
bool matrix_notes_stored(struct matrix_notes *notes, const char *key);
/* Pushes what could not be pushed before. True if nothing is left to push. */
bool matrix_notes_push(struct matrix_notes *notes);

/* A copy of the value, to be freed; NULL = there is none, or (*failed) it cannot be read. Not from inside a call of the session. */
char *matrix_notes_get(struct matrix_notes *notes, const char *prefix, const char *about,
                       bool *failed);
/* All with this prefix, `key` without it; those not yet stored, too. -1 if they cannot be read. */
int matrix_notes_each(struct matrix_notes *notes, const char *prefix, note_fn *note,
                      void *context);

#endif
