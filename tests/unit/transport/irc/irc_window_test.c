/* The window of lines: when it grows, when it is five again, and what never fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "transport/irc/irc_window.h"

#define SHORT 60
#define LONG 510

/* Fills it with lines of so many bytes and marks them; how many went. */
static unsigned fill(struct irc_window *window, size_t bytes)
{
    unsigned lines = 0;
    while (irc_window_has_room(window, bytes, false)) {
        irc_window_line(window, bytes);
        lines++;
    }
    irc_window_marker(window);
    return lines;
}

/* Batches whose PONG comes at once, until it grows no more. */
static unsigned grow(struct irc_window *window, size_t bytes)
{
    unsigned lines = 0;
    for (int i = 0; i < 10; i++) {
        lines = fill(window, bytes);
        irc_window_pong(window, 1);
    }
    return lines;
}

static void a_quick_server_gets_more_each_time(void **state)
{
    struct irc_window window;
    (void)state;
    irc_window_init(&window, true);
    unsigned expected[] = {5, 10, 20, 40, 80, 80};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(fill(&window, SHORT), expected[i]);
        irc_window_pong(&window, IRC_WINDOW_QUICK_MS);
    }
}

static void not_at_a_pace_of_the_hosts_own(void **state)
{
    struct irc_window window;
    (void)state;
    irc_window_init(&window, false);
    assert_int_equal(grow(&window, SHORT), IRC_WINDOW_MIN);
}

static void a_late_pong_makes_it_five_lines(void **state)
{
    struct irc_window window;
    (void)state;
    irc_window_init(&window, true);
    assert_int_equal(grow(&window, SHORT), IRC_WINDOW_MAX);
    fill(&window, SHORT);
    irc_window_pong(&window, IRC_WINDOW_SLOW_MS + 1);
    assert_int_equal(fill(&window, SHORT), IRC_WINDOW_MIN);
    /* A PONG that is neither quick nor late changes nothing. */
    irc_window_pong(&window, IRC_WINDOW_SLOW_MS);
    assert_int_equal(fill(&window, SHORT), IRC_WINDOW_MIN);
}

static void few_lines_prove_nothing(void **state)
{
    struct irc_window window;
    (void)state;
    irc_window_init(&window, true);
    for (int i = 0; i < 10; i++) {
        irc_window_line(&window, SHORT);
        irc_window_marker(&window);
        irc_window_pong(&window, 1);
    }
    assert_int_equal(fill(&window, SHORT), IRC_WINDOW_MIN);
}

static void long_lines_are_bounded_by_their_bytes(void **state)
{
    struct irc_window window;
    (void)state;
    irc_window_init(&window, true);
    assert_true(grow(&window, LONG) * LONG <= IRC_WINDOW_BYTES);
    assert_true(fill(&window, LONG) > IRC_WINDOW_MIN);
}

static void what_waits_for_its_pong_counts(void **state)
{
    struct irc_window window;
    (void)state;
    irc_window_init(&window, true);
    fill(&window, SHORT);
    irc_window_pong(&window, 1);
    for (unsigned i = 0; i < 2 * IRC_WINDOW_MIN - 1; i++)
        irc_window_line(&window, SHORT);
    irc_window_marker(&window);
    assert_true(irc_window_has_room(&window, SHORT, true));
    irc_window_line(&window, SHORT);
    assert_false(irc_window_has_room(&window, SHORT, true));
    irc_window_pong(&window, IRC_WINDOW_SLOW_MS + 1);
    /* Five again: nothing before the PONG, whatever is out. */
    assert_true(irc_window_has_room(&window, SHORT, false));
    assert_false(irc_window_has_room(&window, SHORT, true));
    irc_window_reset(&window);
    assert_int_equal(fill(&window, SHORT), IRC_WINDOW_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quick_server_gets_more_each_time),
        cmocka_unit_test(not_at_a_pace_of_the_hosts_own),
        cmocka_unit_test(a_late_pong_makes_it_five_lines),
        cmocka_unit_test(few_lines_prove_nothing),
        cmocka_unit_test(long_lines_are_bounded_by_their_bytes),
        cmocka_unit_test(what_waits_for_its_pong_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
