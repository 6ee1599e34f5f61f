/* The words of a message: without quotations and calls, cleaned, bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/event.h"
#include "transport/matrix/matrix_words.h"

static struct buf out;
static bool cut;

static enum matrix_words words(const char *msgtype, const char *body, const char *reply_to)
{
    struct matrix_event event = {.kind = MATRIX_MESSAGE, .reply_to = reply_to,
                                 .message = {.msgtype = msgtype, .body = body}};
    buf_clear(&out);
    enum matrix_words kind = matrix_words(&event, &out, &cut);
    assert_false(out.failed);
    return kind;
}

static int finish(void **state)
{
    (void)state;
    buf_finish(&out);
    return 0;
}

static void which_messages_have_words(void **state)
{
    (void)state;
    assert_int_equal(words("m.text", "hello", NULL), MATRIX_WORDS_TEXT);
    assert_string_equal(buf_text(&out), "hello");
    assert_false(cut);
    assert_int_equal(words("m.emote", "waves", NULL), MATRIX_WORDS_TEXT);
    assert_int_equal(words("m.notice", "I am a bot", NULL), MATRIX_WORDS_NOTHING);
    assert_int_equal(words("m.image", "cat.png", NULL), MATRIX_WORDS_NOTHING);
    assert_int_equal(words("org.example.new", "what", NULL), MATRIX_WORDS_NOTHING);
    assert_int_equal(words(NULL, NULL, NULL), MATRIX_WORDS_NOTHING);
    assert_int_equal(out.length, 0);
    struct matrix_event other = {.kind = MATRIX_NAME, .named = {"x"}};
    assert_int_equal(matrix_words(&other, &out, &cut), MATRIX_WORDS_NOTHING);
}

static void a_file_and_its_caption(void **state)
{
    (void)state;
    struct matrix_event event = {.kind = MATRIX_MESSAGE,
                                 .message = {.msgtype = "m.file", .body = "a.py", .filename = NULL}};
    assert_int_equal(matrix_words(&event, &out, &cut), MATRIX_WORDS_FILE);
    assert_int_equal(out.length, 0);
    event.message.filename = "a.py";
    assert_int_equal(matrix_words(&event, &out, &cut), MATRIX_WORDS_FILE);
    assert_int_equal(out.length, 0);
    event.message.body = "my\x01 answer";
    assert_int_equal(matrix_words(&event, &out, &cut), MATRIX_WORDS_FILE);
    assert_string_equal(buf_text(&out), "my answer");
}

static void what_is_appended_leaves_what_was_there(void **state)
{
    (void)state;
    struct matrix_event event = {.kind = MATRIX_MESSAGE, .message = {.msgtype = "m.text", .body = "b"}};
    buf_puts(&out, "a");
    matrix_words(&event, &out, &cut);
    assert_string_equal(buf_text(&out), "ab");
}

static void it_is_cleaned(void **state)
{
    (void)state;
    words("m.text", "a\x1b[31mred\x7f\r\nb\tc \xE2\x80\xAE" "evil\xE2\x80\x8B end\xFF", NULL);
    assert_string_equal(buf_text(&out), "a[31mred\nb\tc evil end\xEF\xBF\xBD");
}

static void it_is_bounded(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body);
    buf_printf(&body, "%0*d", EVENT_TEXT_MAX, 0);
    words("m.text", buf_text(&body), NULL);
    assert_false(cut);
    assert_int_equal(out.length, EVENT_TEXT_MAX);
    buf_puts(&body, "\xC3\xA9");
    words("m.text", buf_text(&body), NULL);
    assert_true(cut);
    assert_int_equal(out.length, EVENT_TEXT_MAX);
    buf_truncate(&body, EVENT_TEXT_MAX - 1);
    buf_puts(&body, "\xC3\xA9");
    words("m.text", buf_text(&body), NULL);
    assert_true(cut);
    assert_int_equal(out.length, EVENT_TEXT_MAX - 1);
    buf_finish(&body);
}

static void a_quotation_before_a_reply_goes(void **state)
{
    (void)state;
    static const struct { const char *body, *text; } cases[] = {
        {"> <@bot:x> What is a heap?\n> A tree?\n\na tree\n> no quotation", "a tree\n> no quotation"},
        {"> * <@bot:x> waves\n\nhi", "hi"},
        {"> <@bot:x> q\nanswer", "answer"},
        {"> <@bot:x> q\n\n\nanswer", "\nanswer"},
        {"> <@bot:x> q", ""},
        {"> I quote myself\n\nhi", "> I quote myself\n\nhi"},
        {"hi\n> <@bot:x> q", "hi\n> <@bot:x> q"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words("m.text", cases[i].body, "$q");
        assert_string_equal(buf_text(&out), cases[i].text);
        words("m.text", cases[i].body, NULL);
        assert_string_equal(buf_text(&out), cases[i].body);
    }
}

static bool named(const char *text, const char *name, bool mentioned)
{
    buf_clear(&out);
    bool calls = matrix_words_named(text, strlen(text), "@bot:x.org", name, mentioned, &out);
    assert_false(out.failed);
    return calls;
}

static void calls(void **state)
{
    (void)state;
    static const struct { const char *text, *named; } cases[] = {
        {"@bot:x.org: start", "Hot Seat: start"},
        {"@bot:x.org start", "Hot Seat: start"},
        {" @bot:x.org,  start ", "Hot Seat: start "},
        {"@bot:x.org\nstart", "Hot Seat: start"},
        {"@bot:x.orgs start", NULL},
        {"@bot:x", NULL},
        {"[Hotseat](https://matrix.to/#/@bot:x.org): start", "Hot Seat: start"},
        {"[Hotseat](https://matrix.to/#/%40bot%3ax.org) start", "Hot Seat: start"},
        {"[](https://matrix.to/#/@bot:x.org)\nstart", "Hot Seat: start"},
        {"[Hotseat](https://matrix.to/#/@other:x.org) start", NULL},
        {"[Hotseat](https://matrix.to/#/@bot:x.org/e) start", NULL},
        {"[Hotseat](https://matrix.to/#/@bot:x.org", NULL},
        {"[Hotseat](https://example.org) start", NULL},
        {"Hot Seat: start", "Hot Seat: start"},
        {"@hot seat, start", "Hot Seat: start"},
        {"HOT SEAT start", "Hot Seat: start"},
        {"Hot Seats start", NULL},
        {"start Hot Seat", NULL},
        {"%", NULL},
        {"", NULL},
        {"  ", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(named(cases[i].text, "Hot Seat", true), cases[i].named != NULL);
        assert_string_equal(buf_text(&out), cases[i].named ? cases[i].named : cases[i].text);
    }
}

static void calls_that_stay_as_they_are(void **state)
{
    (void)state;
    struct buf text;
    /* Nothing but a call, a name without a mention, no name. */
    assert_true(named("@bot:x.org: ", "Bot", true));
    assert_string_equal(buf_text(&out), "@bot:x.org: ");
    assert_false(named("Bot start", "Bot", false));
    assert_string_equal(buf_text(&out), "Bot start");
    assert_false(named(": start", "", true));
    assert_true(named("@bot:x.org start", "", true));
    assert_string_equal(buf_text(&out), "@bot:x.org start");
    buf_init(&text);
    buf_printf(&text, "@bot:x.org %0*d", EVENT_TEXT_MAX - 11, 0);
    assert_true(named(buf_text(&text), "Hot Seat One", true));
    assert_int_equal(out.length, EVENT_TEXT_MAX);
    assert_memory_equal(out.data, "@bot", 4);
    assert_true(named(buf_text(&text), "Hot Seat", true));
    assert_int_equal(out.length, EVENT_TEXT_MAX - 1);
    assert_memory_equal(out.data, "Hot Seat: 0", 11);
    buf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(which_messages_have_words, finish),
        cmocka_unit_test_teardown(a_file_and_its_caption, finish),
        cmocka_unit_test_teardown(what_is_appended_leaves_what_was_there, finish),
        cmocka_unit_test_teardown(it_is_cleaned, finish),
        cmocka_unit_test_teardown(it_is_bounded, finish),
        cmocka_unit_test_teardown(a_quotation_before_a_reply_goes, finish),
        cmocka_unit_test_teardown(calls, finish),
        cmocka_unit_test_teardown(calls_that_stay_as_they_are, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
