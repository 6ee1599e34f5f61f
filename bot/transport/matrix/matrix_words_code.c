/*
 * Code blocks that a body lost. Some clients send the body without the fences
 * that were typed, and the blocks only in formatted_body. Of the HTML nothing
 * is used but the text of its <pre> elements, and that only to find it in the
 * body.
 */
#include "transport/matrix/matrix_words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/utf8.h"

#define BLOCKS_MAX 16   /* of one message; each is one search through the body */
#define LANGUAGE_MAX 32

/* ---- HTML ---- */

/* The next "<name" or "</name" followed by the end of a tag's name; NULL if there is none. */
static const char *find_tag(const char *at, const char *name)
{
    size_t length = strlen(name);
    while ((at = strchr(at, '<'))) {
        if (strncasecmp(at, name, length) == 0 && strchr(" \t\n\r/>", at[length]))
            return at;
        at++;
    }
    return NULL;
}

/* Behind the ">" of the tag at `at`, NULL if it is not closed. */
static const char *over_tag(const char *at)
{
    const char *end = strchr(at, '>');
    return end ? end + 1 : NULL;
}

/* Appends the character of the entity at `at`, which begins with "&"; gives where it ends. */
static const char *add_entity(const char *at, struct buf *out)
{
    static const struct { const char *name, *text; } names[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&nbsp;", " "}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(at, names[i].name, strlen(names[i].name)) == 0) {
            buf_puts(out, names[i].text);
            return at + strlen(names[i].name);
        }
    if (at[1] == '#') {
        bool hex = at[2] == 'x' || at[2] == 'X';
        char *end;
        unsigned long code = strtoul(at + (hex ? 3 : 2), &end, hex ? 16 : 10);
        if (*end == ';' && code > 0 && code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF)) {
            utf8_put(out, (uint32_t)code);
            return end + 1;
        }
    }
    buf_putc(out, '&');
    return at + 1;
}

/* The text between two places: tags go, <br> is a line end, entities are decoded. */
static void add_text(const char *at, const char *end, struct buf *out)
{
    while (at < end) {
        if (*at == '<') {
            const char *after = over_tag(at);
            if (strncasecmp(at, "<br", 3) == 0)
                buf_putc(out, '\n');
            at = after && after <= end ? after : end;
        } else if (*at == '&') {
            at = add_entity(at, out);
        } else {
            buf_putc(out, *at++);
        }
    }
}

struct block {
    struct buf code; /* without line ends before and after */
    char language[LANGUAGE_MAX + 1];
};

/* The X of class="language-X" in what is between two places. */
static void read_language(const char *at, const char *end, char language[LANGUAGE_MAX + 1])
{
    static const char word[] = "language-", allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                        "0123456789+-#_.";
    const char *found = memmem(at, (size_t)(end - at), word, strlen(word));
    size_t length = found ? strspn(found + strlen(word), allowed) : 0;
    language[0] = '\0';
    if (length == 0 || length > LANGUAGE_MAX)
        return;
    memcpy(language, found + strlen(word), length);
    language[length] = '\0';
}

/* Reads the next <pre> element; gives what follows it, or NULL if there is none. */
static const char *next_block(const char *at, struct block *block)
{
    const char *pre = find_tag(at, "<pre");
    const char *from = pre ? over_tag(pre) : NULL;
    const char *end = from ? find_tag(from, "</pre") : NULL;
    if (!end)
        return NULL;
    const char *inside = from;
    while (inside < end && *inside == '\n')
        inside++;
    const char *code = strncasecmp(inside, "<code", 5) == 0 ? over_tag(inside) : NULL;
    read_language(pre, code && code <= end ? code : from, block->language);
    buf_clear(&block->code);
    add_text(from, end, &block->code);
    size_t before = strspn(buf_text(&block->code), "\n");
    buf_consume(&block->code, before);
    while (block->code.length > 0 && block->code.data[block->code.length - 1] == '\n')
        buf_truncate(&block->code, block->code.length - 1);
    return end;
}

/* ---- fences ---- */

static bool has_fence(const char *body, size_t length)
{
    return memmem(body, length, "```", 3) || memmem(body, length, "~~~", 3);
}

/* Takes "\nTEXT\n", so that whole lines are found. */
static const char *find_lines(const char *at, const char *end, struct block *block)
{
    struct buf lines;
    const char *found = NULL;
    buf_init(&lines);
    buf_printf(&lines, "\n%s\n", buf_text(&block->code));
    if (!lines.failed && block->code.length > 0)
        found = memmem(at, (size_t)(end - at), lines.data, lines.length);
    block->code.failed |= lines.failed;
    buf_finish(&lines);
    return found;
}

/* `lines` is the body between two line ends. A line end after a block may begin the next. */
static void fence(const struct buf *lines, const char *html, struct block *block, struct buf *out)
{
    const char *at = lines->data, *end = at + lines->length;
    for (int i = 0; i < BLOCKS_MAX && (html = next_block(html, block)); i++) {
        const char *found = find_lines(at, end, block);
        if (!found)
            continue;
        buf_add(out, at, (size_t)(found - at));
        buf_printf(out, "\n```%s\n%s\n```", block->language, buf_text(&block->code));
        at = found + 1 + block->code.length;
    }
    buf_add(out, at, (size_t)(end - at));
}

void matrix_words_fence(const char *body, size_t length, const char *html, struct buf *out)
{
    struct block block;
    struct buf lines, fenced;
    const char *quoted = html ? strstr(html, "</mx-reply>") : NULL;
    if (!html || has_fence(body, length) || !find_tag(html, "<pre")) {
        buf_add(out, body, length);
        return;
    }
    buf_init(&lines);
    buf_init(&fenced);
    buf_init(&block.code);
    buf_putc(&lines, '\n');
    buf_add(&lines, body, length);
    buf_putc(&lines, '\n');
    if (!lines.failed)
        fence(&lines, quoted ? quoted : html, &block, &fenced);
    if (fenced.length >= 2)
        buf_add(out, fenced.data + 1, fenced.length - 2);
    out->failed |= lines.failed | fenced.failed | block.code.failed;
    buf_finish(&block.code);
    buf_finish(&fenced);
    buf_finish(&lines);
}
