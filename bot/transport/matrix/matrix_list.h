/*
 * Reads an answer that is a list of events, while it comes in:
 *   GET /v3/rooms/R/messages       {"chunk":[...],"state":[...],"start":"s","end":"e"}
 *   GET /v1/rooms/R/relations/...  {"chunk":[...],"next_batch":"n"}
 *   GET /v3/rooms/R/members        {"chunk":[...]}
 *   GET /v3/rooms/R/state          [...]
 */
#ifndef TRANSPORT_MATRIX_LIST_H
#define TRANSPORT_MATRIX_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/matrix/matrix_sync.h"
#include "util/error.h"

struct matrix_list_calls {
    void *context;
    bool (*wants_event)(void *context, const struct matrix_raw *raw); /* NULL = all */
    /* section MATRIX_JOIN, room ""; part MATRIX_TIMELINE for the list itself, MATRIX_STATE for the
     * members that /messages adds. May return -1 to give up. */
    int (*event)(void *context, const struct matrix_raw *raw);
    void (*dropped)(void *context, const char *room, const char *why); /* as in matrix_sync.h */
};

struct matrix_list_facts {
    char start[MATRIX_TOKEN_MAX]; /* "" = not given */
    char end[MATRIX_TOKEN_MAX];   /* `end`, or next_batch; "" = there is no more */
    size_t events, skipped, dropped;
};

struct matrix_list;
/* NULL when out of memory. The calls are copied. */
struct matrix_list *matrix_list_create(const struct matrix_list_calls *calls);
void matrix_list_destroy(struct matrix_list *list);
/* 0, or -1 and *error (it may be NULL); after that it takes no more. */
int matrix_list_feed(struct matrix_list *list, const char *bytes, size_t length,
                     struct error *error);
/* At the end of the body. 0 and *facts if it was a whole list, else -1 and *error. */
int matrix_list_end(struct matrix_list *list, struct matrix_list_facts *facts, struct error *error);

#endif
