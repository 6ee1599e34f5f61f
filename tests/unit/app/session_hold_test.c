/* What holds a phase open past its end: a network that is behind, and marks that are to be counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session_world.h"
#include "rig.h"
#include "util/buf.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

static struct rig rig;
static struct transport_ops counting; /* the transport's own, and it has marks */
static struct store_ops faulty;
static const struct store_ops *sound;
static unsigned bad_commits;
static const char *bad_answer;
static struct buf asked; /* what it was asked to count */

static void on_count(struct transport *transport, const char *target, const char *tag)
{
    (void)transport;
    buf_printf(&asked, "%s:%s;", target, tag);
}

static int commit(struct store *store, struct error *error)
{
    if (bad_commits == 0)
        return sound->commit(store, error);
    bad_commits--;
    return error_set(error, ERR_FULL, "the disk is full");
}

static int record(struct store *store, const struct effect *effect, struct error *error)
{
    if (effect->kind == RECORD_ANSWER && bad_answer &&
        strcmp(effect->as.answer.text, bad_answer) == 0)
        return error_set(error, ERR_IO, "the disk failed");
    return sound->record(store, effect, error);
}

static void make_faulty(void)
{
    sound = rig.store->ops;
    faulty = *sound;
    faulty.commit = commit;
    faulty.record = record;
    rig.session->store = &faulty;
}

static void start_round(void)
{
    rig_say(&rig, "ann", "!start coding answer:10m vote:5m", NULL);
    rig_say(&rig, "bob", "!join", NULL);
    rig_say(&rig, "cyd", "!join", NULL);
    rig_settle(&rig, 0);
}

static int start_bot(void **state)
{
    struct error error;
    (void)state;
    rig_init(&rig);
    buf_init(&asked);
    bad_commits = 0;
    bad_answer = NULL;
    counting = *rig.transport.ops;
    counting.count = on_count;
    if (rig_up(&rig, &error))
        return -1;
    make_faulty();
    start_round();
    return session_open_rounds(rig.session) == 1 ? 0 : -1;
}

static int end_bot(void **state)
{
    (void)state;
    buf_finish(&asked);
    rig_finish(&rig);
    return 0;
}

static void push(enum event_kind kind)
{
    assert_int_equal(rig_push(&rig, &(struct event){.kind = kind}), 0);
    session_turn(rig.session);
}

/* Comes now, and was sent then. */
static void came_late(const char *person, const char *text, int64_t sent)
{
    struct event event = {.kind = EVENT_TEXT, .at = sent, .who.target = person, .text = text,
                          .kept = true};
    assert_int_equal(rig_push(&rig, &event), 0);
}

static bool heard(size_t since, const char *person, const char *text)
{
    return rig_find(&rig, since, person, text) < rig.seen_count;
}

static size_t times_heard(size_t since, const char *person, const char *text)
{
    size_t times = 0;
    for (size_t at = since; (at = rig_find(&rig, at, person, text)) < rig.seen_count; at++)
        times++;
    return times;
}

static void expect_phase(const char *wanted)
{
    char *phase = rig_rows(&rig, "SELECT phase FROM round");
    assert_string_equal(phase, wanted);
    free(phase);
}

static int64_t answers(void)
{
    return rig_number(&rig, "SELECT count(*) FROM answer");
}

/* ---- a network that is behind ---- */

static void what_was_sent_in_time_counts_while_its_network_is_behind(void **state)
{
    (void)state;
    int64_t deadline = rig.now + 10 * MINUTE;
    rig_tell(&rig, "ann", "Answer A.", NULL);
    push(EVENT_BEHIND);
    rig_advance(&rig, 12 * MINUTE);
    expect_phase("answer");
    size_t before = rig.seen_count;
    came_late("bob", "Answer B.", deadline - 1);
    came_late("cyd", "Answer C.", deadline);
    rig_tell(&rig, "dan", "Answer D.", NULL);
    rig_settle(&rig, 0);
    assert_int_equal(answers(), 2);
    assert_true(heard(before, "bob", "Stored"));
    assert_true(heard(before, "cyd", "The time to answer round 1 is over, so I stored nothing"));
    expect_phase("answer");
    push(EVENT_ABREAST);
    rig_settle(&rig, 0);
    expect_phase("vote");
    assert_true(heard(before, NULL, "answering is over, 2 answers"));
    assert_int_equal(rig_number(&rig, "SELECT deadline FROM round"), rig.now + 5 * MINUTE);
}

