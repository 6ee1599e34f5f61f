/*
 * An answer to a sync: however it is cut into chunks, the same is told; and if
 * the whole is JSON to jansson, what is told is what jansson finds.
 */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

#include "transport/matrix/matrix_list.h"
#include "transport/matrix/matrix_slice.h"
#include "transport/matrix/matrix_sync.h"
#include "util/buf.h"

static const char *const sections[] = {"join", "invite", "knock", "leave"};

struct log {
    struct buf all;   /* each call as it came */
    struct buf rooms; /* of rooms, as jansson reads the events */
};

/* ---- what is told ---- */

static void log_event(struct buf *out, const char *room, enum matrix_part part, const char *type,
                      const json_t *event)
{
    char *text = event ? json_dumps(event, JSON_COMPACT) : NULL;
    buf_printf(out, "%s %d %s %s\n", room, (int)part, type, text ? text : "?");
    free(text);
}

static int on_event(void *context, const struct matrix_raw *raw)
{
    struct log *log = context;
    json_t *event = json_loadb(raw->bytes, raw->length, JSON_REJECT_DUPLICATES, NULL);
    buf_printf(&log->all, "%s %d %s ", raw->room, (int)raw->part, raw->type);
    buf_add(&log->all, raw->bytes, raw->length);
    log_event(&log->rooms, raw->room, raw->part, raw->type, event);
    json_decref(event);
    return 0;
}

static int on_room(void *context, enum matrix_section section, const char *room)
{
    struct log *log = context;
    buf_printf(&log->all, "%s %s\n", sections[section], room);
    buf_printf(&log->rooms, "%s %s\n", sections[section], room);
    return 0;
}

static int on_room_end(void *context, enum matrix_section section, const char *room, bool limited,
                       const char *prev_batch)
{
    struct log *log = context;
    (void)section;
    buf_printf(&log->all, "%s over %d %s\n", room, limited, prev_batch);
    buf_printf(&log->rooms, "%s over %d %s\n", room, limited, prev_batch);
    return 0;
}

static int on_account_data(void *context, const char *type, const char *bytes, size_t length)
{
    struct log *log = context;
    buf_puts(&log->all, type);
    buf_add(&log->all, bytes, length);
    return 0;
}

static int on_crypto(void *context, enum matrix_crypto what, const char *bytes, size_t length)
{
    struct log *log = context;
    buf_printf(&log->all, "%d ", (int)what);
    buf_add(&log->all, bytes, length);
    return 0;
}

static void on_dropped(void *context, const char *room, const char *why)
{
    struct log *log = context;
    buf_printf(&log->all, "dropped %s %s\n", room, why);
}

/* ---- reading in chunks ---- */

/* Chunk sizes from the input: what `seed` gives, 0 = the whole. */
static size_t next_chunk(uint32_t *seed, size_t left)
{
    if (*seed == 0)
        return left;
    *seed = *seed * 1664525u + 1013904223u;
    size_t size = 1 + (*seed >> 16) % ((*seed >> 8) % 4 ? 8 : 300);
    return size < left ? size : left;
}

static int read_sync(struct log *log, const char *text, size_t length, uint32_t seed,
                     struct error *error)
{
    const struct matrix_sync_calls calls = {log, NULL, NULL, on_room, on_event, on_room_end,
                                            on_account_data, on_crypto, on_dropped};
    struct matrix_sync *sync = matrix_sync_create(&calls);
    struct matrix_sync_facts facts;
    int result = 0;
    MUST(sync);
    for (size_t at = 0, size; at < length && result == 0; at += size) {
        size = next_chunk(&seed, length - at);
        result = matrix_sync_feed(sync, text + at, size, error);
    }
    if (result == 0)
        result = matrix_sync_end(sync, &facts, error);
    if (result == 0)
        buf_printf(&log->all, "%s %zu %zu %zu %zu %zu", facts.next_batch, facts.rooms, facts.events,
                   facts.dropped, facts.to_device, facts.device_changes);
    matrix_sync_destroy(sync);
    return result;
}

static int read_list(struct log *log, const char *text, size_t length, uint32_t seed,
                     struct error *error)
{
    const struct matrix_list_calls calls = {log, NULL, on_event, on_dropped};
    struct matrix_list *list = matrix_list_create(&calls);
    struct matrix_list_facts facts;
    int result = 0;
    MUST(list);
    for (size_t at = 0, size; at < length && result == 0; at += size) {
        size = next_chunk(&seed, length - at);
        result = matrix_list_feed(list, text + at, size, error);
    }
    if (result == 0)
        result = matrix_list_end(list, &facts, error);
    if (result == 0)
        buf_printf(&log->all, "%s %s %zu %zu", facts.start, facts.end, facts.events, facts.dropped);
    matrix_list_destroy(list);
    return result;
}

/* ---- what jansson finds ---- */

