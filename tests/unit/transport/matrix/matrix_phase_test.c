/* One phase of a round as a room sees it: when its message is said anew, what it says, what is noted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_phase.h"

#define START INT64_C(1767607200000)
#define SECOND INT64_C(1000)

static struct matrix_phase phase_of(const char *name, int64_t left_s, unsigned done, unsigned total)
{
    struct matrix_phase phase = {.round = 7, .heard = true};
    snprintf(phase.room, sizeof phase.room, "!a:example.org");
    snprintf(phase.name, sizeof phase.name, "%s", name);
    phase.deadline = START + left_s * SECOND;
    phase.done = done;
    phase.total = total;
    return phase;
}

static void said(struct matrix_phase *phase, int64_t now)
{
    matrix_phase_saying(phase, now);
    phase->busy = false;
    snprintf(phase->event, sizeof phase->event, "$e");
}

/* Seconds since START until it is due. */
static int64_t due(const struct matrix_phase *phase, int64_t now_s)
{
    int64_t at = matrix_phase_due(phase, START + now_s * SECOND);
    return at == INT64_MAX ? -1 : (at - START) / SECOND;
}

static void it_is_said_each_minute_and_more_often_at_the_end(void **state)
{
    static const int64_t steps[] = {40, 100, 160, 220, 235, 250, 265};
    struct matrix_phase phase = phase_of("answer", 280, 0, 3);
    (void)state;
    assert_int_equal(due(&phase, 0), 0);
    said(&phase, START);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(due(&phase, i ? steps[i - 1] : 0), steps[i]);
        said(&phase, START + steps[i] * SECOND);
    }
    assert_int_equal(due(&phase, 265), -1);
    phase.over = true;
    assert_int_equal(due(&phase, 281), 265);
    said(&phase, START + 281 * SECOND);
    assert_int_equal(due(&phase, 282), -1);
}

static void people_who_get_done_are_shown_soon_but_not_each_at_once(void **state)
{
    struct matrix_phase phase = phase_of("answer", 280, 0, 3);
    (void)state;
    said(&phase, START);
    phase.done = 1;
    assert_int_equal(due(&phase, 3), 10);
    assert_int_equal(due(&phase, 30), 30);
    said(&phase, START + 30 * SECOND);
    /* 40 s would be a full minute, but that is shown in 15 s at the earliest. */
    assert_int_equal(due(&phase, 31), 100);
}

static void a_pause_is_shown_and_then_nothing_moves(void **state)
{
    struct matrix_phase phase = phase_of("vote", 280, 0, 3);
    struct progress pause = {.round = 7, .phase = "vote", .remaining = 200 * SECOND, .total = 3};
    (void)state;
    said(&phase, START);
    assert_true(matrix_phase_update(&phase, &pause));
    assert_int_equal(due(&phase, 80), 80);
    said(&phase, START + 80 * SECOND);
    assert_int_equal(due(&phase, 81), -1);
    assert_false(matrix_phase_update(&phase, &pause));
}

static void a_short_phase_is_not_worth_a_message(void **state)
{
    struct matrix_phase phase = phase_of("answer", 44, 0, 3);
    (void)state;
    assert_int_equal(due(&phase, 0), -1);
    phase = phase_of("answer", 280, 0, 3);
    phase.never = true;
    assert_int_equal(due(&phase, 0), -1);
    phase.never = false;
    phase.busy = true;
    assert_int_equal(due(&phase, 0), -1);
}

static void assert_text(struct matrix_phase phase, int64_t now_s, const char *wanted)
{
    struct text text;
    struct buf out;
    size_t size;
    text_init(&text);
    buf_init(&out);
    matrix_phase_text(&phase, START + now_s * SECOND, &text);
    const char *bytes = text_bytes(&text, &size);
    assert_int_equal(text_plain(bytes, size, &out), 0);
    assert_string_equal(buf_text(&out), wanted);
    buf_finish(&out);
    text_finish(&text);
}

static void it_says_what_is_left(void **state)
{
    struct matrix_phase phase = phase_of("answer", 240, 2, 5);
    (void)state;
    assert_text(phase, 0, "Round 7, answering: 4:00 left, 2 of 5 done.");
    assert_text(phase, 230, "Round 7, answering: 10 s left, 2 of 5 done.");
    phase.heard = false;
    assert_text(phase, 0, "Round 7, answering: 4:00 left.");
    phase.heard = true;
    phase.remaining = 100 * SECOND;
    assert_text(phase, 0, "Round 7, answering: 1:40 left, paused, 2 of 5 done.");
    phase.over = true;
    assert_text(phase, 0, "Round 7: answering is over.");
    assert_text(phase_of("vote", 180, 0, 2), 0, "Round 7, grading: 3:00 left, 0 of 2 done.");
    assert_text(phase_of("gather", 180, 0, 2), 0, "Round 7, taking seats: 3:00 left, 2 taken.");
}

static void it_is_the_same_after_a_note(void **state)
{
    struct matrix_phase phase = phase_of("vote", 280, 2, 3), again;
    struct buf value;
    char key[MATRIX_PHASE_KEY];
    (void)state;
    said(&phase, START);
    phase.remaining = 5;
    buf_init(&value);
    matrix_phase_key(&phase, key);
    matrix_phase_value(&phase, &value);
    assert_int_equal(matrix_phase_read(&again, key, buf_text(&value)), 0);
    assert_string_equal(again.room, phase.room);
    assert_string_equal(again.name, "vote");
    assert_string_equal(again.event, "$e");
    assert_int_equal(again.round, 7);
    assert_int_equal(again.deadline, phase.deadline);
    assert_int_equal(again.remaining, 5);
    assert_int_equal(again.done, 2);
    assert_int_equal(again.total, 3);
    assert_false(again.heard);
    buf_finish(&value);
}

static void a_damaged_note_is_none(void **state)
{
    static const char *const notes[][2] = {
        {"countdown 7 vote 0000000000000000", "!a $e 1 2 3 4"}, {"countdown", ""}, {"other 7 vote x", "!a $e"},
        {"countdown 7 a-phase-of-no-round-that-is x", "!a $e 1"}, {"countdown 7 vote", ""}};
    struct matrix_phase phase;
    (void)state;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        assert_int_equal(matrix_phase_read(&phase, notes[i][0], notes[i][1]), -1);
}

/* The bot was down when it ended, and nobody tells its end any more. */
static void what_nobody_speaks_of_is_over_some_time_after_its_deadline(void **state)
{
    struct matrix_phase phase = phase_of("answer", 100, 0, 3);
    (void)state;
    said(&phase, START);
    phase.said_at = 0;
    assert_int_equal(due(&phase, 101), -1);
    phase.heard = false;
    assert_int_equal(due(&phase, 101), 160);
    assert_false(matrix_phase_stale(&phase, START + 159 * SECOND));
    assert_true(matrix_phase_stale(&phase, START + 160 * SECOND));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_said_each_minute_and_more_often_at_the_end),
        cmocka_unit_test(people_who_get_done_are_shown_soon_but_not_each_at_once),
        cmocka_unit_test(a_pause_is_shown_and_then_nothing_moves),
        cmocka_unit_test(a_short_phase_is_not_worth_a_message),
        cmocka_unit_test(it_says_what_is_left),
        cmocka_unit_test(it_is_the_same_after_a_note),
        cmocka_unit_test(a_damaged_note_is_none),
        cmocka_unit_test(what_nobody_speaks_of_is_over_some_time_after_its_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
