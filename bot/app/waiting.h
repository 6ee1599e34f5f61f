/*
 * Which targets have a message in the outbox that waits for its time: a receipt
 * that a newer one may replace. What comes behind it for the same target must
 * not overtake it, so it takes it along. In memory only: the rows are in the
 * store, and are looked at anew.
 */
#ifndef APP_WAITING_H
#define APP_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct waiting {
    struct waiting_target {
        char *key;
        int64_t id;     /* the first row that waits; 0 = none (any more) */
        int64_t due;    /* when the first of them is due */
        int64_t before; /* rows before this one wait no longer; 0 = none were released */
    } *list;
    size_t count, capacity;
};

void waiting_init(struct waiting *waiting);
void waiting_finish(struct waiting *waiting);
/* Notes that a row waits. 0, or -1 when out of memory. */
int waiting_add(struct waiting *waiting, const char *key, int64_t id, int64_t due);
/* True if this row, which has its time still to come, goes at once all the same. */
bool waiting_is_released(const struct waiting *waiting, const char *key, int64_t id);
/* Row `id` does not wait: the first row that waits before it for the same target, and goes at
 * once from now on, or 0. */
int64_t waiting_release(struct waiting *waiting, const char *key, int64_t id);
/* Forgets what is due: the first of these rows, or 0. */
int64_t waiting_take_due(struct waiting *waiting, int64_t now);
/* When the next is due, 0 = none. */
int64_t waiting_due(const struct waiting *waiting);
/* All rows were looked at: what was released is gone, or is blocked and will be looked at again. */
void waiting_settle(struct waiting *waiting);

#endif
