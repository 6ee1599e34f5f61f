/* A disk that is full or broken: the transaction fails whole, and all works again when it is sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "scratch.h"
#include "store/sqlite/sql.h"
#include "store/sqlite/sqlite_store.h"

static struct scratch scratch;
static struct error error;
static struct store *store;

static int open_store(void **state)
{
    (void)state;
    if (scratch_make(&scratch))
        return -1;
    disk_install();
    store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
    disk_reset();
    return store ? 0 : -1;
}

static int close_store(void **state)
{
    (void)state;
    disk_heal();
    if (store)
        store->ops->destroy(store);
    disk_remove();
    scratch_remove(&scratch);
    return 0;
}

/* One person's turn: 0, or -1 after which nothing of it may be there. */
static int store_turn(int number)
{
    char name[32], body[6000];
    uint64_t room, member;
    int64_t message;
    bool fresh;
    snprintf(name, sizeof name, "person%d", number);
    memset(body, 'x', sizeof body);
    struct address who = {"irc", "net", name}, place = {"irc", "net", "#prep"};
    struct outbox_row row = {.to = who, .private_talk = true, .bytes = body, .size = sizeof body};
    struct effect award = {.kind = RECORD_LEDGER,
                           .as.ledger = {.kind = "coding", .reason = "answer", .points = 1,
                                         .scored = true, .score = 3, .at = 1000}};
    const struct store_ops *ops = store->ops;
    if (ops->begin(store, &error) || ops->savepoint(store, &error) ||
        ops->inbox_add(store, "irc", "net", name, 1, &fresh, &error) ||
        ops->room(store, &place, 1, &room, &error) ||
        ops->member(store, &who, name, 1, &member, &error))
        return -1;
    award.as.ledger.room = room;
    award.as.ledger.member = member;
    if (ops->record(store, &award, &error) || ops->outbox_add(store, &row, &message, &error) ||
        ops->release(store, &error))
        return -1;
    return ops->commit(store, &error);
}

static long long count_of(const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(sql_store(store)->db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    long long count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

/* Every table has as many rows as there were turns: none has half of one. */
static void expect_turns(long long turns)
{
    static const char *const tables[] = {"inbox", "member", "identity", "ledger", "outbox"};
    char sql[64];
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
        assert_int_equal(count_of(sql), turns);
    }
    assert_int_equal(count_of("SELECT count(*) FROM board"), 8 * turns);
    assert_int_equal(count_of("SELECT coalesce(sum(members), 0) FROM board_rank"), 8 * turns);
}

/* Fails operation 1, 2, ... of a turn, each once. */
static void fail_each_operation(enum disk_fault fault)
{
    int turns = 0, failed = 0;
    for (uint64_t n = 1;; n++) {
        disk_reset();
        disk_fail_at(n, 1, fault);
        int result = store_turn(turns);
        if (result) {
            store->ops->rollback(store);
            assert_int_not_equal(error.code, ERR_NONE);
            failed++;
        }
        uint64_t failures = disk_failures();
        disk_reset();
        turns += result == 0;
        expect_turns(turns);
        if (failures == 0)
            break;
    }
    assert_true(failed > 1);
    assert_int_equal(store_turn(turns), 0);
    expect_turns(turns + 1);
}

static void a_full_disk_fails_whole_turns(void **state)
{
    (void)state;
    fail_each_operation(DISK_FULL);
}

static void a_broken_disk_fails_whole_turns(void **state)
{
    (void)state;
    fail_each_operation(DISK_BROKEN);
}

/* An hour without room, a try each second; then there is room. */
static void a_long_time_without_room_leaves_no_trace(void **state)
{
    (void)state;
    assert_int_equal(store_turn(0), 0);
    disk_room(3000);
    for (int second = 0; second < 3600; second++) {
        assert_int_equal(store_turn(1), -1);
        assert_int_equal(error.code, ERR_FULL);
        store->ops->rollback(store);
    }
    expect_turns(1);
    disk_heal();
    assert_int_equal(store_turn(1), 0);
    expect_turns(2);
    assert_int_equal(count_of("SELECT count(*) FROM pragma_integrity_check WHERE"
                              " integrity_check = 'ok'"), 1);
}

/* SQLite ends the whole transaction then: going on from the savepoint would store half of it. */
static void a_savepoint_of_a_lost_transaction_says_so(void **state)
{
    struct address who = {"irc", "net", "ann"};
    uint64_t id;
    (void)state;
    assert_int_equal(store->ops->begin(store, &error), 0);
    assert_int_equal(store->ops->member(store, &who, "ann", 1, &id, &error), 0);
    assert_int_equal(store->ops->savepoint(store, &error), 0);
    assert_int_equal(sqlite3_exec(sql_store(store)->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store->ops->rollback_to(store, &error), -1);
    assert_int_equal(store->ops->member(store, &who, "ann", 1, &id, &error), -1);
    store->ops->rollback(store);
    expect_turns(0);
}

static void no_room_for_the_first_tables(void **state)
{
    (void)state;
    store->ops->destroy(store);
    scratch_remove(&scratch);
    assert_int_equal(scratch_make(&scratch), 0);
    disk_room(20000);
    store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
    assert_null(store);
    assert_int_equal(error.code, ERR_FULL);
    disk_heal();
    store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
    assert_non_null(store);
    assert_int_equal(store_turn(0), 0);
}

/* What was told as stored is there after the machine stopped at any write. */
static void a_stop_at_any_write_keeps_what_was_committed(void **state)
{
    uint64_t n = 1;
    int turns = 0;
    (void)state;
    for (bool stopped = true; stopped; n++) {
        disk_reset();
        disk_fail_at(n, DISK_FOREVER, DISK_BROKEN);
        int stored = store_turn(turns) == 0;
        stopped = disk_failures() > 0;
        store->ops->destroy(store); /* writes nothing any more, like a machine without power */
        disk_reset();
        store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
        assert_non_null(store);
        long long kept = count_of("SELECT count(*) FROM ledger");
        assert_in_range(kept, turns + stored, turns + 1);
        turns = (int)kept;
        expect_turns(turns);
    }
    assert_true(n > 3);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_full_disk_fails_whole_turns),
        CASE(a_broken_disk_fails_whole_turns),
        CASE(a_long_time_without_room_leaves_no_trace),
        CASE(a_savepoint_of_a_lost_transaction_says_so),
        CASE(no_room_for_the_first_tables),
        CASE(a_stop_at_any_write_keeps_what_was_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
