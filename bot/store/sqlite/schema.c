#include "store/sqlite/schema.h"

#include <stdio.h>

#include "store/sqlite/sql.h"

static const char *const version_1[] = {
    "CREATE TABLE member(id INTEGER PRIMARY KEY, name TEXT NOT NULL, seen_at INTEGER NOT NULL)"
    " STRICT;",
    "CREATE TABLE identity(transport TEXT NOT NULL, network TEXT NOT NULL, account TEXT NOT NULL,"
    " member INTEGER NOT NULL REFERENCES member, PRIMARY KEY(account, network, transport))"
    " STRICT, WITHOUT ROWID;",
    "CREATE INDEX identity_member ON identity(member);",
    "CREATE TABLE room(id INTEGER PRIMARY KEY, made_at INTEGER NOT NULL) STRICT;",
    "CREATE TABLE place(transport TEXT NOT NULL, network TEXT NOT NULL, target TEXT NOT NULL,"
    " room INTEGER NOT NULL REFERENCES room, PRIMARY KEY(target, network, transport))"
    " STRICT, WITHOUT ROWID;",
    "CREATE INDEX place_room ON place(room);",
    "CREATE TABLE question(id TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY(id, hash)) STRICT, WITHOUT ROWID;",
    "CREATE TABLE round(id INTEGER PRIMARY KEY, room INTEGER NOT NULL REFERENCES room,"
    " phase TEXT NOT NULL, kind TEXT NOT NULL, host INTEGER NOT NULL REFERENCES member,"
    " seed INTEGER NOT NULL, opened_at INTEGER NOT NULL, phase_at INTEGER NOT NULL,"
    " deadline INTEGER NOT NULL, remaining INTEGER NOT NULL, paused INTEGER NOT NULL,"
    " reminded INTEGER NOT NULL, called_at INTEGER NOT NULL, reveal_names INTEGER NOT NULL, answer_ms INTEGER NOT NULL,"
    " vote_ms INTEGER NOT NULL, level TEXT, topic TEXT, company TEXT, question TEXT,"
    " question_hash TEXT, state BLOB, state_version INTEGER NOT NULL) STRICT;",
    "CREATE INDEX round_open ON round(id) WHERE phase IN ('gather','answer','vote','reveal');",
    "CREATE INDEX round_room ON round(room, id);",
    "CREATE TABLE seat(round INTEGER NOT NULL REFERENCES round, number INTEGER NOT NULL,"
    " member INTEGER NOT NULL REFERENCES member, name TEXT NOT NULL, transport TEXT NOT NULL,"
    " network TEXT NOT NULL, account TEXT NOT NULL, hints INTEGER NOT NULL,"
    " gone INTEGER NOT NULL, PRIMARY KEY(round, number)) STRICT, WITHOUT ROWID;",
    "CREATE UNIQUE INDEX seat_member ON seat(member, round);",
    "CREATE TABLE answer(round INTEGER NOT NULL REFERENCES round,"
    " member INTEGER NOT NULL REFERENCES member, revision INTEGER NOT NULL,"
    " withdrawn INTEGER NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY(round, member, revision)) STRICT, WITHOUT ROWID;",
    /* Every change of a ballot stays; the last of (round, voter, author) counts. */
    "CREATE TABLE ballot(id INTEGER PRIMARY KEY, round INTEGER NOT NULL REFERENCES round,"
    " voter INTEGER NOT NULL REFERENCES member, author INTEGER NOT NULL REFERENCES member,"
    " scores TEXT NOT NULL, comment TEXT, at INTEGER NOT NULL) STRICT;",
    "CREATE INDEX ballot_round ON ballot(round, id);",
    "CREATE TABLE motion(round INTEGER NOT NULL REFERENCES round,"
    " member INTEGER NOT NULL REFERENCES member, verb TEXT NOT NULL, amount INTEGER NOT NULL,"
    " PRIMARY KEY(round, verb, member)) STRICT, WITHOUT ROWID;",
    "CREATE TABLE draft(member INTEGER PRIMARY KEY REFERENCES member, round INTEGER NOT NULL,"
    " revise INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL) STRICT;",
    "CREATE TABLE asked(scope TEXT NOT NULL, who INTEGER NOT NULL, question TEXT NOT NULL,"
    " times INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(who, question, scope))"
    " STRICT, WITHOUT ROWID;",
    "CREATE TABLE ledger(id INTEGER PRIMARY KEY, room INTEGER NOT NULL REFERENCES room,"
    " round INTEGER NOT NULL, member INTEGER NOT NULL REFERENCES member, kind TEXT NOT NULL,"
    " reason TEXT NOT NULL, points INTEGER NOT NULL, score REAL, at INTEGER NOT NULL) STRICT;",
    "CREATE INDEX ledger_member ON ledger(member, id);",
    "CREATE INDEX ledger_round ON ledger(round);",
    /* Aggregates of the ledger: one row per board and member. A board is (room,
     * period, period key, kind); kind '' is all kinds. */
    "CREATE TABLE board_name(id INTEGER PRIMARY KEY, room INTEGER NOT NULL, period INTEGER NOT NULL,"
    " key TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE(room, period, key, kind)) STRICT;",
    "CREATE TABLE board(board INTEGER NOT NULL, member INTEGER NOT NULL, points INTEGER NOT NULL,"
    " scored INTEGER NOT NULL, sum REAL NOT NULL, standing REAL NOT NULL, bucket INTEGER NOT NULL,"
    " PRIMARY KEY(board, member)) STRICT, WITHOUT ROWID;",
    "CREATE INDEX board_order ON board(board, standing DESC, points DESC, member);",
    "CREATE INDEX board_bucket ON board(board, bucket, standing);",
    /* How many members of a board have a standing in each bucket: a rank is a
     * short sum, not a count of everyone ahead. */
    "CREATE TABLE board_rank(board INTEGER NOT NULL, bucket INTEGER NOT NULL,"
    " members INTEGER NOT NULL, PRIMARY KEY(board, bucket)) STRICT, WITHOUT ROWID;",
    "CREATE TABLE log(id INTEGER PRIMARY KEY, room INTEGER NOT NULL, round INTEGER NOT NULL,"
    " member INTEGER NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL) STRICT;",
    "CREATE INDEX log_room ON log(room, id);",
    "CREATE TABLE inbox(event TEXT NOT NULL, network TEXT NOT NULL, transport TEXT NOT NULL,"
    " at INTEGER NOT NULL, PRIMARY KEY(event, network, transport)) STRICT, WITHOUT ROWID;",
    "CREATE INDEX inbox_at ON inbox(at);",
    "CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT, transport TEXT NOT NULL,"
    " network TEXT NOT NULL, target TEXT NOT NULL, private INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " collapse TEXT, body BLOB NOT NULL, at INTEGER NOT NULL) STRICT;",
    "CREATE INDEX outbox_collapse ON outbox(target, collapse) WHERE collapse IS NOT NULL;",
    "CREATE TABLE cursor(transport TEXT NOT NULL, network TEXT NOT NULL, key TEXT NOT NULL,"
    " value TEXT NOT NULL, PRIMARY KEY(key, network, transport)) STRICT, WITHOUT ROWID;",
    NULL,
};

