#include "disk.h"

#include <stdbool.h>
#include <stdlib.h>

#include <sqlite3.h>

#define NO_LIMIT UINT64_MAX

/* SQLite allocates szOsFile bytes: this, and behind it the real file. */
struct disk_file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_vfs disk;
static sqlite3_vfs *real_vfs;
static uint64_t operations, failures, first_bad, bad_count, room_left = NO_LIMIT;
static enum disk_fault kind;

/* ---- what fails ---- */

void disk_reset(void)
{
    operations = failures = 0;
    disk_heal();
}

void disk_heal(void)
{
    first_bad = bad_count = 0;
    room_left = NO_LIMIT;
}

void disk_fail_at(uint64_t n, uint64_t times, enum disk_fault fault)
{
    first_bad = n;
    bad_count = times;
    kind = fault;
}

void disk_fail_now(enum disk_fault fault)
{
    disk_fail_at(operations + 1, DISK_FOREVER, fault);
}

void disk_room(uint64_t bytes)
{
    room_left = bytes;
}

uint64_t disk_operations(void)
{
    return operations;
}

uint64_t disk_failures(void)
{
    return failures;
}

/* Counts one operation; true if it is to fail. */
static bool strike(void)
{
    operations++;
    bool bad = bad_count > 0 && operations >= first_bad && operations - first_bad < bad_count;
    failures += bad;
    return bad;
}

/* ---- files ---- */

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct disk_file *)file)->real;
}

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), data, size, at);
}

/* True if the write makes the file longer than there is room for; takes the room if not. */
static bool no_room(sqlite3_file *real, int size, sqlite3_int64 at)
{
    sqlite3_int64 length = 0;
    if (room_left == NO_LIMIT || real->pMethods->xFileSize(real, &length) != SQLITE_OK ||
        at + size <= length)
        return false;
    uint64_t more = (uint64_t)(at + size - length);
    if (more > room_left) {
        failures++;
        return true;
    }
    room_left -= more;
    return false;
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
    sqlite3_file *real = real_of(file);
    if (strike()) {
        if (kind == DISK_BROKEN)
            return SQLITE_IOERR_WRITE;
        real->pMethods->xWrite(real, data, size / 2, at);
        return SQLITE_FULL;
    }
    return no_room(real, size, at) ? SQLITE_FULL : real->pMethods->xWrite(real, data, size, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return strike() ? SQLITE_IOERR_TRUNCATE
                    : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    return strike() ? SQLITE_IOERR_FSYNC : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_reserved(sqlite3_file *file, int *reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int file_control(sqlite3_file *file, int op, void *data)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, data);
}

static int file_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int grow, void volatile **data)
{
    sqlite3_file *real = real_of(file);
    int result = real->pMethods->xShmMap(real, page, size, 0, data);
    if (result != SQLITE_OK || *data || !grow)
        return result;
    return strike() ? SQLITE_IOERR_SHMSIZE : real->pMethods->xShmMap(real, page, size, grow, data);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int delete_it)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the file system ---- */

static bool is_new(const char *name)
{
    int there = 1;
    return name && real_vfs->xAccess(real_vfs, name, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK &&
           !there;
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *out_flags)
{
    struct disk_file *own = (struct disk_file *)file;
    (void)vfs;
    own->base.pMethods = NULL;
    own->real = (sqlite3_file *)(own + 1);
    if ((flags & SQLITE_OPEN_CREATE) && is_new(name) && strike())
        return SQLITE_CANTOPEN;
    int result = real_vfs->xOpen(real_vfs, name, own->real, flags, out_flags);
    if (result == SQLITE_OK)
        own->base.pMethods = &methods;
    return result;
}

static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    return strike() ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, name, sync);
}

void disk_install(void)
{
    if (real_vfs)
        return;
    real_vfs = sqlite3_vfs_find(NULL);
    /* Everything that is not about files is the real one's, which looks at its own fields only. */
    disk = *real_vfs;
    disk.pNext = NULL;
    disk.zName = "disk";
    disk.szOsFile = (int)sizeof(struct disk_file) + real_vfs->szOsFile;
    disk.xOpen = disk_open;
    disk.xDelete = disk_delete;
    disk_reset();
    if (sqlite3_vfs_register(&disk, 1) != SQLITE_OK)
        abort();
}

void disk_remove(void)
{
    if (!real_vfs)
        return;
    sqlite3_vfs_unregister(&disk);
    sqlite3_vfs_register(real_vfs, 1);
    real_vfs = NULL;
}
