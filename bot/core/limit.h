/*
 * How many commands a member may give: `most` at once, then one in
 * LIMIT_EACH_MS (a token bucket, as the generic cell rate algorithm). In memory
 * only and bounded; whoever is forgotten begins anew. A zeroed struct limits
 * is empty.
 */
#ifndef CORE_LIMIT_H
#define CORE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMIT_EACH_MS 2000
#define LIMIT_MEMBERS_MAX 512
#define LIMIT_SPARE 5 /* more for what ends a disturbance, by whoever moderates */

struct limit {
    uint64_t member;  /* 0 = not in use */
    int64_t full_at;  /* when nothing of it counts any more */
    bool told;        /* that nothing is done for now */
};
struct limits {
    struct limit list[LIMIT_MEMBERS_MAX];
};

/* A command is given; `spare` more than `most` may be out. 0 = it is done; else how many ms from now
 * the next one will be. *tell is set if the member was not told of this pause yet. */
int64_t limit_take(struct limits *limits, uint64_t member, unsigned most, unsigned spare,
                   int64_t now, bool *tell);

#endif
