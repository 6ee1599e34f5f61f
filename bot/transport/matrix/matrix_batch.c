#include "transport/matrix/matrix_batch.h"

#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_slice.h"
#include "util/log.h"

void matrix_batch_init(struct matrix_batch *batch)
{
    memset(batch, 0, sizeof *batch);
    matrix_spool_init(&batch->spool);
}

void matrix_batch_clear(struct matrix_batch *batch)
{
    for (size_t i = 0; i < batch->room_count; i++)
        free(batch->rooms[i].id);
    batch->room_count = batch->item_count = batch->dropped = 0;
    matrix_spool_clear(&batch->spool);
    error_clear(&batch->error);
}

void matrix_batch_finish(struct matrix_batch *batch)
{
    matrix_batch_clear(batch);
    matrix_spool_finish(&batch->spool);
    free(batch->rooms);
    free(batch->items);
    matrix_batch_init(batch);
}

static int reserve(struct matrix_batch *batch, void **array, size_t count, size_t *capacity,
                   size_t size)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *grown = wanted < MATRIX_BATCH_CRYPTO ? reallocarray(*array, wanted, size) : NULL;
    if (!grown)
        return error_set(&batch->error, ERR_MEMORY, "no memory for what the server says");
    *array = grown;
    *capacity = wanted;
    return 0;
}

int matrix_batch_begin_room(struct matrix_batch *batch, enum matrix_section section,
                            const char *room)
{
    if (reserve(batch, (void **)&batch->rooms, batch->room_count, &batch->room_capacity,
                sizeof *batch->rooms))
        return -1;
    char *id = strdup(room);
    if (!id)
        return error_set(&batch->error, ERR_MEMORY, "no memory for what the server says");
    batch->rooms[batch->room_count++] = (struct matrix_batch_room){.id = id, .section = section};
    return 0;
}

static int add(struct matrix_batch *batch, const char *bytes, size_t length, uint32_t room,
               enum matrix_part part)
{
    if (reserve(batch, (void **)&batch->items, batch->item_count, &batch->item_capacity,
                sizeof *batch->items))
        return -1;
    struct matrix_batch_item item = {.length = (uint32_t)length, .room = room, .part = part};
    if (matrix_spool_add(&batch->spool, bytes, length, &item.place, &batch->error))
        return -1;
    batch->items[batch->item_count++] = item;
    return 0;
}

/* As it stands in the event, unchecked: only for the order. */
static int64_t claimed_time(const char *bytes, size_t length)
{
    const char *value;
    size_t digits;
    char number[24];
    if (!matrix_slice_member(bytes, length, "origin_server_ts", &value, &digits) ||
        digits >= sizeof number)
        return 0;
    memcpy(number, value, digits);
    number[digits] = '\0';
    int64_t when = strtoll(number, NULL, 10);
    return when > 0 ? when : 0;
}

int matrix_batch_add(struct matrix_batch *batch, const struct matrix_raw *raw)
{
    uint32_t room = (uint32_t)batch->room_count - 1;
    if (add(batch, raw->bytes, raw->length, room, raw->part))
        return -1;
    if (raw->part != MATRIX_TIMELINE)
        return 0;
    struct matrix_batch_item *item = &batch->items[batch->item_count - 1];
    item->when = claimed_time(raw->bytes, raw->length);
    for (const struct matrix_batch_item *before = item; before > batch->items; ) {
        before--;
        if (before->room != room)
            break;
        if (before->part == MATRIX_TIMELINE) {
            item->when = before->when > item->when ? before->when : item->when;
            break;
        }
    }
    return 0;
}

/* ---- what the reader of the answer calls ---- */

static int on_room(void *context, enum matrix_section section, const char *room)
{
    return matrix_batch_begin_room(context, section, room);
}

static bool wants_event(void *context, const struct matrix_raw *raw)
{
    struct matrix_batch *batch = context;
    if (raw->part == MATRIX_TIMELINE)
        batch->rooms[batch->room_count - 1].said++;
    if (batch->first_ever && raw->section != MATRIX_INVITE)
        return false;
    return matrix_kind_of(raw->type) != MATRIX_KIND_NONE;
}

static int on_event(void *context, const struct matrix_raw *raw)
{
    return matrix_batch_add(context, raw);
}

static int on_room_end(void *context, enum matrix_section section, const char *room, bool limited,
                       const char *prev_batch)
{
    struct matrix_batch *batch = context;
    (void)section;
    (void)room;
    (void)prev_batch;
    /* Synapse says nothing of what it left out when the newest event is one that it hides. */
    struct matrix_batch_room *told = &batch->rooms[batch->room_count - 1];
    told->limited = limited || told->said >= MATRIX_TIMELINE_MAX;
    return 0;
}

static int on_account_data(void *context, const char *type, const char *bytes, size_t length)
{
    if (strcmp(type, "m.direct") != 0 && strcmp(type, "m.ignored_user_list") != 0)
        return 0;
    return add(context, bytes, length, MATRIX_BATCH_ACCOUNT, MATRIX_STATE);
}

static int on_crypto(void *context, enum matrix_crypto what, const char *bytes, size_t length)
{
    struct matrix_batch *batch = context;
    if (!batch->crypto)
        return 0;
    return add(batch, bytes, length, MATRIX_BATCH_CRYPTO + (uint32_t)what, MATRIX_STATE);
}

void matrix_batch_dropped(struct matrix_batch *batch, const char *room, const char *why)
{
    (batch->dropped++ ? log_debug : log_warn)("matrix", "something that the server says%s%s was left out: %s",
                                              room[0] ? " of " : "", room, why);
}

static void on_dropped(void *context, const char *room, const char *why)
{
    matrix_batch_dropped(context, room, why);
}

struct matrix_sync_calls matrix_batch_calls(struct matrix_batch *batch)
{
    return (struct matrix_sync_calls){
        .context = batch,
        .wants_event = wants_event,
        .room = on_room,
        .event = on_event,
        .room_end = on_room_end,
        .account_data = on_account_data,
        .crypto = on_crypto,
        .dropped = on_dropped,
    };
}

/* ---- reading it ---- */

static int rank(const struct matrix_batch_item *item)
{
    return item->room >= MATRIX_BATCH_CRYPTO ? 0 : item->part == MATRIX_STATE ? 1 : 2;
}

/* Places grow with the order of the answer. */
static int compare(const void *a, const void *b)
{
    const struct matrix_batch_item *one = a, *two = b;
    if (rank(one) != rank(two))
        return rank(one) - rank(two);
    if (one->when != two->when)
        return one->when < two->when ? -1 : 1;
    return one->place < two->place ? -1 : one->place > two->place;
}

void matrix_batch_sort(struct matrix_batch *batch)
{
    if (batch->item_count > 0)
        qsort(batch->items, batch->item_count, sizeof *batch->items, compare);
}

int matrix_batch_read(const struct matrix_batch *batch, size_t item, struct buf *out,
                      struct error *error)
{
    const struct matrix_batch_item *one = &batch->items[item];
    return matrix_spool_read(&batch->spool, one->place, one->length, out, error);
}
