/* Migrations: forward from every version that was ever stored, whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sql.h"
#include "store/sqlite/sqlite_store.h"
#include "util/buf.h"

static struct scratch scratch;
static struct error error;

static int make_scratch(void **state)
{
    (void)state;
    return scratch_make(&scratch);
}

static int remove_scratch(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

/* The first column of all rows, one a line. */
static void expect_rows(sqlite3 *db, const char *sql, const char *wanted)
{
    struct buf found;
    sqlite3_stmt *statement;
    buf_init(&found);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW)
        buf_printf(&found, "%s\n", sql_column(statement, 0));
    sqlite3_finalize(statement);
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

/* ---- stored databases ---- */

/* Makes the scratch database from tests/data/store/version_N.sql, a dump of a bot's database. */
static void restore_dump(int version)
{
    char path[512];
    const char *top = getenv("HOTSEAT_TOP");
    struct buf sql;
    char part[4096];
    size_t got;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/tests/data/store/version_%d.sql", top ? top : ".", version);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is missing: every version needs a stored database", path);
    buf_init(&sql);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&sql, part, got);
    fclose(file);
    assert_int_equal(sqlite3_open(scratch.database, &db), SQLITE_OK);
    if (sqlite3_exec(db, buf_text(&sql), NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", path, sqlite3_errmsg(db));
    sqlite3_close(db);
    buf_finish(&sql);
}

static int take_round(void *context, struct round *round, const char *body)
{
    *(struct round **)context = round;
    assert_non_null(body);
    return 0;
}

static int take_draft(void *context, const struct draft_record *draft)
{
    (*(int *)context)++;
    assert_int_equal(draft->round, 2);
    return 0;
}

static int take_part(void *context, const struct part_record *part)
{
    (void)context;
    assert_string_equal(part->text, "half a draft");
    return 0;
}

/* What the dumped bot had: a closed round with points, an open one with an answer and a draft. */
static void expect_content(struct store *store)
{
    struct round *round = NULL;
    struct board_row rows[4];
    size_t count;
    int drafts = 0;
    uint64_t room;
    assert_int_equal(store->ops->rounds_open(store, take_round, &round, &error), 0);
    assert_non_null(round);
    assert_int_equal(round->id, 2);
    assert_int_equal(round->phase, ROUND_ANSWER);
    assert_int_equal(round->seat_count, 2);
    assert_string_equal(round->seats[0].answer, "Sealed answer.");
    assert_int_equal(round->seats[0].parts.count, 1);
    assert_string_equal(round->seats[0].parts.part[0].text, "Sealed answer.");
    round_destroy(round);
    assert_int_equal(store->ops->drafts(store, take_draft, &drafts, &error), 0);
    assert_int_equal(drafts, 1);
    assert_int_equal(store->ops->draft_parts(store, take_part, NULL, &error), 0);
    assert_int_equal(store->ops->room_find(store, NULL, &room, NULL, &error), 0);
    assert_int_equal(
        store->ops->board(store, room, PERIOD_ALL, "all", "coding", rows, 4, &count, &error), 0);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].rounds, 1);
}

static const char schema_sql[] = "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema"
                                 " WHERE name NOT LIKE 'sqlite%' ORDER BY name";

static void expect_fresh_schema(sqlite3 *db)
{
    struct buf wanted;
    sqlite3_stmt *statement;
    struct store *fresh = sqlite_store_open(":memory:", SQLITE_STORE_WRITE, &error);
    assert_non_null(fresh);
    buf_init(&wanted);
    sqlite3_prepare_v2(sql_store(fresh)->db, schema_sql, -1, &statement, NULL);
    while (sqlite3_step(statement) == SQLITE_ROW)
        buf_printf(&wanted, "%s\n", sql_column(statement, 0));
    sqlite3_finalize(statement);
    expect_rows(db, schema_sql, buf_text(&wanted));
    buf_finish(&wanted);
    fresh->ops->destroy(fresh);
}

static void every_stored_version_comes_forward(void **state)
{
    (void)state;
    for (int version = 1; version <= SCHEMA_VERSION; version++) {
        restore_dump(version);
        struct store *store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
        if (!store)
            fail_msg("version %d: %s", version, error.why);
        expect_fresh_schema(sql_store(store)->db);
        expect_content(store);
        expect_rows(sql_store(store)->db, "PRAGMA foreign_key_check", "");
        expect_rows(sql_store(store)->db, "PRAGMA integrity_check", "ok\n");
        store->ops->destroy(store);
        scratch_remove(&scratch);
        assert_int_equal(scratch_make(&scratch), 0);
    }
}

/* ---- what single steps do ---- */

/* Three accounts of one person, led by a nick, and a fourth account that a nick counts for. */
static const char linked_nicks[] =
    "INSERT INTO member VALUES(3,'ann',1),(4,'bob',1),(5,'cyd',1);"
    "INSERT INTO identity VALUES('irc','libera','nick:ann',3),('matrix','m','@a:m',4),"
    "('irc','libera','account:nick:x',5);"
    "INSERT INTO member_link VALUES(1,3),(4,3),(5,3);"
    "INSERT INTO seat VALUES(2,2,3,'ann','irc','libera','nick:ann',0,0,NULL,NULL,NULL),"
    "(2,3,5,'cyd','irc','libera','account:nick:x',0,0,NULL,NULL,NULL),"
    "(1,2,3,'ann','irc','libera','nick:ann',0,0,NULL,NULL,NULL);";

