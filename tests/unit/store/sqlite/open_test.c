/* Opening a database: what is made, what is refused and in which words, what is migrated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sql.h"
#include "store/sqlite/sqlite_store.h"
#include "util/buf.h"

#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

static struct scratch scratch;
static struct error error;

static int make_scratch(void **state)
{
    (void)state;
    error_clear(&error);
    return scratch_make(&scratch);
}

static int remove_scratch(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static struct store *open_store(enum sqlite_store_mode mode)
{
    struct store *store = sqlite_store_open(scratch.database, mode, &error);
    if (!store)
        fail_msg("%s", error.why);
    return store;
}

static void make_database(void)
{
    struct store *store = open_store(SQLITE_STORE_WRITE);
    store->ops->destroy(store);
}

static void expect_refused(enum sqlite_store_mode mode, enum error_code code, const char *words)
{
    error_clear(&error);
    assert_null(sqlite_store_open(scratch.database, mode, &error));
    assert_int_equal(error.code, code);
    if (!strstr(error.why, words) || !strstr(error.why, scratch.database))
        fail_msg("\"%s\" lacks \"%s\" or the path", error.why, words);
    assert_null(sqlite_store_open(scratch.database, mode, NULL)); /* without wanting to know why */
}

static void write_file(const char *path, const char *text, size_t size, long at)
{
    FILE *file = fopen(path, at ? "r+" : "w");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    char *why = NULL;
    assert_int_equal(sqlite3_open(scratch.database, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    sqlite3_close(db);
}

static void text_of(sqlite3 *db, const char *sql, struct buf *out)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        buf_printf(out, "%s\n", sql_column(statement, 0));
    sqlite3_finalize(statement);
}

static void expect_text(sqlite3 *db, const char *sql, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    text_of(db, sql, &found);
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

/* ---- what is made ---- */

static void a_new_database_is_private_and_safe(void **state)
{
    struct stat st;
    char path[SCRATCH_PATH];
    (void)state;
    umask(0);
    struct store *store = open_store(SQLITE_STORE_WRITE);
    sqlite3 *db = sql_store(store)->db;
    static const char *const files[] = {"test.db", "test.db-wal", "test.db-shm", "test.db.lock"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        scratch_path(&scratch, files[i], path);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    expect_text(db, "PRAGMA journal_mode", "wal\n");
    expect_text(db, "PRAGMA synchronous", "2\n");
    expect_text(db, "PRAGMA foreign_keys", "1\n");
    expect_text(db, "PRAGMA trusted_schema", "0\n");
    expect_text(db, "PRAGMA wal_autocheckpoint", "1000\n");
    expect_text(db, "PRAGMA journal_size_limit", "8388608\n");
    expect_text(db, "PRAGMA user_version", TEXT(SCHEMA_VERSION) "\n");
    store->ops->destroy(store);
}

static void every_table_is_strict(void **state)
{
    (void)state;
    struct store *store = open_store(SQLITE_STORE_WRITE);
    sqlite3 *db = sql_store(store)->db;
    expect_text(db, "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict"
                    " AND name NOT LIKE 'sqlite%'", "");
    expect_text(db, "SELECT count(*) > 15 FROM pragma_table_list WHERE strict", "1\n");
    expect_text(db, "PRAGMA foreign_key_check", "");
    store->ops->destroy(store);
}

/* The log would grow for ever if nothing were ever moved from it into the database. */
static void the_log_stays_small(void **state)
{
    struct stat st;
    char path[SCRATCH_PATH], body[2000];
    int64_t id;
    (void)state;
    memset(body, 'x', sizeof body);
    struct outbox_row row = {.to = {"irc", "net", "#prep"}, .bytes = body, .size = sizeof body};
    struct store *store = open_store(SQLITE_STORE_WRITE);
    sqlite3_exec(sql_store(store)->db, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(store->ops->begin(store, &error), 0);
        assert_int_equal(store->ops->outbox_add(store, &row, &id, &error), 0);
        assert_int_equal(store->ops->commit(store, &error), 0);
    }
    scratch_path(&scratch, "test.db-wal", path);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 9 * 1024 * 1024);
    store->ops->destroy(store);
}

static void memory_needs_no_file(void **state)
{
    (void)state;
    struct store *store = sqlite_store_open(":memory:", SQLITE_STORE_WRITE, &error);
    assert_non_null(store);
    store->ops->destroy(store);
    assert_int_not_equal(access(":memory:", F_OK), 0);
    assert_int_not_equal(access(":memory:.lock", F_OK), 0);
}

/* ---- who else has it ---- */

static void a_second_writer_is_refused(void **state)
{
    char path[SCRATCH_PATH];
    (void)state;
    struct store *store = open_store(SQLITE_STORE_WRITE);
    expect_refused(SQLITE_STORE_WRITE, ERR_BUSY, "another hotseat");
    scratch_path(&scratch, "link.db", path);
    assert_int_equal(symlink("test.db", path), 0);
    assert_null(sqlite_store_open(path, SQLITE_STORE_WRITE, &error));
    assert_int_equal(error.code, ERR_BUSY);
    struct store *reader = open_store(SQLITE_STORE_READ);
    assert_int_equal(store->ops->begin(store, &error), 0);
    assert_int_equal(store->ops->commit(store, &error), 0);
    reader->ops->destroy(reader);
    store->ops->destroy(store);
    make_database(); /* free again */
}

static void another_programs_lock_makes_a_turn_fail_and_pass(void **state)
{
    sqlite3 *other;
    (void)state;
    struct store *store = open_store(SQLITE_STORE_WRITE);
    sqlite3_busy_timeout(sql_store(store)->db, 0);
    assert_int_equal(sqlite3_open(scratch.database, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store->ops->begin(store, &error), -1);
    assert_int_equal(error.code, ERR_BUSY);
    store->ops->rollback(store);
    sqlite3_close(other);
    assert_int_equal(store->ops->begin(store, &error), 0);
    assert_int_equal(store->ops->commit(store, &error), 0);
    store->ops->destroy(store);
}

static void a_reader_cannot_write(void **state)
{
    uint64_t id;
    struct address who = {"irc", "net", "ann"};
    (void)state;
    make_database();
    struct store *store = open_store(SQLITE_STORE_READ);
    assert_int_equal(store->ops->member(store, &who, "ann", 1, &id, &error), -1);
    assert_int_equal(store->ops->begin(store, &error), 0);
    assert_int_equal(store->ops->member(store, &who, "ann", 1, &id, &error), -1);
    assert_int_equal(error.code, ERR_READONLY);
    store->ops->rollback(store);
    store->ops->destroy(store);
}

/* ---- what is refused ---- */

static void what_is_not_a_database_is_refused(void **state)
{
    char text[4096];
    (void)state;
    memset(text, 'x', sizeof text);
    expect_refused(SQLITE_STORE_READ, ERR_MISSING, "no such file");
    write_file(scratch.database, text, sizeof text, 0);
    expect_refused(SQLITE_STORE_WRITE, ERR_CORRUPT, "not a database");
    expect_refused(SQLITE_STORE_READ, ERR_CORRUPT, "hotseat restore");
    write_file(scratch.database, "short", 5, 0);
    expect_refused(SQLITE_STORE_WRITE, ERR_CORRUPT, "not a database");
    write_file(scratch.database, "", 0, 0);
    expect_refused(SQLITE_STORE_READ, ERR_MISSING, "empty");
    make_database(); /* an empty file is as good as none */
}

static void a_damaged_database_is_refused(void **state)
{
    char garbage[3900];
    (void)state;
    make_database();
    memset(garbage, 0xA5, sizeof garbage);
    write_file(scratch.database, garbage, sizeof garbage, 100);
    expect_refused(SQLITE_STORE_WRITE, ERR_CORRUPT, "hotseat restore");
    expect_refused(SQLITE_STORE_READ, ERR_CORRUPT, "hotseat restore");
}

static void a_cut_database_is_refused(void **state)
{
    (void)state;
    make_database();
    assert_int_equal(truncate(scratch.database, 8192), 0);
    expect_refused(SQLITE_STORE_WRITE, ERR_CORRUPT, "malformed");
}

static void a_newer_database_is_refused_untouched(void **state)
{
    (void)state;
    make_database();
    run_sql("PRAGMA user_version=99");
    expect_refused(SQLITE_STORE_WRITE, ERR_NEWER, "version 99 and this program knows up to "
                   TEXT(SCHEMA_VERSION));
    expect_refused(SQLITE_STORE_READ, ERR_NEWER, "newer hotseat");
    run_sql("PRAGMA user_version=" TEXT(SCHEMA_VERSION));
    make_database();
}

static void another_programs_database_is_refused_untouched(void **state)
{
    sqlite3 *db;
    (void)state;
    run_sql("CREATE TABLE theirs(x); PRAGMA application_id=7");
    expect_refused(SQLITE_STORE_WRITE, ERR_INVALID, "not hotseat's");
    assert_int_equal(sqlite3_open(scratch.database, &db), SQLITE_OK);
    expect_text(db, "SELECT name FROM sqlite_schema", "theirs\n");
    expect_text(db, "PRAGMA journal_mode", "delete\n");
    sqlite3_close(db);
}

static void a_path_that_leads_nowhere_is_refused(void **state)
{
    char path[SCRATCH_PATH];
    (void)state;
    scratch_path(&scratch, "no/where.db", path);
    assert_null(sqlite_store_open(path, SQLITE_STORE_WRITE, &error));
    assert_int_equal(error.code, ERR_MISSING);
    assert_non_null(strstr(error.why, "no directory"));
    assert_null(sqlite_store_open(scratch.directory, SQLITE_STORE_WRITE, &error));
    assert_int_equal(error.code, ERR_INVALID);
    char *longest = malloc(6000);
    memset(longest, 'a', 5999);
    longest[5999] = '\0';
    assert_null(sqlite_store_open(longest, SQLITE_STORE_WRITE, &error));
    free(longest);
}

/* ---- without the right to write ---- */

/* 0 if the store opens, else the error's code. */
static int code_of_writing(void *context)
{
    (void)context;
    struct store *store = sqlite_store_open(scratch.database, SQLITE_STORE_WRITE, &error);
    if (store)
        store->ops->destroy(store);
    return store ? 0 : (int)error.code;
}

static int code_of_reading(void *context)
{
    size_t count;
    struct board_row rows[1];
    (void)context;
    struct store *store = sqlite_store_open(scratch.database, SQLITE_STORE_READ, &error);
    if (!store)
        return (int)error.code;
    int failed = store->ops->board(store, 1, PERIOD_ALL, "all", NULL, rows, 1, &count, &error);
    store->ops->destroy(store);
    return failed ? 254 : 0;
}

static void what_cannot_be_written_is_refused_but_read(void **state)
{
    (void)state;
    make_database();
    assert_int_equal(scratch_as_nobody(&scratch, code_of_writing, NULL), 0);
    chmod(scratch.database, 0400);
    assert_int_equal(scratch_as_nobody(&scratch, code_of_writing, NULL), ERR_READONLY);
    assert_int_equal(scratch_as_nobody(&scratch, code_of_reading, NULL), 0);
    chmod(scratch.database, 0600);
    chmod(scratch.directory, 0500);
    assert_int_equal(scratch_as_nobody(&scratch, code_of_writing, NULL), ERR_READONLY);
    assert_int_equal(scratch_as_nobody(&scratch, code_of_reading, NULL), 0);
    chmod(scratch.directory, 0700);
    chmod(scratch.database, 0000);
    assert_int_equal(scratch_as_nobody(&scratch, code_of_reading, NULL), ERR_READONLY);
    chmod(scratch.database, 0600);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scratch, remove_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_database_is_private_and_safe),
        CASE(every_table_is_strict),
        CASE(the_log_stays_small),
        CASE(memory_needs_no_file),
        CASE(a_second_writer_is_refused),
        CASE(another_programs_lock_makes_a_turn_fail_and_pass),
        CASE(a_reader_cannot_write),
        CASE(what_is_not_a_database_is_refused),
        CASE(a_damaged_database_is_refused),
        CASE(a_cut_database_is_refused),
        CASE(a_newer_database_is_refused_untouched),
        CASE(another_programs_database_is_refused_untouched),
        CASE(a_path_that_leads_nowhere_is_refused),
        CASE(what_cannot_be_written_is_refused_but_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
