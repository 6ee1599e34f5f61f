/* Opening a database for reading only. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/sqlite/file.h"
#include "store/sqlite/sql.h"

#define READER_BUSY_MS 2000

/* "file:PATH?immutable=1", with the characters escaped that mean something in a URI. */
static void make_uri(const char *path, char *out, size_t size)
{
    size_t at = (size_t)snprintf(out, size, "file:");
    for (; *path && at + 4 < size; path++) {
        if (strchr("%?#", *path))
            at += (size_t)snprintf(out + at, size - at, "%%%02X", (unsigned)(unsigned char)*path);
        else
            out[at++] = *path;
    }
    snprintf(out + at, size - at, "?immutable=1");
}

/* True if everything is in the file itself, nothing in a log beside it. */
static bool has_no_log(const char *path)
{
    char name[PATH_MAX + 8];
    struct stat st;
    snprintf(name, sizeof name, "%s-wal", path);
    return stat(name, &st) != 0 || st.st_size == 0;
}

static int open_as(const char *name, int flags, sqlite3 **db)
{
    int result = sqlite3_open_v2(name, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags, NULL);
    if (result != SQLITE_OK)
        return result;
    sqlite3_busy_timeout(*db, READER_BUSY_MS);
    return sqlite3_exec(*db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
}

int sql_open_reader(const char *path, sqlite3 **db, struct error *error)
{
    char real[PATH_MAX], uri[3 * PATH_MAX + 32];
    if (file_check(path, false, error) || file_resolve(path, real, sizeof real, error))
        return -1;
    int result = open_as(real, 0, db);
    /* In WAL mode even reading makes a file beside the database. Where that
     * cannot be, nobody writes, so the database may be taken as it is. */
    if (((result & 0xFF) == SQLITE_CANTOPEN || (result & 0xFF) == SQLITE_READONLY) &&
        has_no_log(real)) {
        sqlite3_close(*db);
        make_uri(real, uri, sizeof uri);
        result = open_as(uri, SQLITE_OPEN_URI, db);
    }
    return result == SQLITE_OK ? 0 : sql_error(*db, error, "cannot open the database");
}
