/*
 * The events of one answer of the server, set aside until the answer is known to
 * be whole: in memory up to a bound, then in a temporary file without a name,
 * so that memory does not grow with the answer.
 */
#ifndef TRANSPORT_MATRIX_SPOOL_H
#define TRANSPORT_MATRIX_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/error.h"

#define MATRIX_SPOOL_MEMORY (512 * 1024)               /* bytes, then a file */
#define MATRIX_SPOOL_MAX (INT64_C(1024) * 1024 * 1024) /* bytes in all */

struct matrix_spool {
    struct buf bytes; /* what is not in the file */
    int file;         /* -1 = none yet */
    int64_t filed;    /* bytes in the file */
};

void matrix_spool_init(struct matrix_spool *spool);
void matrix_spool_finish(struct matrix_spool *spool);
/* Empties it; the file goes. */
void matrix_spool_clear(struct matrix_spool *spool);
/* *place is where it can be read again. 0; -1 and *error if there is no memory or no disk for it. */
int matrix_spool_add(struct matrix_spool *spool, const void *bytes, size_t length, int64_t *place,
                     struct error *error);
/* Appends so many bytes from that place to `out`. 0, or -1 and *error. */
int matrix_spool_read(const struct matrix_spool *spool, int64_t place, size_t length,
                      struct buf *out, struct error *error);

#endif
