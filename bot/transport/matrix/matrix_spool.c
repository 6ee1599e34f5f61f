#include "transport/matrix/matrix_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void matrix_spool_init(struct matrix_spool *spool)
{
    *spool = (struct matrix_spool){.file = -1};
    buf_init(&spool->bytes);
}

void matrix_spool_finish(struct matrix_spool *spool)
{
    if (spool->file >= 0)
        close(spool->file);
    buf_finish(&spool->bytes);
    matrix_spool_init(spool);
}

void matrix_spool_clear(struct matrix_spool *spool)
{
    if (spool->file >= 0)
        close(spool->file);
    spool->file = -1;
    spool->filed = 0;
    buf_clear(&spool->bytes);
}

static int open_file(struct matrix_spool *spool, struct error *error)
{
    const char *folder = getenv("TMPDIR");
    char name[512];
    int length = snprintf(name, sizeof name, "%s/hotseat.XXXXXX", folder ? folder : "/var/tmp");
    if (length < 0 || (size_t)length >= sizeof name)
        return error_set(error, ERR_IO, "the name of the folder TMPDIR is too long");
    spool->file = mkostemp(name, O_CLOEXEC);
    if (spool->file < 0)
        return error_set(error, ERR_IO, "cannot make the temporary file %s: %s", name,
                         strerror(errno));
    unlink(name);
    return 0;
}

/* Moves what is in memory to the end of the file. */
static int file_away(struct matrix_spool *spool, struct error *error)
{
    if (spool->file < 0 && open_file(spool, error))
        return -1;
    size_t done = 0;
    while (done < spool->bytes.length) {
        ssize_t wrote = pwrite(spool->file, spool->bytes.data + done, spool->bytes.length - done,
                               spool->filed + (int64_t)done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return error_set(error, ERR_IO, "cannot write a temporary file: %s",
                             strerror(wrote < 0 ? errno : ENOSPC));
        done += (size_t)wrote;
    }
    spool->filed += (int64_t)done;
    buf_clear(&spool->bytes);
    return 0;
}

int matrix_spool_add(struct matrix_spool *spool, const void *bytes, size_t length, int64_t *place,
                     struct error *error)
{
    int64_t total = spool->filed + (int64_t)spool->bytes.length;
    if ((int64_t)length > MATRIX_SPOOL_MAX - total)
        return error_set(error, ERR_FULL, "an answer of more than %lld bytes",
                         (long long)MATRIX_SPOOL_MAX);
    if (spool->bytes.length > 0 && spool->bytes.length + length > MATRIX_SPOOL_MEMORY &&
        file_away(spool, error))
        return -1;
    *place = total;
    buf_add(&spool->bytes, bytes, length);
    return spool->bytes.failed ? error_set(error, ERR_MEMORY, "no memory for an event") : 0;
}

int matrix_spool_read(const struct matrix_spool *spool, int64_t place, size_t length,
                      struct buf *out, struct error *error)
{
    char part[8192];
    if (place >= spool->filed) {
        buf_add(out, spool->bytes.data + (place - spool->filed), length);
        length = 0;
    }
    while (length > 0) {
        ssize_t got = pread(spool->file, part, length < sizeof part ? length : sizeof part, place);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_set(error, ERR_IO, "cannot read a temporary file: %s",
                             got < 0 ? strerror(errno) : "it is too short");
        buf_add(out, part, (size_t)got);
        place += got;
        length -= (size_t)got;
    }
    return out->failed ? error_set(error, ERR_MEMORY, "no memory for an event") : 0;
}
