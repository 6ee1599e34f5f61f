/* What a whole answer of a home server says: from status, headers and body to struct matrix_reply. */
#ifndef TRANSPORT_MATRIX_ANSWER_H
#define TRANSPORT_MATRIX_ANSWER_H

#include "transport/matrix/matrix_http.h"
#include "util/buf.h"

struct matrix_answer {
    struct matrix_reply reply; /* points into the rest */
    json_t *body;
    char why[160];
};

/* wait_ms: of Retry-After, or -1. body NULL: it was streamed; else it is changed. */
void matrix_answer_read(struct matrix_answer *answer, int status, int64_t wait_ms, struct buf *body);
/* The request went with a token that was renewed meanwhile: if that is why it was refused, the answer
 * says nothing about the new one, and becomes none. */
void matrix_answer_outdated(struct matrix_answer *answer);
void matrix_answer_finish(struct matrix_answer *answer);

/* The value of a Retry-After header (RFC 9110, 10.2.3: seconds, or a date) as milliseconds from now,
 * at most a year; -1 if it is neither. */
int64_t matrix_answer_wait(const char *value, size_t length);

#endif
