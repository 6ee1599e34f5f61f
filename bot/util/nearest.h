/* What somebody probably meant: the nearest of some words, if it is near enough to suggest. */
#ifndef UTIL_NEAREST_H
#define UTIL_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *typed;
    const char *word; /* the nearest so far, NULL if none is near */
    size_t distance;
};

/* Begin with what was typed, offer each word, then read .word. All borrowed. */
struct nearest nearest_begin(const char *typed);
void nearest_offer(struct nearest *nearest, const char *word);

#endif
