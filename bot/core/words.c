#include "core/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/hash.h"

#define WORD_MAX 64 /* longer ones are no words of a language */

void words_init(struct words *words)
{
    memset(words, 0, sizeof *words);
}

void words_finish(struct words *words)
{
    free(words->slots);
    words_init(words);
}

static bool word_byte(unsigned char c)
{
    return isalnum(c) || c == '_' || c >= 0x80;
}

static uint64_t key_of(const char *word, size_t length)
{
    char lower[WORD_MAX];
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)tolower((unsigned char)word[i]);
    uint64_t key = fnv1a(lower, length);
    return key ? key : 1;
}

/* The slot that has the key, or the free one where it belongs. */
static size_t slot_of(const struct words *words, uint64_t key)
{
    size_t at = key & (words->capacity - 1);
    while (words->slots[at] && words->slots[at] != key)
        at = (at + 1) & (words->capacity - 1);
    return at;
}

static int grow(struct words *words)
{
    struct words bigger = {.capacity = words->capacity ? words->capacity * 2 : 1024};
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots)
        return -1;
    for (size_t i = 0; i < words->capacity; i++)
        if (words->slots[i])
            bigger.slots[slot_of(&bigger, words->slots[i])] = words->slots[i];
    bigger.count = words->count;
    free(words->slots);
    *words = bigger;
    return 0;
}

static int add_word(struct words *words, const char *word, size_t length)
{
    if (length > WORD_MAX)
        return 0;
    if (words->count >= words->capacity / 2 && grow(words))
        return -1;
    uint64_t key = key_of(word, length);
    size_t at = slot_of(words, key);
    words->count += words->slots[at] == 0;
    words->slots[at] = key;
    return 0;
}

int words_add(struct words *words, const char *text)
{
    while (*text) {
        size_t length = 0;
        while (word_byte((unsigned char)text[length]))
            length++;
        if (length > 0 && add_word(words, text, length))
            return -1;
        text += length > 0 ? length : 1;
    }
    return 0;
}

bool words_has(const struct words *words, const char *word)
{
    size_t length = strlen(word);
    if (length == 0 || length > WORD_MAX || words->capacity == 0)
        return false;
    return words->slots[slot_of(words, key_of(word, length))] != 0;
}
