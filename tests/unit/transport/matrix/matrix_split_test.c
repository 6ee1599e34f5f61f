/* A text that is too long for one event: parts that fit, cut where a reader would, nothing lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "matrix_look.h"
#include "transport/matrix/matrix_render.h"
#include "util/hash.h"

#define PARTS 64

struct parts {
    struct buf body[PARTS], html[PARTS];
    size_t count, limit, letters;
};

static size_t letters_of(const char *bytes, size_t size)
{
    struct text_cursor cursor;
    size_t letters = 0;
    text_walk(&cursor, bytes, size);
    while (text_next_block(&cursor))
        while (text_next_span(&cursor))
            for (size_t i = 0; i < cursor.words_length; i++)
                letters += (unsigned char)cursor.words[i] > ' ';
    return letters;
}

static int keep(void *context, const char *bytes, size_t size)
{
    struct parts *parts = context;
    static const struct matrix_render_about about = {.id = "hs-abcdefgh-1234567-12",
                                                     .mention = "@somebody:example.org"};
    struct buf content;
    assert_true(text_valid(bytes, size));
    assert_in_range(parts->count, 0, PARTS - 1);
    buf_init(&content);
    assert_int_equal(matrix_render_notice(bytes, size, &about, &content), 0);
    const char *wrong = matrix_look_notice(buf_text(&content), content.length, parts->limit);
    assert_string_equal(wrong ? wrong : "", "");
    buf_finish(&content);
    matrix_render_body(bytes, size, &parts->body[parts->count]);
    matrix_render_html(bytes, size, &parts->html[parts->count++]);
    parts->letters += letters_of(bytes, size);
    return 0;
}

static void split(struct text *text, size_t limit, struct parts *parts)
{
    size_t size;
    const char *bytes = text_bytes(text, &size);
    memset(parts, 0, sizeof *parts);
    parts->limit = limit;
    assert_true(text_ok(text));
    assert_int_equal(matrix_render_split(bytes, size, limit, keep, parts), 0);
    assert_true(parts->count > 0);
}

static void finish(struct text *text, struct parts *parts)
{
    for (size_t i = 0; i < PARTS; i++) {
        buf_finish(&parts->body[i]);
        buf_finish(&parts->html[i]);
    }
    text_finish(text);
    text_init(text);
}

static const char *body(const struct parts *parts, size_t at)
{
    return buf_text(&parts->body[at]);
}

static void put_words(struct text *text, size_t bytes)
{
    char word[16];
    for (size_t i = 0, done = 0; done < bytes; i++, done += strlen(word)) {
        snprintf(word, sizeof word, "%zu ", i + 1000);
        text_put(text, word);
    }
}

static void what_fits_stays_whole(void **state)
{
    struct text text;
    struct parts parts;
    (void)state;
    text_init(&text);
    put_words(&text, 4000);
    text_heading(&text);
    text_put(&text, "end");
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_int_equal(parts.count, 1);
    finish(&text, &parts);
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_int_equal(parts.count, 1);
    assert_string_equal(body(&parts, 0), MATRIX_RENDER_EMPTY);
    finish(&text, &parts);
}

/* Two answers: the second begins a part, with its heading. */
static void a_heading_begins_a_part(void **state)
{
    struct text text;
    struct parts parts;
    (void)state;
    text_init(&text);
    for (int i = 0; i < 2; i++) {
        text_heading(&text);
        text_put(&text, i ? "Answer B" : "Answer A");
        for (int j = 0; j < 5; j++) {
            text_paragraph(&text);
            put_words(&text, i ? 500 : 700);
        }
    }
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_int_equal(parts.count, 2);
    assert_memory_equal(body(&parts, 0), "Answer A\n1000", 13);
    assert_memory_equal(body(&parts, 1), "Answer B\n1000", 13);
    finish(&text, &parts);
}

/* Even if its end would be the best place. */
static void a_heading_stays_with_what_follows(void **state)
{
    struct text text;
    struct parts parts;
    (void)state;
    text_init(&text);
    text_heading(&text);
    put_words(&text, 4000);
    text_put(&text, "its end");
    text_paragraph(&text);
    put_words(&text, 6000);
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_in_range(parts.count, 2, 4);
    assert_null(strstr(body(&parts, 0), "its end"));
    finish(&text, &parts);
}

static void a_paragraph_is_cut_at_a_word(void **state)
{
    struct text text;
    struct parts parts;
    (void)state;
    text_init(&text);
    text_strong(&text, "Long: ");
    put_words(&text, 30000);
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_in_range(parts.count, 7, 9);
    for (size_t i = 0, next = 1000; i < parts.count; i++) {
        char *at = parts.body[i].data;
        if (i == 0)
            at += strlen("Long: ");
        for (; *at; next++)
            assert_int_equal(strtoul(at, &at, 10), next);
    }
    finish(&text, &parts);
}

