/* Markdown -> struct text, by md4c. Raw HTML is off; what a chat cannot show becomes plain words. */
#include <md4c.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "util/utf8.h"

#define LISTS_MAX 8

struct markdown {
    struct text *text;
    struct buf words;  /* of the open span or code block */
    struct buf url;
    char language[24];
    unsigned number[LISTS_MAX]; /* next ordinal of each open list, 0 = bullets */
    unsigned lists;
    bool item_begun;   /* the item's own first paragraph needs no block of its own */
    bool head;         /* in a table's head */
    unsigned quotes;
    enum text_span span;
};

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct markdown *m = context;
    switch (type) {
    case MD_BLOCK_P:
        if (m->item_begun)
            m->item_begun = false;
        else if (m->quotes > 0)
            text_quote(m->text);
        else
            text_paragraph(m->text);
        break;
    case MD_BLOCK_H:
        text_heading(m->text);
        break;
    case MD_BLOCK_QUOTE:
        m->quotes++;
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        if (m->lists < LISTS_MAX)
            m->number[m->lists] =
                type == MD_BLOCK_OL ? ((MD_BLOCK_OL_DETAIL *)detail)->start : 0;
        m->lists++;
        break;
    case MD_BLOCK_LI: {
        unsigned list = m->lists > LISTS_MAX ? LISTS_MAX - 1 : m->lists - 1;
        text_item(m->text, m->number[list] ? m->number[list]++ : 0, list);
        m->item_begun = true;
        break;
    }
    case MD_BLOCK_CODE: {
        const MD_BLOCK_CODE_DETAIL *code = detail;
        size_t length = code->lang.size < sizeof m->language - 1 ? code->lang.size
                                                                 : sizeof m->language - 1;
        if (length > 0)
            memcpy(m->language, code->lang.text, length);
        m->language[length] = '\0';
        buf_clear(&m->words);
        m->span = TEXT_CELL; /* collect: see add_words() */
        break;
    }
    case MD_BLOCK_TR:
        text_row(m->text);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        text_cell(m->text, ((MD_BLOCK_TD_DETAIL *)detail)->align == MD_ALIGN_RIGHT);
        break;
    default:
        break;
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct markdown *m = context;
    (void)detail;
    if (type == MD_BLOCK_QUOTE)
        m->quotes--;
    else if (type == MD_BLOCK_UL || type == MD_BLOCK_OL)
        m->lists--;
    else if (type == MD_BLOCK_LI)
        m->item_begun = false;
    else if (type == MD_BLOCK_CODE) {
        text_code(m->text, m->language, buf_text(&m->words), m->words.length);
        m->span = TEXT_PLAIN;
        m->item_begun = false;
    }
    return 0;
}

static void flush_span(struct markdown *m)
{
    const char *words = buf_text(&m->words);
    if (m->span == TEXT_STRONG)
        text_strong(m->text, words);
    else if (m->span == TEXT_EMPHASIS)
        text_emphasis(m->text, words);
    else if (m->span == TEXT_MONO)
        text_mono(m->text, words);
    else if (m->span == TEXT_LINK)
        text_link(m->text, buf_text(&m->url), words);
    m->span = TEXT_PLAIN;
    buf_clear(&m->words);
}

/* Spans do not nest in struct text: the outermost counts. */
static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct markdown *m = context;
    if (m->span != TEXT_PLAIN)
        return 0;
    buf_clear(&m->words);
    if (type == MD_SPAN_STRONG)
        m->span = TEXT_STRONG;
    else if (type == MD_SPAN_EM)
        m->span = TEXT_EMPHASIS;
    else if (type == MD_SPAN_CODE)
        m->span = TEXT_MONO;
    else if (type == MD_SPAN_A) {
        const MD_SPAN_A_DETAIL *link = detail;
        m->span = TEXT_LINK;
        buf_clear(&m->url);
        buf_add(&m->url, link->href.text, link->href.size);
    }
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct markdown *m = context;
    (void)detail;
    bool own = (type == MD_SPAN_STRONG && m->span == TEXT_STRONG) ||
               (type == MD_SPAN_EM && m->span == TEXT_EMPHASIS) ||
               (type == MD_SPAN_CODE && m->span == TEXT_MONO) ||
               (type == MD_SPAN_A && m->span == TEXT_LINK);
    if (own)
        flush_span(m);
    return 0;
}

/* The few entities that people write; others stay as they were typed. */
static void add_entity(struct markdown *m, const char *entity, size_t length)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"&amp;", "&"}, {"&lt;", "<"},   {"&gt;", ">"},
                 {"&quot;", "\""}, {"&nbsp;", " "}, {"&#39;", "'"}};
    const char *words = entity;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == length && memcmp(known[i].name, entity, length) == 0) {
            words = known[i].text;
            length = strlen(words);
        }
    if (m->span == TEXT_PLAIN)
        text_put_n(m->text, words, length);
    else
        buf_add(&m->words, words, length);
}

static int add_words(MD_TEXTTYPE type, const MD_CHAR *words, MD_SIZE size, void *context)
{
    struct markdown *m = context;
    size_t length = size;
    /* A tight list item has no paragraph; its words belong to the item itself. */
    m->item_begun = false;
    if (type == MD_TEXT_ENTITY) {
        add_entity(m, words, length);
        return 0;
    }
    if (type == MD_TEXT_SOFTBR) {
        words = " ";
        length = 1;
    } else if (type == MD_TEXT_BR) {
        words = "\n";
        length = 1;
    } else if (type == MD_TEXT_NULLCHAR) {
        return 0;
    }
    if (m->span == TEXT_PLAIN)
        text_put_n(m->text, words, length);
    else
        buf_add(&m->words, words, length);
    return text_ok(m->text) && !m->words.failed ? 0 : 1;
}

void text_markdown(struct text *text, const char *markdown, size_t length)
{
    struct markdown m = {.text = text};
    static const MD_PARSER parser = {
        .flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH |
                 MD_FLAG_NOINDENTEDCODEBLOCKS,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = add_words,
    };
    if (length > TEXT_MAX) {
        text->overflow = true;
        return;
    }
    buf_init(&m.words);
    buf_init(&m.url);
    if (md_parse(markdown, (MD_SIZE)length, &parser, &m) != 0 && text_ok(text))
        text->bytes.failed = true;
    if (m.words.failed || m.url.failed)
        text->bytes.failed = true;
    buf_finish(&m.words);
    buf_finish(&m.url);
    text->open = false;
}
