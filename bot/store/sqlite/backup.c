/* Backup of a live database, and its restoring. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sql.h"
#include "store/sqlite/sqlite_store.h"

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

/* All pages of one moment. The source is read in one transaction, which in WAL
 * mode holds up nobody; in steps, a busy bot would make the copy begin anew again
 * and again. */
static int copy_pages(sqlite3 *from, sqlite3 *to, struct error *error)
{
    if (sqlite3_exec(from, "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL) !=
        SQLITE_OK)
        return sql_error(from, error, "cannot read it");
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sql_error(to, error, "cannot copy");
    int step = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (step == SQLITE_DONE)
        return 0;
    /* What went wrong is noted at the side where it did. */
    bool target = sqlite3_errcode(to) != SQLITE_OK && sqlite3_errcode(to) != SQLITE_DONE;
    return sql_error(target ? to : from, error, "cannot copy");
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

static int fill_copy(sqlite3 *source, sqlite3 *target, struct error *error)
{
    if (copy_pages(source, target, error))
        return -1;
    if (sqlite3_exec(target, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) != SQLITE_OK)
        return sql_error(target, error, "cannot finish the copy");
    return check_integrity(target, error);
}

/* A checked copy of `from` in the empty file `temporary`, whole without a log. */
static int make_copy(const char *from, const char *temporary, struct error *error)
{
    sqlite3 *source = NULL, *target = NULL;
    int result = -1;
    if (sql_open_reader(from, &source, error) || schema_check(source, SCHEMA_VERSION, error))
        goto out;
    if (sqlite3_open_v2(temporary, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        sql_error(target, error, "cannot write the copy");
    else
        result = fill_copy(source, target, error);
out:
    sqlite3_close(target);
    sqlite3_close(source);
    return result;
}

static void remove_logs(const char *path)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    char name[PATH_MAX + 16];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

/* Leaves no log beside the file that is about to be replaced: SQLite would play
 * it back over the new one. First it is folded into the old file, so that this
 * one is whole should the replacing fail. What is too damaged for that loses it. */
static void fold_logs(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    sqlite3_close(db);
    remove_logs(path);
}

static int refuse_existing(const char *path, bool force, struct error *error)
{
    if (force || access(path, F_OK) != 0)
        return 0;
    return error_set(error, ERR_EXISTS, "%s is there already; --force overwrites it", path);
}

/* Puts a checked copy of `from` in the place of `to`, whole or not at all. */
static int replace(const char *from, const char *to, struct error *error)
{
    char temporary[PATH_MAX];
    if (file_make_beside(to, temporary, sizeof temporary, error))
        return -1;
    if (make_copy(from, temporary, error) == 0) {
        fold_logs(to);
        if (put_in_place(temporary, to, error) == 0)
            return 0;
    }
    remove_logs(temporary);
    unlink(temporary);
    return -1;
}

/* A file that no bot ever wrote has no lock, and needs none. */
static bool was_locked(const char *path)
{
    char name[PATH_MAX + 8];
    snprintf(name, sizeof name, "%s.lock", path);
    return access(name, F_OK) == 0;
}

/* The file to replace: behind symbolic links, and not the source itself. */
static int find_target(const char *from, const char *to, bool force, char real[PATH_MAX],
                       struct error *error)
{
    struct stat st;
    if (refuse_existing(to, force, error) || file_resolve(to, real, PATH_MAX, error))
        return -1;
    if (file_same(from, real))
        return error_set(error, ERR_INVALID, "%s is the same file; give another", to);
    if (stat(real, &st) == 0 && !S_ISREG(st.st_mode))
        return error_set(error, ERR_INVALID, "%s is not a file", to);
    return 0;
}

/* A bot that runs on the target would go on writing the file that is replaced. */
static int copy_over(const char *from, const char *to, bool force, bool restore,
                     struct error *error)
{
    char real[PATH_MAX];
    int lock = -1, result = find_target(from, to, force, real, error);
    if (result == 0 && (restore || was_locked(real)))
        result = file_lock(real, &lock, error);
    if (result == 0)
        result = replace(from, real, error);
    file_unlock(lock);
    if (result)
        error_prefix(error, restore ? "restore from %.200s" : "backup of %.200s", from);
    return result;
}

int sqlite_store_backup(const char *from, const char *to, bool force, struct error *error)
{
    return copy_over(from, to, force, false, error);
}

int sqlite_store_restore(const char *backup, const char *to, bool force, struct error *error)
{
    return copy_over(backup, to, force, true, error);
}
