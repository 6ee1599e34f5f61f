/* The rich text: building, its stored form, Markdown, and plain lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "util/hash.h"

static void assert_plain(const struct text *text, const char *wanted)
{
    struct buf out;
    size_t size;
    const char *bytes = text_bytes(text, &size);
    buf_init(&out);
    assert_true(text_ok(text));
    assert_int_equal(text_plain(bytes, size, &out), 0);
    assert_string_equal(buf_text(&out), wanted);
    buf_finish(&out);
}

static void blocks_become_lines(void **state)
{
    struct text text;
    (void)state;
    text_init(&text);
    assert_true(text_empty(&text));
    text_heading(&text);
    text_put(&text, "Head");
    text_paragraph(&text);
    text_put(&text, "one ");
    text_strong(&text, "two");
    text_emphasis(&text, " three");
    text_monof(&text, " %d", 4);
    text_link(&text, "https://x.org/a", "here");
    text_link(&text, "https://x.org/b", "https://x.org/b");
    text_link(&text, "javascript:x", " no link");
    text_item(&text, 0, 0);
    text_put(&text, "bullet");
    text_item(&text, 12, 1);
    text_put(&text, "first\nsecond");
    text_quote(&text);
    text_put(&text, "said\n\nagain");
    text_code(&text, "c", "int x;\n  x++;\n\n", 15);
    assert_plain(&text, "Head\none two three 4here (https://x.org/a)https://x.org/b no link\n- bullet\n"
                        "  12. first\n      second\n> said\n>\n> again\n    int x;\n      x++;");
    text_finish(&text);
}

static void tables_are_aligned_by_width(void **state)
{
    static const char *const cells[][2] = {{"Name", "Score"}, {"\xE6\x97\xA5\xE6\x9C\xAC", "4.0"},
                                           {"ann", "12.5"}};
    struct text text;
    (void)state;
    text_init(&text);
    for (size_t r = 0; r < 3; r++) {
        text_row(&text);
        text_cell(&text, false);
        text_put(&text, cells[r][0]);
        text_cell(&text, true);
        text_put(&text, cells[r][1]);
    }
    assert_plain(&text, "Name  Score\n\xE6\x97\xA5\xE6\x9C\xAC    4.0\nann    12.5");
    text_finish(&text);
}

/* One cell of 2,000 letters and 1,000 short rows: not 2 MB of spaces. */
static void a_wide_cell_does_not_blow_up_the_table(void **state)
{
    struct text text;
    struct buf out;
    size_t size;
    char wide[2001] = "";
    (void)state;
    memset(wide, 'x', sizeof wide - 1);
    text_init(&text);
    for (size_t r = 0; r < 1000; r++) {
        text_row(&text);
        text_cell(&text, false);
        text_put(&text, r == 5 ? wide : "a");
        text_cell(&text, false);
        text_put(&text, "b");
    }
    const char *bytes = text_bytes(&text, &size);
    buf_init(&out);
    assert_int_equal(text_plain(bytes, size, &out), 0);
    assert_in_range(out.length, 2000, 100 * 1000);
    buf_finish(&out);
    text_finish(&text);
}

/* Nothing that is put in can end a span or begin a block. */
static void marks_cannot_be_forged(void **state)
{
    struct text text;
    struct text_cursor cursor;
    size_t size, blocks = 0;
    (void)state;
    text_init(&text);
    text_put(&text, "a\x1E" "H\x1F" "b\x01" "c\x06" "d\x07l");
    text_strong(&text, "e\x06\x1E" "Q\x1F" "f");
    assert_plain(&text, "aHbcdleQf");
    const char *bytes = text_bytes(&text, &size);
    text_walk(&cursor, bytes, size);
    while (text_next_block(&cursor))
        blocks++;
    assert_int_equal(blocks, 1);
    text_finish(&text);
}

static void the_stored_form_comes_back_or_is_refused(void **state)
{
    struct text text, loaded;
    size_t size;
    (void)state;
    text_init(&text);
    text_init(&loaded);
    text_item(&text, 3, 1);
    text_strong(&text, "bold");
    text_link(&text, "http://x.org", "words");
    const char *bytes = text_bytes(&text, &size);
    assert_int_equal(text_load(&loaded, bytes, size), 0);
    assert_plain(&loaded, "  3. boldwords (http://x.org)");
    for (size_t cut = 1; cut < 4; cut++)
        assert_int_equal(text_load(&loaded, bytes, cut), -1);
    assert_int_equal(text_load(&loaded, "plain", 5), -1);
    assert_int_equal(text_load(&loaded, "\x1EX\x1Fx", 4), -1);
    assert_int_equal(text_load(&loaded, "\x1EP\x1F\xFF", 4), -1);
    assert_int_equal(text_load(&loaded, "\x1EP\x1F\x1B[2J", 7), -1);
    assert_int_equal(text_load(&loaded, "", 0), 0);
    text_finish(&text);
    text_finish(&loaded);
}

