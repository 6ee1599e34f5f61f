/* Backup of a live database, and its restoring. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sql.h"
#include "store/sqlite/sqlite_store.h"

#define PAGES_A_STEP 256
#define BUSY_TRIES 600 /* of 50 ms */

static int open_reader(const char *path, sqlite3 **db, struct error *error)
{
    if (file_check(path, false, error))
        return -1;
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return sql_error(*db, error, "cannot open it");
    sqlite3_busy_timeout(*db, 2000);
    return 0;
}

/* Every page is read and every row checked against its indexes. */
static int check_integrity(sqlite3 *db, struct error *error)
{
    sqlite3_stmt *check = NULL;
    int result = -1;
    if (schema_check(db, SCHEMA_VERSION, error))
        return -1;
    if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &check, NULL) != SQLITE_OK ||
        sqlite3_step(check) != SQLITE_ROW)
        sql_error(db, error, "cannot check it");
    else if (strcmp(sql_column(check, 0), "ok") != 0)
        error_set(error, ERR_CORRUPT, "it is damaged: %.200s", sql_column(check, 0));
    else
        result = 0;
    sqlite3_finalize(check);
    return result;
}

static int copy_pages(sqlite3 *from, sqlite3 *to, struct error *error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sql_error(to, error, "cannot copy");
    int step, busy = 0;
    do {
        step = sqlite3_backup_step(backup, PAGES_A_STEP);
        if (step == SQLITE_BUSY || step == SQLITE_LOCKED) {
            sqlite3_sleep(50);
            busy++;
        }
    } while (step == SQLITE_OK ||
             ((step == SQLITE_BUSY || step == SQLITE_LOCKED) && busy < BUSY_TRIES));
    sqlite3_backup_finish(backup);
    return step == SQLITE_DONE ? 0 : sql_error(to, error, "cannot copy");
}

static int sync_path(const char *path, struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0)
        close(fd);
    return result == 0 ? 0 : error_set(error, ERR_IO, "cannot sync it: %s", strerror(errno));
}

/* Puts the finished copy in place, whole or not at all. */
static int put_in_place(const char *temporary, const char *path, struct error *error)
{
    char copy[PATH_MAX];
    if (sync_path(temporary, error))
        return -1;
    if (rename(temporary, path) != 0)
        return error_set(error, ERR_IO, "cannot put it in place: %s", strerror(errno));
    snprintf(copy, sizeof copy, "%s", path);
    return sync_path(dirname(copy), error);
}

/* A checked copy of `from` at `temporary`, as one plain file without a log. */
static int make_copy(const char *from, const char *temporary, struct error *error)
{
    sqlite3 *source = NULL, *target = NULL;
    int result = -1;
    if (open_reader(from, &source, error) == 0 && schema_check(source, SCHEMA_VERSION, error) == 0 &&
        file_check(temporary, true, error) == 0) {
        if (sqlite3_open_v2(temporary, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                            NULL) != SQLITE_OK)
            sql_error(target, error, "cannot write the copy");
        else if (copy_pages(source, target, error) == 0 &&
                 sqlite3_exec(target, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) ==
                     SQLITE_OK)
            result = check_integrity(target, error);
    }
    sqlite3_close(target);
    sqlite3_close(source);
    return result;
}

static int refuse_existing(const char *path, bool force, struct error *error)
{
    if (force || access(path, F_OK) != 0)
        return 0;
    return error_set(error, ERR_EXISTS, "%s is there already; --force overwrites it", path);
}

int sqlite_store_backup(const char *from, const char *to, bool force, struct error *error)
{
    char temporary[PATH_MAX];
    if (refuse_existing(to, force, error))
        return -1;
    snprintf(temporary, sizeof temporary, "%s.part", to);
    unlink(temporary);
    if (make_copy(from, temporary, error) == 0 && put_in_place(temporary, to, error) == 0)
        return 0;
    unlink(temporary);
    return error_prefix(error, "backup of %.200s", from);
}

static void remove_logs(const char *path)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    char name[PATH_MAX];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

int sqlite_store_restore(const char *backup, const char *to, bool force, struct error *error)
{
    char temporary[PATH_MAX];
    int lock = -1, result = -1;
    if (refuse_existing(to, force, error))
        return -1;
    snprintf(temporary, sizeof temporary, "%s.part", to);
    unlink(temporary);
    /* The lock first: a bot that runs on `to` would go on writing the file that is replaced. */
    if (file_check(temporary, true, error) == 0 && file_lock(to, &lock, error) == 0 &&
        make_copy(backup, temporary, error) == 0) {
        remove_logs(to);
        result = put_in_place(temporary, to, error);
    }
    if (result) {
        unlink(temporary);
        error_prefix(error, "restore from %.200s", backup);
    }
    file_unlock(lock);
    return result;
}
