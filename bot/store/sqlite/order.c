/* Order in a room: who is ignored or banned, what was done, and who was there. */
#include "store/sqlite/sql.h"

#define LINKED_MAX 64 /* rooms that count as one */

int sqlite_sanction_record(struct sqlite_store *store, const struct sanction_record *sanction,
                           struct error *error)
{
    if (sanction->lifted)
        return sql_do(store, SQL_SANCTION_LIFT, error, "iii", (int64_t)sanction->room,
                      (int64_t)sanction->member, (int64_t)sanction->kind);
    return sql_do(store, SQL_SANCTION_PUT, error, "iiittiii", (int64_t)sanction->room,
                  (int64_t)sanction->member, (int64_t)sanction->kind, sanction->name,
                  sanction->reason, sanction->until, (int64_t)sanction->given_by, sanction->at);
}

static const char *text_or_null(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

int sqlite_sanctions(struct store *base, uint64_t room, sanction_fn *sanction, void *context,
                     struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_SANCTIONS, error);
    if (sql_bind(store, row, error, "i", (int64_t)room))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct sanction found = {
            .kind = (enum sanction_kind)sqlite3_column_int(row, 0),
            .member = (uint64_t)sqlite3_column_int64(row, 1),
            .name = sql_column(row, 2),
            .reason = text_or_null(row, 3),
            .given_by = sql_column(row, 4),
            .until = sqlite3_column_int64(row, 5),
            .at = sqlite3_column_int64(row, 6),
        };
        if (sql_whole(row, error)) {
            sqlite3_reset(row);
            return -1;
        }
        if (sanction(context, &found)) {
            sqlite3_reset(row);
            return 0;
        }
    }
    return more;
}

/* ---- the log ---- */

struct rooms {
    int64_t id[LINKED_MAX];
    size_t count;
};

/* The room and its parts. */
static int read_rooms(struct sqlite_store *store, uint64_t room, struct rooms *rooms,
                      struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_ROOM_PARTS, error);
    rooms->id[0] = (int64_t)room;
    rooms->count = 1;
    if (sql_bind(store, row, error, "i", (int64_t)room))
        return -1;
    while ((more = sql_row(store, row, error)) > 0)
        if (rooms->count < LINKED_MAX)
            rooms->id[rooms->count++] = sqlite3_column_int64(row, 0);
    return more;
}

static bool is_one_of(const struct rooms *rooms, int64_t room)
{
    for (size_t i = 0; i < rooms->count; i++)
        if (rooms->id[i] == room)
            return true;
    return false;
}

/* Raises *id to the greatest id below `before` that the query finds. */
static int raise_to(struct sqlite_store *store, enum sql_id query, int64_t key, int64_t before,
                    int64_t *id, struct error *error)
{
    sqlite3_stmt *row = sql_prepare(store, query, error);
    if (sql_bind(store, row, error, "ii", key, before) || sql_row(store, row, error) < 0)
        return -1;
    int64_t found = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    *id = found > *id ? found : *id;
    return 0;
}

/* The newest entry before that one; *id 0 = there is none. */
static int step_back(struct sqlite_store *store, const struct rooms *rooms, uint64_t round,
                     int64_t *id, struct error *error)
{
    int64_t before = *id;
    *id = 0;
    if (round > 0)
        return raise_to(store, SQL_LOG_OF_ROUND, (int64_t)round, before, id, error);
    for (size_t i = 0; i < rooms->count; i++)
        if (raise_to(store, SQL_LOG_NEWEST, rooms->id[i], before, id, error))
            return -1;
    return 0;
}

/* 1 = the callback wants no more. */
static int give_entry(struct sqlite_store *store, const struct rooms *rooms, int64_t id,
                      log_row_fn *fn, void *context, struct error *error)
{
    sqlite3_stmt *row = sql_prepare(store, SQL_LOG_GET, error);
    if (sql_bind(store, row, error, "i", id))
        return -1;
    int more = sql_row(store, row, error);
    if (more <= 0)
        return more;
    struct log_row entry = {
        .round = (uint64_t)sqlite3_column_int64(row, 1),
        .name = text_or_null(row, 2),
        .what = sql_column(row, 3),
        .at = sqlite3_column_int64(row, 4),
    };
    int result = 0;
    if (sql_whole(row, error))
        result = -1;
    else if (is_one_of(rooms, sqlite3_column_int64(row, 0)))
        result = fn(context, &entry) != 0;
    sqlite3_reset(row);
    return result;
}

int sqlite_log_read(struct store *base, uint64_t room, uint64_t round, log_row_fn *row,
                    void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    struct rooms rooms;
    int64_t id = INT64_MAX;
    int result = read_rooms(store, room, &rooms, error);
    while (result == 0) {
        if (step_back(store, &rooms, round, &id, error))
            return -1;
        if (id == 0)
            return 0;
        result = give_entry(store, &rooms, id, row, context, error);
    }
    return result < 0 ? -1 : 0;
}

/* ---- people ---- */

int sqlite_room_members(struct store *base, uint64_t room, const char *name,
                        room_member_fn *member, void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    int more;
    sqlite3_stmt *row = sql_prepare(store, SQL_ROOM_MEMBERS, error);
    if (sql_bind(store, row, error, "it", (int64_t)room, name))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        const char *called = sql_column(row, 2), *account = sql_column(row, 3);
        int result = sql_whole(row, error) ? -1
                     : member(context, (uint64_t)sqlite3_column_int64(row, 0),
                              (uint64_t)sqlite3_column_int64(row, 1), called, account) != 0;
        if (result) {
            sqlite3_reset(row);
            return result < 0 ? -1 : 0;
        }
    }
    return more;
}
