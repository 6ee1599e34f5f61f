#include "core/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/utf8.h"

/*
 * The stored form. Each block is MARK_BLOCK, a letter, its attributes, MARK_HEAD,
 * and its content. In the content a span is its mark, its words, MARK_END; a
 * link has its address and MARK_WORDS before its words; a cell is MARK_CELL and
 * 'l' or 'r'. Everything put in is cleaned of control characters, so that none
 * of these marks can come from outside.
 */
enum {
    MARK_BLOCK = 0x1E,
    MARK_HEAD = 0x1F,
    MARK_STRONG = 0x01,
    MARK_EMPHASIS = 0x02,
    MARK_MONO = 0x03,
    MARK_LINK = 0x04,
    MARK_WORDS = 0x05,
    MARK_END = 0x06,
    MARK_CELL = 0x07
};

static const char block_letters[] = "PHICQR"; /* in the order of enum text_block */

#define DEPTH_MAX 8
#define NUMBER_MAX 9999

void text_init(struct text *text)
{
    buf_init(&text->bytes);
    text->overflow = false;
    text->open = false;
}

void text_finish(struct text *text)
{
    buf_finish(&text->bytes);
    text_init(text);
}

bool text_ok(const struct text *text)
{
    return !text->bytes.failed && !text->overflow;
}

bool text_empty(const struct text *text)
{
    return text->bytes.length == 0;
}

const char *text_bytes(const struct text *text, size_t *size)
{
    *size = text->bytes.length;
    return buf_text(&text->bytes);
}

static void check_size(struct text *text)
{
    if (text->bytes.length > TEXT_MAX)
        text->overflow = true;
}

/* ---- building ---- */

static void begin(struct text *text, enum text_block block, const char *attributes)
{
    buf_printf(&text->bytes, "%c%c%s%c", MARK_BLOCK, block_letters[block], attributes, MARK_HEAD);
    text->open = true;
    check_size(text);
}

void text_paragraph(struct text *text)
{
    begin(text, TEXT_PARAGRAPH, "");
}

void text_heading(struct text *text)
{
    begin(text, TEXT_HEADING, "");
}

void text_quote(struct text *text)
{
    begin(text, TEXT_QUOTE, "");
}

void text_row(struct text *text)
{
    begin(text, TEXT_ROW, "");
}

void text_item(struct text *text, unsigned number, unsigned depth)
{
    char attributes[24];
    snprintf(attributes, sizeof attributes, "%u,%u", number > NUMBER_MAX ? NUMBER_MAX : number,
             depth > DEPTH_MAX ? DEPTH_MAX : depth);
    begin(text, TEXT_ITEM, attributes);
}

void text_cell(struct text *text, bool right)
{
    if (!text->open)
        text_row(text);
    buf_printf(&text->bytes, "%c%c", MARK_CELL, right ? 'r' : 'l');
    check_size(text);
}

void text_code(struct text *text, const char *language, const char *code, size_t length)
{
    char info[24];
    size_t at = 0;
    for (; language && isalnum((unsigned char)language[at]) && at + 1 < sizeof info; at++)
        info[at] = language[at];
    info[at] = '\0';
    begin(text, TEXT_CODE, info);
    while (length > 0 && code[length - 1] == '\n')
        length--;
    utf8_clean(&text->bytes, code, length, false);
    text->open = false;
    check_size(text);
}

static void open_block(struct text *text)
{
    if (!text->open)
        text_paragraph(text);
}

void text_put_n(struct text *text, const char *words, size_t length)
{
    open_block(text);
    /* Refused before it is copied: a hostile length must not cost memory. */
    if (length > TEXT_MAX) {
        text->overflow = true;
        return;
    }
    utf8_clean(&text->bytes, words, length, false);
    check_size(text);
}

void text_put(struct text *text, const char *words)
{
    text_put_n(text, words, strlen(words));
}

static void put_long(struct text *text, const char *format, va_list args)
{
    struct buf words;
    buf_init(&words);
    buf_vprintf(&words, format, args);
    if (words.failed)
        text->bytes.failed = true;
    else
        text_put_n(text, buf_text(&words), words.length);
    buf_finish(&words);
}

void text_printf(struct text *text, const char *format, ...)
{
    char few[256]; /* most are that short */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(few, sizeof few, format, args);
    if (length >= 0 && (size_t)length < sizeof few)
        text_put_n(text, few, (size_t)length);
    else
        put_long(text, format, again);
    va_end(again);
    va_end(args);
}

static void span(struct text *text, char mark, const char *words)
{
    open_block(text);
    buf_putc(&text->bytes, mark);
    text_put(text, words);
    buf_putc(&text->bytes, MARK_END);
}

void text_strong(struct text *text, const char *words)
{
    span(text, MARK_STRONG, words);
}

void text_emphasis(struct text *text, const char *words)
{
    span(text, MARK_EMPHASIS, words);
}

void text_mono(struct text *text, const char *words)
{
    span(text, MARK_MONO, words);
}

void text_monof(struct text *text, const char *format, ...)
{
    struct buf words;
    va_list args;
    buf_init(&words);
    va_start(args, format);
    buf_vprintf(&words, format, args);
    va_end(args);
    if (words.failed)
        text->bytes.failed = true;
    else
        text_mono(text, buf_text(&words));
    buf_finish(&words);
}

