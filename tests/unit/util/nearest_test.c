/* What somebody probably meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/nearest.h"

static const char *of(const char *typed)
{
    static const char *const words[] = {"start", "status", "skip", "me",
                                        "a_word_that_is_longer_than_all_the_others_here"};
    struct nearest nearest = nearest_begin(typed);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        nearest_offer(&nearest, words[i]);
    return nearest.word;
}

static void finds_the_nearest(void **state)
{
    (void)state;
    assert_string_equal(of("strat"), "start");
    assert_string_equal(of("statsu"), "status");
    assert_string_equal(of("skp"), "skip");
    assert_string_equal(of("start"), "start");
}

static void suggests_nothing_far(void **state)
{
    (void)state;
    assert_null(of("vote"));
    assert_null(of("m"));
    assert_null(of(""));
    assert_null(of("stop"));
    assert_null(of("a_word_that_is_longer_than_all_the_others_herd"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_nearest),
        cmocka_unit_test(suggests_nothing_far),
    };
    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
