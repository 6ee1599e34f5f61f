/* The messages an answer is made of: each can be found, changed and taken out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/parts.h"

static void add(struct parts *parts, const char *event, const char *text)
{
    assert_non_null(parts_add(parts, event, text, strlen(text)));
}

static void expect_whole(const struct parts *parts, const char *wanted)
{
    struct buf whole;
    buf_init(&whole);
    assert_int_equal(parts_join(parts, &whole), 0);
    assert_string_equal(buf_text(&whole), wanted);
    assert_int_equal(parts_length(parts), strlen(wanted));
    buf_finish(&whole);
}

static void a_part_is_changed_and_taken_out(void **state)
{
    struct parts parts = {0};
    (void)state;
    expect_whole(&parts, "");
    add(&parts, "e1", "one");
    add(&parts, "e2", "two");
    add(&parts, "e3", "three");
    assert_int_equal(part_change(parts_find(&parts, "e2"), "zwei und", 4), 0);
    expect_whole(&parts, "one\nzwei\nthree");
    parts_drop(&parts, parts_find(&parts, "e1"));
    assert_null(parts_find(&parts, "e1"));
    expect_whole(&parts, "zwei\nthree");
    assert_int_equal(parts.part[0].number, 2);
    add(&parts, "e4", "four");
    assert_int_equal(parts.part[2].number, 4);
    assert_null(parts_find(&parts, NULL));
    parts_finish(&parts);
}

static void what_cannot_be_named_stays_together(void **state)
{
    struct parts parts = {0};
    (void)state;
    add(&parts, NULL, "a");
    add(&parts, NULL, "b");
    assert_int_equal(parts.count, 1);
    add(&parts, "e1", "c");
    add(&parts, NULL, "d");
    assert_int_equal(parts.count, 3);
    expect_whole(&parts, "a\nb\nc\nd");
    parts_finish(&parts);
}

static void too_many_messages_stay_together(void **state)
{
    struct parts parts = {0};
    (void)state;
    for (int i = 0; i < PARTS_MAX; i++)
        add(&parts, i == PARTS_MAX - 1 ? "last" : "e", "x");
    assert_non_null(parts_find(&parts, "last"));
    add(&parts, "more", "y");
    assert_int_equal(parts.count, PARTS_MAX);
    assert_null(parts_find(&parts, "more"));
    assert_null(parts_find(&parts, "last")); /* it is more than that message now */
    assert_int_equal(parts_length(&parts), 2 * PARTS_MAX + 1);
    parts_finish(&parts);
}

static void parts_move_behind_others(void **state)
{
    struct parts answer = {0}, draft = {0};
    uint32_t offset;
    (void)state;
    add(&draft, "e1", "one");
    add(&draft, "e2", "two");
    assert_int_equal(parts_move(&answer, &draft, &offset), 0);
    assert_int_equal(offset, 0);
    assert_int_equal(draft.count, 0);
    add(&draft, "e3", "three");
    assert_int_equal(parts_move(&answer, &draft, &offset), 0);
    assert_int_equal(offset, 2);
    assert_int_equal(parts_find(&answer, "e3")->number, 3);
    expect_whole(&answer, "one\ntwo\nthree");
    parts_finish(&answer);
    parts_finish(&draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_is_changed_and_taken_out),
        cmocka_unit_test(what_cannot_be_named_stays_together),
        cmocka_unit_test(too_many_messages_stay_together),
        cmocka_unit_test(parts_move_behind_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
