/* The ledger and the boards it maintains. */
#include <stdio.h>
#include <string.h>

#include "store/sqlite/sql.h"

#define BUCKETS_PER_POINT 10 /* of standing, 0..100 */

static int64_t bucket_of(double standing)
{
    return (int64_t)(standing * BUCKETS_PER_POINT);
}

/* The id of a board, made if `make`; 0 if it is not there; -1 on failure. */
static int64_t board_id(struct sqlite_store *store, uint64_t room, enum period period,
                        const char *key, const char *kind, bool make, struct error *error)
{
    sqlite3_stmt *find = sql_prepare(store, SQL_BOARD_NAME, error);
    if (sql_bind(store, find, error, "iitt", (int64_t)room, (int64_t)period, key, kind))
        return -1;
    int row = sql_row(store, find, error);
    if (row < 0)
        return -1;
    int64_t id = row ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    if (id || !make)
        return id;
    if (sql_do(store, SQL_BOARD_NAME_ADD, error, "iitt", (int64_t)room, (int64_t)period, key, kind))
        return -1;
    return sqlite3_last_insert_rowid(store->db);
}

struct tally {
    int64_t points, scored, bucket;
    double sum, standing;
    bool found;
};

static int read_tally(struct sqlite_store *store, int64_t board, uint64_t member,
                      struct tally *tally, struct error *error)
{
    memset(tally, 0, sizeof *tally);
    sqlite3_stmt *get = sql_prepare(store, SQL_BOARD_GET, error);
    if (sql_bind(store, get, error, "ii", board, (int64_t)member))
        return -1;
    int row = sql_row(store, get, error);
    if (row <= 0)
        return row;
    tally->found = true;
    tally->points = sqlite3_column_int64(get, 0);
    tally->scored = sqlite3_column_int64(get, 1);
    tally->sum = sqlite3_column_double(get, 2);
    tally->standing = sqlite3_column_double(get, 3);
    tally->bucket = sqlite3_column_int64(get, 4);
    sqlite3_reset(get);
    return 0;
}

static int move_rank(struct sqlite_store *store, int64_t board, const struct tally *before,
                     int64_t bucket, struct error *error)
{
    if (before->found && before->bucket == bucket)
        return 0;
    if (before->found && sql_do(store, SQL_RANK_MOVE, error, "iii", board, before->bucket,
                                (int64_t)-1))
        return -1;
    return sql_do(store, SQL_RANK_MOVE, error, "iii", board, bucket, (int64_t)1);
}

static int add_to_board(struct sqlite_store *store, const struct ledger_entry *entry,
                        enum period period, const char *kind, struct error *error)
{
    char key[PERIOD_KEY];
    struct tally before;
    int64_t board = board_id(store, entry->room, period, period_key(period, entry->at, key), kind,
                             true, error);
    if (board < 0 || read_tally(store, board, entry->member, &before, error))
        return -1;
    int64_t points = before.points + entry->points;
    int64_t scored = before.scored + entry->scored;
    double sum = before.sum + (entry->scored ? entry->score : 0);
    double standing = score_standing((uint64_t)scored, sum);
    int64_t bucket = bucket_of(standing);
    if (move_rank(store, board, &before, bucket, error))
        return -1;
    return sql_do(store, SQL_BOARD_PUT, error, "iiiiddi", board, (int64_t)entry->member, points,
                  scored, sum, standing, bucket);
}

static int add_to_boards(struct sqlite_store *store, const struct ledger_entry *entry,
                         struct error *error)
{
    for (int period = 0; period < PERIOD_COUNT; period++)
        if (add_to_board(store, entry, (enum period)period, "", error) ||
            add_to_board(store, entry, (enum period)period, entry->kind, error))
            return -1;
    return 0;
}

/* The one number of a statement with one row, or `otherwise` if it has none. */
static int look_up(struct sqlite_store *store, sqlite3_stmt *statement, uint64_t otherwise,
                   uint64_t *out, struct error *error)
{
    int row = sql_row(store, statement, error);
    if (row < 0)
        return -1;
    *out = row ? (uint64_t)sqlite3_column_int64(statement, 0) : otherwise;
    sqlite3_reset(statement);
    return 0;
}

