/*
 * The store on one SQLite file: WAL, synchronous=FULL, STRICT tables, foreign
 * keys. One writing owner a file, held by a lock on FILE.lock.
 */
#ifndef STORE_SQLITE_STORE_H
#define STORE_SQLITE_STORE_H

#include <stdbool.h>

#include "app/ports.h"

enum sqlite_store_mode {
    SQLITE_STORE_WRITE, /* makes the file if it is not there; takes the lock; migrates */
    SQLITE_STORE_READ   /* the file must be there, of this version; no lock, no writing */
};

/* ":memory:" is a store that ends with the process. NULL and *error on failure:
 * ERR_BUSY another bot has it, ERR_CORRUPT, ERR_NEWER, ERR_READONLY, ERR_MISSING,
 * ERR_INVALID not a hotseat database. */
struct store *sqlite_store_open(const char *path, enum sqlite_store_mode mode,
                                struct error *error);

/* Copies a database while a bot may be writing to it (SQLite's on-line backup),
 * checks the copy, and puts it in place whole or not at all. Refuses an
 * existing `to` unless `force`. */
int sqlite_store_backup(const char *from, const char *to, bool force, struct error *error);

/* Puts a backup in the place of `to`. Checks it first; refuses while a bot
 * holds `to`, and an existing `to` unless `force`. */
int sqlite_store_restore(const char *backup, const char *to, bool force, struct error *error);

#endif
