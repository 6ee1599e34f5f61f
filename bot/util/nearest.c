#include "util/nearest.h"

#include <string.h>

#define WORD_MAX 32  /* longer words are far from everything */
#define FAR_ENOUGH 3 /* changed letters from which a word is another one */

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein distance. */
static size_t distance(const char *a, size_t length_a, const char *b, size_t length_b)
{
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= length_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t above = row[j];
            row[j] = smallest(row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[length_b];
}

struct nearest nearest_begin(const char *typed)
{
    return (struct nearest){.typed = typed, .distance = FAR_ENOUGH};
}

void nearest_offer(struct nearest *nearest, const char *word)
{
    size_t typed = strnlen(nearest->typed, WORD_MAX + 1), length = strnlen(word, WORD_MAX + 1);
    if (typed > WORD_MAX || length > WORD_MAX)
        return;
    size_t far = distance(nearest->typed, typed, word, length);
    if (far < nearest->distance && far * 2 < length && far * 2 < typed) {
        nearest->word = word;
        nearest->distance = far;
    }
}
