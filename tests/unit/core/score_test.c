/* Points, standing (docs/SCORES.md), and the calendar periods. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/score.h"
#include "util/span.h"

static void points_of_answers_and_votes(void **state)
{
    (void)state;
    assert_int_equal(score_answer_points(0, 0), 5);
    assert_int_equal(score_answer_points(1, 1), 5);
    assert_int_equal(score_answer_points(1, 5), 25);
    assert_int_equal(score_answer_points(1, 3.5), 18);
    assert_int_equal(score_vote_points(0, 0), 0);
    assert_int_equal(score_vote_points(0, 3), 0);
    assert_int_equal(score_vote_points(2, 3), 2);
    assert_int_equal(score_vote_points(3, 3), 5);
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void standing_is_the_lower_end_of_the_mean(void **state)
{
    (void)state;
    assert_true(near(score_standing(0, 0), 0));
    assert_true(near(score_uncertainty(0), 12)); /* 20 * sqrt(.36) */
    /* One answer of 5: precision 1/.36 + 1/.56, theta (3/.36 + 5/.56) / precision. */
    double precision = 1 / .36 + 1 / .56;
    assert_true(near(score_standing(1, 5), 20 * ((3 / .36 + 5 / .56) / precision -
                                                 1 / sqrt(precision))));
    /* More of the same makes it surer; many fair answers do not outrank few good ones. */
    assert_true(score_standing(10, 40) > score_standing(3, 12));
    assert_true(score_standing(3, 13.5) > score_standing(200, 700));
    assert_true(score_uncertainty(10) < score_uncertainty(3));
}

static void keys_of_periods_at_the_edges_of_years(void **state)
{
    /* ISO 8601 weeks: the one with the year's first Thursday is week 1. */
    static const struct {
        const char *at, *day, *week, *month;
    } cases[] = {
        {"2026-11-23T00:00:00Z", "2026-11-23", "2026-W48", "2026-11"},
        {"2026-11-22T23:59:59Z", "2026-11-22", "2026-W47", "2026-11"},
        {"2024-12-30T12:00:00Z", "2024-12-30", "2025-W01", "2024-12"},
        {"2027-01-01T12:00:00Z", "2027-01-01", "2026-W53", "2027-01"},
        {"2026-01-01T00:00:00Z", "2026-01-01", "2026-W01", "2026-01"},
        {"2023-01-01T00:00:00Z", "2023-01-01", "2022-W52", "2023-01"},
        {"2020-12-31T23:59:59Z", "2020-12-31", "2020-W53", "2020-12"},
    };
    char key[PERIOD_KEY];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t at;
        assert_int_equal(time_parse(cases[i].at, &at), 0);
        assert_string_equal(period_key(PERIOD_DAY, at, key), cases[i].day);
        assert_string_equal(period_key(PERIOD_WEEK, at, key), cases[i].week);
        assert_string_equal(period_key(PERIOD_MONTH, at, key), cases[i].month);
        assert_string_equal(period_key(PERIOD_ALL, at, key), "all");
    }
}

static void words_and_periods_agree(void **state)
{
    enum period period;
    (void)state;
    for (int i = 0; i < PERIOD_COUNT; i++) {
        assert_int_equal(period_parse(period_word((enum period)i), &period), 0);
        assert_int_equal(period, i);
    }
    assert_int_equal(period_parse("today", &period), -1);
    assert_int_equal(period_parse("", &period), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_of_answers_and_votes),
        cmocka_unit_test(standing_is_the_lower_end_of_the_mean),
        cmocka_unit_test(keys_of_periods_at_the_edges_of_years),
        cmocka_unit_test(words_and_periods_agree),
    };
    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