static void code_is_cut_at_a_line_and_stays_code(void **state)
{
    struct text text;
    struct parts parts;
    struct buf code;
    (void)state;
    buf_init(&code);
    for (int i = 0; i < 1000; i++)
        buf_printf(&code, "    line %d < %d;\n", i, i + 1);
    text_init(&text);
    text_put(&text, "See:");
    text_code(&text, "c", buf_text(&code), code.length);
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_in_range(parts.count, 5, 9);
    for (size_t i = 0; i < parts.count; i++) {
        const char *html = buf_text(&parts.html[i]);
        assert_memory_equal(html, i ? "<pre><code class=\"language-c\">    line " : "<p>See:</p><pre><code class=",
                            i ? 39 : 28);
        assert_non_null(strstr(html, ";</code></pre>"));
    }
    buf_finish(&code);
    finish(&text, &parts);
}

static void a_table_repeats_its_head(void **state)
{
    struct text text;
    struct parts parts;
    (void)state;
    text_init(&text);
    for (int i = 0; i < 500; i++) {
        text_row(&text);
        text_cell(&text, false);
        text_printf(&text, i ? "name of member %d" : "Name", i);
        text_cell(&text, true);
        text_printf(&text, i ? "%d" : "Points", i);
    }
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_in_range(parts.count, 3, 8);
    for (size_t i = 0; i < parts.count; i++) {
        assert_memory_equal(body(&parts, i), "Name     ", 9);
        assert_non_null(strstr(body(&parts, i), "Points\nname of member "));
    }
    finish(&text, &parts);
}

/* Bytes that are hard to cut: no spaces, clusters, long links, empty spans and cells, a long language. */
static void hard_texts_fit_too(void **state)
{
    static const char *const hard[] = {"x", "\xF0\x9F\x98\x80", "e\xCC\x81", "&", "\"\\", "\n", "\x01\x06",
                                       "\x07r", "\x1EP\x1F", "\x1EI5,8\x1F\n", "\x1ER\x1F\x07la",
                                       "\x04https://e.org/?&&&&&&&&&&&&&&&&\x05z\x06", "\x1E\x43\x1F\n"};
    struct parts parts;
    struct text text;
    (void)state;
    text_init(&text);
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        struct buf stored;
        buf_init(&stored);
        buf_puts(&stored, hard[i][0] == 0x07 ? "\x1ER\x1F" : "\x1EP\x1F");
        while (stored.length + strlen(hard[i]) <= TEXT_MAX)
            buf_puts(&stored, hard[i]);
        assert_int_equal(text_load(&text, buf_text(&stored), stored.length), 0);
        split(&text, MATRIX_RENDER_MAX, &parts);
        finish(&text, &parts);
        buf_finish(&stored);
    }
}

static void a_link_of_a_whole_book_is_plain_words(void **state)
{
    struct text text;
    struct parts parts;
    char url[5000] = "https://example.org/";
    (void)state;
    memset(url + strlen(url), 'a', sizeof url - 1 - strlen(url));
    text_init(&text);
    text_put(&text, "see ");
    text_link(&text, url, "here");
    text_code(&text, "c", "x", 1);
    split(&text, MATRIX_RENDER_MIN, &parts);
    assert_int_equal(parts.count, 1);
    assert_string_equal(body(&parts, 0), "see here\n    x");
    finish(&text, &parts);
}

static void random_texts_lose_nothing(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 100; round++) {
        struct text text;
        struct parts parts;
        char data[4096];
        size_t size;
        for (size_t i = 0; i < sizeof data; i++) {
            /* Few block marks and many letters, so that texts are long. */
            uint64_t chance = random_next(&seed);
            data[i] = (char)(chance % 4 ? "abc de&<\"\n`"[chance / 8 % 11] : (char)(chance >> 32));
        }
        text_init(&text);
        for (int i = 0; i < 1 + round % 12; i++)
            matrix_look_build(&text, data, sizeof data - (size_t)i);
        if (!text_ok(&text)) {
            text_finish(&text);
            continue;
        }
        split(&text, MATRIX_RENDER_MIN, &parts);
        const char *bytes = text_bytes(&text, &size);
        assert_in_range(parts.letters, letters_of(bytes, size), SIZE_MAX);
        finish(&text, &parts);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays_whole),
        cmocka_unit_test(a_heading_begins_a_part),
        cmocka_unit_test(a_heading_stays_with_what_follows),
        cmocka_unit_test(a_paragraph_is_cut_at_a_word),
        cmocka_unit_test(code_is_cut_at_a_line_and_stays_code),
        cmocka_unit_test(a_table_repeats_its_head),
        cmocka_unit_test(hard_texts_fit_too),
        cmocka_unit_test(a_link_of_a_whole_book_is_plain_words),
        cmocka_unit_test(random_texts_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