/* Of the places of a room the one where this was earned: on the network of the account. */
static int place_earned(struct sqlite_store *store, const struct ledger_entry *entry,
                        uint64_t *room, struct error *error)
{
    sqlite3_stmt *find = sql_prepare(store, SQL_LEDGER_PLACE, error);
    if (sql_bind(store, find, error, "ii", (int64_t)entry->room, (int64_t)entry->member))
        return -1;
    return look_up(store, find, entry->room, room, error);
}

static int add_for_whole(struct sqlite_store *store, const struct ledger_entry *entry,
                         struct error *error)
{
    struct ledger_entry whole = *entry;
    sqlite3_stmt *find = sql_prepare(store, SQL_MEMBER_WHOLE, error);
    if (sql_bind(store, find, error, "i", (int64_t)entry->member) ||
        look_up(store, find, entry->member, &whole.member, error))
        return -1;
    return add_to_boards(store, &whole, error);
}

int sqlite_ledger(struct sqlite_store *store, const struct ledger_entry *entry,
                  struct error *error)
{
    uint64_t room;
    if (place_earned(store, entry, &room, error))
        return -1;
    sqlite3_stmt *add = sql_prepare(store, SQL_LEDGER_ADD, error);
    if (sql_bind(store, add, error, "iiittin", (int64_t)room, (int64_t)entry->round,
                 (int64_t)entry->member, entry->kind, entry->reason, (int64_t)entry->points))
        return -1;
    if ((entry->scored && sqlite3_bind_double(add, 7, entry->score) != SQLITE_OK) ||
        sqlite3_bind_int64(add, 8, entry->at) != SQLITE_OK)
        return sql_error(store->db, error, "cannot store points");
    return sql_run(store, add, error) ? -1 : add_for_whole(store, entry, error);
}

/* 1 + members with a greater standing. */
static int rank_of(struct sqlite_store *store, int64_t board, double standing, unsigned *rank,
                   struct error *error)
{
    int64_t bucket = bucket_of(standing), above = 0;
    sqlite3_stmt *sum = sql_prepare(store, SQL_RANK_ABOVE, error);
    if (sql_bind(store, sum, error, "ii", board, bucket) || sql_row(store, sum, error) <= 0)
        return -1;
    above = sqlite3_column_int64(sum, 0);
    sqlite3_reset(sum);
    sqlite3_stmt *within = sql_prepare(store, SQL_RANK_WITHIN, error);
    if (sql_bind(store, within, error, "iid", board, bucket, standing) ||
        sql_row(store, within, error) <= 0)
        return -1;
    above += sqlite3_column_int64(within, 0);
    sqlite3_reset(within);
    *rank = (unsigned)above + 1;
    return 0;
}

static void fill_row(struct board_row *row, uint64_t member, const char *name, int64_t points,
                     int64_t scored, double sum)
{
    memset(row, 0, sizeof *row);
    row->member = member;
    snprintf(row->name, sizeof row->name, "%s", name);
    row->points = points;
    row->rounds = (uint64_t)scored;
    row->mean = scored > 0 ? sum / (double)scored : 0;
    row->standing = score_standing((uint64_t)scored, sum);
    row->uncertainty = score_uncertainty((uint64_t)scored);
}

int sqlite_board(struct store *base, uint64_t room, enum period period, const char *key,
                 const char *kind, struct board_row *rows, size_t limit, size_t *count,
                 struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    *count = 0;
    int64_t board = board_id(store, room, period, key, kind ? kind : "", false, error);
    if (board <= 0)
        return (int)board;
    sqlite3_stmt *top = sql_prepare(store, SQL_BOARD_TOP, error);
    if (sql_bind(store, top, error, "ii", board, (int64_t)limit))
        return -1;
    int more;
    while ((more = sql_row(store, top, error)) > 0) {
        struct board_row *row = &rows[*count];
        fill_row(row, (uint64_t)sqlite3_column_int64(top, 0), sql_column(top, 1),
                 sqlite3_column_int64(top, 2), sqlite3_column_int64(top, 3),
                 sqlite3_column_double(top, 4));
        /* Who is as good as the one before shares the rank. */
        bool tie = *count > 0 && rows[*count - 1].standing == row->standing;
        row->rank = tie ? rows[*count - 1].rank : (unsigned)*count + 1;
        (*count)++;
    }
    return more;
}

