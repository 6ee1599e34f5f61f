/* How many commands a member may give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/limit.h"

#define NOW INT64_C(1000000000)

static struct limits limits;
static bool told;

static int clear(void **state)
{
    (void)state;
    memset(&limits, 0, sizeof limits);
    return 0;
}

static int64_t take(uint64_t member, int64_t now)
{
    return limit_take(&limits, member, 3, 0, now, &told);
}

static void so_many_at_once_then_one_in_two_seconds(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(take(7, NOW), 0);
    assert_int_equal(take(7, NOW), LIMIT_EACH_MS);
    assert_int_equal(take(7, NOW + 500), LIMIT_EACH_MS - 500);
    assert_int_equal(take(7, NOW + LIMIT_EACH_MS), 0);
    assert_int_equal(take(7, NOW + LIMIT_EACH_MS), LIMIT_EACH_MS);
    assert_int_equal(take(8, NOW), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(take(7, NOW + 60000), 0);
    assert_true(take(7, NOW + 60000) > 0);
}

static void each_pause_is_told_once(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        take(7, NOW);
        assert_false(told);
    }
    take(7, NOW);
    assert_true(told);
    take(7, NOW + 1);
    assert_false(told);
    assert_int_equal(take(7, NOW + LIMIT_EACH_MS), 0);
    assert_false(told);
    take(7, NOW + LIMIT_EACH_MS);
    assert_true(told);
}

static void the_spare_ends_too(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        take(7, NOW);
    assert_true(take(7, NOW) > 0);
    for (int i = 0; i < LIMIT_SPARE; i++)
        assert_int_equal(limit_take(&limits, 7, 3, LIMIT_SPARE, NOW, &told), 0);
    assert_true(limit_take(&limits, 7, 3, LIMIT_SPARE, NOW, &told) > 0);
    assert_true(take(7, NOW) > 0);
}

static void a_clock_that_was_set_back_locks_nobody_out(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        take(7, NOW);
    assert_int_equal(take(7, NOW - 3600 * 1000), 0);
}

static void whoever_gave_the_fewest_is_forgotten(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        take(1, NOW);
    for (uint64_t member = 2; member <= LIMIT_MEMBERS_MAX + 20; member++)
        assert_int_equal(take(member, NOW), 0);
    assert_true(take(1, NOW) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(so_many_at_once_then_one_in_two_seconds, clear),
        cmocka_unit_test_setup(each_pause_is_told_once, clear),
        cmocka_unit_test_setup(the_spare_ends_too, clear),
        cmocka_unit_test_setup(a_clock_that_was_set_back_locks_nobody_out, clear),
        cmocka_unit_test_setup(whoever_gave_the_fewest_is_forgotten, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