void text_link(struct text *text, const char *url, const char *words)
{
    bool safe = strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0;
    if (!safe || strpbrk(url, " \n\t<>\"")) {
        text_put(text, words);
        return;
    }
    open_block(text);
    buf_putc(&text->bytes, MARK_LINK);
    text_put(text, url);
    buf_putc(&text->bytes, MARK_WORDS);
    text_put(text, words);
    buf_putc(&text->bytes, MARK_END);
}

void text_append(struct text *text, const struct text *other)
{
    if (!text_ok(other)) {
        text->bytes.failed |= other->bytes.failed;
        text->overflow |= other->overflow;
        return;
    }
    buf_add(&text->bytes, buf_text(&other->bytes), other->bytes.length);
    text->open = other->open;
    check_size(text);
}

/* ---- walking ---- */

void text_walk(struct text_cursor *cursor, const char *bytes, size_t size)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->at = bytes;
    cursor->end = bytes + size;
    cursor->in = cursor->in_end = cursor->at;
}

static const char *find_mark(const char *from, const char *end, char mark)
{
    const char *found = from < end ? memchr(from, mark, (size_t)(end - from)) : NULL;
    return found ? found : end;
}

static void read_head(struct text_cursor *cursor, const char *head, size_t length)
{
    cursor->number = cursor->depth = 0;
    cursor->info = "";
    cursor->info_length = 0;
    if (cursor->block == TEXT_ITEM) {
        char digits[24] = "";
        memcpy(digits, head, length < sizeof digits - 1 ? length : sizeof digits - 1);
        char *comma;
        unsigned long number = strtoul(digits, &comma, 10);
        unsigned long depth = *comma == ',' ? strtoul(comma + 1, NULL, 10) : 0;
        cursor->number = number < NUMBER_MAX ? (unsigned)number : NUMBER_MAX;
        cursor->depth = depth < DEPTH_MAX ? (unsigned)depth : DEPTH_MAX;
    } else if (cursor->block == TEXT_CODE) {
        cursor->info = head;
        cursor->info_length = length;
    }
}

bool text_next_block(struct text_cursor *cursor)
{
    if (cursor->end - cursor->at < 3 || *cursor->at != MARK_BLOCK)
        return false;
    const char *letter = memchr(block_letters, cursor->at[1], sizeof block_letters - 1);
    const char *head = cursor->at + 2;
    const char *head_end = find_mark(head, cursor->end, MARK_HEAD);
    if (!letter || head_end == cursor->end)
        return false;
    cursor->block = (enum text_block)(letter - block_letters);
    read_head(cursor, head, (size_t)(head_end - head));
    cursor->in = head_end + 1;
    cursor->in_end = find_mark(cursor->in, cursor->end, MARK_BLOCK);
    cursor->at = cursor->in_end;
    return true;
}

static bool is_mark(char c)
{
    return c >= MARK_STRONG && c <= MARK_CELL;
}

static bool take_marked(struct text_cursor *cursor, char mark)
{
    const char *from = cursor->in + 1;
    const char *stop = find_mark(from, cursor->in_end, MARK_END);
    cursor->span = (enum text_span)(TEXT_STRONG + (mark - MARK_STRONG));
    cursor->in = stop < cursor->in_end ? stop + 1 : stop;
    if (mark == MARK_LINK) {
        const char *words = find_mark(from, stop, MARK_WORDS);
        cursor->url = from;
        cursor->url_length = (size_t)(words - from);
        from = words < stop ? words + 1 : words;
    }
    cursor->words = from;
    cursor->words_length = (size_t)(stop - from);
    return true;
}

bool text_next_span(struct text_cursor *cursor)
{
    if (cursor->in >= cursor->in_end)
        return false;
    char mark = *cursor->in;
    cursor->url = NULL;
    cursor->url_length = 0;
    if (mark == MARK_CELL) {
        cursor->span = TEXT_CELL;
        cursor->right = cursor->in + 1 < cursor->in_end && cursor->in[1] == 'r';
        cursor->words = cursor->in;
        cursor->words_length = 0;
        cursor->in += cursor->in_end - cursor->in >= 2 ? 2 : 1;
        return true;
    }
    if (mark >= MARK_STRONG && mark <= MARK_LINK)
        return take_marked(cursor, mark);
    const char *stop = cursor->in + 1;
    while (stop < cursor->in_end && !is_mark(*stop))
        stop++;
    cursor->span = TEXT_PLAIN;
    cursor->words = cursor->in;
    cursor->words_length = (size_t)(stop - cursor->in);
    cursor->in = stop;
    return true;
}

/* ---- loading ---- */

/* Words hold no control characters but LF and TAB, and are valid UTF-8. */
static bool clean_words(const char *words, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)words[i] < 0x20 && words[i] != '\n' && words[i] != '\t')
            return false;
    return utf8_valid(words, length);
}

bool text_valid(const char *bytes, size_t size)
{
    struct text_cursor cursor;
    if (size > TEXT_MAX)
        return false;
    text_walk(&cursor, bytes, size);
    while (text_next_block(&cursor)) {
        if (!clean_words(cursor.info, cursor.info_length))
            return false;
        while (text_next_span(&cursor))
            if (!clean_words(cursor.words, cursor.words_length) ||
                !clean_words(cursor.url ? cursor.url : "", cursor.url_length))
                return false;
    }
    return cursor.at == cursor.end;
}

int text_load(struct text *text, const char *bytes, size_t size)
{
    if (!text_valid(bytes, size))
        return -1;
    buf_clear(&text->bytes);
    buf_add(&text->bytes, bytes, size);
    text->open = size > 0;
    return text->bytes.failed ? -1 : 0;
}
