/*
 * The rich text of a message, independent of any network: a sequence of blocks
 * (paragraph, heading, list item, code, table row, quote), whose content has
 * inline spans (strong, emphasis, code, link). Transports walk it and render
 * it their own way.
 *
 * It is held as one flat byte string, which is also its stored form
 * (text_bytes / text_load), so that the outbox keeps messages without a second
 * format. Text put in is cleaned (utf8_clean), hence no member or pack can
 * forge a block or a span.
 *
 * Building is sticky about errors: after an allocation failure or when
 * TEXT_MAX is exceeded, text_ok() is false and stays so; check once, when done.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

#define TEXT_MAX (64 * 1024) /* bytes of the stored form */

struct text {
    struct buf bytes;
    bool overflow;
    bool open; /* a block has been begun */
};

enum text_block {
    TEXT_PARAGRAPH,
    TEXT_HEADING, /* a short line that names what follows */
    TEXT_ITEM,    /* a list item; number 0 = bullet, else its ordinal; depth 0.. */
    TEXT_CODE,    /* one whole code block, lines separated by LF; info = language or "" */
    TEXT_QUOTE,   /* somebody's words; may contain LF */
    TEXT_ROW      /* a table row: cells; consecutive rows are one table, the first its head */
};

enum text_span {
    TEXT_PLAIN,
    TEXT_STRONG,
    TEXT_EMPHASIS,
    TEXT_MONO, /* inline code, commands to type */
    TEXT_LINK, /* url set */
    TEXT_CELL  /* begins the next cell of a row; no content; `right` says how it is aligned */
};

void text_init(struct text *text);
void text_finish(struct text *text);
bool text_ok(const struct text *text);
bool text_empty(const struct text *text);

/* Begin a block; what is put afterwards belongs to it. */
void text_paragraph(struct text *text);
void text_heading(struct text *text);
void text_item(struct text *text, unsigned number, unsigned depth);
void text_quote(struct text *text);
void text_row(struct text *text);
void text_cell(struct text *text, bool right);
/* A whole code block. */
void text_code(struct text *text, const char *language, const char *code, size_t length);

/* Put content into the open block (a paragraph is begun if there is none). */
void text_put(struct text *text, const char *words);
void text_put_n(struct text *text, const char *words, size_t length);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_strong(struct text *text, const char *words);
void text_emphasis(struct text *text, const char *words);
void text_mono(struct text *text, const char *words);
void text_monof(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Only http and https links are kept as links; others become plain words. */
void text_link(struct text *text, const char *url, const char *words);

/* Appends Markdown (md4c, raw HTML off, images become their alternative text). */
void text_markdown(struct text *text, const char *markdown, size_t length);
/* Appends all blocks of another text. */
void text_append(struct text *text, const struct text *other);

/* The stored form. Load validates: returns 0, or -1 if the bytes are not a text. */
const char *text_bytes(const struct text *text, size_t *size);
int text_load(struct text *text, const char *bytes, size_t size);
/* True if the bytes are a text's stored form. */
bool text_valid(const char *bytes, size_t size);

/* Walking. A cursor is set up by text_walk(), then text_next_block() gives each
 * block and text_next_span() each span inside it; strings are NOT
 * NUL-terminated and borrowed from the bytes walked. */
struct text_cursor {
    const char *at, *end;     /* what is left */
    const char *in, *in_end;  /* what is left of the open block */
    enum text_block block;
    unsigned number, depth;
    const char *info;
    size_t info_length;
    enum text_span span;
    const char *words;
    size_t words_length;
    const char *url;
    size_t url_length;
    bool right;
};
void text_walk(struct text_cursor *cursor, const char *bytes, size_t size);
bool text_next_block(struct text_cursor *cursor);
bool text_next_span(struct text_cursor *cursor);

/*
 * Plain rendering shared by the terminal, IRC and logs: one output line per
 * call of `line`. Paragraphs, items and quotes come as one unwrapped line per
 * LF; items get "- " or "1. " and two spaces per depth; code lines get four
 * spaces if `indent_code`; tables are aligned by text width; spans are marked
 * by the strings of `style` (any may be ""). Returns 0, or -1 when out of memory.
 */
struct text_style {
    const char *strong_on, *strong_off, *emphasis_on, *emphasis_off, *mono_on, *mono_off;
    bool indent_code;
};
typedef void text_line_fn(void *context, const char *line, size_t length, enum text_block block);
int text_render_lines(const char *bytes, size_t size, const struct text_style *style,
                      text_line_fn *line, void *context);
/* All lines joined by LF, with no marks: for transcripts, logs and plain bodies. */
int text_plain(const char *bytes, size_t size, struct buf *out);

#endif
