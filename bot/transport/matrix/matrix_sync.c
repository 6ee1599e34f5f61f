#include "transport/matrix/matrix_sync.h"

#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_slice.h"

struct matrix_sync {
    struct matrix_sync_calls calls;
    struct matrix_slice *slice;
    struct matrix_sync_facts facts;
    struct error error; /* what is wrong beside the grammar */
    /* The room being read. */
    enum matrix_section section;
    const char *room;
    bool limited;
    char prev_batch[MATRIX_TOKEN_MAX];
};

static bool is(const struct matrix_path *path, size_t level, const char *key)
{
    return path->key[level] && strcmp(path->key[level], key) == 0;
}

static void dropped(struct matrix_sync *sync, const char *room, const char *why)
{
    sync->facts.dropped++;
    if (sync->calls.dropped)
        sync->calls.dropped(sync->calls.context, room, why);
}

/* ---- what is looked at ---- */

/* An object or array is entered, anything else in its place skipped. */
static enum matrix_choice enter(const struct matrix_path *path, char bracket)
{
    return path->first == bracket ? MATRIX_ENTER : MATRIX_SKIP;
}

static enum matrix_choice want_top(const struct matrix_path *path)
{
    static const char *const entered[] = {"rooms", "account_data", "to_device", "device_lists"};
    static const char *const taken[] = {"next_batch", "device_one_time_keys_count",
                                        "device_unused_fallback_key_types"};
    for (size_t i = 0; i < sizeof entered / sizeof *entered; i++)
        if (is(path, 0, entered[i]))
            return enter(path, '{');
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (is(path, 0, taken[i]))
            return MATRIX_TAKE;
    return MATRIX_SKIP;
}

static bool section_of(const char *key, enum matrix_section *section)
{
    static const char *const names[] = {"join", "invite", "knock", "leave"};
    for (size_t i = 0; key && i < sizeof names / sizeof *names; i++)
        if (strcmp(key, names[i]) == 0) {
            *section = (enum matrix_section)i;
            return true;
        }
    return false;
}

static enum matrix_choice want_second(struct matrix_sync *sync, const struct matrix_path *path)
{
    if (is(path, 0, "rooms"))
        return section_of(path->key[1], &sync->section) ? enter(path, '{') : MATRIX_SKIP;
    if (is(path, 0, "device_lists"))
        return is(path, 1, "changed") || is(path, 1, "left") ? enter(path, '[') : MATRIX_SKIP;
    return is(path, 1, "events") ? enter(path, '[') : MATRIX_SKIP;
}

/* "!" and more, of characters that can be seen. */
static bool is_room_id(const char *id)
{
    if (id[0] != '!')
        return false;
    for (const char *c = id; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7F)
            return false;
    return id[1] != '\0';
}

static enum matrix_choice want_room(struct matrix_sync *sync, const struct matrix_path *path)
{
    const char *room = path->key[2];
    if (path->first != '{' || !is_room_id(room)) {
        dropped(sync, "", path->first == '{' ? "no id of a room" : "a room that is no object");
        return MATRIX_SKIP;
    }
    if (sync->calls.wants_room &&
        !sync->calls.wants_room(sync->calls.context, sync->section, room)) {
        sync->facts.skipped_rooms++;
        return MATRIX_SKIP;
    }
    sync->room = room;
    sync->limited = false;
    sync->prev_batch[0] = '\0';
    sync->facts.rooms++;
    if (sync->calls.room && sync->calls.room(sync->calls.context, sync->section, room) != 0)
        return MATRIX_STOP;
    return MATRIX_ENTER;
}

static enum matrix_choice want_part(const struct matrix_sync *sync, const struct matrix_path *path)
{
    bool of_interest = sync->section == MATRIX_INVITE  ? is(path, 3, "invite_state")
                       : sync->section == MATRIX_KNOCK ? is(path, 3, "knock_state")
                                                       : is(path, 3, "timeline") || is(path, 3, "state");
    return of_interest ? enter(path, '{') : MATRIX_SKIP;
}

static enum matrix_choice want_in_part(const struct matrix_path *path)
{
    if (is(path, 4, "events"))
        return enter(path, '[');
    if (is(path, 3, "timeline") && (is(path, 4, "limited") || is(path, 4, "prev_batch")))
        return MATRIX_TAKE;
    return MATRIX_SKIP;
}

static enum matrix_choice want_element(struct matrix_sync *sync, const struct matrix_path *path,
                                       const char *room, char first)
{
    if (path->first == first)
        return MATRIX_TAKE;
    dropped(sync, room, first == '{' ? "an event that is no object" : "a user id that is no string");
    return MATRIX_SKIP;
}

static enum matrix_choice want(void *context, const struct matrix_path *path)
{
    struct matrix_sync *sync = context;
    switch (path->depth) {
    case 0:
        return enter(path, '{');
    case 1:
        return want_top(path);
    case 2:
        return want_second(sync, path);
    case 3:
        if (is(path, 0, "rooms"))
            return want_room(sync, path);
        return want_element(sync, path, "", is(path, 0, "device_lists") ? '"' : '{');
    case 4:
        return want_part(sync, path);
    case 5:
        return want_in_part(path);
    default:
        return want_element(sync, path, sync->room, '{');
    }
}

/* ---- what was found ---- */

bool matrix_raw_type(const char *bytes, size_t length, char type[MATRIX_TYPE_MAX])
{
    const char *value;
    size_t size;
    return matrix_slice_member(bytes, length, "type", &value, &size) &&
           matrix_slice_string(value, size, type, MATRIX_TYPE_MAX) && type[0] != '\0';
}

