/* What somebody said, if it is a link: alone, or behind words that store an answer. */
#ifndef TRANSPORT_PASTE_WORDS_H
#define TRANSPORT_PASTE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct paste_words {
    size_t typed;     /* bytes before it: "!revise 3 " */
    const char *link; /* the last word, without < > around it; borrowed */
    size_t length;
};

/* False if the last word cannot be what is meant: there are other words before it. */
bool paste_words_read(const char *text, size_t length, struct paste_words *words);

#endif
