/* Pacing with a clock of our own: bursts, the interval, markers, turns, urgent receipts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_flood.h"

struct outcome {
    char out[4096];  /* "target:line;" each; "PING;" for a marker */
    int64_t sent[64];
    size_t sent_count;
};

static struct irc_flood flood;
static struct outcome outcome;

static int set_up(void **state)
{
    (void)state;
    memset(&outcome, 0, sizeof outcome);
    irc_flood_init(&flood, 4, 1000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    irc_flood_finish(&flood);
    return 0;
}

static void on_sent(void *context, int64_t id)
{
    (void)context;
    outcome.sent[outcome.sent_count++] = id;
}

/* Takes all that may go at a moment; with `answer`, each marker is answered at once. Gives when
 * to come again. */
static int64_t drain(int64_t now, bool answer)
{
    const char *target, *line;
    int64_t at = 0;
    for (;;) {
        size_t used = strlen(outcome.out);
        enum irc_flood_step step = irc_flood_next(&flood, now, &target, &line, &at);
        if (step == IRC_FLOOD_WAIT)
            return at;
        if (step == IRC_FLOOD_LINE)
            snprintf(outcome.out + used, sizeof outcome.out - used, "%s:%s;", target, line);
        else
            snprintf(outcome.out + used, sizeof outcome.out - used, "PING;");
        if (step == IRC_FLOOD_MARKER && answer)
            irc_flood_pong(&flood, flood.marker, now, on_sent, NULL);
    }
}

static void add(const char *target, const char *lines, int64_t id, bool urgent)
{
    assert_int_equal(irc_flood_add(&flood, target, lines, id, urgent), 0);
}

static void long_lines_count_for_more(void **state)
{
    (void)state;
    char lines[4 * 391 + 4], *at = lines;
    for (int i = 0; i < 4; i++) {
        memset(at, 'x', 390);
        at[390] = i < 3 ? '\n' : '\0';
        at += 391;
    }
    add("#a", lines, 1, false);
    const char *target, *line;
    int64_t next;
    assert_int_equal(irc_flood_next(&flood, 0, &target, &line, &next), IRC_FLOOD_LINE);
    assert_int_equal(irc_flood_next(&flood, 0, &target, &line, &next), IRC_FLOOD_LINE);
    /* Of a burst of four such lines two may go, and then one each two intervals. */
    assert_int_equal(irc_flood_next(&flood, 0, &target, &line, &next), IRC_FLOOD_WAIT);
    assert_in_range(next, 900, 1200);
    int64_t now = next;
    assert_int_equal(irc_flood_next(&flood, now, &target, &line, &next), IRC_FLOOD_LINE);
    assert_int_equal(irc_flood_next(&flood, now, &target, &line, &next), IRC_FLOOD_WAIT);
    assert_in_range(next - now, 1900, 2200);
}

static void a_burst_then_one_each_interval(void **state)
{
    (void)state;
    add("#a", "1\n2\n3\n4\n5\n6", 7, false);
    int64_t next = drain(0, true);
    assert_string_equal(outcome.out, "#a:1;#a:2;#a:3;#a:4;");
    assert_true(next > 0 && next <= 1001);
    outcome.out[0] = '\0';
    next = drain(next, true);
    assert_string_equal(outcome.out, "#a:5;PING;");
    assert_int_equal(outcome.sent_count, 0);
    outcome.out[0] = '\0';
    drain(next, true);
    assert_string_equal(outcome.out, "#a:6;PING;");
    /* Only when its last line is known to have arrived is it sent. */
    assert_int_equal(outcome.sent_count, 1);
    assert_int_equal(outcome.sent[0], 7);
}

/* Whatever is said, and however it comes, never more than a burst and one command each interval. */
static void no_server_sees_more_commands_than_the_pace(void **state)
{
    (void)state;
    const char *target, *line;
    int64_t at;
    unsigned commands = 0;
    for (int64_t now = 0; now < 600000; now += 100) {
        if (now % 700 == 0)
            add("ann", "receipt", 0, true);
        if (now % 30000 == 0)
            add("#a", "1\n2\n3\n4\n5\n6\n7\n8", 0, false);
        if (now % 5000 == 0) {
            irc_flood_spend(&flood, now);
            commands++;
        }
        for (;;) {
            enum irc_flood_step step = irc_flood_next(&flood, now, &target, &line, &at);
            if (step == IRC_FLOOD_WAIT)
                break;
            commands++;
            if (step == IRC_FLOOD_MARKER)
                irc_flood_pong(&flood, flood.marker, now, on_sent, NULL);
        }
        /* A batch of five lines and its marker may be six commands in five intervals. */
        assert_true(commands <= 4 + 4 + (unsigned)(now * 6 / 5 / 1000));
    }
    assert_true(commands > 600);
}

static void nothing_goes_before_the_pong(void **state)
{
    (void)state;
    add("#a", "1", 1, false);
    drain(0, false);
    assert_string_equal(outcome.out, "#a:1;PING;");
    add("#a", "2", 2, false);
    assert_int_equal(drain(60000, false), 0);
    assert_string_equal(outcome.out, "#a:1;PING;");
    /* A PONG to a marker that was never sent says nothing. */
    irc_flood_pong(&flood, flood.marker + 5, 60000, on_sent, NULL);
    assert_int_equal(outcome.sent_count, 0);
    irc_flood_pong(&flood, flood.marker, 60000, on_sent, NULL);
    assert_int_equal(outcome.sent_count, 1);
    irc_flood_pong(&flood, flood.marker, 60000, on_sent, NULL);
    assert_int_equal(outcome.sent_count, 1);
    drain(60000, true);
    assert_string_equal(outcome.out, "#a:1;PING;#a:2;PING;");
}

static void at_most_five_lines_between_markers(void **state)
{
    (void)state;
    irc_flood_finish(&flood);
    irc_flood_init(&flood, 100, 0);
    add("#a", "1\n2\n3\n4\n5\n6\n7", 1, false);
    drain(0, true);
    assert_string_equal(outcome.out, "#a:1;#a:2;#a:3;#a:4;#a:5;PING;#a:6;#a:7;PING;");
}

static void a_quick_server_is_sent_more_while_a_marker_is_out(void **state)
{
    (void)state;
    irc_flood_finish(&flood);
    irc_flood_init(&flood, 100, 0);
    add("#a", "1\n2\n3\n4\n5", 1, false);
    drain(0, true);
    add("#a", "6", 2, false);
    drain(0, false);
    add("#a", "7", 3, false);
    outcome.out[0] = '\0';
    outcome.sent_count = 0;
    drain(0, false);
    /* One marker at a time; the next one covers what went meanwhile. */
    assert_string_equal(outcome.out, "#a:7;");
    irc_flood_pong(&flood, flood.marker, 1, on_sent, NULL);
    assert_int_equal(outcome.sent_count, 1);
    assert_int_equal(outcome.sent[0], 2);
    drain(1, true);
    assert_string_equal(outcome.out, "#a:7;PING;");
    assert_int_equal(outcome.sent_count, 2);
    assert_int_equal(outcome.sent[1], 3);
}

static void targets_take_turns(void **state)
{
    (void)state;
    irc_flood_finish(&flood);
    irc_flood_init(&flood, 100, 0);
    add("#a", "1\n2\n3", 1, false);
    add("bob", "x\ny", 2, false);
    drain(0, true);
    assert_string_equal(outcome.out, "#a:1;bob:x;#a:2;bob:y;#a:3;PING;");
}

static void one_target_keeps_its_order(void **state)
{
    (void)state;
    irc_flood_finish(&flood);
    irc_flood_init(&flood, 100, 0);
    add("bob", "1\n2", 1, false);
    add("bob", "3", 2, false);
    drain(0, true);
    assert_string_equal(outcome.out, "bob:1;bob:2;bob:3;PING;");
    assert_int_equal(outcome.sent_count, 2);
}

static void a_receipt_passes_what_has_not_begun(void **state)
{
    (void)state;
    irc_flood_finish(&flood);
    irc_flood_init(&flood, 1, 1000);
    add("bob", "long 1\nlong 2", 1, false);
    add("bob", "later", 2, false);
    drain(0, true);
    add("bob", "Stored", 3, true);
    add("ann", "Stored", 4, true);
    int64_t now = 0;
    for (int i = 0; i < 5; i++)
        drain(now += 1001, true);
    /* What has begun is finished first, so that messages do not mix. */
    assert_string_equal(outcome.out, "bob:long 1;ann:Stored;bob:long 2;bob:Stored;bob:later;PING;");
}

static void it_is_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < IRC_FLOOD_LINES_MAX; i++) {
        assert_false(irc_flood_full(&flood));
        add("#a", "x", 0, false);
    }
    assert_true(irc_flood_full(&flood));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(long_lines_count_for_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_burst_then_one_each_interval, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_server_sees_more_commands_than_the_pace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_goes_before_the_pong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_most_five_lines_between_markers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_quick_server_is_sent_more_while_a_marker_is_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(targets_take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_target_keeps_its_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_passes_what_has_not_begun, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_bounded, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
