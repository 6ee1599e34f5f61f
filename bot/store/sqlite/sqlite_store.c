#include "store/sqlite/sqlite_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sql.h"

#define WRITER_BUSY_MS 2000 /* how long another program's lock may hold up a turn */
#define SOFT_HEAP_LIMIT (8 * 1024 * 1024) /* the whole bot is to stay under 24 MB */

/* ---- transactions ---- */

static int begin(struct store *store, struct error *error)
{
    return sql_do(sql_store(store), SQL_BEGIN, error, "");
}

static int commit(struct store *base, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    if (sql_do(store, SQL_COMMIT, error, ""))
        return -1;
    sqlite_outbox_settle(store);
    return 0;
}

static void rollback(struct store *base)
{
    struct sqlite_store *store = sql_store(base);
    store->struck_count = 0;
    known_forget(&store->known);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_reset(store->statement[i]);
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

static int savepoint(struct store *base, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    if (sqlite3_get_autocommit(store->db))
        return error_set(error, ERR_INTERNAL, "a savepoint outside a transaction");
    store->struck_mark = store->struck_count;
    return sql_do(store, SQL_SAVEPOINT, error, "");
}

static int release(struct store *store, struct error *error)
{
    return sql_do(sql_store(store), SQL_RELEASE, error, "");
}

static int rollback_to(struct store *base, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    store->struck_count = store->struck_mark;
    known_forget(&store->known);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_reset(store->statement[i]);
    /* A disk that is full ends the whole transaction; then there is no savepoint left. */
    if (sqlite3_get_autocommit(store->db))
        return error_set(error, ERR_FULL, "the transaction is gone");
    return sql_do(store, SQL_ROLLBACK_TO, error, "") || release(base, error) ? -1 : 0;
}

/* ---- inbox, places ---- */

static int inbox_add(struct store *base, const char *transport, const char *network,
                     const char *id, int64_t at, bool *fresh, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    if (sql_do(store, SQL_INBOX_ADD, error, "ttti", transport, network, id, at))
        return -1;
    *fresh = sqlite3_changes(store->db) > 0;
    return 0;
}

static int inbox_trim(struct store *store, int64_t before, struct error *error)
{
    return sql_do(sql_store(store), SQL_INBOX_TRIM, error, "i", before);
}

#define PLACES_MAX 16

static int room_places(struct store *base, uint64_t id,
                       int (*place_fn)(void *context, const struct address *place), void *context,
                       struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    char *text[PLACES_MAX][3];
    size_t count = 0;
    int more, result = 0;
    sqlite3_stmt *row = sql_prepare(store, SQL_PLACES, error);
    if (sql_bind(store, row, error, "i", (int64_t)id))
        return -1;
    /* Copied first: the callback may ask for places again. */
    while (result == 0 && count < PLACES_MAX && (more = sql_row(store, row, error)) != 0) {
        if (more < 0)
            result = -1;
        for (int i = 0; i < 3 && more > 0; i++)
            if (!(text[count][i] = strdup(sql_column(row, i))))
                result = error_set(error, ERR_MEMORY, "no memory for a place");
        if (more > 0 && result == 0)
            result = sql_whole(row, error);
        count += more > 0;
    }
    sqlite3_reset(row);
    for (size_t i = 0; i < count; i++) {
        struct address place = {text[i][0], text[i][1], text[i][2]};
        if (result == 0)
            result = place_fn(context, &place);
        for (int j = 0; j < 3; j++)
            free(text[i][j]);
    }
    return result ? -1 : 0;
}

static int asked(struct store *base, uint64_t room_id, uint64_t member_id, const char *question,
                 unsigned *times, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *find = sql_prepare(store, room_id ? SQL_ROOM_ASKED : SQL_MEMBER_ASKED, error);
    if (sql_bind(store, find, error, "it", (int64_t)(room_id ? room_id : member_id), question) ||
        sql_row(store, find, error) < 0)
        return -1;
    *times = (unsigned)sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    return 0;
}

/* Takes one row of (room, name); ERR_MISSING if there is none, ERR_INVALID if several. */
static int take_room(struct sqlite_store *store, sqlite3_stmt *row, const char *key, uint64_t *id,
                     char name[EVENT_TARGET_MAX], struct error *error)
{
    int found = sql_row(store, row, error);
    if (found < 0)
        return -1;
    if (found == 0)
        return error_set(error, ERR_MISSING, key ? "no room called %s" : "%sno room yet",
                         key ? key : "");
    *id = (uint64_t)sqlite3_column_int64(row, 0);
    if (name)
        snprintf(name, EVENT_TARGET_MAX, "%s", sql_column(row, 1));
    if (sql_whole(row, error)) {
        sqlite3_reset(row);
        return -1;
    }
    found = sql_row(store, row, error);
    sqlite3_reset(row);
    if (found > 0)
        return error_set(error, ERR_INVALID,
                         "several rooms are called %s; give transport/network/%s", key, key);
    return found;
}

/* By "transport/network/target". 1 = found, 0 = there is none, -1 = failed. */
static int find_place(struct sqlite_store *store, const char *key, uint64_t *id,
                      char name[EVENT_TARGET_MAX], struct error *error)
{
    char copy[2 * (EVENT_NAME_MAX + 1) + EVENT_TARGET_MAX + 1];
    if (snprintf(copy, sizeof copy, "%s", key) >= (int)sizeof copy)
        return 0;
    char *network = strchr(copy, '/');
    char *target = network ? strchr(network + 1, '/') : NULL;
    if (!target)
        return 0;
    *network++ = '\0';
    *target++ = '\0';
    sqlite3_stmt *find = sql_prepare(store, SQL_ROOM_BY_PLACE, error);
    if (sql_bind(store, find, error, "ttt", copy, network, target))
        return -1;
    int found = sql_row(store, find, error);
    if (found <= 0)
        return found;
    *id = (uint64_t)sqlite3_column_int64(find, 1);
    if (name)
        snprintf(name, EVENT_TARGET_MAX, "%s", target);
    sqlite3_reset(find);
    return 1;
}

static int room_find(struct store *base, const char *key, uint64_t *id,
                     char name[EVENT_TARGET_MAX], struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    if (!key) {
        sqlite3_stmt *last = sql_prepare(store, SQL_ROOM_LAST, error);
        return last ? take_room(store, last, NULL, id, name, error) : -1;
    }
    int found = find_place(store, key, id, name, error);
    if (found)
        return found > 0 ? 0 : -1;
    sqlite3_stmt *find = sql_prepare(store, SQL_ROOM_BY_TARGET, error);
    if (sql_bind(store, find, error, "t", key))
        return -1;
    return take_room(store, find, key, id, name, error);
}

/* ---- life ---- */

static void destroy(struct store *base)
{
    if (!base)
        return;
    struct sqlite_store *store = sql_store(base);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statement[i]);
    sqlite3_close(store->db);
    file_unlock(store->lock_fd);
    free(store->taken);
    free(store->struck);
    free(store);
}

