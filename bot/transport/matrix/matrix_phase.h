/* One phase of a round as a room sees it: what its message says, and when that needs to be said anew. Pure. */
#ifndef TRANSPORT_MATRIX_PHASE_H
#define TRANSPORT_MATRIX_PHASE_H

#include "app/ports.h"
#include "transport/matrix/matrix_item.h"

#define MATRIX_PHASE_NAME 16
#define MATRIX_PHASE_KEY 80
#define MATRIX_PHASE_SHORT_MS 45000  /* a phase of which less is left is not worth a message */
#define MATRIX_PHASE_STEP_MS 60000   /* between two edits, when only time goes by */
#define MATRIX_PHASE_LAST_MS 15000   /* in the last minute */
#define MATRIX_PHASE_STALE_MS 60000  /* after the deadline of one that is only recalled */
#define MATRIX_PHASE_CHANGE_MS 10000 /* at least, when people get done */

struct matrix_phase {
    struct matrix_phase *next;
    char room[EVENT_TARGET_MAX];
    char name[MATRIX_PHASE_NAME]; /* "answer", as in struct progress */
    uint64_t round;
    int64_t deadline, remaining;  /* as in struct progress */
    unsigned done, total;
    bool over;
    char event[MATRIX_EVENT_MAX]; /* its message; "" = none yet */
    bool maybe;                   /* no event known, but there may be one of an earlier life */
    bool busy;                    /* being said */
    bool never;                   /* it may not be said */
    bool heard;                   /* in this life of the bot */
    int64_t said_at;              /* 0 = not in this life */
    struct {                      /* what was said then */
        int64_t deadline, remaining;
        unsigned done, total;
        bool over;
    } said;
};

/* True if the room is to see a countdown of such a phase. */
bool matrix_phase_shown(const char *name);
/* Takes over what the core says now. True if it moved in time: its note is to be renewed. */
bool matrix_phase_update(struct matrix_phase *phase, const struct progress *progress);
/* When its message is to be said (anew); INT64_MAX = never. */
int64_t matrix_phase_due(const struct matrix_phase *phase, int64_t now);
/* Nobody has told its end, and nobody will: the bot was down then. */
bool matrix_phase_stale(const struct matrix_phase *phase, int64_t now);
/* It is being said as it is now. */
void matrix_phase_saying(struct matrix_phase *phase, int64_t now);
/* What it says; appended. */
void matrix_phase_text(const struct matrix_phase *phase, int64_t now, struct text *text);

/* Its note: key "countdown ROUND NAME HASH-OF-ROOM", value "ROOM EVENT DEADLINE REMAINING DONE TOTAL". */
void matrix_phase_key(const struct matrix_phase *phase, char key[MATRIX_PHASE_KEY]);
void matrix_phase_value(const struct matrix_phase *phase, struct buf *value);
/* 0; -1 if these are not of a note. */
int matrix_phase_read(struct matrix_phase *phase, const char *key, const char *value);

#endif