static void the_room_is_told_once_and_the_wait_has_an_end(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    rig_tell(&rig, "ann", "Answer A.", NULL);
    rig_tell(&rig, "bob", "Answer B.", NULL);
    push(EVENT_BEHIND);
    rig_advance(&rig, 10 * MINUTE - 1);
    assert_false(heard(before, NULL, "behind"));
    rig_advance(&rig, 1);
    assert_true(heard(before, NULL, "Round 1: time is up, but I am behind with local. What was sent "
                                    "there in time still counts, so I wait for it: at most 10:00."));
    rig_advance(&rig, 10 * MINUTE - 1);
    expect_phase("answer");
    assert_int_equal(times_heard(before, NULL, "behind"), 1);
    rig_advance(&rig, 1);
    expect_phase("vote");
}

static void a_phase_does_not_close_early_while_a_network_is_behind(void **state)
{
    (void)state;
    push(EVENT_BEHIND);
    rig_tell(&rig, "ann", "Answer A.", NULL);
    rig_tell(&rig, "bob", "Answer B.", NULL);
    rig_tell(&rig, "cyd", "Answer C.", NULL);
    rig_advance(&rig, MINUTE);
    expect_phase("answer");
    push(EVENT_ABREAST);
    rig_settle(&rig, 0);
    expect_phase("vote");
}

static void lines_that_come_too_late_are_no_part_of_an_answer(void **state)
{
    (void)state;
    int64_t deadline = rig.now + 10 * MINUTE;
    rig_tell(&rig, "ann", "Answer A.", NULL);
    rig_tell(&rig, "bob", "!begin", NULL);
    rig_tell(&rig, "bob", "line one", NULL);
    push(EVENT_BEHIND);
    rig_advance(&rig, 11 * MINUTE);
    size_t before = rig.seen_count;
    rig_tell(&rig, "bob", "line three", NULL);
    rig_tell(&rig, "bob", "!end", NULL);
    rig_tell(&rig, "ann", "!withdraw", NULL);
    came_late("bob", "line two", deadline - 1);
    rig_settle(&rig, 0);
    assert_true(heard(before, "bob", "is over, so I stored nothing"));
    assert_true(heard(before, "ann", "they can no longer be taken back"));
    push(EVENT_ABREAST);
    rig_settle(&rig, 0);
    assert_true(heard(before, "bob", "I stored what you had sent since begin"));
    char *text = rig_rows(&rig, "SELECT text FROM answer ORDER BY member");
    assert_string_equal(text, "Answer A.\nline one\nline two");
    free(text);
}

static void more_time_ends_the_wait(void **state)
{
    (void)state;
    push(EVENT_BEHIND);
    rig_advance(&rig, 11 * MINUTE);
    size_t before = rig.seen_count;
    rig_say(&rig, "ann", "!extend 5m", NULL);
    rig_tell(&rig, "bob", "Answer B.", NULL);
    rig_settle(&rig, 0);
    assert_true(heard(before, "bob", "Stored"));
    rig_advance(&rig, 5 * MINUTE);
    assert_int_equal(times_heard(before, NULL, "behind with"), 1);
}

static void what_was_sent_while_the_bot_was_down_still_counts(void **state)
{
    struct error error;
    (void)state;
    int64_t deadline = rig.now + 10 * MINUTE;
    rig_down(&rig);
    rig.now += 3 * 60 * MINUTE; /* longer than any wait */
    assert_int_equal(rig_up(&rig, &error), 0);
    assert_int_equal(rig_push(&rig, &(struct event){.kind = EVENT_BEHIND}), 0);
    size_t before = rig.seen_count;
    came_late("ann", "Answer A.", deadline - 2);
    came_late("bob", "Answer B.", deadline - 1);
    assert_int_equal(rig_push(&rig, &(struct event){.kind = EVENT_ABREAST}), 0);
    rig_settle(&rig, 0);
    assert_int_equal(answers(), 2);
    expect_phase("vote");
    /* Grading has all of its time, although all of this is long ago. */
    assert_int_equal(rig_number(&rig, "SELECT deadline FROM round"), rig.now + 5 * MINUTE);
    assert_true(heard(before, NULL, "5:00 to grade"));
}