static const struct store_ops ops = {
    .name = "sqlite",
    .destroy = destroy,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .savepoint = savepoint,
    .release = release,
    .rollback_to = rollback_to,
    .inbox_add = inbox_add,
    .inbox_trim = inbox_trim,
    .note_set = sqlite_note_set,
    .notes = sqlite_notes,
    .notes_trim = sqlite_notes_trim,
    .member = sqlite_member,
    .room = sqlite_room,
    .room_own = sqlite_room_own,
    .room_link = sqlite_room_link,
    .room_unlink = sqlite_room_unlink,
    .room_links = sqlite_room_links,
    .place_move = sqlite_place_move,
    .moves = sqlite_moves,
    .identity = sqlite_identity,
    .identities = sqlite_identities,
    .member_link = sqlite_member_link,
    .link_code = sqlite_link_code,
    .link_tries = sqlite_link_tries,
    .member_unlink = sqlite_member_unlink,
    .room_places = room_places,
    .record = sqlite_record,
    .outbox_add = sqlite_outbox_add,
    .outbox_drop = sqlite_outbox_drop,
    .outbox_read = sqlite_outbox_read,
    .outbox_taken = sqlite_outbox_taken,
    .outbox_done = sqlite_outbox_done,
    .rounds_open = sqlite_rounds_open,
    .drafts = sqlite_drafts,
    .draft_parts = sqlite_draft_parts,
    .next_round = sqlite_next_round,
    .asked = asked,
    .board = sqlite_board,
    .standing = sqlite_standing,
    .sanctions = sqlite_sanctions,
    .log_read = sqlite_log_read,
    .room_members = sqlite_room_members,
    .room_find = room_find,
    .boards_rebuild = sqlite_boards_rebuild,
};

