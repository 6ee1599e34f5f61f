/*
 * A disk that fails on demand: an SQLite VFS in front of the real one. Once
 * installed it is the default VFS, so that every database opened from then on
 * (sqlite_store_open() too) goes through it; files opened before do not.
 *
 *     disk_install();
 *     for (unsigned long n = 1;; n++) {
 *         disk_reset();
 *         disk_fail_at(n, 1, DISK_FULL);   // operation n fails, later ones work
 *         ... open, work, close ...
 *         if (disk_failures() == 0)
 *             break;                       // n is beyond the last operation
 *     }
 *     disk_remove();
 *
 * What counts as an operation, numbered from 1 since disk_reset(): every write,
 * sync, truncation, deletion, making of a file, and growth of a -shm file.
 * Reading never fails. Not thread-safe.
 */
#ifndef SUPPORT_DISK_H
#define SUPPORT_DISK_H

#include <stdint.h>

enum disk_fault {
    DISK_FULL, /* a write stores the first half of its bytes, then SQLITE_FULL */
    DISK_BROKEN /* nothing is stored, SQLITE_IOERR_... */
};

#define DISK_FOREVER UINT64_MAX

/* Becomes the default VFS. Twice is the same as once. */
void disk_install(void);
/* Gives the default back. Databases that were opened in between must be closed. */
void disk_remove(void);

/* Counts from 0 again, and the disk is sound. */
void disk_reset(void);
/* Operations n, n+1, ... n+times-1 since the last reset fail. With
 * DISK_FOREVER nothing reaches the disk from n on: what the files hold then is
 * what a machine that stopped at that instant leaves behind. */
void disk_fail_at(uint64_t n, uint64_t times, enum disk_fault fault);
/* From now on everything fails, until disk_heal(). */
void disk_fail_now(enum disk_fault fault);
/* Sound again; the counts go on. */
void disk_heal(void);
/* The files together may grow by this many bytes, then writes that make a file
 * longer give SQLITE_FULL; deleting or shortening gives nothing back. */
void disk_room(uint64_t bytes);

uint64_t disk_operations(void); /* since the last reset, failed ones counted */
uint64_t disk_failures(void);   /* how many of them failed */

#endif
