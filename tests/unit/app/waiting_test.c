/* Which targets have a message that waits for its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "app/waiting.h"

static struct waiting waiting;

static int begin(void **state)
{
    (void)state;
    waiting_init(&waiting);
    return 0;
}

static int end(void **state)
{
    (void)state;
    waiting_finish(&waiting);
    return 0;
}

static void add(const char *key, int64_t id, int64_t due)
{
    assert_int_equal(waiting_add(&waiting, key, id, due), 0);
}

static void the_first_that_is_due_comes_first(void **state)
{
    (void)state;
    assert_int_equal(waiting_due(&waiting), 0);
    add("ann", 7, 40);
    add("ann", 9, 30);
    add("bob", 5, 50);
    assert_int_equal(waiting_due(&waiting), 30);
    assert_int_equal(waiting_take_due(&waiting, 29), 0);
    assert_int_equal(waiting_take_due(&waiting, 30), 7); /* rows from there on are looked at */
    assert_int_equal(waiting_due(&waiting), 50);
    assert_int_equal(waiting_take_due(&waiting, 60), 5);
    assert_int_equal(waiting_due(&waiting), 0);
}

static void what_comes_behind_takes_it_along(void **state)
{
    (void)state;
    add("ann", 7, 40);
    add("bob", 8, 45);
    assert_int_equal(waiting_release(&waiting, "cyd", 9), 0);
    assert_int_equal(waiting_release(&waiting, "ann", 6), 0); /* it is not behind it */
    assert_false(waiting_is_released(&waiting, "ann", 7));
    assert_int_equal(waiting_release(&waiting, "ann", 9), 7);
    assert_true(waiting_is_released(&waiting, "ann", 7));
    assert_true(waiting_is_released(&waiting, "ann", 8));
    assert_false(waiting_is_released(&waiting, "ann", 9));
    assert_false(waiting_is_released(&waiting, "bob", 8));
    assert_int_equal(waiting_release(&waiting, "ann", 9), 0); /* once */
    assert_int_equal(waiting_due(&waiting), 45);
}

static void what_was_released_is_forgotten(void **state)
{
    (void)state;
    add("ann", 7, 40);
    add("bob", 8, 45);
    assert_int_equal(waiting_release(&waiting, "ann", 9), 7);
    assert_int_equal(waiting_release(&waiting, "bob", 10), 8);
    add("bob", 11, 50); /* and another waits since */
    waiting_settle(&waiting);
    assert_false(waiting_is_released(&waiting, "ann", 7));
    assert_false(waiting_is_released(&waiting, "bob", 8));
    assert_int_equal(waiting_due(&waiting), 50);
    assert_int_equal(waiting_take_due(&waiting, 50), 11);
}

static void many_targets_wait_at_once(void **state)
{
    char key[16];
    (void)state;
    for (int i = 1; i <= 100; i++) {
        snprintf(key, sizeof key, "person%d", i);
        add(key, i, 1000 - i);
    }
    assert_int_equal(waiting_due(&waiting), 900);
    assert_int_equal(waiting_take_due(&waiting, 950), 50);
    assert_int_equal(waiting_due(&waiting), 951);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_that_is_due_comes_first, begin, end),
        cmocka_unit_test_setup_teardown(what_comes_behind_takes_it_along, begin, end),
        cmocka_unit_test_setup_teardown(what_was_released_is_forgotten, begin, end),
        cmocka_unit_test_setup_teardown(many_targets_wait_at_once, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
