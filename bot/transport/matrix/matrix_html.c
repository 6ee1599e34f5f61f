/* struct text -> the HTML of few tags that every Matrix client shows: p br b i code pre ul ol li a blockquote. */
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "transport/matrix/matrix_render.h"

#define LISTS_MAX 9       /* depths of a text's items */
#define LANGUAGE_MAX 24
#define NBSP "\xC2\xA0"

struct html {
    struct buf *out;
    struct {
        unsigned depth;
        unsigned next;        /* the ordinal that follows; 0 = bullets */
    } list[LISTS_MAX];        /* open ones, one inside the other, each with an open item */
    unsigned lists;
    bool in_quote, in_table;
    bool alone;               /* the text is one paragraph: it needs no tag */
};

/* ---- words ---- */

static void put_escaped(struct buf *out, const char *words, size_t length)
{
    for (size_t i = 0; i < length; i++)
        switch (words[i]) {
        case '&': buf_puts(out, "&amp;"); break;
        case '<': buf_puts(out, "&lt;"); break;
        case '>': buf_puts(out, "&gt;"); break;
        case '"': buf_puts(out, "&quot;"); break;
        default: buf_putc(out, words[i]);
        }
}

/* Line ends are shown, and so are the spaces that HTML would swallow: an answer may be code. */
static void put_words(struct buf *out, const char *words, size_t length, bool line_start)
{
    bool space = line_start;
    for (size_t i = 0; i < length; i++) {
        bool was_space = space;
        space = words[i] == ' ' || words[i] == '\n' || words[i] == '\t';
        if (words[i] == '\n')
            buf_puts(out, "<br>");
        else if (words[i] == '\t')
            buf_puts(out, NBSP NBSP NBSP NBSP);
        else if (words[i] == ' ' && was_space)
            buf_puts(out, NBSP);
        else
            put_escaped(out, words + i, 1);
    }
}

static bool is_web(const char *url, size_t length)
{
    return length <= MATRIX_RENDER_URL_MAX && ((length > 8 && strncasecmp(url, "https://", 8) == 0) ||
                                 (length > 7 && strncasecmp(url, "http://", 7) == 0));
}

static void put_link(struct buf *out, const struct text_cursor *cursor)
{
    bool web = is_web(cursor->url, cursor->url_length);
    if (web) {
        buf_puts(out, "<a href=\"");
        put_escaped(out, cursor->url, cursor->url_length);
        buf_puts(out, "\">");
    }
    if (cursor->words_length > 0)
        put_words(out, cursor->words, cursor->words_length, false);
    else
        put_words(out, cursor->url, cursor->url_length, false);
    if (web)
        buf_puts(out, "</a>");
}

static void put_tagged(struct buf *out, const char *tag, const struct text_cursor *cursor)
{
    buf_printf(out, "<%s>", tag);
    put_words(out, cursor->words, cursor->words_length, false);
    buf_printf(out, "</%s>", tag);
}

static void put_spans(struct html *html, struct text_cursor *cursor)
{
    for (bool first = true; text_next_span(cursor); first = false) {
        if (cursor->words_length == 0 && cursor->span != TEXT_LINK)
            continue;
        switch (cursor->span) {
        case TEXT_STRONG: put_tagged(html->out, "b", cursor); break;
        case TEXT_EMPHASIS: put_tagged(html->out, "i", cursor); break;
        case TEXT_MONO: put_tagged(html->out, "code", cursor); break;
        case TEXT_LINK: put_link(html->out, cursor); break;
        default: put_words(html->out, cursor->words, cursor->words_length, first);
        }
    }
}

/* ---- lists ---- */

static void close_list(struct html *html)
{
    html->lists--;
    buf_puts(html->out, html->list[html->lists].next ? "</li></ol>" : "</li></ul>");
}

static void open_list(struct html *html, const struct text_cursor *cursor)
{
    if (cursor->number > 1)
        buf_printf(html->out, "<ol start=\"%u\">", cursor->number);
    else
        buf_puts(html->out, cursor->number ? "<ol>" : "<ul>");
    html->list[html->lists].depth = cursor->depth;
    html->list[html->lists++].next = cursor->number;
}