static const char *const version_2[] = {
    /* What a message answers, says by a mark, is known by, and is for. */
    "ALTER TABLE outbox ADD COLUMN about TEXT;",
    "ALTER TABLE outbox ADD COLUMN mark TEXT;",
    "ALTER TABLE outbox ADD COLUMN tag TEXT;",
    "ALTER TABLE outbox ADD COLUMN mention TEXT;",
    /* The memory of a transport. Nothing was ever stored in its forerunner. */
    "DROP TABLE cursor;",
    "CREATE TABLE note(transport TEXT NOT NULL, network TEXT NOT NULL, key TEXT NOT NULL,"
    " value TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(transport, network, key)) STRICT;",
    "CREATE INDEX note_at ON note(at);",
    /* The messages that answers of open rounds, and drafts (round 0), are made of. */
    "CREATE TABLE part(round INTEGER NOT NULL, member INTEGER NOT NULL REFERENCES member,"
    " number INTEGER NOT NULL, event TEXT, text TEXT NOT NULL,"
    " PRIMARY KEY(round, member, number)) STRICT, WITHOUT ROWID;",
    "INSERT INTO part SELECT a.round, a.member, 1, NULL, a.text FROM answer a"
    " JOIN round r ON r.id = a.round AND r.phase IN ('gather','answer','vote','reveal')"
    " WHERE a.withdrawn = 0 AND a.revision = (SELECT max(b.revision) FROM answer b"
    " WHERE b.round = a.round AND b.member = a.member);",
    "INSERT INTO part SELECT 0, member, 1, NULL, text FROM draft WHERE text <> '';",
    "ALTER TABLE draft DROP COLUMN text;",
    /* The marks of open rounds that stand. */
    "CREATE TABLE mark(round INTEGER NOT NULL REFERENCES round, event TEXT NOT NULL,"
    " message TEXT NOT NULL, voter INTEGER NOT NULL REFERENCES member,"
    " author INTEGER NOT NULL REFERENCES member, score INTEGER NOT NULL, turn INTEGER NOT NULL,"
    " at INTEGER NOT NULL, PRIMARY KEY(round, event)) STRICT, WITHOUT ROWID;",
    /* When a vote by command was given among the votes of its round: 0 = in order of the ids, NULL
     * = it follows from marks. */
    "ALTER TABLE ballot ADD COLUMN turn INTEGER DEFAULT 0;",
    "ALTER TABLE round ADD COLUMN open_ballots INTEGER NOT NULL DEFAULT 0;",
    /* What holds a phase open: when the room was told, and since when marks are to be counted. */
    "ALTER TABLE round ADD COLUMN held_at INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE round ADD COLUMN graded_at INTEGER NOT NULL DEFAULT 0;",
    /* Rooms that play as one, and accounts that are one person: a part counts for the whole. */
    "CREATE TABLE room_link(part INTEGER PRIMARY KEY REFERENCES room,"
    " whole INTEGER NOT NULL REFERENCES room) STRICT;",
    "CREATE INDEX room_link_whole ON room_link(whole, part);",
    "CREATE TABLE member_link(part INTEGER PRIMARY KEY REFERENCES member,"
    " whole INTEGER NOT NULL REFERENCES member) STRICT;",
    "CREATE INDEX member_link_whole ON member_link(whole, part);",
    "CREATE INDEX ledger_room ON ledger(room, id);",
    /* Names that places went on from; what is configured under such a name holds for the place. */
    "CREATE TABLE moved(id INTEGER PRIMARY KEY, transport TEXT NOT NULL, network TEXT NOT NULL,"
    " target TEXT NOT NULL, now TEXT NOT NULL, UNIQUE(target, network, transport)) STRICT;",
    /* From which of a member's accounts a seat was used, answered and graded last. */
    "ALTER TABLE seat ADD COLUMN used_by INTEGER;",
    "ALTER TABLE seat ADD COLUMN answered_by INTEGER;",
    "ALTER TABLE seat ADD COLUMN graded_by INTEGER;",
    /* Codes for linking accounts, and wrong tries. */
    "CREATE TABLE link_code(hash TEXT PRIMARY KEY, member INTEGER NOT NULL REFERENCES member,"
    " at INTEGER NOT NULL, state INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    "CREATE INDEX link_code_member ON link_code(member);",
    "CREATE INDEX link_code_at ON link_code(at);",
    "CREATE TABLE link_try(member INTEGER PRIMARY KEY REFERENCES member, tries INTEGER NOT NULL,"
    " since INTEGER NOT NULL) STRICT;",
    NULL,
};

