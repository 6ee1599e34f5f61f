/* The statements: each is prepared once, and none that a member waits for scans a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "store/sqlite/sql.h"
#include "store/sqlite/sqlite_store.h"
#include "util/buf.h"

static struct error error;

static int open_store(void **state)
{
    *state = sqlite_store_open(":memory:", SQLITE_STORE_WRITE, &error);
    return *state ? 0 : -1;
}

static int close_store(void **state)
{
    struct store *store = *state;
    store->ops->destroy(store);
    return 0;
}

/* Nobody waits for these: they run at the start, after a failure, or when the host asks. Or, once
 * in a while, they sort what is one member's own, walk along the index of open rounds, or look
 * through what waits to be sent. */
static bool may_scan(enum sql_id id)
{
    static const enum sql_id slow[] = {SQL_ROUNDS_OPEN, SQL_DRAFTS, SQL_LEDGER_ALL, SQL_ROOM_LINKS,
                                       SQL_LEDGER_OF_ROOM, SQL_LEDGER_OF_MEMBER,
                                       SQL_MEMBER_MOVE_ANSWERS, SQL_MEMBER_MOVE_MARKS,
                                       SQL_BOARDS_CLEAR, SQL_RANKS_CLEAR, SQL_OUTBOX_MOVE,
                                       SQL_MOVED_ON, SQL_MOVES, SQL_OUTBOX_MAIL};
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++)
        if (slow[i] == id)
            return true;
    return false;
}

/* Its plan, one step a line. */
static void read_plan(struct store *store, const char *sql, struct buf *plan)
{
    char explain[4096];
    sqlite3_stmt *statement;
    snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql);
    if (sqlite3_prepare_v2(sql_store(store)->db, explain, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(sql_store(store)->db));
    while (sqlite3_step(statement) == SQLITE_ROW)
        buf_printf(plan, "%s\n", (const char *)sqlite3_column_text(statement, 3));
    sqlite3_finalize(statement);
}

static bool is_query(const char *sql)
{
    static const char *const words[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(sql, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static void expect_index(struct store *store, enum sql_id id)
{
    struct buf plan;
    buf_init(&plan);
    read_plan(store, sql_text(id), &plan);
    /* "SCAN CONSTANT ROW" reads no table. */
    const char *scan = strstr(buf_text(&plan), "SCAN ");
    if (scan && strncmp(scan, "SCAN CONSTANT ROW", strlen("SCAN CONSTANT ROW")) != 0)
        fail_msg("%s\nscans:\n%s", sql_text(id), buf_text(&plan));
    if (strstr(buf_text(&plan), "TEMP B-TREE") && id != SQL_ROOM_BY_TARGET)
        fail_msg("%s\nsorts:\n%s", sql_text(id), buf_text(&plan));
    buf_finish(&plan);
}

static void nothing_that_a_member_waits_for_scans_a_table(void **state)
{
    int checked = 0;
    for (int id = 0; id < SQL_COUNT; id++)
        if (is_query(sql_text((enum sql_id)id)) && !may_scan((enum sql_id)id)) {
            expect_index(*state, (enum sql_id)id);
            checked++;
        }
    assert_true(checked > 40);
}

static void open_rounds_are_read_from_their_own_index(void **state)
{
    struct buf plan;
    buf_init(&plan);
    read_plan(*state, sql_text(SQL_ROUNDS_OPEN), &plan);
    assert_non_null(strstr(buf_text(&plan), "USING INDEX round_open"));
    buf_finish(&plan);
}

/* A rank is summed from the index alone, without the rows. */
static void a_rank_needs_no_rows(void **state)
{
    static const enum sql_id ids[] = {SQL_RANK_ABOVE, SQL_RANK_WITHIN};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct buf plan;
        buf_init(&plan);
        read_plan(*state, sql_text(ids[i]), &plan);
        assert_true(strstr(buf_text(&plan), "COVERING INDEX") ||
                    strstr(buf_text(&plan), "PRIMARY KEY"));
        buf_finish(&plan);
    }
}

static size_t count_statements(struct store *store)
{
    size_t count = 0;
    sqlite3_stmt *statement = NULL;
    while ((statement = sqlite3_next_stmt(sql_store(store)->db, statement)))
        count++;
    return count;
}

static void each_statement_is_prepared_once(void **state)
{
    struct store *store = *state;
    sqlite3_stmt *first[SQL_COUNT];
    for (int id = 0; id < SQL_COUNT; id++) {
        first[id] = sql_prepare(sql_store(store), (enum sql_id)id, &error);
        if (!first[id])
            fail_msg("%s: %s", sql_text((enum sql_id)id), error.why);
    }
    assert_int_equal(count_statements(store), SQL_COUNT);
    for (int id = 0; id < SQL_COUNT; id++)
        assert_ptr_equal(sql_prepare(sql_store(store), (enum sql_id)id, &error), first[id]);
    assert_int_equal(count_statements(store), SQL_COUNT);
}

static void a_failure_says_what_would_work(void **state)
{
    struct store *store = *state;
    sqlite3 *db = sql_store(store)->db;
    assert_int_equal(sql_error(NULL, &error, "it"), -1);
    assert_int_equal(error.code, ERR_MEMORY);
    assert_int_not_equal(sqlite3_exec(db, "NONSENSE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sql_error(db, &error, "it"), -1);
    assert_int_equal(error.code, ERR_INTERNAL);
    assert_int_equal(sqlite3_exec(db, "PRAGMA max_page_count=1", NULL, NULL, NULL), SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(db, "CREATE TABLE big(x); INSERT INTO big VALUES("
                                          "zeroblob(1000000))", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sql_error(db, &error, "it"), -1);
    assert_int_equal(error.code, ERR_FULL);
    assert_string_equal(error.why, "it: the disk is full; free some space");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_that_a_member_waits_for_scans_a_table),
        CASE(open_rounds_are_read_from_their_own_index),
        CASE(a_rank_needs_no_rows),
        CASE(each_statement_is_prepared_once),
        CASE(a_failure_says_what_would_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
