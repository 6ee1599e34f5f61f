/* People and rooms, and which of them count as one. */
#include <string.h>

#include "store/sqlite/sql.h"

/* ---- linking and unlinking, the same for rooms and members ---- */

struct linkage {
    enum sql_id whole, part, join, move, leave, entries;
    int (*carry)(struct sqlite_store *store, uint64_t from, uint64_t to, struct error *error);
    int (*drop)(struct sqlite_store *store, uint64_t id, struct error *error);
};

static int carry_nothing(struct sqlite_store *store, uint64_t from, uint64_t to,
                         struct error *error)
{
    (void)store;
    (void)from;
    (void)to;
    (void)error;
    return 0;
}

/* What is needed only while a round is open is changed under the member's number. */
static int carry_open(struct sqlite_store *store, uint64_t from, uint64_t to, struct error *error)
{
    if (sql_do(store, SQL_MEMBER_MOVE_ANSWERS, error, "ii", (int64_t)from, (int64_t)to))
        return -1;
    return sql_do(store, SQL_MEMBER_MOVE_MARKS, error, "ii", (int64_t)from, (int64_t)to);
}

static const struct linkage rooms = {SQL_ROOM_WHOLE, SQL_ROOM_PART,      SQL_ROOM_JOIN,
                                     SQL_ROOM_MOVE,  SQL_ROOM_LEAVE,     SQL_LEDGER_OF_ROOM,
                                     carry_nothing,  sqlite_boards_drop_room};
static const struct linkage members = {SQL_MEMBER_WHOLE, SQL_MEMBER_PART,  SQL_MEMBER_JOIN,
                                       SQL_MEMBER_MOVE,  SQL_MEMBER_LEAVE, SQL_LEDGER_OF_MEMBER,
                                       carry_open,       sqlite_boards_drop_member};

/* The number that a statement gives for `id`, `otherwise` if it gives none. */
static int look_up(struct sqlite_store *store, enum sql_id statement, uint64_t id,
                   uint64_t otherwise, uint64_t *out, struct error *error)
{
    sqlite3_stmt *find = sql_prepare(store, statement, error);
    if (sql_bind(store, find, error, "i", (int64_t)id))
        return -1;
    int row = sql_row(store, find, error);
    if (row < 0)
        return -1;
    bool some = row && sqlite3_column_type(find, 0) != SQLITE_NULL;
    *out = some ? (uint64_t)sqlite3_column_int64(find, 0) : otherwise;
    sqlite3_reset(find);
    return 0;
}

static int link_parts(struct store *base, const struct linkage *linkage, uint64_t part,
                      uint64_t whole, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    uint64_t from, to;
    if (look_up(store, linkage->whole, part, part, &from, error) ||
        look_up(store, linkage->whole, whole, whole, &to, error))
        return -1;
    if (from == to)
        return 0;
    if (linkage->drop(store, from, error) || linkage->drop(store, to, error) ||
        sql_do(store, linkage->move, error, "ii", (int64_t)from, (int64_t)to) ||
        sql_do(store, linkage->join, error, "ii", (int64_t)from, (int64_t)to) ||
        linkage->carry(store, from, to, error))
        return -1;
    return sqlite_boards_add(store, linkage->entries, to, error);
}

/* The rest counts for what it did, or, if that leaves, for the first of them. */
static int take_out(struct sqlite_store *store, const struct linkage *linkage, uint64_t part,
                    uint64_t whole, uint64_t first, struct error *error)
{
    if (part != whole)
        return sql_do(store, linkage->leave, error, "i", (int64_t)part);
    return sql_do(store, linkage->leave, error, "i", (int64_t)first) ||
                   sql_do(store, linkage->move, error, "ii", (int64_t)whole, (int64_t)first)
               ? -1
               : 0;
}

static int unlink_part(struct store *base, const struct linkage *linkage, uint64_t part,
                       struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    uint64_t whole, first;
    if (look_up(store, linkage->whole, part, part, &whole, error) ||
        look_up(store, linkage->part, whole, 0, &first, error))
        return -1;
    if (first == 0)
        return 0;
    if (linkage->drop(store, whole, error) ||
        take_out(store, linkage, part, whole, first, error) ||
        sqlite_boards_add(store, linkage->entries, part, error))
        return -1;
    return sqlite_boards_add(store, linkage->entries, part == whole ? first : whole, error);
}

/* ---- rooms ---- */

int sqlite_room_own(struct store *base, const struct address *place, int64_t now, uint64_t *own,
                    uint64_t *whole, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *find = sql_prepare(store, SQL_ROOM_BY_PLACE, error);
    if (sql_bind(store, find, error, "ttt", place->transport, place->network, place->target))
        return -1;
    int row = sql_row(store, find, error);
    if (row < 0)
        return -1;
    if (row > 0) {
        *own = (uint64_t)sqlite3_column_int64(find, 0);
        *whole = (uint64_t)sqlite3_column_int64(find, 1);
        sqlite3_reset(find);
        return 0;
    }
    if (sql_do(store, SQL_ROOM_ADD, error, "i", now))
        return -1;
    int64_t made = sqlite3_last_insert_rowid(store->db);
    *own = *whole = (uint64_t)made;
    return sql_do(store, SQL_PLACE_ADD, error, "ttti", place->transport, place->network,
                  place->target, made);
}

int sqlite_room(struct store *base, const struct address *place, int64_t now, uint64_t *id,
                struct error *error)
{
    uint64_t own;
    return sqlite_room_own(base, place, now, &own, id, error);
}

