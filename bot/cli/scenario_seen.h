/* What the people of a scenario saw, and what must never be seen. */
#ifndef CLI_SCENARIO_SEEN_H
#define CLI_SCENARIO_SEEN_H

#include <stdbool.h>
#include <stddef.h>

/* One message. */
struct seen {
    char *who; /* a person, or the name of a room */
    bool in_room;
    char *text; /* plain, lines separated by LF */
};

struct seen_log {
    struct seen *seen;
    size_t count, capacity;
    size_t since; /* index of the first thing seen after the last input */
    size_t mark;  /* index that "count" counts from */
    struct never {
        char *who, *pattern;
    } *never;
    size_t never_count;
};

void seen_finish(struct seen_log *log);
/* False when out of memory. */
bool seen_add(struct seen_log *log, const char *who, bool in_room, const char *text);
/* True if `who` ("any", "room" = the room `room`, the name of a room, or a person) saw it. */
bool seen_by(const struct seen *seen, const char *who, const char *room);
/* The message must not be seen from now on. False when out of memory. */
bool seen_never(struct seen_log *log, const char *who, const char *pattern);
void seen_forget_never(struct seen_log *log);
/* The pattern that forbids a message, or NULL. */
const char *seen_forbidden(const struct seen_log *log, const struct seen *seen, const char *room);

#endif
