/* What holds for every text that text_load() accepts. */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include <string.h>

#include "core/text.h"
#include "fuzz.h"
#include "transport/irc/irc_render.h"
#include "util/utf8.h"

#define FUZZ_BUDGET 64

static inline void fuzz_words(const char *words, size_t length, const char *bytes, size_t size)
{
    MUST(length == 0 || (words >= bytes && words + length <= bytes + size));
    MUST(utf8_valid(words, length));
    for (size_t i = 0; i < length; i++)
        MUST((unsigned char)words[i] >= 0x20 || words[i] == '\n' || words[i] == '\t');
}

static inline int fuzz_irc_line(void *context, const char *line, size_t length)
{
    (void)context;
    MUST(length > 0 && length <= FUZZ_BUDGET);
    MUST(utf8_valid(line, length));
    MUST(!memchr(line, '\n', length) && !memchr(line, '\r', length) && !memchr(line, '\0', length));
    return 0;
}

static inline void fuzz_text(const char *bytes, size_t size)
{
    struct text_cursor cursor;
    struct buf plain;
    text_walk(&cursor, bytes, size);
    while (text_next_block(&cursor)) {
        fuzz_words(cursor.info, cursor.info_length, bytes, size);
        while (text_next_span(&cursor)) {
            fuzz_words(cursor.words, cursor.words_length, bytes, size);
            fuzz_words(cursor.url, cursor.url_length, bytes, size);
        }
    }
    MUST(cursor.at == bytes + size);
    buf_init(&plain);
    MUST(text_plain(bytes, size, &plain) == 0);
    MUST(utf8_valid(buf_text(&plain), plain.length));
    buf_finish(&plain);
    MUST(irc_render(bytes, size, FUZZ_BUDGET, false, fuzz_irc_line, NULL) == 0);
    MUST(irc_render(bytes, size, FUZZ_BUDGET, true, fuzz_irc_line, NULL) == 0);
}

#endif
