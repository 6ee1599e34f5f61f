/* The failing disk of the tests does what its header says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"

static char directory[64], path[96];

static int make_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/hotseat-disk-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/test.db", directory);
    disk_install();
    disk_reset();
    return 0;
}

static int remove_directory(void **state)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char name[128];
    (void)state;
    disk_remove();
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    return rmdir(directory);
}

static sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "CREATE TABLE IF NOT EXISTS t(x);",
                     NULL, NULL, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

static int insert(sqlite3 *db)
{
    return sqlite3_exec(db, "INSERT INTO t VALUES(zeroblob(3000))", NULL, NULL, NULL);
}

static int rows(sqlite3 *db)
{
    sqlite3_stmt *count;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM t", -1, &count, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    int found = sqlite3_column_int(count, 0);
    sqlite3_finalize(count);
    return found;
}

static void operations_are_counted(void **state)
{
    (void)state;
    sqlite3 *db = open_database();
    assert_non_null(db);
    assert_true(disk_operations() > 0);
    disk_reset();
    assert_int_equal(disk_operations(), 0);
    assert_int_equal(insert(db), SQLITE_OK);
    assert_true(disk_operations() >= 2); /* at least a frame and its sync */
    assert_int_equal(disk_failures(), 0);
    sqlite3_close(db);
}

static void every_operation_can_fail(void **state)
{
    (void)state;
    for (int fault = DISK_FULL; fault <= DISK_BROKEN; fault++) {
        uint64_t n = 1;
        for (;; n++) {
            disk_reset();
            disk_fail_at(n, 1, (enum disk_fault)fault);
            sqlite3 *db = open_database();
            if (db) {
                int before = rows(db);
                int inserted = insert(db);
                assert_int_equal(rows(db), before + (inserted == SQLITE_OK));
            }
            sqlite3_close(db);
            if (disk_failures() == 0)
                break;
            assert_int_equal(disk_failures(), 1);
        }
        assert_true(n > 3);
    }
}

static void one_failure_passes(void **state)
{
    (void)state;
    sqlite3 *db = open_database();
    disk_reset();
    disk_fail_at(1, 1, DISK_FULL);
    assert_int_equal(insert(db), SQLITE_FULL);
    assert_int_equal(insert(db), SQLITE_OK);
    assert_int_equal(rows(db), 1);
    sqlite3_close(db);
}

static void a_lasting_failure_lasts_until_healed(void **state)
{
    (void)state;
    sqlite3 *db = open_database();
    disk_fail_now(DISK_BROKEN);
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(insert(db), SQLITE_OK);
    disk_heal();
    assert_int_equal(insert(db), SQLITE_OK);
    assert_int_equal(rows(db), 1);
    sqlite3_close(db);
}

static void room_runs_out(void **state)
{
    (void)state;
    sqlite3 *db = open_database();
    disk_room(20000);
    int stored = 0;
    while (insert(db) == SQLITE_OK)
        stored++;
    assert_in_range(stored, 1, 6);
    assert_int_equal(sqlite3_errcode(db), SQLITE_FULL);
    disk_heal();
    assert_int_equal(rows(db), stored);
    assert_int_equal(insert(db), SQLITE_OK);
    sqlite3_close(db);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(operations_are_counted),
        CASE(every_operation_can_fail),
        CASE(one_failure_passes),
        CASE(a_lasting_failure_lasts_until_healed),
        CASE(room_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
