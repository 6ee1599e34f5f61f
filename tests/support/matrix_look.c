#include "matrix_look.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "core/text.h"
#include "util/utf8.h"

#define DEPTH 64
#define TAG 16

struct look {
    char open[DEPTH][TAG];
    size_t depth;
    const char *at;
    const char *wrong;
};

static bool is_one_of(const char *word, const char *words)
{
    size_t length = strlen(word);
    if (length == 0)
        return false;
    for (const char *at = words; (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

static bool is_open(const struct look *look, const char *tag)
{
    for (size_t i = 0; i < look->depth; i++)
        if (strcmp(look->open[i], tag) == 0)
            return true;
    return false;
}

static const char *parent(const struct look *look)
{
    return look->depth ? look->open[look->depth - 1] : "";
}

static const char *check_place(const struct look *look, const char *tag)
{
    const char *outer = parent(look);
    if (is_one_of(tag, "p blockquote pre ul ol") && is_one_of(outer, "p b i a code pre"))
        return "a block inside of words";
    if (strcmp(tag, "li") == 0 && !is_one_of(outer, "ul ol"))
        return "an item outside of a list";
    if (is_one_of(outer, "ul ol") && strcmp(tag, "li") != 0)
        return "a list with something else than items";
    if (strcmp(tag, "p") != 0 && strcmp(outer, "blockquote") == 0)
        return "a quote with something else than paragraphs";
    if (strcmp(outer, "pre") == 0 && strcmp(tag, "code") != 0)
        return "pre without code";
    if (is_open(look, "pre") && strcmp(tag, "code") != 0)
        return "a tag in code";
    if (strcmp(tag, "a") == 0 && is_open(look, "a"))
        return "a link in a link";
    return NULL;
}

/* The attribute that this tag may have: its beginning up to the quote. NULL = none. */
static const char *attribute_of(const char *tag)
{
    if (strcmp(tag, "a") == 0)
        return " href=\"";
    if (strcmp(tag, "ol") == 0)
        return " start=\"";
    return strcmp(tag, "code") == 0 ? " class=\"" : NULL;
}

static const char *check_attribute(const char *tag, const char *value, size_t length)
{
    size_t good = 0;
    if (strcmp(tag, "a") == 0)
        return (strncasecmp(value, "https://", 8) != 0 && strncasecmp(value, "http://", 7) != 0) ||
                       memchr(value, '<', length) || memchr(value, '>', length)
                   ? "an address that is not of the web"
                   : NULL;
    if (strcmp(tag, "ol") == 0)
        return strspn(value, "0123456789") != length ? "start is no number" : NULL;
    while (good < length && (isalnum((unsigned char)value[good]) || strchr("+#-_", value[good])))
        good++;
    return good != length || strncmp(value, "language-", 9) != 0 ? "class is no language" : NULL;
}

static const char *open_tag(struct look *look)
{
    char tag[TAG] = "";
    size_t length = strspn(look->at + 1, "abcdefghijklmnopqrstuvwxyz");
    if (length == 0 || length >= TAG)
        return "a raw <";
    memcpy(tag, look->at + 1, length);
    if (!is_one_of(tag, "p br b i code pre ul ol li a blockquote"))
        return "a tag that not every client shows";
    look->at += 1 + length;
    const char *attribute = attribute_of(tag), *wrong = check_place(look, tag);
    if (wrong)
        return wrong;
    if (attribute && strncmp(look->at, attribute, strlen(attribute)) == 0) {
        const char *value = look->at + strlen(attribute), *end = strchr(value, '"');
        if (!end)
            return "an attribute without end";
        if ((wrong = check_attribute(tag, value, (size_t)(end - value))))
            return wrong;
        look->at = end + 1;
    } else if (strcmp(tag, "a") == 0) {
        return "a link without address";
    }
    if (*look->at++ != '>')
        return "a tag without end";
    if (strcmp(tag, "br") == 0)
        return NULL;
    if (look->depth == DEPTH)
        return "nested too deeply";
    memcpy(look->open[look->depth++], tag, TAG);
    return NULL;
}

static const char *close_tag(struct look *look)
{
    const char *tag = parent(look);
    size_t length = strlen(tag);
    if (length == 0 || strncmp(look->at + 2, tag, length) != 0 || look->at[2 + length] != '>')
        return "an end tag that ends nothing";
    look->at += length + 3;
    look->depth--;
    return NULL;
}

static const char *check_words(struct look *look)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    size_t i = 0;
    unsigned char c = (unsigned char)*look->at;
    if (c == '>' || c == '"' || (c < 0x20 && c != '\n' && c != '\t'))
        return "a character that is not escaped";
    if ((c == '\n' || c == '\t') && !is_open(look, "pre"))
        return "white space that is not shown";
    if (is_one_of(parent(look), "ul ol blockquote pre"))
        return "words where there must be none";
    look->at++;
    if (c != '&')
        return NULL;
    while (i < 4 && strncmp(look->at - 1, known[i], strlen(known[i])) != 0)
        i++;
    return i == 4 ? "a raw &" : NULL;
}

const char *matrix_look_html(const char *html)
{
    struct look look = {.at = html};
    const char *wrong = utf8_valid(html, strlen(html)) ? NULL : "not UTF-8";
    while (*look.at && !wrong)
        if (strncmp(look.at, "</", 2) == 0)
            wrong = close_tag(&look);
        else if (*look.at == '<')
            wrong = open_tag(&look);
        else
            wrong = check_words(&look);
    if (!wrong && look.depth > 0)
        wrong = "a tag is not closed";
    return wrong ? wrong : *html ? NULL : "no HTML";
}

static const char *text_of(const json_t *content, const char *key)
{
    const char *text = json_string_value(json_object_get(content, key));
    return text ? text : "";
}

const char *matrix_look_notice(const char *json, size_t length, size_t limit)
{
    json_t *content = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);
    const char *wrong = NULL;
    if (!content)
        return "not JSON";
    if (length > limit)
        wrong = "too long";
    else if (strcmp(text_of(content, "msgtype"), "m.notice") != 0)
        wrong = "not a notice";
    else if (!*text_of(content, "body"))
        wrong = "an empty body";
    else if (strcmp(text_of(content, "format"), "org.matrix.custom.html") != 0)
        wrong = "no format";
    else if (!json_is_object(json_object_get(content, "m.mentions")))
        wrong = "no mentions";
    else
        wrong = matrix_look_html(text_of(content, "formatted_body"));
    json_decref(content);
    return wrong;
}

/* ---- texts ---- */

static void build_block(struct text *text, unsigned char kind)
{
    switch (kind) {
    case 0: text_paragraph(text); break;
    case 1: text_heading(text); break;
    case 2: text_quote(text); break;
    case 3: text_row(text); break;
    case 4: text_cell(text, true); break;
    case 5: text_cell(text, false); break;
    default: text_item(text, kind % 4u ? kind : 0, kind / 4u % 4u); break;
    }
}

static void build_span(struct text *text, unsigned char kind, const char *words, size_t length)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%.*s", (int)length, words);
    switch (kind) {
    case 0: text_strong(text, copy); break;
    case 1: text_emphasis(text, copy); break;
    case 2: text_mono(text, copy); break;
    case 3: text_link(text, copy, length % 2 ? copy : "here"); break;
    case 4: text_code(text, length % 2 ? "c" : copy, words, length); break;
    default: text_put_n(text, words, length);
    }
}

void matrix_look_build(struct text *text, const char *data, size_t size)
{
    while (size >= 2) {
        unsigned char what = (unsigned char)data[0];
        size_t length = (unsigned char)data[1];
        data += 2;
        size -= 2;
        length *= what & 0x80 ? 64 : 1;
        length = length < size ? length : size;
        if (what & 0x40) {
            build_block(text, what & 0x1F);
            continue;
        }
        build_span(text, what & 7, data, length);
        data += length;
        size -= length;
    }
}
