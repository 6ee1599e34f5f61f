/* struct text as plain lines: for terminals, IRC, transcripts. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "util/utf8.h"

#define COLUMNS_MAX 12
#define WIDTH_MAX 80 /* a wider cell sticks out: it must not blow up all the others */

struct table {
    unsigned width[COLUMNS_MAX];
    bool right[COLUMNS_MAX];
};

struct render {
    const struct text_style *style;
    text_line_fn *line;
    void *context;
    struct buf out;
    struct table table;
    bool in_table;
};

static void put_span(const struct text_cursor *cursor, const struct text_style *style,
                     struct buf *out)
{
    const char *on = "", *off = "";
    if (cursor->span == TEXT_STRONG) {
        on = style->strong_on;
        off = style->strong_off;
    } else if (cursor->span == TEXT_EMPHASIS) {
        on = style->emphasis_on;
        off = style->emphasis_off;
    } else if (cursor->span == TEXT_MONO) {
        on = style->mono_on;
        off = style->mono_off;
    }
    buf_puts(out, on);
    buf_add(out, cursor->words, cursor->words_length);
    buf_puts(out, off);
    bool same = cursor->url_length == cursor->words_length &&
                memcmp(cursor->url ? cursor->url : "", cursor->words, cursor->url_length) == 0;
    if (cursor->span == TEXT_LINK && !same) {
        buf_puts(out, " (");
        buf_add(out, cursor->url, cursor->url_length);
        buf_puts(out, ")");
    }
}

/* Gives the lines of `out` to the caller, each with the prefix; `next` after the first. */
static void emit(struct render *render, const char *first, const char *next,
                 enum text_block block)
{
    struct buf line;
    const char *at = buf_text(&render->out), *end = at + render->out.length;
    const char *prefix = first;
    buf_init(&line);
    do {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            stop = end;
        buf_clear(&line);
        buf_puts(&line, prefix);
        buf_add(&line, at, (size_t)(stop - at));
        while (line.length > 0 && line.data[line.length - 1] == ' ')
            buf_truncate(&line, line.length - 1);
        if (line.failed)
            render->out.failed = true;
        else
            render->line(render->context, buf_text(&line), line.length, block);
        prefix = next;
        at = stop + 1;
    } while (at <= end && !render->out.failed);
    buf_finish(&line);
}

/* The widths of the columns of the table that begins with the cursor's row. */
static void measure_table(const struct text_cursor *at, struct table *table)
{
    struct text_cursor cursor = *at;
    memset(table, 0, sizeof *table);
    do {
        size_t column = 0;
        unsigned width = 0;
        while (text_next_span(&cursor)) {
            if (cursor.span == TEXT_CELL) {
                column++;
                width = 0;
                if (column <= COLUMNS_MAX)
                    table->right[column - 1] = cursor.right;
                continue;
            }
            width += utf8_width(cursor.words, cursor.words_length);
            if (column >= 1 && column <= COLUMNS_MAX && width > table->width[column - 1])
                table->width[column - 1] = width < WIDTH_MAX ? width : WIDTH_MAX;
        }
    } while (text_next_block(&cursor) && cursor.block == TEXT_ROW);
}

static void pad(struct buf *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        buf_putc(out, ' ');
}

static void put_cell(struct render *render, size_t column, const struct buf *cell, unsigned width)
{
    if (column == 0)
        return;
    if (column > 1)
        buf_puts(&render->out, "  ");
    unsigned wanted = column <= COLUMNS_MAX ? render->table.width[column - 1] : width;
    unsigned gap = wanted > width ? wanted - width : 0;
    bool right = column <= COLUMNS_MAX && render->table.right[column - 1];
    if (right)
        pad(&render->out, gap);
    buf_add(&render->out, buf_text(cell), cell->length);
    if (!right)
        pad(&render->out, gap);
}

static void render_row(struct render *render, struct text_cursor *cursor)
{
    struct buf cell;
    size_t column = 0;
    unsigned width = 0;
    buf_init(&cell);
    if (!render->in_table)
        measure_table(cursor, &render->table);
    while (text_next_span(cursor)) {
        if (cursor->span == TEXT_CELL) {
            put_cell(render, column, &cell, width);
            column++;
            width = 0;
            buf_clear(&cell);
            continue;
        }
        width += utf8_width(cursor->words, cursor->words_length);
        put_span(cursor, render->style, &cell);
    }
    put_cell(render, column, &cell, width);
    if (cell.failed)
        render->out.failed = true;
    buf_finish(&cell);
    emit(render, "", "", TEXT_ROW);
}

static void render_block(struct render *render, struct text_cursor *cursor)
{
    char first[48] = "", next[49] = "";
    enum text_block block = cursor->block;
    if (block == TEXT_ITEM) {
        char mark[16] = "- ";
        if (cursor->number > 0)
            snprintf(mark, sizeof mark, "%u. ", cursor->number);
        snprintf(first, sizeof first, "%*s%s", (int)cursor->depth * 2, "", mark);
        memset(next, ' ', strlen(first));
    } else if (block == TEXT_CODE && render->style->indent_code) {
        snprintf(first, sizeof first, "    ");
        snprintf(next, sizeof next, "    ");
    } else if (block == TEXT_QUOTE) {
        snprintf(first, sizeof first, "> ");
        snprintf(next, sizeof next, "> ");
    }
    bool heading = block == TEXT_HEADING;
    if (heading)
        buf_puts(&render->out, render->style->strong_on);
    while (text_next_span(cursor))
        put_span(cursor, render->style, &render->out);
    if (heading)
        buf_puts(&render->out, render->style->strong_off);
    emit(render, first, next, block);
}

int text_render_lines(const char *bytes, size_t size, const struct text_style *style,
                      text_line_fn *line, void *context)
{
    struct render render = {.style = style, .line = line, .context = context};
    struct text_cursor cursor;
    buf_init(&render.out);
    text_walk(&cursor, bytes, size);
    while (!render.out.failed && text_next_block(&cursor)) {
        buf_clear(&render.out);
        if (cursor.block == TEXT_ROW)
            render_row(&render, &cursor);
        else
            render_block(&render, &cursor);
        render.in_table = cursor.block == TEXT_ROW;
    }
    int result = render.out.failed ? -1 : 0;
    buf_finish(&render.out);
    return result;
}

static void add_plain(void *context, const char *line, size_t length, enum text_block block)
{
    struct buf *out = context;
    (void)block;
    if (out->length > 0)
        buf_putc(out, '\n');
    buf_add(out, line, length);
}

int text_plain(const char *bytes, size_t size, struct buf *out)
{
    static const struct text_style plain = {"", "", "", "", "", "", true};
    if (text_render_lines(bytes, size, &plain, add_plain, out))
        return -1;
    return out->failed ? -1 : 0;
}
