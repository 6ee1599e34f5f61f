#include "store/sqlite/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_directory(const char *path, struct error *error)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy - 16)
        return error_set(error, ERR_INVALID, "the path is too long");
    snprintf(copy, sizeof copy, "%s", path);
    const char *directory = dirname(copy);
    if (access(directory, F_OK) != 0)
        return error_set(error, ERR_MISSING, "there is no directory %.200s; make it first",
                         directory);
    if (access(directory, W_OK | X_OK) != 0)
        return error_set(error, ERR_READONLY,
                         "the directory %.200s cannot be written; SQLite keeps its log there",
                         directory);
    return 0;
}

int file_check(const char *path, bool write, struct error *error)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        if (errno != ENOENT)
            return error_set(error, ERR_IO, "cannot look at it: %s", strerror(errno));
        if (!write)
            return error_set(error, ERR_MISSING, "there is no such file");
        if (check_directory(path, error))
            return -1;
        int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            return error_set(error, ERR_IO, "cannot make it: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return 0;
    }
    if (!S_ISREG(st.st_mode))
        return error_set(error, ERR_INVALID, "it is not a file");
    if (access(path, write ? R_OK | W_OK : R_OK) != 0)
        return error_set(error, ERR_READONLY, "it cannot be %s by this user",
                         write ? "written" : "read");
    return write ? check_directory(path, error) : 0;
}

int file_resolve(const char *path, char *out, size_t size, struct error *error)
{
    char *real = realpath(path, NULL);
    int length = snprintf(out, size, "%s", real ? real : path);
    free(real);
    if (length < 0 || (size_t)length >= size)
        return error_set(error, ERR_INVALID, "the path is too long");
    return 0;
}

int file_make_beside(const char *path, char *out, size_t size, struct error *error)
{
    if (check_directory(path, error))
        return -1;
    int length = snprintf(out, size, "%s.part-XXXXXX", path);
    if (length < 0 || (size_t)length >= size)
        return error_set(error, ERR_INVALID, "the path is too long");
    int fd = mkostemp(out, O_CLOEXEC);
    if (fd < 0)
        return error_set(error, ERR_IO, "cannot write beside it: %s", strerror(errno));
    close(fd);
    return 0;
}

bool file_same(const char *a, const char *b)
{
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

int file_lock(const char *path, int *fd, struct error *error)
{
    char real[PATH_MAX], name[PATH_MAX + 8];
    /* By a symbolic link it is the same database, so it is the same lock. */
    if (file_resolve(path, real, sizeof real, error) || check_directory(real, error))
        return -1;
    snprintf(name, sizeof name, "%s.lock", real);
    *fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        return error_set(error, ERR_READONLY, "cannot make the lock file: %s", strerror(errno));
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    close(*fd);
    *fd = -1;
    return error_set(error, ERR_BUSY, "another hotseat holds it; stop that one, or give another "
                                      "file with --db");
}

void file_unlock(int fd)
{
    if (fd >= 0)
        close(fd);
}