/* An item that does not go on with its list as HTML would count it begins another. */
static void begin_item(struct html *html, const struct text_cursor *cursor)
{
    while (html->lists > 0 && html->list[html->lists - 1].depth > cursor->depth)
        close_list(html);
    if (html->lists > 0 && html->list[html->lists - 1].depth == cursor->depth &&
        html->list[html->lists - 1].next != cursor->number)
        close_list(html);
    if (html->lists > 0 && html->list[html->lists - 1].depth == cursor->depth)
        buf_puts(html->out, "</li>");
    else
        open_list(html, cursor);
    buf_puts(html->out, "<li>");
    if (cursor->number > 0)
        html->list[html->lists - 1].next = cursor->number + 1;
}

/* ---- blocks ---- */

static void put_code(struct html *html, struct text_cursor *cursor)
{
    bool named = cursor->info_length > 0 && cursor->info_length <= LANGUAGE_MAX;
    for (size_t i = 0; i < cursor->info_length && named; i++)
        named = strchr("+#-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                       cursor->info[i]);
    buf_puts(html->out, "<pre><code");
    if (named)
        buf_printf(html->out, " class=\"language-%.*s\"", (int)cursor->info_length, cursor->info);
    buf_putc(html->out, '>');
    while (text_next_span(cursor))
        put_escaped(html->out, cursor->words, cursor->words_length);
    buf_puts(html->out, "</code></pre>");
}

struct table {
    struct buf *out;
    bool begun;
};

static void table_line(void *context, const char *line, size_t length, enum text_block block)
{
    struct table *table = context;
    (void)block;
    while (length > 0 && line[length - 1] == ' ')
        length--;
    if (table->begun)
        buf_putc(table->out, '\n');
    put_escaped(table->out, line, length);
    table->begun = true;
}

/* The rows of one table, aligned by width: not every client shows tables. */
static int put_table(struct html *html, const char *bytes, size_t size)
{
    static const struct text_style plain = {"", "", "", "", "", "", false};
    struct table table = {html->out, false};
    buf_puts(html->out, "<pre><code>");
    int result = text_render_lines(bytes, size, &plain, table_line, &table);
    buf_puts(html->out, "</code></pre>");
    return result;
}

static void put_block(struct html *html, struct text_cursor *cursor)
{
    bool heading = cursor->block == TEXT_HEADING;
    if (cursor->block == TEXT_CODE) {
        put_code(html, cursor);
        return;
    }
    if (cursor->block == TEXT_ITEM) {
        begin_item(html, cursor);
        put_spans(html, cursor);
        return;
    }
    if (cursor->in == cursor->in_end)
        return;
    if (!html->alone)
        buf_puts(html->out, heading ? "<p><b>" : "<p>");
    put_spans(html, cursor);
    if (!html->alone)
        buf_puts(html->out, heading ? "</b></p>" : "</p>");
}

/* Closes what `block` does not go on with, opens a quote. */
static void between(struct html *html, enum text_block block)
{
    while (html->lists > 0 && block != TEXT_ITEM)
        close_list(html);
    if (html->in_quote && block != TEXT_QUOTE)
        buf_puts(html->out, "</blockquote>");
    if (!html->in_quote && block == TEXT_QUOTE)
        buf_puts(html->out, "<blockquote>");
    html->in_quote = block == TEXT_QUOTE;
}

static bool is_alone(const char *bytes, size_t size)
{
    struct text_cursor cursor;
    text_walk(&cursor, bytes, size);
    return text_next_block(&cursor) && cursor.block == TEXT_PARAGRAPH && !text_next_block(&cursor);
}

int matrix_render_html(const char *bytes, size_t size, struct buf *out)
{
    struct html html = {.out = out, .alone = is_alone(bytes, size)};
    struct text_cursor cursor;
    size_t start = out->length;
    text_walk(&cursor, bytes, size);
    const char *from = cursor.at;
    while (!out->failed && text_next_block(&cursor)) {
        struct text_cursor ahead = cursor;
        between(&html, cursor.block);
        if (cursor.block == TEXT_ROW) {
            while (text_next_block(&ahead) && ahead.block == TEXT_ROW)
                cursor = ahead;
            if (put_table(&html, from, (size_t)(cursor.at - from)))
                return -1;
        } else {
            put_block(&html, &cursor);
        }
        from = cursor.at;
    }
    between(&html, TEXT_PARAGRAPH);
    if (out->length == start)
        buf_puts(out, MATRIX_RENDER_EMPTY);
    return out->failed ? -1 : 0;
}
