/* What a text looks like on Matrix: HTML, plain body, content of the events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/text.h"
#include "matrix_look.h"
#include "transport/matrix/matrix_render.h"

/* Both forms, and that the HTML is as it must be. */
static void assert_shown(struct text *text, const char *html, const char *body)
{
    struct buf out;
    size_t size;
    const char *bytes = text_bytes(text, &size);
    assert_true(text_ok(text));
    buf_init(&out);
    assert_int_equal(matrix_render_html(bytes, size, &out), 0);
    assert_string_equal(buf_text(&out), html);
    const char *wrong = matrix_look_html(buf_text(&out));
    assert_string_equal(wrong ? wrong : "", "");
    buf_clear(&out);
    assert_int_equal(matrix_render_body(bytes, size, &out), 0);
    assert_string_equal(buf_text(&out), body);
    buf_finish(&out);
    text_finish(text);
    text_init(text);
}

static void one_paragraph_needs_no_tag(void **state)
{
    struct text text;
    (void)state;
    text_init(&text);
    text_put(&text, "Say ");
    text_mono(&text, "!join <now>");
    text_put(&text, " & \"go\"\non");
    assert_shown(&text, "Say <code>!join &lt;now&gt;</code> &amp; &quot;go&quot;<br>on",
                 "Say !join <now> & \"go\"\non");
}

static void blocks_stand_apart(void **state)
{
    struct text text;
    (void)state;
    text_init(&text);
    text_heading(&text);
    text_put(&text, "Round 3");
    text_paragraph(&text);
    text_strong(&text, "Bold");
    text_emphasis(&text, "thin");
    text_paragraph(&text);
    text_put(&text, "two");
    text_code(&text, "python", "if a<b:\n\tx\n\n    y", 17);
    text_heading(&text);
    text_put(&text, "Next");
    assert_shown(&text,
                 "<p><b>Round 3</b></p><p><b>Bold</b><i>thin</i></p><p>two</p>"
                 "<pre><code class=\"language-python\">if a&lt;b:\n\tx\n\n    y</code></pre>"
                 "<p><b>Next</b></p>",
                 "Round 3\nBoldthin\n\ntwo\n    if a<b:\n    \tx\n\n        y\n\nNext");
}

static void item(struct text *text, unsigned number, unsigned depth, const char *words)
{
    text_item(text, number, depth);
    text_put(text, words);
}

static void items_become_lists_one_in_another(void **state)
{
    struct text text;
    (void)state;
    text_init(&text);
    item(&text, 1, 0, "a");
    item(&text, 0, 1, "b");
    item(&text, 0, 1, "c");
    item(&text, 2, 0, "d");
    text_paragraph(&text);
    text_put(&text, "e");
    item(&text, 3, 0, "f");
    item(&text, 0, 0, "g");
    assert_shown(&text,
                 "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol><p>e</p>"
                 "<ol start=\"3\"><li>f</li></ol><ul><li>g</li></ul>",
                 "1. a\n  - b\n  - c\n2. d\n\ne\n3. f\n- g");
    item(&text, 0, 5, "deep at once");
    item(&text, 0, 5, "deep");
    item(&text, 0, 2, "half");
    item(&text, 7, 0, "seven");
    item(&text, 9, 0, "nine");
    assert_shown(&text,
                 "<ul><li>deep at once</li><li>deep</li></ul><ul><li>half</li></ul>"
                 "<ol start=\"7\"><li>seven</li></ol><ol start=\"9\"><li>nine</li></ol>",
                 "          - deep at once\n          - deep\n    - half\n7. seven\n9. nine");
}

/* An answer as it was typed may be code: its spaces are kept. */
static void a_quote_keeps_its_lines_and_spaces(void **state)
{
    struct text text;
    (void)state;
    text_init(&text);
    text_quote(&text);
    text_put(&text, "def f(x):\n    return  x\n\tif <b>");
    text_quote(&text);
    text_put(&text, "more");
    text_paragraph(&text);
    text_put(&text, "after");
    assert_shown(&text,
                 "<blockquote><p>def f(x):<br>\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0return \xC2\xA0x<br>"
                 "\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0if &lt;b&gt;</p><p>more</p></blockquote><p>after</p>",
                 "> def f(x):\n>     return  x\n> \tif <b>\n>\n> more\n\nafter");
}

static void row(struct text *text, const char *name, const char *score)
{
    text_row(text);
    text_cell(text, false);
    text_put(text, name);
    text_cell(text, true);
    text_put(text, score);
}

static void a_table_is_aligned_by_width(void **state)
{
    struct text text;
    (void)state;
    text_init(&text);
    text_paragraph(&text);
    text_put(&text, "Scores:");
    row(&text, "Name", "Score");
    row(&text, "<ann>", "4.0");
    row(&text, "b", "12.5");
    text_paragraph(&text);
    text_put(&text, "!");
    assert_shown(&text,
                 "<p>Scores:</p><pre><code>Name   Score\n&lt;ann&gt;    4.0\nb       12.5</code></pre><p>!</p>",
                 "Scores:\nName   Score\n<ann>    4.0\nb       12.5\n\n!");
}

