/* The tables, their version, and the steps from each released version to the next. */
#ifndef STORE_SQLITE_SCHEMA_H
#define STORE_SQLITE_SCHEMA_H

#include <sqlite3.h>

#include "util/error.h"

#define SCHEMA_VERSION 3
#define SCHEMA_APPLICATION_ID 0x48534541 /* "HSEA" */

/* One step: runs inside a transaction, from version `from` to from + 1. */
struct schema_step {
    int from;
    const char *const *sql; /* statements, NULL at the end */
};
extern const struct schema_step schema_steps[];
extern const int schema_step_count;

/* Brings the database to `version` by the steps, in one transaction. A
 * database that is not hotseat's, or newer, is refused untouched. */
int schema_migrate(sqlite3 *db, const struct schema_step *steps, int count, int version,
                   struct error *error);
/* 0 if the database is empty, or hotseat's and not newer than `version`. Writes nothing. */
int schema_may_open(sqlite3 *db, int version, struct error *error);
/* Checks application id and version without writing. ERR_NEWER, ERR_INVALID; an
 * empty database is ERR_MISSING. */
int schema_check(sqlite3 *db, int version, struct error *error);

#endif
