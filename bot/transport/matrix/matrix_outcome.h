/* What a home server's answer means for something that was to be said. */
#ifndef TRANSPORT_MATRIX_OUTCOME_H
#define TRANSPORT_MATRIX_OUTCOME_H

#include "transport/matrix/matrix_http.h"

#define MATRIX_WAIT_FIRST 1000 /* ms before the second try; doubled for each further one */
#define MATRIX_WAIT_MAX 60000

enum matrix_outcome {
    MATRIX_DONE,      /* it is said */
    MATRIX_LIMITED,   /* the account says too much: all of it waits */
    MATRIX_AWAY,      /* the server does not answer, or another speaks in its place: all waits */
    MATRIX_TROUBLE,   /* it failed at this: the room waits */
    MATRIX_NO_TOKEN,  /* it does not know us any more */
    MATRIX_LOCKED,    /* it knows us, but lets us do nothing now */
    MATRIX_CLOSED,    /* not in this room */
    MATRIX_TOO_LARGE, /* smaller pieces would do */
    MATRIX_REFUSED    /* not this, however often it is tried */
};

enum matrix_outcome matrix_outcome(const struct matrix_reply *reply);
/* How long to wait after the nth failure in a row (1 ..), with jitter: between half of it and all of it,
 * but never less than the server says. */
int64_t matrix_outcome_wait(enum matrix_outcome outcome, const struct matrix_reply *reply,
                            unsigned failures, uint64_t *seed);

#endif