static void a_restarted_bot_does_not_wait_without_end(void **state)
{
    struct error error;
    (void)state;
    rig_tell(&rig, "ann", "Answer A.", NULL);
    rig_tell(&rig, "bob", "Answer B.", NULL);
    rig_settle(&rig, 0);
    rig_down(&rig);
    rig.now += 60 * MINUTE;
    assert_int_equal(rig_up(&rig, &error), 0);
    push(EVENT_BEHIND);
    rig_advance(&rig, 10 * MINUTE - 1);
    push(EVENT_BEHIND); /* said twice is said once */
    expect_phase("answer");
    rig_advance(&rig, 1);
    expect_phase("vote");
}

static void what_claims_to_be_of_the_future_is_of_now(void **state)
{
    (void)state;
    came_late("ann", "Answer A.", rig.now + 60 * MINUTE);
    rig_settle(&rig, 0);
    expect_phase("answer");
    assert_int_equal(answers(), 1);
}

static void a_failed_turn_does_not_make_a_network_abreast(void **state)
{
    (void)state;
    int64_t deadline = rig.now + 10 * MINUTE;
    rig_tell(&rig, "ann", "Answer A.", NULL);
    push(EVENT_BEHIND);
    rig_advance(&rig, 12 * MINUTE);
    bad_commits = 1;
    came_late("bob", "Answer B.", deadline - 1);
    push(EVENT_ABREAST);
    session_turn(rig.session); /* nobody's, and too early for a second try */
    expect_phase("answer");
    rig_settle(&rig, SECOND);
    expect_phase("vote");
    assert_int_equal(answers(), 2);
}

static void a_round_waits_for_an_event_that_is_to_be_tried_again(void **state)
{
    (void)state;
    rig_tell(&rig, "ann", "Answer A.", NULL);
    rig_advance(&rig, 10 * MINUTE - 1);
    bad_answer = "Answer B.";
    came_late("bob", "Answer B.", rig.now);
    session_turn(rig.session);
    rig.now += 1;
    session_turn(rig.session);
    expect_phase("answer");
    bad_answer = NULL;
    rig_settle(&rig, 2 * SECOND);
    expect_phase("vote");
    assert_int_equal(answers(), 2);
}

/* ---- marks ---- */

/* All have answered, two have graded, and there are marks. */
static void come_to_grading(void)
{
    rig.transport.ops = &counting;
    rig_tell(&rig, "ann", "Answer A.", NULL);
    rig_tell(&rig, "bob", "Answer B.", NULL);
    rig_tell(&rig, "cyd", "Answer C.", NULL);
    rig_settle(&rig, 0);
    expect_phase("vote");
    rig_tell(&rig, "ann", "!vote A 4 4 4 4", NULL);
    rig_settle(&rig, 0);
}

static void counted(const char *room, const char *tag)
{
    struct event event = {.kind = EVENT_COUNTED, .room.target = room, .tag = tag};
    assert_int_equal(rig_push(&rig, &event), 0);
    rig_settle(&rig, 0);
}

static void scores_wait_for_marks_to_be_counted(void **state)
{
    (void)state;
    come_to_grading();
    int64_t deadline = rig.now + 5 * MINUTE;
    assert_string_equal(buf_text(&asked), "");
    rig_advance(&rig, 5 * MINUTE + 10 * SECOND);
    assert_string_equal(buf_text(&asked), "#prep:vote 1 ;");
    expect_phase("vote");
    size_t before = rig.seen_count;
    rig_tell(&rig, "bob", "!vote A 5 5 5 5", NULL);
    rig_say(&rig, "dan", "!join", NULL);
    came_late("cyd", "!vote A 3 3 3 3", deadline - 1);
    rig_settle(&rig, 0);
    assert_true(heard(before, "bob", "Grading of round 1 is over; the scores come soon."));
    assert_true(heard(before, "cyd", "Stored: A 3 3 3 3"));
    assert_false(heard(before, "dan", "answers to grade"));
    counted("#prep", "vote 2 ");
    counted("#other", "vote 1 ");
    counted("#prep", NULL);
    expect_phase("vote");
    counted("#prep", "vote 1 ");
    expect_phase("closed");
    assert_true(heard(before, NULL, "Round 1 is over"));
    assert_string_equal(buf_text(&asked), "#prep:vote 1 ;");
}

