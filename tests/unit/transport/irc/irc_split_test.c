/* Bytes from a server become lines, wherever they are cut and however long they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_line.h"
#include "transport/irc/irc_split.h"

struct heard {
    struct irc_split split;
    struct buf lines; /* each with "|" behind it */
    size_t longest, clear_after;
};

static void on_line(void *context, const char *line, size_t length)
{
    struct heard *heard = context;
    assert_true(length > 0);
    buf_add(&heard->lines, line, length);
    buf_putc(&heard->lines, '|');
    heard->longest = length > heard->longest ? length : heard->longest;
    if (heard->clear_after > 0 && --heard->clear_after == 0)
        irc_split_clear(&heard->split);
}

static int setup(void **state)
{
    struct heard *heard = calloc(1, sizeof *heard);
    assert_non_null(heard);
    irc_split_init(&heard->split);
    buf_init(&heard->lines);
    *state = heard;
    return 0;
}

static int teardown(void **state)
{
    struct heard *heard = *state;
    irc_split_clear(&heard->split);
    buf_finish(&heard->lines);
    free(heard);
    return 0;
}

static void feed(struct heard *heard, const char *bytes, size_t size)
{
    assert_int_equal(irc_split_feed(&heard->split, bytes, size, on_line, heard), 0);
}

static void feed_text(struct heard *heard, const char *text)
{
    feed(heard, text, strlen(text));
}

static void lines_end_with_lf_and_crs_before_it_go(void **state)
{
    struct heard *heard = *state;
    feed_text(heard, "one\r\ntwo\nthree\r\r\n\r\n\n\r\rfo\rur\r\n");
    assert_string_equal(buf_text(&heard->lines), "one|two|three|\r\rfo\rur|");
}

static void it_does_not_matter_where_they_are_cut(void **state)
{
    struct heard *heard = *state;
    static const char text[] = "one\r\n\r\ntwo and more\nthree\r\n";
    for (size_t step = 1; step < sizeof text; step++) {
        buf_clear(&heard->lines);
        for (size_t at = 0; at < sizeof text - 1; at += step)
            feed(heard, text + at, at + step < sizeof text ? step : sizeof text - 1 - at);
        assert_string_equal(buf_text(&heard->lines), "one|two and more|three|");
    }
}

/* A line of `length` bytes in pieces, then a short one. */
static void long_one(struct heard *heard, size_t length, size_t piece)
{
    char *bytes = malloc(length + 1);
    assert_non_null(bytes);
    memset(bytes, 'x', length);
    bytes[length] = '\n';
    buf_clear(&heard->lines);
    heard->longest = 0;
    for (size_t at = 0; at < length + 1; at += piece) {
        feed(heard, bytes + at, at + piece <= length ? piece : length + 1 - at);
        assert_true(heard->split.rest.capacity <= 2 * IRC_LINE_MAX);
    }
    feed_text(heard, "next\r\n");
    free(bytes);
}

static void a_line_too_long_is_passed_over(void **state)
{
    struct heard *heard = *state;
    static const size_t pieces[] = {1, 7, 4096, 100000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        long_one(heard, IRC_LINE_MAX - 1, pieces[i]);
        assert_int_equal(heard->longest, IRC_LINE_MAX - 1);
        long_one(heard, IRC_LINE_MAX, pieces[i]);
        assert_string_equal(buf_text(&heard->lines), "next|");
        long_one(heard, 3 * IRC_LINE_MAX, pieces[i]);
        assert_string_equal(buf_text(&heard->lines), "next|");
    }
}

static void cleared_inside_a_line_it_stops_and_begins_anew(void **state)
{
    struct heard *heard = *state;
    heard->clear_after = 2;
    feed_text(heard, "on");
    feed_text(heard, "e\ntwo\nthree\nfo");
    assert_string_equal(buf_text(&heard->lines), "one|two|");
    feed_text(heard, "ur\n");
    assert_string_equal(buf_text(&heard->lines), "one|two|ur|");
    heard->clear_after = 1;
    feed_text(heard, "fi");
    feed_text(heard, "ve\nsix\nse");
    feed_text(heard, "ven\n");
    assert_string_equal(buf_text(&heard->lines), "one|two|ur|five|ven|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_end_with_lf_and_crs_before_it_go, setup, teardown),
        cmocka_unit_test_setup_teardown(it_does_not_matter_where_they_are_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_too_long_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(cleared_inside_a_line_it_stops_and_begins_anew, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