static void links_lead_to_the_web_only(void **state)
{
    static const char stored[] = "\x1EP\x1F\x04javascript:x\x05" "a\x06\x04https://x.org/\"<\x05" "b\x06"
                                 "\x04https://matrix.to/#/@a:b\x05\x06\x1EP\x1F";
    struct text text;
    (void)state;
    text_init(&text);
    assert_int_equal(text_load(&text, stored, sizeof stored - 1), 0);
    assert_shown(&text,
                 "<p>a<a href=\"https://x.org/&quot;&lt;\">b</a><a href=\"https://matrix.to/#/@a:b\">"
                 "https://matrix.to/#/@a:b</a></p>",
                 "a (javascript:x)b (https://x.org/\"<) (https://matrix.to/#/@a:b)");
}

static void a_text_without_words_says_so(void **state)
{
    static const char *const stored[] = {"", "\x1EP\x1F", "\x1EP\x1F \n \x1EH\x1F"};
    struct buf out;
    (void)state;
    buf_init(&out);
    for (size_t i = 0; i < 3; i++) {
        buf_clear(&out);
        assert_int_equal(matrix_render_body(stored[i], strlen(stored[i]), &out), 0);
        assert_string_equal(buf_text(&out), MATRIX_RENDER_EMPTY);
        buf_clear(&out);
        assert_int_equal(matrix_render_html(stored[i], strlen(stored[i]), &out), 0);
        assert_int_not_equal(out.length, 0);
    }
    buf_finish(&out);
}

/* ---- contents ---- */

static void assert_content(const char *words, const struct matrix_render_about *about,
                           const char *wanted)
{
    struct text text;
    struct buf out;
    size_t size;
    text_init(&text);
    text_put(&text, words);
    const char *bytes = text_bytes(&text, &size);
    buf_init(&out);
    assert_int_equal(matrix_render_notice(bytes, size, about, &out), 0);
    assert_string_equal(buf_text(&out), wanted);
    assert_null(matrix_look_notice(buf_text(&out), out.length, MATRIX_RENDER_MAX));
    buf_finish(&out);
    text_finish(&text);
}

static void a_notice_has_both_forms_and_mentions(void **state)
{
    (void)state;
    assert_content("a<b", &(struct matrix_render_about){0},
                   "{\"msgtype\":\"m.notice\",\"body\":\"a<b\",\"format\":\"org.matrix.custom.html\","
                   "\"formatted_body\":\"a&lt;b\",\"m.mentions\":{}}");
    assert_content("x", &(struct matrix_render_about){
                            .id = "hs-a-1-0", .mention = "@ann:x.org", .reply = "$e"},
                   "{\"msgtype\":\"m.notice\",\"body\":\"x\",\"format\":\"org.matrix.custom.html\","
                   "\"formatted_body\":\"x\",\"m.mentions\":{\"user_ids\":[\"@ann:x.org\"]},"
                   "\"m.relates_to\":{\"m.in_reply_to\":{\"event_id\":\"$e\"}},"
                   "\"net.hotseat.id\":\"hs-a-1-0\"}");
}

static void an_edit_says_it_twice(void **state)
{
    (void)state;
    assert_content("x", &(struct matrix_render_about){.id = "i", .replace = "$old"},
                   "{\"msgtype\":\"m.notice\",\"body\":\"* x\",\"format\":\"org.matrix.custom.html\","
                   "\"formatted_body\":\"* x\",\"m.mentions\":{},\"m.new_content\":{\"msgtype\":\"m.notice\","
                   "\"body\":\"x\",\"format\":\"org.matrix.custom.html\",\"formatted_body\":\"x\","
                   "\"m.mentions\":{}},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$old\"},"
                   "\"net.hotseat.id\":\"i\"}");
}

static void a_reaction_has_a_key_that_clients_know(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out);
    assert_int_equal(matrix_render_reaction("$e", "4", "i", &out), 0);
    assert_string_equal(buf_text(&out),
                        "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$e\","
                        "\"key\":\"4\xEF\xB8\x8F\xE2\x83\xA3\"},\"net.hotseat.id\":\"i\"}");
    buf_clear(&out);
    assert_int_equal(matrix_render_reaction("$e", "ok", "i", &out), 0);
    assert_non_null(strstr(buf_text(&out), "\"key\":\"ok\""));
    buf_finish(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_paragraph_needs_no_tag),
        cmocka_unit_test(blocks_stand_apart),
        cmocka_unit_test(items_become_lists_one_in_another),
        cmocka_unit_test(a_quote_keeps_its_lines_and_spaces),
        cmocka_unit_test(a_table_is_aligned_by_width),
        cmocka_unit_test(links_lead_to_the_web_only),
        cmocka_unit_test(a_text_without_words_says_so),
        cmocka_unit_test(a_notice_has_both_forms_and_mentions),
        cmocka_unit_test(an_edit_says_it_twice),
        cmocka_unit_test(a_reaction_has_a_key_that_clients_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