/* Some network disks cannot do what WAL needs; SQLite then quietly stays in another mode. */
static int set_wal(sqlite3 *db, struct error *error)
{
    sqlite3_stmt *mode = NULL;
    char got[16] = "";
    if (sqlite3_prepare_v2(db, "PRAGMA journal_mode=WAL", -1, &mode, NULL) == SQLITE_OK &&
        sqlite3_step(mode) == SQLITE_ROW)
        snprintf(got, sizeof got, "%s", sql_column(mode, 0));
    if (sqlite3_finalize(mode) != SQLITE_OK)
        return sql_error(db, error, "cannot write the database");
    if (strcmp(got, "wal") != 0 && strcmp(got, "memory") != 0)
        return error_set(error, ERR_IO, "this disk cannot hold SQLite's log (journal mode %s); "
                                        "give a path on a local disk", got);
    return 0;
}

static int open_writer(const char *path, sqlite3 **db, struct error *error)
{
    int opened = sqlite3_open_v2(
        path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (opened != SQLITE_OK)
        return sql_error(*db, error, "cannot open the database");
    sqlite3_busy_timeout(*db, WRITER_BUSY_MS);
    return 0;
}

/* A migration may have taken the boards away: the ledger has all that they are made of. */
static int complete_boards(struct sqlite_store *store, struct error *error)
{
    struct store *base = &store->store;
    sqlite3_stmt *missing = sql_prepare(store, SQL_BOARDS_MISSING, error);
    int row = missing ? sql_row(store, missing, error) : -1;
    bool some = row > 0 && sqlite3_column_int(missing, 0);
    sqlite3_reset(missing);
    if (row < 0 || !some)
        return row < 0 ? -1 : 0;
    if (begin(base, error))
        return -1;
    if (sqlite_boards_rebuild(base, error) == 0 && commit(base, error) == 0)
        return 0;
    rollback(base);
    return -1;
}

static int open_database(struct sqlite_store *store, const char *path, bool write,
                         struct error *error)
{
    if (write ? open_writer(path, &store->db, error) : sql_open_reader(path, &store->db, error))
        return -1;
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* cache_size in KiB. A checkpoint about every 4 MB keeps the log small; after a
     * long reading that held it up, it is cut again. What a savepoint may need for
     * going back is kept in memory: in a file it would be written at each event. */
    static const char pragmas[] = "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL;"
                                  "PRAGMA temp_store=MEMORY;"
                                  "PRAGMA cache_size=-2000; PRAGMA wal_autocheckpoint=1000;"
                                  "PRAGMA journal_size_limit=8388608; PRAGMA trusted_schema=OFF;";
    if (sqlite3_exec(store->db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
        return sql_error(store->db, error, "cannot open the database");
    if (!write)
        return schema_check(store->db, SCHEMA_VERSION, error);
    /* First of all: a database that is not ours, or newer, stays untouched. */
    if (schema_may_open(store->db, SCHEMA_VERSION, error) || set_wal(store->db, error))
        return -1;
    if (schema_migrate(store->db, schema_steps, schema_step_count, SCHEMA_VERSION, error))
        return -1;
    return complete_boards(store, error);
}

struct store *sqlite_store_open(const char *path, enum sqlite_store_mode mode,
                                struct error *error)
{
    bool write = mode == SQLITE_STORE_WRITE, memory = strcmp(path, ":memory:") == 0;
    struct sqlite_store *store = calloc(1, sizeof *store);
    if (!store) {
        error_set(error, ERR_MEMORY, "no memory for the store");
        return NULL;
    }
    store->store.ops = &ops;
    store->lock_fd = -1;
    sqlite3_soft_heap_limit64(SOFT_HEAP_LIMIT);
    if ((!memory && file_check(path, write, error)) ||
        (write && !memory && file_lock(path, &store->lock_fd, error)) ||
        open_database(store, path, write, error)) {
        error_prefix(error, "%s", path);
        destroy(&store->store);
        return NULL;
    }
    return &store->store;
}
