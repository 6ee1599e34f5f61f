/* Durations and dates as people write and read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/span.h"

static void spans_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1 = refused */
    } cases[] = {
        {"90", 90},      {"90s", 90},      {"5m", 300},   {"1h30m", 5400}, {"2d", 172800},
        {"1w", 604800},  {"1m30", 90},     {"0", 0},      {"366d", 31622400},
        {"", -1},        {"m", -1},        {"5x", -1},    {"-5m", -1},     {"5 m", -1},
        {"5m ", -1},     {"1.5h", -1},     {"367d", -1},  {"366d1s", -1},
        {"99999999999999999999999", -1},   {"9223372036854775807w", -1},   {"+5m", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = -7;
        int result = span_parse(cases[i].text, &seconds);
        assert_int_equal(result, cases[i].seconds < 0 ? -1 : 0);
        assert_int_equal(seconds, cases[i].seconds < 0 ? -7 : cases[i].seconds);
    }
}

static void spans_are_written(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {-5, "0 s"},           {0, "0 s"},               {1, "1 s"},
        {59000, "59 s"},       {59001, "1:00"},          {300000, "5:00"},
        {3599000, "59:59"},    {3600000, "1 h"},         {5400000, "1 h 30 min"},
        {86400000, "24 h"},    {172800000, "2 days"},    {180000000, "2 days 2 h"},
    };
    char out[SPAN_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(span_text(cases[i].ms, out), cases[i].text);
}

static void times_go_both_ways(void **state)
{
    static const char *const bad[] = {"", "2026-01-05", "2026-01-05T10:00:00", "2026-13-05T10:00:00Z",
                                      "2026-01-05T10:00:00Zx", "now"};
    char out[SPAN_TEXT];
    int64_t at = 0;
    (void)state;
    assert_int_equal(time_parse("2026-01-05T10:00:00Z", &at), 0);
    assert_int_equal(at, INT64_C(1767607200000));
    assert_string_equal(time_text(at + 999, out), "2026-01-05T10:00:00Z");
    assert_int_equal(time_parse("2024-02-29T23:59:59Z", &at), 0);
    assert_string_equal(time_text(at, out), "2024-02-29T23:59:59Z");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(time_parse(bad[i], &at), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_read),
        cmocka_unit_test(spans_are_written),
        cmocka_unit_test(times_go_both_ways),
    };
    return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
