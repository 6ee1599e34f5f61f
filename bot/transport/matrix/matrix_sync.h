/*
 * Reads an answer of GET /_matrix/client/v3/sync (Matrix client-server API
 * v1.18, section "Syncing") while it comes in: bytes in, calls out, nothing kept.
 *
 * Members of a JSON object come in any order: a room's timeline may come before
 * its state, `limited` after the events, and next_batch first or last. What
 * comes is told as it comes, so the owner collects a room's events until
 * room_end(), and acts on nothing before matrix_sync_end() has said that the
 * answer is whole. A room may even come twice, if a server repeats a key.
 */
#ifndef TRANSPORT_MATRIX_SYNC_H
#define TRANSPORT_MATRIX_SYNC_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

#define MATRIX_TOKEN_MAX 1024 /* with the NUL: next_batch and prev_batch; longer is refused */
#define MATRIX_TYPE_MAX 256   /* with the NUL: of an event; the specification allows 255 bytes */

enum matrix_section { MATRIX_JOIN, MATRIX_INVITE, MATRIX_KNOCK, MATRIX_LEAVE };
enum matrix_part {
    MATRIX_STATE,    /* before the timeline; stripped (no id, no time) in invitations and knocks */
    MATRIX_TIMELINE  /* in order */
};

/* One event as it came. Borrowed for the call; bytes for matrix_event_parse(). */
struct matrix_raw {
    enum matrix_section section;
    enum matrix_part part;
    const char *room; /* "" in a list */
    const char *type;
    const char *bytes;
    size_t length;
};

/* What belongs to encryption. Counted in struct matrix_sync_facts whether or not somebody listens. */
enum matrix_crypto {
    MATRIX_TO_DEVICE,      /* one event */
    MATRIX_DEVICE_CHANGED, /* a user id, as a JSON string */
    MATRIX_DEVICE_LEFT,    /* likewise */
    MATRIX_KEY_COUNTS,     /* the object device_one_time_keys_count */
    MATRIX_FALLBACK_KEYS   /* the array device_unused_fallback_key_types */
};

/* Each function that gives int may return -1 to give up. Any may be NULL but event. */
struct matrix_sync_calls {
    void *context;
    /* NULL = all. A room that is not wanted is skipped whole, no other call is made for it. */
    bool (*wants_room)(void *context, enum matrix_section section, const char *room);
    /* NULL = all. Asked before an event is looked at any further; bytes and length are there already. */
    bool (*wants_event)(void *context, const struct matrix_raw *raw);
    int (*room)(void *context, enum matrix_section section, const char *room);
    int (*event)(void *context, const struct matrix_raw *raw);
    /* prev_batch "" = none. `limited`: events are missing before the timeline. */
    int (*room_end)(void *context, enum matrix_section section, const char *room, bool limited,
                    const char *prev_batch);
    /* Global account data: {"type":..., "content":...}. Asked for every type. */
    int (*account_data)(void *context, const char *type, const char *bytes, size_t length);
    int (*crypto)(void *context, enum matrix_crypto what, const char *bytes, size_t length);
    /* Something was left out: an event that is too long or too deep, or has no type; a value of the
     * wrong sort. For the log; room "" = of no room. */
    void (*dropped)(void *context, const char *room, const char *why);
};

/* What the answer held. */
struct matrix_sync_facts {
    char next_batch[MATRIX_TOKEN_MAX];
    size_t rooms, events;        /* told */
    size_t skipped_rooms, skipped_events, dropped;
    size_t to_device, device_changes;
    bool key_counts;
};

/* The type of an event's bytes, found without parsing them. False if it has none, or a longer one. */
bool matrix_raw_type(const char *bytes, size_t length, char type[MATRIX_TYPE_MAX]);

struct matrix_sync;
/* NULL when out of memory. The calls are copied. */
struct matrix_sync *matrix_sync_create(const struct matrix_sync_calls *calls);
void matrix_sync_destroy(struct matrix_sync *sync);
/* 0, or -1 and *error (it may be NULL); after that it takes no more. */
int matrix_sync_feed(struct matrix_sync *sync, const char *bytes, size_t length,
                     struct error *error);
/* At the end of the body. 0 and *facts if it was a whole answer with a next_batch, else -1 and *error. */
int matrix_sync_end(struct matrix_sync *sync, struct matrix_sync_facts *facts, struct error *error);

#endif
