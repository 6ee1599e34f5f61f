/* Packs in memory: what a question becomes, and its stored form. Bad packs: tests/cli/questions_test.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/pack/pack.h"
#include "util/buf.h"

#define HEAD                                                                                       \
    "{\"format\":1,\"pack\":\"one\",\"version\":1,\"licence\":\"CC0-1.0\",\"source\":\"we \\\"all\\\"\","    \
    "\"kinds\":{\"riddle\":[\"aa\",\"bb\",\"cc\"]},\"questions\":["
#define NOTE(axis) "{\"axis\":\"" axis "\",\"five\":\"555\",\"three\":\"333\",\"one\":\"111\"}"
#define RIDDLE(id, more)                                                                           \
    "{\"id\":\"" id "\",\"kind\":\"riddle\",\"title\":\"A riddle\",\"prompt\":\"What walks, and why?\","    \
    "\"level\":\"senior\",\"difficulty\":4,\"topics\":[\"legs\",\"Old-Greek\"],\"mistakes\":[\"guessing\"],"  \
    "\"model_answer\":\"A man, of course, at noon.\",\"hints\":[{\"text\":\"noon\",\"cost\":0.25},"   \
    "{\"text\":\"stick\",\"cost\":1}],\"follow_ups\":[{\"text\":\"and you?\",\"axis\":\"bb\"},"        \
    "{\"text\":\"and I?\",\"axis\":\"cc\"}],\"rubric\":[" NOTE("aa") "," NOTE("bb") "," NOTE("cc") "]" more "}"

static void note(void *context, const struct pack_problem *problem)
{
    struct buf *problems = context;
    buf_printf(problems, "%zu %s: %s\n", problem->line, problem->field, problem->message);
}

/* Loads a text that must be good but for `expected` (a part of what is reported; NULL = nothing). */
static void load(struct bank *bank, const char *text, const char *expected)
{
    struct pack_summary summary = {0};
    struct buf problems;
    buf_init(&problems);
    assert_int_equal(pack_load_text("t.json", text, strlen(text), bank, note, &problems, &summary), 0);
    if (expected ? !strstr(buf_text(&problems), expected) : problems.length > 0)
        fail_msg("%s", buf_text(&problems));
    assert_int_equal(summary.questions, bank->count);
    buf_finish(&problems);
}

static void a_question_holds_what_its_file_says(void **state)
{
    struct bank bank;
    (void)state;
    bank_init(&bank);
    load(&bank, HEAD RIDDLE("riddle-1", ",\"answer_seconds\":99,\"x-own\":{\"a\":[1]}") "]}", NULL);
    const struct question *q = bank_find(&bank, "riddle-1");
    assert_non_null(q);
    assert_string_equal(q->kind, "riddle");
    assert_string_equal(q->licence, "CC0-1.0");
    assert_string_equal(q->source, "we \"all\"");
    assert_string_equal(q->pub.level, "senior");
    assert_int_equal(q->pub.difficulty, 4);
    assert_int_equal(q->pub.answer_seconds, 99);
    assert_int_equal(q->pub.hint_count, 2);
    assert_true(q->pub.hints[0].cost > 0.24 && q->pub.hints[0].cost < 0.26);
    assert_string_equal(q->pub.follow_ups[1].axis, "cc");
    assert_string_equal(q->pub.notes[2].three, "333");
    assert_string_equal(q->pub.mistakes[0], "guessing");
    assert_string_equal(q->pub.complexity, "");
    assert_true(question_has_topic(q, "old greek") && !question_has_topic(q, "old"));
    bank_finish(&bank);
}

/* A round that outlives its pack finds in the store what it needs, licence and all. */
static void the_stored_form_is_the_question(void **state)
{
    struct bank bank;
    (void)state;
    bank_init(&bank);
    load(&bank, HEAD RIDDLE("riddle-1", "") "," RIDDLE("riddle-2", ",\"licence\":\"MIT\"") "]}", NULL);
    for (size_t i = 0; i < bank.count; i++) {
        const struct question *q = bank.questions[i];
        struct question *again = pack_question_parse(q->body);
        assert_non_null(again);
        assert_string_equal(again->hash, q->hash);
        assert_string_equal(again->body, q->body);
        assert_string_equal(again->pub.id, q->pub.id);
        assert_string_equal(again->licence, i ? "MIT" : "CC0-1.0");
        assert_string_equal(again->source, "we \"all\"");
        assert_int_equal(again->pub.note_count, 3);
        question_unref(again);
    }
    bank_finish(&bank);
}

/* Spaces and line breaks between tokens, but none inside a string. */
static char *spread(const char *text)
{
    struct buf out;
    bool inside = false;
    buf_init(&out);
    for (; *text; text++) {
        inside ^= *text == '"' && text[-1] != '\\';
        buf_putc(&out, *text);
        if (!inside && strchr("{}[],:", *text))
            buf_puts(&out, " \r\n\t");
    }
    return out.data;
}

static void layout_does_not_change_the_hash(void **state)
{
    static const char text[] = " " HEAD RIDDLE("riddle-1", ",\"x-odd\":\"a \\\" b  \\\\\"") "]}";
    struct bank plain, wide;
    char *spaced = spread(text + 1);
    (void)state;
    bank_init(&plain);
    bank_init(&wide);
    load(&plain, text, NULL);
    load(&wide, spaced, NULL);
    assert_string_equal(plain.questions[0]->hash, wide.questions[0]->hash);
    assert_string_equal(plain.questions[0]->body, wide.questions[0]->body);
    free(spaced);
    bank_finish(&plain);
    bank_finish(&wide);
}

static void a_bad_question_leaves_the_good_ones(void **state)
{
    struct bank bank;
    (void)state;
    bank_init(&bank);
    load(&bank, HEAD "1234,\n" RIDDLE("riddle-1", ",\"x\":\"}]\"") ",\n" RIDDLE("riddle-2", "") ",\n"
             RIDDLE("riddle-2", "") "]}",
         "4 questions[3].id: \"riddle-2\" is there already");
    assert_int_equal(bank.count, 1);
    struct question *again = pack_question_parse(bank.questions[0]->body);
    assert_non_null(again);
    question_unref(again);
    bank_finish(&bank);
}

static void a_bad_head_lets_no_question_in(void **state)
{
    struct bank bank;
    (void)state;
    bank_init(&bank);
    load(&bank, "{\"format\":1,\"questions\":[" RIDDLE("riddle-1", "") "]}", "licence: is missing");
    assert_int_equal(bank.count, 0);
    bank_finish(&bank);
}

static void what_is_no_stored_question_is_none(void **state)
{
    static const char *const bodies[] = {"", "{", "[]", "null", "{\"id\":\"a-b\"}", "\"\\u0000\""};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_null(pack_question_parse(bodies[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_holds_what_its_file_says),
        cmocka_unit_test(the_stored_form_is_the_question),
        cmocka_unit_test(layout_does_not_change_the_hash),
        cmocka_unit_test(a_bad_question_leaves_the_good_ones),
        cmocka_unit_test(a_bad_head_lets_no_question_in),
        cmocka_unit_test(what_is_no_stored_question_is_none),
    };
    return cmocka_run_group_tests_name("packs", tests, NULL, NULL);
}