int sqlite_standing(struct store *base, uint64_t room, enum period period, const char *key,
                    const char *kind, uint64_t member, struct board_row *row,
                    struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    struct tally tally;
    memset(row, 0, sizeof *row);
    int64_t board = board_id(store, room, period, key, kind ? kind : "", false, error);
    if (board <= 0)
        return (int)board;
    if (read_tally(store, board, member, &tally, error))
        return -1;
    if (!tally.found)
        return 0;
    sqlite3_stmt *get = sql_prepare(store, SQL_MEMBER_GET, error);
    if (sql_bind(store, get, error, "i", (int64_t)member))
        return -1;
    int found = sql_row(store, get, error);
    if (found < 0)
        return -1;
    fill_row(row, member, found ? sql_column(get, 0) : "", tally.points, tally.scored, tally.sum);
    int whole = sql_whole(get, error);
    sqlite3_reset(get);
    return whole ? -1 : rank_of(store, board, tally.standing, &row->rank, error);
}

/* ---- again from the ledger ---- */

typedef int entry_fn(struct sqlite_store *store, const struct ledger_entry *entry,
                     struct error *error);

static int each_entry(struct sqlite_store *store, enum sql_id entries, uint64_t id,
                      entry_fn *act, struct error *error)
{
    int more;
    sqlite3_stmt *row = sql_prepare(store, entries, error);
    if (id ? sql_bind(store, row, error, "i", (int64_t)id) : sql_bind(store, row, error, "n"))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct ledger_entry entry = {
            .room = (uint64_t)sqlite3_column_int64(row, 0),
            .round = (uint64_t)sqlite3_column_int64(row, 1),
            .member = (uint64_t)sqlite3_column_int64(row, 2),
            .kind = sql_column(row, 3),
            .points = (int32_t)sqlite3_column_int64(row, 5),
            .scored = sqlite3_column_type(row, 6) != SQLITE_NULL,
            .score = sqlite3_column_double(row, 6),
            .at = sqlite3_column_int64(row, 7),
        };
        if (sql_whole(row, error) || act(store, &entry, error)) {
            sqlite3_reset(row);
            return -1;
        }
    }
    return more;
}

static int drop_from_board(struct sqlite_store *store, const struct ledger_entry *entry,
                           enum period period, const char *kind, struct error *error)
{
    char key[PERIOD_KEY];
    struct tally tally;
    int64_t board = board_id(store, entry->room, period, period_key(period, entry->at, key), kind,
                             false, error);
    if (board < 0 || (board > 0 && read_tally(store, board, entry->member, &tally, error)))
        return -1;
    if (board == 0 || !tally.found)
        return 0;
    return sql_do(store, SQL_RANK_MOVE, error, "iii", board, tally.bucket, (int64_t)-1) ||
                   sql_do(store, SQL_BOARD_DROP, error, "ii", board, (int64_t)entry->member)
               ? -1
               : 0;
}

static int drop_from_boards(struct sqlite_store *store, const struct ledger_entry *entry,
                            struct error *error)
{
    for (int period = 0; period < PERIOD_COUNT; period++)
        if (drop_from_board(store, entry, (enum period)period, "", error) ||
            drop_from_board(store, entry, (enum period)period, entry->kind, error))
            return -1;
    return 0;
}

int sqlite_boards_add(struct sqlite_store *store, enum sql_id entries, uint64_t id,
                      struct error *error)
{
    return each_entry(store, entries, id, add_to_boards, error);
}

int sqlite_boards_drop_member(struct sqlite_store *store, uint64_t member, struct error *error)
{
    return each_entry(store, SQL_LEDGER_OF_MEMBER, member, drop_from_boards, error);
}

int sqlite_boards_drop_room(struct sqlite_store *store, uint64_t room, struct error *error)
{
    if (sql_do(store, SQL_BOARDS_OF_ROOM_CLEAR, error, "i", (int64_t)room))
        return -1;
    return sql_do(store, SQL_RANKS_OF_ROOM_CLEAR, error, "i", (int64_t)room);
}

int sqlite_boards_rebuild(struct store *base, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    if (sql_do(store, SQL_BOARDS_CLEAR, error, "") || sql_do(store, SQL_RANKS_CLEAR, error, ""))
        return -1;
    return sqlite_boards_add(store, SQL_LEDGER_ALL, 0, error);
}
