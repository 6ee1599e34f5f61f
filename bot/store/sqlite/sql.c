#include "store/sqlite/sql.h"

#include <limits.h>
#include <string.h>

static const char *const texts[SQL_COUNT] = {
#define X(id, sql) [SQL_##id] = sql,
    SQL_STATEMENTS(X)
#undef X
};

const char *sql_text(enum sql_id id)
{
    return texts[id];
}

struct sqlite_store *sql_store(struct store *store)
{
    return (struct sqlite_store *)store;
}

int sql_error(sqlite3 *db, struct error *error, const char *what)
{
    int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    const char *message = db ? sqlite3_errmsg(db) : "out of memory";
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return error_set(error, ERR_MEMORY, "%s: out of memory", what);
    case SQLITE_FULL:
        return error_set(error, ERR_FULL, "%s: the disk is full; free some space", what);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_set(error, ERR_READONLY,
                         "%s: the database or its directory cannot be written (%s)", what, message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(error, ERR_CORRUPT,
                         "%s: %s; put a backup in its place with hotseat restore", what, message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERR_BUSY, "%s: another program holds the database", what);
    case SQLITE_CANTOPEN:
        return error_set(error, ERR_IO, "%s: %s; check the path and its permissions", what,
                         message);
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
        return error_set(error, ERR_INTERNAL, "%s: %s", what, message);
    default:
        return error_set(error, ERR_IO, "%s: %s", what, message);
    }
}

sqlite3_stmt *sql_prepare(struct sqlite_store *store, enum sql_id id, struct error *error)
{
    sqlite3_stmt **statement = &store->statement[id];
    if (!*statement && sqlite3_prepare_v3(store->db, texts[id], -1, SQLITE_PREPARE_PERSISTENT,
                                          statement, NULL) != SQLITE_OK) {
        *statement = NULL;
        sql_error(store->db, error, "cannot prepare a query");
        return NULL;
    }
    sqlite3_reset(*statement);
    return *statement;
}

static int bind_all(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error,
                    const char *types, va_list args)
{
    int result = SQLITE_OK;
    for (int i = 1; *types && result == SQLITE_OK; types++, i++) {
        if (*types == 'i') {
            result = sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
        } else if (*types == 't') {
            result = sqlite3_bind_text(statement, i, va_arg(args, const char *), -1,
                                       SQLITE_STATIC);
        } else if (*types == 'd') {
            result = sqlite3_bind_double(statement, i, va_arg(args, double));
        } else if (*types == 'b') {
            const void *data = va_arg(args, const void *);
            size_t size = va_arg(args, size_t);
            result = size > INT_MAX ? SQLITE_TOOBIG
                                    : sqlite3_bind_blob(statement, i, data ? data : "", (int)size,
                                                        SQLITE_STATIC);
        } else {
            result = sqlite3_bind_null(statement, i);
        }
    }
    return result == SQLITE_OK ? 0 : sql_error(store->db, error, "cannot bind");
}

int sql_bind(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error,
             const char *types, ...)
{
    va_list args;
    if (!statement)
        return -1;
    va_start(args, types);
    int result = bind_all(store, statement, error, types, args);
    va_end(args);
    return result;
}

/* Without a transaction SQLite would make one of its own: half an event, stored. */
static bool stray_write(const struct sqlite_store *store, sqlite3_stmt *statement)
{
    return sqlite3_get_autocommit(store->db) && statement != store->statement[SQL_BEGIN] &&
           !sqlite3_stmt_readonly(statement);
}

int sql_row(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error)
{
    if (stray_write(store, statement))
        return error_set(error, ERR_INTERNAL, "a write outside a transaction");
    int step = sqlite3_step(statement);
    if (step == SQLITE_ROW)
        return 1;
    if (step != SQLITE_DONE)
        sql_error(store->db, error, "the database failed");
    sqlite3_reset(statement);
    return step == SQLITE_DONE ? 0 : -1;
}

int sql_run(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error)
{
    int row;
    while ((row = sql_row(store, statement, error)) > 0)
        continue;
    return row;
}

int sql_do_(struct sqlite_store *store, sqlite3_stmt *statement, struct error *error,
            const char *types, ...)
{
    va_list args;
    if (!statement)
        return -1;
    va_start(args, types);
    int result = bind_all(store, statement, error, types, args);
    va_end(args);
    return result ? -1 : sql_run(store, statement, error);
}

const char *sql_column(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? text : "";
}

int sql_whole(sqlite3_stmt *statement, struct error *error)
{
    sqlite3 *db = sqlite3_db_handle(statement);
    return sqlite3_errcode(db) == SQLITE_NOMEM ? sql_error(db, error, "cannot read a row") : 0;
}
