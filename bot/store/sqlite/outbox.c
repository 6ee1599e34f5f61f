/* The outbox table. Which rows a transport has taken is known in memory only. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/sql.h"

static bool find_taken(const struct sqlite_store *store, int64_t id, size_t *at)
{
    size_t low = 0, high = store->taken_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (store->taken[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return low < store->taken_count && store->taken[low] == id;
}

static int reserve(int64_t **ids, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 32;
    int64_t *grown = reallocarray(*ids, wanted, sizeof *grown);
    if (!grown)
        return -1;
    *ids = grown;
    *capacity = wanted;
    return 0;
}

void sqlite_outbox_taken(struct store *base, int64_t id)
{
    struct sqlite_store *store = sql_store(base);
    size_t at;
    if (find_taken(store, id, &at))
        return;
    /* Without memory a newer receipt may replace one on its way: both say what is stored. */
    if (reserve(&store->taken, store->taken_count, &store->taken_capacity))
        return;
    memmove(&store->taken[at + 1], &store->taken[at],
            (store->taken_count - at) * sizeof *store->taken);
    store->taken[at] = id;
    store->taken_count++;
}

int sqlite_outbox_done(struct store *base, int64_t id, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    size_t at;
    if (sql_do(store, SQL_OUTBOX_DONE, error, "i", id))
        return -1;
    /* Without memory the mark stays; the id does not come again, so it does no harm. */
    if (find_taken(store, id, &at) &&
        reserve(&store->struck, store->struck_count, &store->struck_capacity) == 0)
        store->struck[store->struck_count++] = id;
    return 0;
}

void sqlite_outbox_settle(struct sqlite_store *store)
{
    size_t at;
    for (size_t i = 0; i < store->struck_count; i++)
        if (find_taken(store, store->struck[i], &at)) {
            store->taken_count--;
            memmove(&store->taken[at], &store->taken[at + 1],
                    (store->taken_count - at) * sizeof *store->taken);
        }
    store->struck_count = 0;
}

int sqlite_outbox_drop(struct store *base, const struct address *to, bool private_talk,
                       const char *collapse, size_t *dropped, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    size_t at;
    int more;
    *dropped = 0;
    sqlite3_stmt *find = sql_prepare(store, SQL_OUTBOX_COLLAPSE, error);
    if (sql_bind(store, find, error, "tttit", to->transport, to->network, to->target,
                 (int64_t)private_talk, collapse))
        return -1;
    while ((more = sql_row(store, find, error)) > 0) {
        int64_t id = sqlite3_column_int64(find, 0);
        if (find_taken(store, id, &at))
            continue;
        if (sql_do(store, SQL_OUTBOX_DONE, error, "i", id)) {
            sqlite3_reset(find);
            return -1;
        }
        (*dropped)++;
    }
    return more;
}

int sqlite_outbox_add(struct store *base, const struct outbox_row *row, int64_t *id,
                      struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    size_t replaced;
    if (row->collapse &&
        sqlite_outbox_drop(base, &row->to, row->private_talk, row->collapse, &replaced, error))
        return -1;
    if (sql_do(store, SQL_OUTBOX_ADD, error, "tttiitbitttti", row->to.transport, row->to.network,
               row->to.target, (int64_t)row->private_talk, (int64_t)row->flags, row->collapse,
               row->bytes, row->size, row->at, row->about, row->mark, row->tag, row->mention,
               row->due))
        return -1;
    *id = sqlite3_last_insert_rowid(store->db);
    return 0;
}

static const char *text_or_null(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

int sqlite_outbox_read(struct store *base, int64_t after, size_t limit, outbox_row_fn *row_fn,
                       void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_OUTBOX_READ, error);
    if (sql_bind(store, row, error, "ii", after,
                 limit > (size_t)INT64_MAX ? INT64_MAX : (int64_t)limit))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct outbox_row out = {
            .id = sqlite3_column_int64(row, 0),
            .to = {sql_column(row, 1), sql_column(row, 2), sql_column(row, 3)},
            .private_talk = sqlite3_column_int(row, 4),
            .flags = (unsigned)sqlite3_column_int(row, 5),
            .collapse = text_or_null(row, 6),
            .bytes = sqlite3_column_blob(row, 7),
            .size = (size_t)sqlite3_column_bytes(row, 7),
            .at = sqlite3_column_int64(row, 8),
            .about = text_or_null(row, 9),
            .mark = text_or_null(row, 10),
            .tag = text_or_null(row, 11),
            .mention = text_or_null(row, 12),
            .due = sqlite3_column_int64(row, 13),
        };
        /* A message cut short for want of memory must not go out and count as sent. */
        if (sql_whole(row, error)) {
            sqlite3_reset(row);
            return -1;
        }
        if (row_fn(context, &out)) {
            sqlite3_reset(row);
            return 0;
        }
    }
    return more;
}
