/*
 * Marks: votes by a sign on a message ("4" on answer B). All that stand are
 * known, so that taking one back gives what stood before it. A zeroed struct
 * marks is empty.
 */
#ifndef CORE_MARKS_H
#define CORE_MARKS_H

#include <stddef.h>
#include <stdint.h>

struct mark {
    char *event;            /* event_key() of the mark */
    char *message;          /* event_key() of the message it is on */
    uint32_t voter, author; /* seat numbers */
    uint8_t score;          /* 1 .. 5 */
    uint32_t turn;          /* when it was given among the votes of the round, from 1 */
    int64_t at;
    struct mark *older; /* the one before it of the same voter on the same author */
};

struct marks {
    struct mark **mark; /* by event */
    size_t count, capacity;
};

void marks_finish(struct marks *marks);
/* NULL if none. */
struct mark *marks_find(const struct marks *marks, const char *event);
/* Adds a copy of `mark`, whose event is new; strings are copied. NULL when out of memory. */
struct mark *marks_add(struct marks *marks, const struct mark *mark);
/* Takes it out and frees it. */
void marks_drop(struct marks *marks, struct mark *mark);

#endif
