/*
 * One answer of /sync, or one page of events, collected until it is whole: which
 * rooms it is about, and its events in the order in which they are to be looked
 * at. The events themselves are in a spool.
 */
#ifndef TRANSPORT_MATRIX_BATCH_H
#define TRANSPORT_MATRIX_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/matrix/matrix_spool.h"
#include "transport/matrix/matrix_sync.h"

#define MATRIX_BATCH_ACCOUNT UINT32_MAX       /* instead of a room: account data */
#define MATRIX_BATCH_CRYPTO (UINT32_MAX - 16) /* + enum matrix_crypto: what belongs to encryption */

#define MATRIX_TIMELINE_MAX 100 /* events of a room in one answer; what the filter asks for, and Synapse's own bound */

struct matrix_batch_room {
    char *id;
    enum matrix_section section;
    bool limited; /* events are missing before its timeline, or may be: it is as long as can be */
    unsigned said; /* events in its timeline, also those that are left out here */
};

struct matrix_batch_item {
    int64_t place; /* in the spool */
    uint32_t length;
    uint32_t room; /* index, or MATRIX_BATCH_ACCOUNT, or MATRIX_BATCH_CRYPTO + what */
    enum matrix_part part;
    int64_t when; /* timeline: when the event claims to have happened, never less than the one before it in its room */
};

struct matrix_batch {
    struct matrix_spool spool;
    struct matrix_batch_room *rooms;
    size_t room_count, room_capacity;
    struct matrix_batch_item *items;
    size_t item_count, item_capacity;
    struct error error; /* why something could not be kept */
    size_t dropped;     /* what the reader could not make sense of */
    bool first_ever;    /* only invitations are kept */
    bool crypto;        /* what belongs to encryption is kept */
};

void matrix_batch_init(struct matrix_batch *batch);
void matrix_batch_finish(struct matrix_batch *batch);
void matrix_batch_clear(struct matrix_batch *batch);

/* What matrix_sync_create() calls, with a batch as context: it keeps events of the kinds that the bot
 * acts on, and the account data m.direct and m.ignored_user_list. */
struct matrix_sync_calls matrix_batch_calls(struct matrix_batch *batch);
/* An event of a list, for the room that was begun last. 0 or -1. */
int matrix_batch_add(struct matrix_batch *batch, const struct matrix_raw *raw);
/* The reader left something out of a room ("" = of none): one line in the log for each answer, more for debugging. */
void matrix_batch_dropped(struct matrix_batch *batch, const char *room, const char *why);
/* 0 or -1 */
int matrix_batch_begin_room(struct matrix_batch *batch, enum matrix_section section,
                            const char *room);
/* When it is whole: first what belongs to no room, then all state, then what was said, in the order in which it
 * happened, as far as the servers' clocks agree; in each room the order of the answer stays. */
void matrix_batch_sort(struct matrix_batch *batch);
/* Appends the event's bytes. 0, or -1 and *error. */
int matrix_batch_read(const struct matrix_batch *batch, size_t item, struct buf *out,
                      struct error *error);

#endif
