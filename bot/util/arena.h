/*
 * A bump allocator for things that live as long as one event or one load.
 * Failure is sticky: after a failed allocation `failed` stays set until
 * arena_reset(), so a caller may build several things and check once.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first; /* newest block */
    size_t used;               /* bytes handed out, for bounds and tests */
    bool failed;
};

void arena_init(struct arena *arena);
void arena_finish(struct arena *arena);
/* Frees everything but one block kept for reuse; clears `failed`. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type; NULL on failure (and failed is set). size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* count * size with overflow check. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Copies; a NULL text gives NULL without failing. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
void *arena_memdup(struct arena *arena, const void *data, size_t size);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