static void nicks_become_guests_whom_nothing_is_linked_with(void **state)
{
    (void)state;
    sqlite3 *db;
    restore_dump(2);
    assert_int_equal(sqlite3_open(scratch.database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, linked_nicks, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    struct store *store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
    assert_non_null(store);
    db = sql_store(store)->db;
    expect_rows(db, "SELECT part || '>' || whole FROM member_link ORDER BY part", "4>1\n5>1\n");
    expect_rows(db, "SELECT round || ' ' || number FROM seat WHERE guest ORDER BY 1", "2 2\n");
    /* The boards were made anew: each is there with its points, nobody twice. */
    expect_rows(db, "SELECT member || ' ' || points FROM board b JOIN board_name n ON n.id = b.board"
                    " WHERE n.kind = '' AND n.period = 3 ORDER BY 1", "1 18\n2 22\n");
    expect_rows(db, "SELECT sum(members) FROM board_rank r JOIN board_name n ON n.id = r.board"
                    " WHERE n.kind = '' AND n.period = 3", "2\n");
    expect_rows(db, "SELECT name FROM sqlite_temp_schema", "");
    store->ops->destroy(store);
}

static void the_other_way_round_too(void **state)
{
    (void)state;
    sqlite3 *db;
    restore_dump(2);
    assert_int_equal(sqlite3_open(scratch.database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, linked_nicks, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM member_link;"
                                      "INSERT INTO member_link VALUES(3,1),(5,1)", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    struct store *store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
    assert_non_null(store);
    expect_rows(sql_store(store)->db, "SELECT part || '>' || whole FROM member_link", "5>1\n");
    store->ops->destroy(store);
}

/* ---- the machinery, with steps of the test's own ---- */

static const char *const to_1[] = {"CREATE TABLE a(x);", "INSERT INTO a VALUES(1);", NULL};
static const char *const to_2[] = {"ALTER TABLE a ADD COLUMN y;", NULL};
static const char *const to_3[] = {"UPDATE a SET y = x + 1;", NULL};
static const char *const bad_3[] = {"UPDATE a SET y = 7;", "NONSENSE;", NULL};
static const struct schema_step steps[] = {{0, to_1}, {1, to_2}, {2, to_3}};
static const struct schema_step bad_steps[] = {{0, to_1}, {1, to_2}, {2, bad_3}};

static sqlite3 *memory(void)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    return db;
}

static void steps_are_taken_in_order(void **state)
{
    (void)state;
    sqlite3 *db = memory();
    assert_int_equal(schema_check(db, 3, &error), -1);
    assert_int_equal(error.code, ERR_MISSING);
    assert_int_equal(schema_migrate(db, steps, 3, 1, &error), 0);
    assert_int_equal(schema_check(db, 3, &error), -1); /* too old to be read */
    assert_int_equal(error.code, ERR_INVALID);
    assert_int_equal(schema_migrate(db, steps, 3, 3, &error), 0);
    expect_rows(db, "SELECT y FROM a", "2\n");
    expect_rows(db, "PRAGMA user_version", "3\n");
    assert_int_equal(schema_migrate(db, steps, 3, 3, &error), 0); /* nothing left to do */
    assert_int_equal(schema_check(db, 3, &error), 0);
    assert_int_equal(schema_migrate(db, steps, 3, 2, &error), -1);
    assert_int_equal(error.code, ERR_NEWER);
    sqlite3_close(db);
}

static void a_failing_step_takes_all_back(void **state)
{
    (void)state;
    sqlite3 *db = memory();
    assert_int_equal(schema_migrate(db, steps, 3, 1, &error), 0);
    assert_int_equal(schema_migrate(db, bad_steps, 3, 3, &error), -1);
    expect_rows(db, "PRAGMA user_version", "1\n");
    expect_rows(db, "SELECT count(*) FROM pragma_table_info('a')", "1\n");
    assert_int_equal(schema_migrate(db, steps, 3, 3, &error), 0);
    sqlite3_close(db);
}

static void a_missing_step_is_a_bug(void **state)
{
    (void)state;
    sqlite3 *db = memory();
    assert_int_equal(schema_migrate(db, steps, 2, 3, &error), -1);
    assert_int_equal(error.code, ERR_INTERNAL);
    expect_rows(db, "SELECT count(*) FROM sqlite_schema", "0\n");
    sqlite3_close(db);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scratch, remove_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_stored_version_comes_forward),
        CASE(nicks_become_guests_whom_nothing_is_linked_with),
        CASE(the_other_way_round_too),
        CASE(steps_are_taken_in_order),
        CASE(a_failing_step_takes_all_back),
        CASE(a_missing_step_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
