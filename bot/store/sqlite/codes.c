/* Codes for linking accounts, and how often somebody tried a wrong one. */
#include "store/sqlite/sql.h"

int sqlite_link_code(struct store *base, const char *hash, struct link_code *code,
                     struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *find = sql_prepare(store, SQL_LINK_CODE, error);
    *code = (struct link_code){0};
    if (sql_bind(store, find, error, "t", hash))
        return -1;
    int row = sql_row(store, find, error);
    if (row <= 0)
        return row;
    code->member = (uint64_t)sqlite3_column_int64(find, 0);
    code->at = sqlite3_column_int64(find, 1);
    code->state = (enum link_code_state)sqlite3_column_int(find, 2);
    sqlite3_reset(find);
    return 0;
}

int sqlite_link_tries(struct store *base, uint64_t member, unsigned *tries, int64_t *since,
                      struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *find = sql_prepare(store, SQL_LINK_TRIES, error);
    *tries = 0;
    *since = 0;
    if (sql_bind(store, find, error, "i", (int64_t)member))
        return -1;
    int row = sql_row(store, find, error);
    if (row <= 0)
        return row;
    *tries = (unsigned)sqlite3_column_int64(find, 0);
    *since = sqlite3_column_int64(find, 1);
    sqlite3_reset(find);
    return 0;
}

/* One code of a member is open at a time; old ones are kept for a while, to tell what became of them. */
static int offer(struct sqlite_store *store, const struct link_record *link, struct error *error)
{
    if (sql_do(store, SQL_LINK_CODE_TRIM, error, "i", link->at - LINK_CODE_KEPT_MS) ||
        sql_do(store, SQL_LINK_CODE_DROP, error, "i", (int64_t)link->member))
        return -1;
    return sql_do(store, SQL_LINK_CODE_PUT, error, "tii", link->hash, (int64_t)link->member,
                  link->at);
}

int sqlite_link_record(struct sqlite_store *store, const struct link_record *link,
                       struct error *error)
{
    switch (link->change) {
    case LINK_OFFER:
        return offer(store, link, error);
    case LINK_SETTLE:
        return sql_do(store, SQL_LINK_CODE_STATE, error, "ti", link->hash, (int64_t)link->state);
    case LINK_TRIES:
        return sql_do(store, SQL_LINK_TRIES_PUT, error, "iii", (int64_t)link->member,
                      (int64_t)link->tries, link->at);
    case LINK_JOIN:
        return sqlite_member_link(&store->store, link->member, link->whole, error);
    case LINK_LEAVE:
        return sqlite_member_unlink(&store->store, link->member, error);
    }
    return error_set(error, ERR_INTERNAL, "no such change of a link");
}
