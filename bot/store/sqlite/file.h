/* The database as a file: is it there, may it be written, does another bot hold it. */
#ifndef STORE_SQLITE_FILE_H
#define STORE_SQLITE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

/* A clear error for what SQLite would only call "unable to open". With `write`
 * a missing file is made, readable by its owner only. */
int file_check(const char *path, bool write, struct error *error);
/* The file itself, behind symbolic links; the path as it is if there is none yet. */
int file_resolve(const char *path, char *out, size_t size, struct error *error);
/* Makes an empty file beside `path`, readable by its owner only, under a name of its own. */
int file_make_beside(const char *path, char *out, size_t size, struct error *error);
/* True if both paths lead to one file. */
bool file_same(const char *a, const char *b);
/* Takes the lock on PATH.lock; ERR_BUSY if another process has it. */
int file_lock(const char *path, int *fd, struct error *error);
void file_unlock(int fd); /* -1 is fine */

#endif
