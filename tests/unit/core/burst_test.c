/* Lines that come one soon after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/burst.h"

#define NOW INT64_C(1000000)

static struct bursts bursts;

static int end(void **state)
{
    (void)state;
    bursts_finish(&bursts);
    return 0;
}

static void a_second_line_makes_it_wait_longer(void **state)
{
    (void)state;
    assert_null(burst_of(&bursts, 7, NOW));
    struct burst *burst = burst_line(&bursts, 7, NOW);
    assert_int_equal(burst->lines, 1);
    assert_int_equal(burst->due, NOW + BURST_FIRST_MS);
    assert_null(burst_of(&bursts, 8, NOW));
    assert_ptr_equal(burst_line(&bursts, 7, NOW + 2000), burst);
    assert_int_equal(burst->lines, 2);
    assert_int_equal(burst->due, NOW + 2000 + BURST_NEXT_MS);
}

static void it_is_over_when_something_is_said_of_it(void **state)
{
    (void)state;
    burst_line(&bursts, 7, NOW);
    assert_non_null(burst_of(&bursts, 7, NOW + BURST_FIRST_MS - 1));
    assert_null(burst_of(&bursts, 7, NOW + BURST_FIRST_MS));
    assert_null(burst_of(&bursts, 7, NOW - 1)); /* the clock was set back */
    struct burst *burst = burst_line(&bursts, 7, NOW + BURST_FIRST_MS);
    assert_int_equal(burst->lines, 1);
}

static void a_first_line_is_held(void **state)
{
    (void)state;
    struct burst *burst = burst_line(&bursts, 7, NOW);
    assert_int_equal(burst_hold(burst, "!x yz", 4, "irc/net/1"), 0);
    assert_string_equal(burst->held, "!x y");
    assert_int_equal(burst->held_length, 4);
    assert_string_equal(burst->held_key, "irc/net/1");
    assert_int_equal(burst_hold(burst, "!z", 2, NULL), 0);
    assert_string_equal(burst->held, "!z");
    assert_null(burst->held_key);
    burst_line(&bursts, 7, NOW + 1);
    assert_non_null(burst->held);
    assert_null(burst_line(&bursts, 7, NOW + 60000)->held); /* of another burst */
}

static void whoever_was_silent_longest_is_forgotten(void **state)
{
    (void)state;
    for (uint64_t member = 1; member <= BURSTS_MAX; member++)
        burst_hold(burst_line(&bursts, member, NOW + (int64_t)member), "x", 1, "k");
    assert_non_null(burst_of(&bursts, 1, NOW + 1000));
    burst_line(&bursts, 1, NOW + 1000);
    burst_line(&bursts, BURSTS_MAX + 1, NOW + 1000);
    assert_null(burst_of(&bursts, 2, NOW + 1000));
    assert_non_null(burst_of(&bursts, 1, NOW + 1000));
    assert_non_null(burst_of(&bursts, 3, NOW + 1000));
    assert_non_null(burst_of(&bursts, BURSTS_MAX + 1, NOW + 1000));
}

static void only_what_is_left_to_do_is_due(void **state)
{
    (void)state;
    burst_line(&bursts, 7, NOW);
    assert_int_equal(bursts_due(&bursts), 0);
    burst_line(&bursts, 8, NOW + 500)->advise = true;
    burst_line(&bursts, 9, NOW + 400)->advise = true;
    assert_int_equal(bursts_due(&bursts), NOW + 400 + BURST_FIRST_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_second_line_makes_it_wait_longer, end),
        cmocka_unit_test_teardown(it_is_over_when_something_is_said_of_it, end),
        cmocka_unit_test_teardown(a_first_line_is_held, end),
        cmocka_unit_test_teardown(whoever_was_silent_longest_is_forgotten, end),
        cmocka_unit_test_teardown(only_what_is_left_to_do_is_due, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
