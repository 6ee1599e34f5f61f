/* The tag time=: when something was said, and whether it is played back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_time.h"

#define TEN INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */
#define MINUTE INT64_C(60000)

static void times_are_read(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(irc_time_parse("2026-01-05T10:00:00.123Z", &ms));
    assert_int_equal(ms, TEN + 123);
    assert_true(irc_time_parse("2026-01-05T10:00:00Z", &ms));
    assert_int_equal(ms, TEN);
    assert_true(irc_time_parse("2024-02-29T23:59:60.000Z", &ms));
    static const char *const wrong[] = {"", "now", "2026", "2026-13-05T10:00:00.000Z",
                                        "2026-01-05 10:00:00.000Z", "2026-01-05T10:00:00.12Z",
                                        "2026-01-05T25:00:00.000Z", "2026-01-05T10:00:00.123",
                                        "0000-01-05T10:00:00.123Z", "2026-01-0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(irc_time_parse(wrong[i], &ms));
}

static void a_wrong_clock_of_the_server_makes_nothing_old(void **state)
{
    (void)state;
    struct irc_times times;
    irc_times_init(&times);
    /* The server's clock is an hour behind. */
    int64_t now = TEN + 60 * MINUTE;
    assert_int_equal(irc_times_said(&times, "2026-01-05T10:00:00.000Z", now), now);
    irc_times_note(&times, "2026-01-05T10:00:00.000Z", now);
    assert_int_equal(irc_times_said(&times, "2026-01-05T10:00:00.000Z", now), now);
    assert_int_equal(irc_times_said(&times, "2026-01-05T09:59:30.000Z", now), now);
    assert_int_equal(irc_times_said(&times, "2026-01-05T09:40:00.000Z", now), now - 20 * MINUTE);
    assert_int_equal(irc_times_said(&times, "2026-01-05T11:00:00.000Z", now), now);
    assert_int_equal(irc_times_said(&times, NULL, now), now);
    assert_int_equal(irc_times_said(&times, "rubbish", now), now);
}

static void what_is_played_back_has_the_id_it_had(void **state)
{
    (void)state;
    struct irc_times live, again;
    char first[IRC_TIME_ID], second[IRC_TIME_ID], other[IRC_TIME_ID], replayed[IRC_TIME_ID];
    const char *time = "2026-01-05T10:00:00.123Z";
    irc_times_init(&live);
    irc_times_init(&again);
    assert_true(irc_times_id(&live, time, "ann", "hotseat", "}", first));
    assert_true(irc_times_id(&live, time, "ann", "hotseat", "x", other));
    assert_true(irc_times_id(&live, time, "ann", "hotseat", "}", second));
    assert_string_not_equal(first, second);
    assert_string_not_equal(first, other);
    assert_true(irc_times_id(&again, time, "ann", "hotseat", "}", replayed));
    assert_string_equal(first, replayed);
    assert_true(irc_times_id(&again, time, "ann", "hotseat", "}", replayed));
    assert_string_equal(second, replayed);
    assert_false(irc_times_id(&again, NULL, "ann", "hotseat", "}", replayed));
}

static void what_cannot_be_told_apart_has_no_id(void **state)
{
    (void)state;
    struct irc_times times;
    char id[IRC_TIME_ID];
    irc_times_init(&times);
    for (int i = 0; i < IRC_TIME_SEEN_MAX; i++)
        assert_true(irc_times_id(&times, "2026-01-05T10:00:00.123Z", "ann", "hotseat", "}", id));
    assert_false(irc_times_id(&times, "2026-01-05T10:00:00.123Z", "ann", "hotseat", "}", id));
    assert_true(irc_times_id(&times, "2026-01-05T10:00:00.124Z", "ann", "hotseat", "}", id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(a_wrong_clock_of_the_server_makes_nothing_old),
        cmocka_unit_test(what_is_played_back_has_the_id_it_had),
        cmocka_unit_test(what_cannot_be_told_apart_has_no_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
