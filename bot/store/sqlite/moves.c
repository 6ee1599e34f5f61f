/* Places that go on under another name. */
#include <string.h>

#include "store/sqlite/sql.h"

/* *own 0 if the place is not known. */
static int own_room(struct sqlite_store *store, const struct address *place, int64_t *own,
                    struct error *error)
{
    sqlite3_stmt *find = sql_prepare(store, SQL_ROOM_BY_PLACE, error);
    if (sql_bind(store, find, error, "ttt", place->transport, place->network, place->target))
        return -1;
    int row = sql_row(store, find, error);
    *own = row > 0 ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    return row < 0 ? -1 : 0;
}

static int has_past(struct sqlite_store *store, int64_t room, bool *past, struct error *error)
{
    sqlite3_stmt *find = sql_prepare(store, SQL_ROOM_PAST, error);
    if (sql_bind(store, find, error, "i", room))
        return -1;
    int row = sql_row(store, find, error);
    *past = row > 0 && sqlite3_column_int(find, 0);
    sqlite3_reset(find);
    return row < 0 ? -1 : 0;
}

/* Makes way for the place that comes: 1, or 0 if the one that is there has a past. */
static int make_way(struct sqlite_store *store, const struct address *to, int64_t own,
                    struct error *error)
{
    int64_t other;
    bool past;
    if (own_room(store, to, &other, error))
        return -1;
    if (other == 0 || other == own)
        return 1;
    if (has_past(store, other, &past, error))
        return -1;
    if (past)
        return 0;
    return sql_do(store, SQL_PLACE_DROP, error, "ttt", to->transport, to->network, to->target) ||
                   sql_do(store, SQL_ROOM_DROP, error, "i", other)
               ? -1
               : 1;
}

static int move_rows(struct sqlite_store *store, const struct address *place, const char *target,
                     struct error *error)
{
    static const enum sql_id ids[] = {SQL_PLACE_MOVE, SQL_OUTBOX_MOVE, SQL_MOVED_BACK,
                                      SQL_MOVED_ON, SQL_MOVED_ADD};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (sql_do(store, ids[i], error, "tttt", place->transport, place->network, place->target,
                   target))
            return -1;
    return 0;
}

int sqlite_place_move(struct store *base, const struct address *place, const char *target,
                      bool *moved, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    struct address to = {place->transport, place->network, target};
    int64_t own;
    *moved = false;
    if (strcmp(place->target, target) == 0)
        return 0;
    if (own_room(store, place, &own, error))
        return -1;
    int way = own == 0 ? 0 : make_way(store, &to, own, error);
    if (way <= 0)
        return way;
    *moved = true;
    return move_rows(store, place, target, error);
}

int sqlite_moves(struct store *base, move_fn *move, void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_MOVES, error);
    if (!row)
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct address from = {sql_column(row, 0), sql_column(row, 1), sql_column(row, 2)};
        const char *now = sql_column(row, 3);
        if (sql_whole(row, error) || move(context, &from, now)) {
            sqlite3_reset(row);
            return -1;
        }
    }
    return more;
}