/* Not released yet: until it is, a step may be appended here. */
static const char *const version_3[] = {
    /* Whoever is known by a nick only is a guest. */
    "ALTER TABLE seat ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;",
    "UPDATE seat SET guest = 1 WHERE transport = 'irc' AND substr(account, 1, 5) = 'nick:'"
    " AND round IN (SELECT id FROM round WHERE phase IN ('gather','answer','vote','reveal'));",
    /* Guests are not linked: whoever took the nick would be that member. What it led comes under
     * the first of its parts; boards that are gone are made anew when the store is opened. */
    "CREATE TEMP TABLE nick AS SELECT member FROM identity WHERE transport = 'irc'"
    " AND substr(account, 1, 5) = 'nick:';",
    "DELETE FROM board WHERE EXISTS(SELECT 1 FROM member_link WHERE part IN (SELECT member FROM nick)"
    " OR whole IN (SELECT member FROM nick));",
    "DELETE FROM board_rank WHERE NOT EXISTS(SELECT 1 FROM board);",
    "DELETE FROM member_link WHERE part IN (SELECT member FROM nick);",
    "CREATE TEMP TABLE heir AS SELECT whole, min(part) AS first FROM member_link"
    " WHERE whole IN (SELECT member FROM nick) GROUP BY whole;",
    "UPDATE member_link SET whole = (SELECT first FROM heir h WHERE h.whole = member_link.whole)"
    " WHERE whole IN (SELECT whole FROM heir);",
    "DELETE FROM member_link WHERE part = whole;",
    "DROP TABLE heir;",
    "DROP TABLE nick;",
    /* When a message is sent at the earliest, 0 = at once. */
    "ALTER TABLE outbox ADD COLUMN due INTEGER NOT NULL DEFAULT 0;",
    /* Who is ignored or banned in a room; until 0 = until it is lifted. */
    "CREATE TABLE sanction(room INTEGER NOT NULL REFERENCES room,"
    " member INTEGER NOT NULL REFERENCES member, kind INTEGER NOT NULL, name TEXT NOT NULL,"
    " reason TEXT, until INTEGER NOT NULL, given_by INTEGER NOT NULL REFERENCES member,"
    " at INTEGER NOT NULL, PRIMARY KEY(room, member, kind)) STRICT, WITHOUT ROWID;",
    "CREATE INDEX log_round ON log(round, id);",
    NULL,
};

