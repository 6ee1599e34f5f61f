#include "cli/scenario_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_MAX (4 * 1024 * 1024)

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "{3 ab}" at `text`; gives where it ends, NULL if it is malformed. */
static const char *repeat(struct buf *out, const char *text, bool pattern)
{
    char *words;
    unsigned long times = strtoul(text + 1, &words, 10);
    const char *stop = strchr(words, '}');
    if (words == text + 1 || *words != ' ' || !stop)
        return NULL;
    struct buf inner, part;
    buf_init(&inner);
    buf_init(&part);
    buf_add(&inner, words + 1, (size_t)(stop - words - 1));
    bool good = scenario_unescape(&part, buf_text(&inner), pattern) &&
                (part.length == 0 || times <= RESULT_MAX / part.length);
    for (unsigned long i = 0; good && i < times; i++)
        buf_add(out, part.data, part.length);
    buf_finish(&part);
    buf_finish(&inner);
    return good ? stop + 1 : NULL;
}

/* One escape, `text` behind its backslash; gives where it ends, NULL if it is malformed. */
static const char *escape(struct buf *out, const char *text, bool pattern)
{
    static const char names[] = "ntr\\*", bytes[] = "\n\t\r\\*";
    const char *found = *text ? strchr(names, *text) : NULL;
    if (found) {
        buf_putc(out, bytes[found - names]);
        return text + 1;
    }
    if (*text == '{')
        return repeat(out, text, pattern);
    if (*text != 'x' || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)
        return NULL;
    buf_putc(out, (char)(hex_digit(text[1]) * 16 + hex_digit(text[2])));
    return text + 3;
}

bool scenario_unescape(struct buf *out, const char *text, bool pattern)
{
    while (text && *text) {
        if (*text == '\\')
            text = escape(out, text + 1, pattern);
        else
            buf_putc(out, pattern && *text == '*' ? SCENARIO_STAR : *text), text++;
        if (out->length > RESULT_MAX)
            return false;
    }
    return text && !out->failed;
}

bool scenario_match(const char *pattern, const char *text, bool whole)
{
    bool anchored = whole;
    for (;;) {
        size_t length = strcspn(pattern, "\x1A");
        bool last = pattern[length] == '\0';
        const char *found = text;
        if (anchored) {
            if (strncmp(text, pattern, length) != 0 || (last && text[length]))
                return false;
        } else if (last && whole) {
            size_t left = strlen(text);
            return left >= length && memcmp(text + left - length, pattern, length) == 0;
        } else {
            found = memmem(text, strlen(text), pattern, length);
        }
        if (!found)
            return false;
        if (last)
            return true;
        text = found + length;
        pattern += length + 1;
        anchored = false;
    }
}
