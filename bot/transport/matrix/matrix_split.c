/* A text that is too long for one event, in parts: cut where a reader would cut it. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "transport/matrix/matrix_render.h"
#include "util/utf8.h"

#define HEAD_MAX 512 /* bytes of a table's head that is repeated */
#define OTHERS 1024  /* bytes of a content that are not the text: ids, mentions, keys */

struct splitting {
    size_t limit;
    matrix_render_part_fn *part;
    void *context;
};

/* ---- how long it is ---- */

static size_t json_length(const struct buf *words)
{
    const char *text = buf_text(words);
    size_t length = words->length;
    for (size_t i = 0; i < words->length; i++)
        length += text[i] == '"' || text[i] == '\\' || text[i] == '\n' || text[i] == '\t';
    return length;
}

/* Bytes of its content; 0 when out of memory. */
static size_t measure(const char *bytes, size_t size)
{
    struct buf body, html;
    size_t length = 0;
    buf_init(&body);
    buf_init(&html);
    if (!matrix_render_body(bytes, size, &body) && !matrix_render_html(bytes, size, &html))
        length = OTHERS + json_length(&body) + json_length(&html);
    buf_finish(&html);
    buf_finish(&body);
    return length;
}

/* ---- where to cut between blocks ---- */

struct place {
    size_t at;         /* offset of the block that begins the second half; 0 = none */
    size_t block;      /* offset of the block that covers the wanted place */
    size_t head, head_end; /* the first row of a table that is cut; none if equal */
};

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* What a cut before `block` costs, in bytes that it may be away from the wanted place. SIZE_MAX: never. */
static size_t cost(enum text_block before, enum text_block block, size_t rows, size_t window)
{
    if (before == TEXT_HEADING || (block == TEXT_ROW && rows == 1))
        return SIZE_MAX;
    if (block == TEXT_HEADING)
        return 0;
    if (before == block && (block == TEXT_ITEM || block == TEXT_ROW || block == TEXT_QUOTE))
        return window / 2;
    return before == TEXT_PARAGRAPH && block != TEXT_PARAGRAPH ? window / 2 : window / 4;
}

/* The best place within `window` bytes of `wanted`. */
static struct place find_place(const char *bytes, size_t size, size_t wanted, size_t window)
{
    struct text_cursor cursor;
    struct place place = {0, 0, 0, 0};
    enum text_block before = TEXT_HEADING; /* nothing is cut off before the first block */
    size_t best = SIZE_MAX, rows = 0, table = 0, table_end = 0, at = 0;
    text_walk(&cursor, bytes, size);
    for (; text_next_block(&cursor); at = (size_t)(cursor.at - bytes)) {
        size_t price = cost(before, cursor.block, rows, window), away = distance(at, wanted);
        if (price != SIZE_MAX && away <= window && price + away < best) {
            best = price + away;
            place.at = at;
            place.head = table;
            place.head_end = cursor.block == TEXT_ROW && table_end - table <= HEAD_MAX ? table_end : table;
        }
        if (at <= wanted)
            place.block = at;
        if (cursor.block == TEXT_ROW && rows++ == 0) {
            table = at;
            table_end = (size_t)(cursor.at - bytes);
        }
        rows = cursor.block == TEXT_ROW ? rows : 0;
        before = cursor.block;
    }
    return place;
}

/* ---- where to cut inside a block ---- */

/* The words of a block as one string to look for a place in; an empty span, and a cell, is a line end. */
static void flatten(struct text_cursor cursor, struct buf *flat)
{
    while (text_next_span(&cursor))
        if (cursor.words_length > 0)
            buf_add(flat, cursor.words, cursor.words_length);
        else
            buf_putc(flat, '\n');
}

/* About `wanted` bytes: after a line end, else a word, else a character; neither none nor all. */
static size_t choose_cut(const struct buf *flat, size_t wanted)
{
    const char *words = buf_text(flat);
    if (flat->length < 2)
        return 0;
    if (wanted < 1 || wanted >= flat->length)
        wanted = flat->length / 2;
    for (size_t at = wanted; at > wanted / 2; at--)
        if (words[at - 1] == '\n')
            return at;
    size_t cut = utf8_cut_word(words, flat->length, wanted), first;
    if (cut == 0) {
        utf8_decode(words, flat->length, &first);
        cut = first;
    }
    return cut < flat->length ? cut : 0;
}

static void begin_like(const struct text_cursor *cursor, struct text *text)
{
    switch (cursor->block) {
    case TEXT_HEADING: text_heading(text); break;
    case TEXT_ITEM: text_item(text, cursor->number, cursor->depth); break;
    case TEXT_QUOTE: text_quote(text); break;
    case TEXT_ROW: text_row(text); break;
    default: text_paragraph(text);
    }
}

/* Puts some words of the span that the cursor is at. A link that is too long is no link any more. */
static void put_like(const struct text_cursor *cursor, const char *words, size_t length,
                     struct text *text)
{
    char *copy = strndup(words, length);
    char *url = strndup(cursor->url ? cursor->url : "", cursor->url_length);
    if (!copy || !url)
        text->bytes.failed = true;
    else if (cursor->span == TEXT_CELL)
        text_cell(text, cursor->right);
    else if (cursor->span == TEXT_STRONG)
        text_strong(text, copy);
    else if (cursor->span == TEXT_EMPHASIS)
        text_emphasis(text, copy);
    else if (cursor->span == TEXT_MONO)
        text_mono(text, copy);
    else if (cursor->span == TEXT_LINK && cursor->url_length <= MATRIX_RENDER_URL_MAX)
        text_link(text, url, copy);
    else
        text_put(text, copy);
    free(url);
    free(copy);
}