static size_t depth_of(const json_t *value)
{
    size_t deepest = 0, i;
    const char *key;
    json_t *one;
    json_object_foreach((json_t *)value, key, one) {
        size_t depth = depth_of(one);
        deepest = depth > deepest ? depth : deepest;
    }
    json_array_foreach((json_t *)value, i, one) {
        size_t depth = depth_of(one);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (json_is_object(value) || json_is_array(value));
}

static void expect_events(struct buf *out, const char *room, enum matrix_part part, const json_t *from)
{
    const json_t *events = json_is_object(from) ? json_object_get(from, "events") : NULL;
    json_t *event;
    size_t i;
    json_array_foreach((json_t *)events, i, event) {
        const json_t *type = json_object_get(event, "type");
        size_t length = json_string_length(type);
        if (length > 0 && length < MATRIX_TYPE_MAX && depth_of(event) <= MATRIX_SLICE_DEPTH)
            log_event(out, room, part, json_string_value(type), event);
    }
}

static bool is_room_id(const char *id)
{
    bool visible = id[0] == '!' && id[1] && strlen(id) < MATRIX_SLICE_KEY;
    for (; *id; id++)
        visible = visible && (unsigned char)*id > ' ' && *id != 0x7F;
    return visible;
}

static void expect_room(struct buf *out, size_t section, const char *id, const json_t *room)
{
    static const char *const parts[][2] = {
        {"timeline", "state"}, {"invite_state", ""}, {"knock_state", ""}, {"timeline", "state"}};
    const json_t *timeline = NULL, *part, *token;
    const char *key, *prev_batch = "";
    buf_printf(out, "%s %s\n", sections[section], id);
    json_object_foreach((json_t *)room, key, part) {
        bool first = strcmp(key, parts[section][0]) == 0;
        if (!first && strcmp(key, parts[section][1]) != 0)
            continue;
        if (strcmp(key, "timeline") == 0)
            timeline = json_is_object(part) ? part : NULL;
        expect_events(out, id, strcmp(key, "timeline") == 0 ? MATRIX_TIMELINE : MATRIX_STATE, part);
    }
    token = json_object_get(timeline, "prev_batch");
    if (json_is_string(token) && json_string_length(token) < MATRIX_TOKEN_MAX)
        prev_batch = json_string_value(token);
    buf_printf(out, "%s over %d %s\n", id, json_is_true(json_object_get(timeline, "limited")), prev_batch);
}

static void expect(struct buf *out, const json_t *whole)
{
    const json_t *rooms = json_object_get(whole, "rooms"), *section, *room;
    const char *name, *id;
    json_object_foreach((json_t *)rooms, name, section)
        for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
            if (strcmp(name, sections[i]) != 0)
                continue;
            json_object_foreach((json_t *)section, id, room)
                if (is_room_id(id) && json_is_object(room))
                    expect_room(out, i, id, room);
        }
}

/* ---- the rules ---- */

typedef int read_fn(struct log *log, const char *text, size_t length, uint32_t seed, struct error *error);

static void finish(struct log *log)
{
    buf_finish(&log->all);
    buf_finish(&log->rooms);
}

/* Reads whole and cut; gives what the whole told. */
static int read_both(read_fn *read, struct log *whole, const char *text, size_t length, uint32_t seed,
                     struct error *error)
{
    struct log cut = {0};
    struct error cut_error;
    int result = read(whole, text, length, 0, error);
    MUST(read(&cut, text, length, seed | 1, &cut_error) == result);
    MUST(result == 0 || strcmp(error->why, cut_error.why) == 0);
    MUST(cut.all.length == whole->all.length);
    MUST(memcmp(buf_text(&cut.all), buf_text(&whole->all), cut.all.length) == 0);
    finish(&cut);
    return result;
}

static void check_against_jansson(const struct log *log, int result, const struct error *error,
                                  const char *text, size_t length)
{
    struct buf expected = {0};
    if (memchr(text, '\0', length))
        return; /* jansson overlooks NULs between tokens */
    json_t *whole = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!whole)
        return;
    MUST(result == 0 || strstr(error->why, "next_batch"));
    if (result == 0) {
        expect(&expected, whole);
        MUST(strcmp(buf_text(&expected), buf_text(&log->rooms)) == 0);
    }
    buf_finish(&expected);
    json_decref(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log log = {0};
    struct error error;
    uint32_t seed = 0;
    if (size < 1)
        return 0;
    /* From the end, so that a corpus file is a document as it is. */
    for (size_t i = size > 4 ? size - 4 : 0; i < size; i++)
        seed = seed * 257 + data[i];
    const char *text = (const char *)data;
    int result = read_both(read_sync, &log, text, size, seed, &error);
    check_against_jansson(&log, result, &error, text, size);
    finish(&log);
    memset(&log, 0, sizeof log);
    read_both(read_list, &log, text, size, seed, &error);
    finish(&log);
    return 0;
}
