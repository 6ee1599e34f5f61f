/* A set of words, any case, kept as hashes: the vocabulary of the questions. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct words {
    uint64_t *slots; /* 0 = free; open addressing */
    size_t count, capacity;
};

void words_init(struct words *words);
void words_finish(struct words *words);
/* Adds every word (letters, digits, "_", bytes above ASCII) of a text. 0, or -1 when out of memory. */
int words_add(struct words *words, const char *text);
/* True if `word` as a whole is one of them. */
bool words_has(const struct words *words, const char *word);

#endif