int sqlite_room_link(struct store *base, uint64_t room, uint64_t whole, struct error *error)
{
    return link_parts(base, &rooms, room, whole, error);
}

int sqlite_room_unlink(struct store *base, uint64_t room, struct error *error)
{
    return unlink_part(base, &rooms, room, error);
}

int sqlite_room_links(struct store *base, room_link_fn *link, void *context, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    sqlite3_stmt *row = sql_prepare(store, SQL_ROOM_LINKS, error);
    int more;
    if (!row)
        return -1;
    while ((more = sql_row(store, row, error)) > 0)
        if (link(context, (uint64_t)sqlite3_column_int64(row, 0),
                 (uint64_t)sqlite3_column_int64(row, 1))) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for the linked rooms");
        }
    return more;
}

/* ---- members ---- */

static int add_member(struct sqlite_store *store, const struct address *who, const char *name,
                      int64_t now, uint64_t *id, struct error *error)
{
    known_forget(&store->known);
    if (sql_do(store, SQL_MEMBER_ADD, error, "ti", name, now))
        return -1;
    int64_t made = sqlite3_last_insert_rowid(store->db);
    *id = (uint64_t)made;
    return sql_do(store, SQL_IDENTITY_ADD, error, "ttti", who->transport, who->network, who->target,
                  made);
}

int sqlite_member(struct store *base, const struct address *who, const char *name, int64_t now,
                  uint64_t *id, struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    const struct known_account *known = known_find(&store->known, who);
    if (known && strcmp(known->name, name) == 0) {
        *id = known->whole;
        return 0;
    }
    sqlite3_stmt *find = sql_prepare(store, SQL_MEMBER_FIND, error);
    if (sql_bind(store, find, error, "ttt", who->transport, who->network, who->target))
        return -1;
    int row = sql_row(store, find, error);
    if (row < 0)
        return -1;
    if (row == 0)
        return add_member(store, who, name, now, id, error);
    int64_t own = sqlite3_column_int64(find, 0);
    *id = (uint64_t)sqlite3_column_int64(find, 1);
    bool renamed = strcmp(sql_column(find, 2), name) != 0;
    sqlite3_reset(find);
    if (!renamed) {
        known_keep(&store->known, who, (uint64_t)own, *id, name);
        return 0;
    }
    known_forget(&store->known);
    return sql_do(store, SQL_MEMBER_NAME, error, "iti", own, name, now);
}

int sqlite_identity(struct store *base, const struct address *who, uint64_t *own, uint64_t *whole,
                    struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    const struct known_account *known = known_find(&store->known, who);
    if (known) {
        *own = known->own;
        *whole = known->whole;
        return 0;
    }
    sqlite3_stmt *find = sql_prepare(store, SQL_MEMBER_FIND, error);
    *own = *whole = 0;
    if (sql_bind(store, find, error, "ttt", who->transport, who->network, who->target))
        return -1;
    int row = sql_row(store, find, error);
    if (row <= 0)
        return row;
    *own = (uint64_t)sqlite3_column_int64(find, 0);
    *whole = (uint64_t)sqlite3_column_int64(find, 1);
    known_keep(&store->known, who, *own, *whole, sql_column(find, 2));
    sqlite3_reset(find);
    return 0;
}

/* The accounts of a whole member, from the database; `only` = the one, if there is one. */
static int read_identities(struct sqlite_store *store, uint64_t whole, identity_fn *identity,
                           void *context, struct known_account **only, struct error *error)
{
    int more, count = 0;
    sqlite3_stmt *row = sql_prepare(store, SQL_IDENTITIES, error);
    if (sql_bind(store, row, error, "i", (int64_t)whole))
        return -1;
    while ((more = sql_row(store, row, error)) > 0) {
        struct address who = {sql_column(row, 0), sql_column(row, 1), sql_column(row, 2)};
        uint64_t own = (uint64_t)sqlite3_column_int64(row, 3);
        const char *name = sql_column(row, 4);
        if (sql_whole(row, error) || identity(context, &who, own, name)) {
            sqlite3_reset(row);
            return error_set(error, ERR_MEMORY, "no memory for the accounts of a member");
        }
        *only = count++ == 0 ? known_keep(&store->known, &who, own, whole, name) : NULL;
    }
    return more;
}

int sqlite_identities(struct store *base, uint64_t member, identity_fn *identity, void *context,
                      struct error *error)
{
    struct sqlite_store *store = sql_store(base);
    uint64_t whole;
    const struct known_account *known = known_only(&store->known, member);
    if (known) {
        struct address who = {known->transport, known->network, known->target};
        return identity(context, &who, known->own, known->name)
                   ? error_set(error, ERR_MEMORY, "no memory for the accounts of a member")
                   : 0;
    }
    if (look_up(store, SQL_MEMBER_WHOLE, member, member, &whole, error))
        return -1;
    struct known_account *only = NULL;
    if (read_identities(store, whole, identity, context, &only, error))
        return -1;
    if (only)
        known_keep_only(&store->known, only);
    return 0;
}

int sqlite_member_link(struct store *base, uint64_t member, uint64_t whole, struct error *error)
{
    known_forget(&sql_store(base)->known);
    return link_parts(base, &members, member, whole, error);
}

int sqlite_member_unlink(struct store *base, uint64_t member, struct error *error)
{
    known_forget(&sql_store(base)->known);
    return unlink_part(base, &members, member, error);
}
