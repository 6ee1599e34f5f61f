/* What need not be told twice, and which messages were refused: bounded, the oldest is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/memo.h"

static struct memo memo;

static int clear(void **state)
{
    (void)state;
    memset(&memo, 0, sizeof memo);
    return 0;
}

static void each_is_told_once(void **state)
{
    (void)state;
    assert_true(memo_first(&memo, 1, 7, MEMO_LOCKED));
    assert_false(memo_first(&memo, 1, 7, MEMO_LOCKED));
    assert_true(memo_first(&memo, 2, 7, MEMO_LOCKED));
    assert_true(memo_first(&memo, 1, 8, MEMO_LOCKED));
    assert_true(memo_first(&memo, 1, 7, MEMO_OVER));
    memo_untell(&memo);
    assert_true(memo_first(&memo, 1, 7, MEMO_LOCKED));
}

static void the_oldest_is_told_again(void **state)
{
    (void)state;
    for (uint64_t i = 0; i <= MEMO_TOLD_MAX; i++)
        assert_true(memo_first(&memo, i + 1, 7, MEMO_OWN));
    assert_false(memo_first(&memo, 2, 7, MEMO_OWN));
    assert_true(memo_first(&memo, 1, 7, MEMO_OWN));
}

static void a_refused_message_is_taken_once_by_its_author(void **state)
{
    (void)state;
    memo_refuse(&memo, 1, "a/b/e1");
    memo_refuse(&memo, 1, "a/b/e2");
    assert_false(memo_take_refused(&memo, 2, "a/b/e1"));
    assert_true(memo_take_refused(&memo, 1, "a/b/e1"));
    assert_false(memo_take_refused(&memo, 1, "a/b/e1"));
    assert_true(memo_take_refused(&memo, 1, "a/b/e2"));
}

static void refused_messages_have_bounds(void **state)
{
    char key[MEMO_KEY_MAX + 1];
    (void)state;
    memset(key, 'k', MEMO_KEY_MAX);
    key[MEMO_KEY_MAX] = '\0';
    memo_refuse(&memo, 1, key);
    assert_false(memo_take_refused(&memo, 1, key));
    memo_refuse(&memo, 1, "first");
    for (int i = 0; i < MEMO_REFUSED_MAX; i++) {
        snprintf(key, sizeof key, "e%d", i);
        memo_refuse(&memo, 1, key);
    }
    assert_false(memo_take_refused(&memo, 1, "first"));
    assert_true(memo_take_refused(&memo, 1, "e0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_is_told_once, clear),
        cmocka_unit_test_setup(the_oldest_is_told_again, clear),
        cmocka_unit_test_setup(a_refused_message_is_taken_once_by_its_author, clear),
        cmocka_unit_test_setup(refused_messages_have_bounds, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
