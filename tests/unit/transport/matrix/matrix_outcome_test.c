/* How long is waited after an answer that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "transport/matrix/matrix_outcome.h"

static int64_t wait_after(unsigned failures)
{
    const struct matrix_reply away = {.status = 502, .errcode = "", .retry_ms = -1};
    uint64_t seed = 1;
    return matrix_outcome_wait(MATRIX_AWAY, &away, failures, &seed);
}

/* None are counted if another request had an answer in between. */
static void none_or_one_is_a_short_wait(void **state)
{
    (void)state;
    assert_in_range(wait_after(0), MATRIX_WAIT_FIRST / 2, MATRIX_WAIT_FIRST);
    assert_in_range(wait_after(1), MATRIX_WAIT_FIRST / 2, MATRIX_WAIT_FIRST);
}

static void each_further_one_doubles_it(void **state)
{
    (void)state;
    assert_in_range(wait_after(3), 2 * MATRIX_WAIT_FIRST, 4 * MATRIX_WAIT_FIRST);
    assert_in_range(wait_after(40), MATRIX_WAIT_MAX / 2, MATRIX_WAIT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_or_one_is_a_short_wait),
        cmocka_unit_test(each_further_one_doubles_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