/* Copies the block that the cursor is at from `from` to `to`, as flatten() counts. */
static void copy_block(struct text_cursor cursor, size_t from, size_t to, struct text *text)
{
    size_t start = 0;
    bool in_cell = false;
    begin_like(&cursor, text);
    for (size_t end; text_next_span(&cursor); start = end) {
        end = start + (cursor.words_length > 0 ? cursor.words_length : 1);
        if (end <= from || start >= to)
            continue;
        if (cursor.block == TEXT_ROW && cursor.span != TEXT_CELL && !in_cell)
            text_cell(text, cursor.right);
        in_cell = true;
        size_t skip = from > start ? from - start : 0;
        size_t length = cursor.words_length > skip ? cursor.words_length - skip : 0;
        if (end > to)
            length -= end - to;
        put_like(&cursor, cursor.words + skip, length, text);
    }
}

static void copy_code(const struct text_cursor *cursor, const char *code, size_t length,
                      struct text *text)
{
    char *language = strndup(cursor->info, cursor->info_length);
    if (language)
        text_code(text, language, code, length);
    else
        text->bytes.failed = true;
    free(language);
}

/* Cuts the block that the cursor is at after `share` / 1024 of it. -1: it cannot be cut. */
static int cut_block(const struct text_cursor *cursor, size_t share, struct text *first,
                     struct text *second)
{
    struct buf flat;
    buf_init(&flat);
    flatten(*cursor, &flat);
    size_t cut = choose_cut(&flat, flat.length * share / 1024);
    if (cut > 0 && !flat.failed && cursor->block == TEXT_CODE) {
        copy_code(cursor, buf_text(&flat), cut, first);
        copy_code(cursor, buf_text(&flat) + cut, flat.length - cut, second);
    } else if (cut > 0 && !flat.failed) {
        copy_block(*cursor, 0, cut, first);
        copy_block(*cursor, cut, flat.length, second);
    }
    buf_finish(&flat);
    return cut > 0 && !flat.failed ? 0 : -1;
}

/* ---- splitting ---- */

static int add_bytes(struct text *text, const char *bytes, size_t size)
{
    struct text some;
    text_init(&some);
    int result = size > 0 ? text_load(&some, bytes, size) : 0;
    if (!result)
        text_append(text, &some);
    text_finish(&some);
    return result;
}

/* Both halves of a text. -1 when out of memory, or if it cannot be cut. */
static int cut_text(const char *bytes, size_t size, size_t wanted, size_t window,
                    struct text *first, struct text *second)
{
    struct place place = find_place(bytes, size, wanted, window);
    if (place.at > 0) {
        if (add_bytes(first, bytes, place.at) ||
            add_bytes(second, bytes + place.head, place.head_end - place.head))
            return -1;
        return add_bytes(second, bytes + place.at, size - place.at);
    }
    struct text_cursor cursor;
    text_walk(&cursor, bytes + place.block, size - place.block);
    if (!text_next_block(&cursor) || add_bytes(first, bytes, place.block))
        return -1;
    size_t whole = (size_t)(cursor.at - (bytes + place.block));
    if (cut_block(&cursor, (wanted - place.block) * 1024 / whole, first, second))
        return -1;
    return add_bytes(second, cursor.at, (size_t)(bytes + size - cursor.at));
}

static int split(struct splitting *splitting, const char *bytes, size_t size)
{
    size_t length = measure(bytes, size);
    if (length == 0)
        return -1;
    if (length <= splitting->limit)
        return splitting->part(splitting->context, bytes, size) ? -1 : 0;
    struct text first, second;
    size_t parts = length / splitting->limit + 1;
    int result = -1;
    text_init(&first);
    text_init(&second);
    if (cut_text(bytes, size, size * (parts / 2) / parts, size / (2 * parts), &first, &second) == 0) {
        size_t first_size, second_size;
        const char *before = text_bytes(&first, &first_size);
        const char *after = text_bytes(&second, &second_size);
        if (text_ok(&first) && text_ok(&second) && !split(splitting, before, first_size))
            result = split(splitting, after, second_size);
    }
    text_finish(&second);
    text_finish(&first);
    return result;
}

static bool has_long_link(const char *bytes, size_t size)
{
    struct text_cursor cursor;
    text_walk(&cursor, bytes, size);
    while (text_next_block(&cursor))
        while (text_next_span(&cursor))
            if (cursor.url_length > MATRIX_RENDER_URL_MAX)
                return true;
    return false;
}

/* The same text without addresses that are too long. */
static void copy_text(const char *bytes, size_t size, struct text *text)
{
    struct text_cursor cursor;
    text_walk(&cursor, bytes, size);
    while (text_next_block(&cursor))
        if (cursor.block == TEXT_CODE)
            copy_code(&cursor, cursor.in, (size_t)(cursor.in_end - cursor.in), text);
        else
            copy_block(cursor, 0, SIZE_MAX, text);
}

int matrix_render_split(const char *bytes, size_t size, size_t limit, matrix_render_part_fn *part,
                        void *context)
{
    struct splitting splitting = {limit, part, context};
    struct text text;
    if (!has_long_link(bytes, size))
        return split(&splitting, bytes, size);
    text_init(&text);
    copy_text(bytes, size, &text);
    const char *copy = text_bytes(&text, &size);
    int result = text_ok(&text) ? split(&splitting, copy, size) : -1;
    text_finish(&text);
    return result;
}
