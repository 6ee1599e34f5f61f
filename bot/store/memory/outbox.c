/* The outbox: rows in order of their ids, which is the order of time. */
#include "store/memory/memory.h"

#include <string.h>

static bool is_for(const struct outbox_row *row, const struct address *to, bool private_talk)
{
    return row->private_talk == private_talk && address_same(&row->to, to);
}

int memory_outbox_drop(struct store *base, const struct address *to, bool private_talk,
                       const char *collapse, size_t *dropped, struct error *error)
{
    struct memory_store *store = memory_of(base);
    const struct table *outbox = &store->tables[TABLE_OUTBOX];
    *dropped = 0;
    for (size_t i = outbox->count; i-- > 0;) {
        const struct message_row *row = outbox->rows[i];
        if (row->taken || !row->message.collapse || strcmp(row->message.collapse, collapse) != 0 ||
            !is_for(&row->message, to, private_talk))
            continue;
        if (memory_drop(store, TABLE_OUTBOX, row, error))
            return -1;
        (*dropped)++;
    }
    return 0;
}

int memory_outbox_add(struct store *base, const struct outbox_row *row, int64_t *id,
                      struct error *error)
{
    struct memory_store *store = memory_of(base);
    struct message_row stored = {.message = *row};
    size_t replaced;
    if (row->collapse &&
        memory_outbox_drop(base, &row->to, row->private_talk, row->collapse, &replaced, error))
        return -1;
    stored.message.id = ++store->last_message;
    if (memory_put(store, TABLE_OUTBOX, &stored, error))
        return -1;
    *id = stored.message.id;
    return 0;
}

int memory_outbox_read(struct store *base, int64_t after, size_t limit, outbox_row_fn *row_fn,
                       void *context, struct error *error)
{
    const struct table *outbox = &memory_of(base)->tables[TABLE_OUTBOX];
    struct message_row key = {.message.id = after + 1};
    (void)error;
    for (size_t i = table_bound(outbox, &key); i < outbox->count && limit > 0; i++, limit--) {
        const struct message_row *row = outbox->rows[i];
        if (row_fn(context, &row->message))
            break;
    }
    return 0;
}

void memory_outbox_taken(struct store *base, int64_t id)
{
    const struct table *outbox = &memory_of(base)->tables[TABLE_OUTBOX];
    struct message_row key = {.message.id = id};
    size_t at = table_bound(outbox, &key);
    if (at >= outbox->count)
        return;
    struct message_row *row = outbox->rows[at];
    if (row->message.id == id)
        row->taken = true;
}

int memory_outbox_done(struct store *base, int64_t id, struct error *error)
{
    struct message_row key = {.message.id = id};
    return memory_drop(memory_of(base), TABLE_OUTBOX, &key, error);
}
