/* The notes: the memory of a transport. */
#include "store/sqlite/sql.h"

int sqlite_note_set(struct store *base, const char *transport, const char *network,
                    const char *key, const char *value, int64_t at, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    if (!value)
        return sql_do(store, SQL_NOTE_DROP, error, "ttt", transport, network, key);
    return sql_do(store, SQL_NOTE_SET, error, "tttti", transport, network, key, value, at);
}

int sqlite_notes(struct store *base, const char *transport, const char *network,
                 const char *prefix, note_fn *note, void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_NOTES, error);
    if (sql_bind(store, row, error, "ttt", transport, network, prefix))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        const char *key = sql_column(row, 0), *value = sql_column(row, 1);
        /* A note cut short for want of memory would be taken for the whole. */
        if (sql_whole(row, error)) {
            sqlite3_reset(row);
            return -1;
        }
        note(context, key, value, sqlite3_column_int64(row, 2));
    }
    return more;
}

int sqlite_notes_trim(struct store *store, const char *prefix, int64_t before,
                      struct error *error)
{
    return sql_do(sql_store(store), SQL_NOTES_TRIM, error, "ti", prefix, before);
}