static int take_room_event(struct matrix_sync *sync, const struct matrix_path *path,
                           const char *bytes, size_t length)
{
    char type[MATRIX_TYPE_MAX];
    struct matrix_raw raw = {.section = sync->section, .room = sync->room, .type = type,
                             .bytes = bytes, .length = length};
    raw.part = is(path, 3, "timeline") ? MATRIX_TIMELINE : MATRIX_STATE;
    if (!matrix_raw_type(bytes, length, type)) {
        dropped(sync, sync->room, "an event without a type");
        return 0;
    }
    if (sync->calls.wants_event && !sync->calls.wants_event(sync->calls.context, &raw)) {
        sync->facts.skipped_events++;
        return 0;
    }
    sync->facts.events++;
    return sync->calls.event(sync->calls.context, &raw);
}

static int take_account_data(struct matrix_sync *sync, const char *bytes, size_t length)
{
    char type[MATRIX_TYPE_MAX];
    if (!matrix_raw_type(bytes, length, type)) {
        dropped(sync, "", "account data without a type");
        return 0;
    }
    if (!sync->calls.account_data)
        return 0;
    return sync->calls.account_data(sync->calls.context, type, bytes, length);
}

static int take_crypto(struct matrix_sync *sync, enum matrix_crypto what, const char *bytes,
                       size_t length)
{
    if (what == MATRIX_TO_DEVICE)
        sync->facts.to_device++;
    else if (what == MATRIX_KEY_COUNTS)
        sync->facts.key_counts = true;
    else if (what != MATRIX_FALLBACK_KEYS)
        sync->facts.device_changes++;
    return sync->calls.crypto ? sync->calls.crypto(sync->calls.context, what, bytes, length) : 0;
}

static int take_top(struct matrix_sync *sync, const struct matrix_path *path, const char *bytes,
                    size_t length)
{
    if (!is(path, 0, "next_batch"))
        return take_crypto(sync, is(path, 0, "device_one_time_keys_count") ? MATRIX_KEY_COUNTS
                                                                           : MATRIX_FALLBACK_KEYS,
                           bytes, length);
    if (!matrix_slice_string(bytes, length, sync->facts.next_batch, MATRIX_TOKEN_MAX))
        return error_set(&sync->error, ERR_INVALID, "next_batch is no string of at most %d bytes",
                         MATRIX_TOKEN_MAX - 1);
    return 0;
}

static int take_timeline_fact(struct matrix_sync *sync, const struct matrix_path *path,
                              const char *bytes, size_t length)
{
    if (is(path, 4, "limited"))
        sync->limited = length == 4 && memcmp(bytes, "true", 4) == 0;
    else if (!matrix_slice_string(bytes, length, sync->prev_batch, MATRIX_TOKEN_MAX)) {
        sync->prev_batch[0] = '\0';
        dropped(sync, sync->room, "a prev_batch that is no token");
    }
    return 0;
}

static int take(void *context, const struct matrix_path *path, const char *bytes, size_t length,
                const char *why)
{
    struct matrix_sync *sync = context;
    if (!bytes) {
        dropped(sync, path->depth > 3 ? sync->room : "", why);
        return 0;
    }
    switch (path->depth) {
    case 1:
        return take_top(sync, path, bytes, length);
    case 3:
        if (is(path, 0, "account_data"))
            return take_account_data(sync, bytes, length);
        return take_crypto(sync, is(path, 0, "to_device")  ? MATRIX_TO_DEVICE
                                 : is(path, 1, "changed") ? MATRIX_DEVICE_CHANGED
                                                          : MATRIX_DEVICE_LEFT,
                           bytes, length);
    case 5:
        return take_timeline_fact(sync, path, bytes, length);
    default:
        return take_room_event(sync, path, bytes, length);
    }
}

static int leave(void *context, const struct matrix_path *path)
{
    struct matrix_sync *sync = context;
    if (path->depth != 3 || !sync->calls.room_end)
        return 0;
    return sync->calls.room_end(sync->calls.context, sync->section, sync->room, sync->limited,
                                sync->prev_batch);
}

/* ---- feeding ---- */

struct matrix_sync *matrix_sync_create(const struct matrix_sync_calls *calls)
{
    struct matrix_sync *sync = calloc(1, sizeof *sync);
    if (!sync)
        return NULL;
    struct matrix_slice_calls own = {sync, want, take, leave};
    sync->calls = *calls;
    sync->slice = matrix_slice_create(&own);
    if (sync->slice)
        return sync;
    free(sync);
    return NULL;
}

void matrix_sync_destroy(struct matrix_sync *sync)
{
    if (!sync)
        return;
    matrix_slice_destroy(sync->slice);
    free(sync);
}

/* What is wrong with the answer says more than that the slicer was stopped. */
static int failed(const struct matrix_sync *sync, struct error *error)
{
    if (error && sync->error.code != ERR_NONE)
        *error = sync->error;
    return error_prefix(error, "sync");
}

int matrix_sync_feed(struct matrix_sync *sync, const char *bytes, size_t length,
                     struct error *error)
{
    return matrix_slice_feed(sync->slice, bytes, length, error) == 0 ? 0 : failed(sync, error);
}

int matrix_sync_end(struct matrix_sync *sync, struct matrix_sync_facts *facts, struct error *error)
{
    if (matrix_slice_end(sync->slice, error) != 0)
        return failed(sync, error);
    if (sync->facts.next_batch[0] == '\0')
        return error_set(error, ERR_INVALID, "sync: an answer without next_batch");
    *facts = sync->facts;
    return 0;
}