static void marks_are_not_waited_for_without_end(void **state)
{
    (void)state;
    come_to_grading();
    rig_advance(&rig, 6 * MINUTE - 1);
    expect_phase("vote");
    rig_advance(&rig, 1);
    expect_phase("closed");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM log WHERE what = "
                                      "'marks were not counted again'"), 1);
}

static void marks_are_counted_when_all_have_graded(void **state)
{
    (void)state;
    come_to_grading();
    const char *const graders[] = {"ann", "bob", "cyd"};
    for (int i = 0; i < 3; i++) {
        rig_tell(&rig, graders[i], "!vote A 4 4 4 4", NULL);
        rig_tell(&rig, graders[i], "!vote B 4 4 4 4", NULL);
    }
    rig_settle(&rig, 0);
    assert_string_equal(buf_text(&asked), "#prep:vote 1 ;");
    expect_phase("vote");
    counted("#prep", "vote 1 ");
    expect_phase("closed");
}

static void a_restarted_bot_asks_again(void **state)
{
    struct error error;
    (void)state;
    come_to_grading();
    rig_say(&rig, "ann", "!skip", NULL); /* the host: grading is over before its time */
    rig_settle(&rig, 0);
    assert_string_equal(buf_text(&asked), "#prep:vote 1 ;");
    rig_down(&rig);
    rig.now += 30 * SECOND;
    assert_int_equal(rig_up(&rig, &error), 0);
    rig_settle(&rig, 0);
    assert_string_equal(buf_text(&asked), "#prep:vote 1 ;#prep:vote 1 ;");
    rig_advance(&rig, 59 * SECOND);
    expect_phase("vote");
    counted("#prep", "vote 1 ");
    expect_phase("closed");
}

static void a_network_that_was_behind_is_asked_again(void **state)
{
    (void)state;
    come_to_grading();
    rig_advance(&rig, 5 * MINUTE + SECOND);
    push(EVENT_BEHIND);
    rig_advance(&rig, 3 * MINUTE);
    expect_phase("vote");
    push(EVENT_ABREAST);
    rig_settle(&rig, 0);
    assert_string_equal(buf_text(&asked), "#prep:vote 1 ;#prep:vote 1 ;");
    expect_phase("vote");
    counted("#prep", "vote 1 ");
    expect_phase("closed");
}

static void a_network_that_stays_behind_is_not_asked(void **state)
{
    (void)state;
    come_to_grading();
    push(EVENT_BEHIND);
    rig_advance(&rig, 15 * MINUTE);
    assert_string_equal(buf_text(&asked), "");
    expect_phase("closed");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start_bot, end_bot)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_sent_in_time_counts_while_its_network_is_behind),
        CASE(the_room_is_told_once_and_the_wait_has_an_end),
        CASE(a_phase_does_not_close_early_while_a_network_is_behind),
        CASE(lines_that_come_too_late_are_no_part_of_an_answer),
        CASE(more_time_ends_the_wait),
        CASE(what_was_sent_while_the_bot_was_down_still_counts),
        CASE(a_restarted_bot_does_not_wait_without_end),
        CASE(what_claims_to_be_of_the_future_is_of_now),
        CASE(a_failed_turn_does_not_make_a_network_abreast),
        CASE(a_round_waits_for_an_event_that_is_to_be_tried_again),
        CASE(scores_wait_for_marks_to_be_counted),
        CASE(marks_are_not_waited_for_without_end),
        CASE(marks_are_counted_when_all_have_graded),
        CASE(a_restarted_bot_asks_again),
        CASE(a_network_that_was_behind_is_asked_again),
        CASE(a_network_that_stays_behind_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