const struct schema_step schema_steps[] = {{0, version_1}, {1, version_2}, {2, version_3}};
const int schema_step_count = sizeof schema_steps / sizeof *schema_steps;

static int read_number(sqlite3 *db, const char *pragma, int *value, struct error *error)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, pragma, -1, &statement, NULL) != SQLITE_OK)
        return sql_error(db, error, "cannot read the database");
    int step = sqlite3_step(statement);
    *value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return step == SQLITE_ROW ? 0 : sql_error(db, error, "cannot read the database");
}

/* *version 0 = an empty database. */
static int read_version(sqlite3 *db, int known, int *version, struct error *error)
{
    int application, objects;
    if (read_number(db, "PRAGMA application_id", &application, error) ||
        read_number(db, "PRAGMA user_version", version, error) ||
        read_number(db, "SELECT count(*) FROM sqlite_schema", &objects, error))
        return -1;
    if (application == 0 && *version == 0 && objects == 0)
        return 0;
    if (application != SCHEMA_APPLICATION_ID)
        return error_set(error, ERR_INVALID,
                         "this is a database, but not hotseat's; give a path of its own");
    if (*version > known)
        return error_set(error, ERR_NEWER,
                         "the database is of version %d and this program knows up to %d; "
                         "use the newer hotseat, or a backup from before",
                         *version, known);
    return 0;
}

int schema_may_open(sqlite3 *db, int version, struct error *error)
{
    int found;
    return read_version(db, version, &found, error);
}

int schema_check(sqlite3 *db, int version, struct error *error)
{
    int found;
    if (read_version(db, version, &found, error))
        return -1;
    if (found == 0)
        return error_set(error, ERR_MISSING, "the database is empty; hotseat run makes it");
    if (found < version)
        return error_set(error, ERR_INVALID,
                         "the database is of version %d; start hotseat run once to bring it to %d",
                         found, version);
    return 0;
}

static int run_steps(sqlite3 *db, const struct schema_step *steps, int count, int from, int to,
                     struct error *error)
{
    for (int version = from; version < to; version++) {
        const char *const *sql = NULL;
        for (int i = 0; i < count; i++)
            if (steps[i].from == version)
                sql = steps[i].sql;
        if (!sql)
            return error_set(error, ERR_INTERNAL, "no migration from version %d", version);
        for (; *sql; sql++)
            if (sqlite3_exec(db, *sql, NULL, NULL, NULL) != SQLITE_OK)
                return sql_error(db, error, "cannot bring the database to a newer version");
    }
    char pragmas[96];
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
             SCHEMA_APPLICATION_ID, to);
    if (sqlite3_exec(db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
        return sql_error(db, error, "cannot mark the database's version");
    return 0;
}

int schema_migrate(sqlite3 *db, const struct schema_step *steps, int count, int version,
                   struct error *error)
{
    int found;
    if (read_version(db, version, &found, error))
        return -1;
    if (found == version)
        return 0;
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return sql_error(db, error, "cannot write the database");
    if (run_steps(db, steps, count, found, version, error) == 0) {
        if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
            return 0;
        sql_error(db, error, "cannot write the database");
    }
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}