static void too_much_is_an_overflow(void **state)
{
    struct text text;
    char *huge = malloc(1 << 20);
    (void)state;
    assert_non_null(huge);
    memset(huge, 'x', 1 << 20);
    text_init(&text);
    text_put_n(&text, huge, 1 << 20);
    assert_false(text_ok(&text));
    assert_true(text.bytes.length < 100);
    text_finish(&text);
    for (int i = 0; i < 100; i++)
        text_put_n(&text, huge, 1000);
    assert_false(text_ok(&text));
    text_finish(&text);
    text_markdown(&text, huge, 1 << 20);
    assert_false(text_ok(&text));
    text_finish(&text);
    free(huge);
}

static void markdown_becomes_blocks(void **state)
{
    static const struct {
        const char *markdown, *plain;
    } cases[] = {
        {"one\ntwo\n\nthree", "one two\nthree"},
        {"# Head\n\n**bold** and *soft* and `code` & <b>raw</b>",
         "Head\nbold and soft and code & <b>raw</b>"},
        {"- a\n- b\n  - c\n\n1. x\n2. y", "- a\n- b\n  - c\n1. x\n2. y"},
        {"> said\n> again", "> said again"},
        {"```python\ndef f(x):\n    return x\n```", "    def f(x):\n        return x"},
        {"[words](https://x.org) ![image](https://x.org/i.png)", "words (https://x.org) image"},
        {"[bad](javascript:alert)", "bad"},
        {"| a | b |\n|---|--:|\n| 1 | 22 |", "a   b\n1  22"},
        {"a &lt; b &amp;&amp; c", "a < b && c"},
        {"hard  \nbreak", "hard\nbreak"},
        {"**unclosed", "**unclosed"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text;
        text_init(&text);
        text_markdown(&text, cases[i].markdown, strlen(cases[i].markdown));
        assert_plain(&text, cases[i].plain);
        text_finish(&text);
    }
}

/* Any Markdown gives a text that loads, and plain lines that are clean. */
static void noise_of_markdown_is_a_text(void **state)
{
    static const char letters[] = "*_`#>-|[]()!\\ \n\n1.a<&;~:\t";
    uint64_t chance = 8;
    (void)state;
    for (int i = 0; i < 3000; i++) {
        char noise[120];
        size_t length = random_below(&chance, sizeof noise), size;
        for (size_t c = 0; c < length; c++)
            noise[c] = letters[random_below(&chance, sizeof letters - 1)];
        struct text text, loaded;
        text_init(&text);
        text_init(&loaded);
        text_markdown(&text, noise, length);
        assert_true(text_ok(&text));
        const char *bytes = text_bytes(&text, &size);
        assert_int_equal(text_load(&loaded, bytes, size), 0);
        text_finish(&text);
        text_finish(&loaded);
    }
}

static void add_line(void *context, const char *line, size_t length, enum text_block block)
{
    struct buf *out = context;
    (void)block;
    buf_add(out, line, length);
    buf_putc(out, '\n');
}

static void styles_mark_the_spans(void **state)
{
    static const struct text_style style = {"<b>", "</b>", "<i>", "</i>", "<m>", "</m>", false};
    struct text text, other;
    struct buf out;
    size_t size;
    (void)state;
    text_init(&text);
    text_init(&other);
    buf_init(&out);
    text_heading(&text);
    text_put(&text, "h");
    text_emphasis(&other, "b");
    text_mono(&other, "c");
    text_code(&other, "", "d", 1);
    text_append(&text, &other);
    const char *bytes = text_bytes(&text, &size);
    assert_int_equal(text_render_lines(bytes, size, &style, add_line, &out), 0);
    assert_string_equal(buf_text(&out), "<b>h</b>\n<i>b</i><m>c</m>\nd\n");
    buf_finish(&out);
    text_finish(&text);
    text_finish(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_become_lines),
        cmocka_unit_test(tables_are_aligned_by_width),
        cmocka_unit_test(a_wide_cell_does_not_blow_up_the_table),
        cmocka_unit_test(marks_cannot_be_forged),
        cmocka_unit_test(the_stored_form_comes_back_or_is_refused),
        cmocka_unit_test(too_much_is_an_overflow),
        cmocka_unit_test(markdown_becomes_blocks),
        cmocka_unit_test(noise_of_markdown_is_a_text),
        cmocka_unit_test(styles_mark_the_spans),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
