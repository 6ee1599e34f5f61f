/* A round: its table of phases, its seats, answers and ballots, and when it is done early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/round.h"

static const struct address ann = {"script", "local", "ann"};

struct fixture {
    struct arena arena;
    struct effects effects;
    struct round *round;
};

static int setup(void **state)
{
    static struct fixture f;
    arena_init(&f.arena);
    effects_init(&f.effects, &f.arena);
    f.round = round_create(7, 3, "coding");
    *state = &f;
    return f.round ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    round_destroy(f->round);
    arena_finish(&f->arena);
    return 0;
}

/* Written out, so that a change of the table is a decision. */
static bool legal(enum round_phase from, enum round_phase to)
{
    static const char *const table[ROUND_PHASE_COUNT] = {
        [ROUND_GATHER] = "answer ended", [ROUND_ANSWER] = "vote reveal ended",
        [ROUND_VOTE] = "reveal ended",   [ROUND_REVEAL] = "closed ended",
        [ROUND_CLOSED] = "",             [ROUND_ENDED] = "",
    };
    return strstr(table[from], round_phase_word(to)) != NULL;
}

static void only_the_table_is_legal(void **state)
{
    struct fixture *f = *state;
    for (int from = 0; from < ROUND_PHASE_COUNT; from++)
        for (int to = 0; to < ROUND_PHASE_COUNT; to++) {
            bool may = legal((enum round_phase)from, (enum round_phase)to);
            assert_int_equal(round_may_enter((enum round_phase)from, (enum round_phase)to), may);
            arena_reset(&f->arena);
            effects_init(&f->effects, &f->arena);
            f->round->phase = (enum round_phase)from;
            int result = round_enter(f->round, (enum round_phase)to, 1000, 50, &f->effects);
            assert_int_equal(result, may ? 0 : -1);
            assert_int_equal(f->round->phase, may ? to : from);
            /* The end of a round is a record more: what only an open one needs goes. */
            size_t records = to == ROUND_CLOSED || to == ROUND_ENDED ? 3 : 2;
            assert_int_equal(f->effects.count, may ? records : 0);
        }
}

static void a_change_is_logged_and_stamped(void **state)
{
    struct fixture *f = *state;
    f->round->paused = f->round->reminded = true;
    f->round->remaining = 9;
    f->round->called_at = 5;
    assert_int_equal(round_move(f->round, 1, MOTION_SKIP, 0), 0);
    assert_int_equal(round_enter(f->round, ROUND_ANSWER, 1000, 50, &f->effects), 0);
    assert_int_equal(f->round->phase_at, 1000);
    assert_int_equal(f->round->deadline, 1050);
    assert_false(f->round->paused || f->round->reminded);
    assert_int_equal(f->round->remaining + f->round->called_at, 0);
    assert_int_equal(f->round->motion_count, 0);
    const struct effect *log = f->effects.first;
    assert_int_equal(log->kind, RECORD_LOG);
    assert_string_equal(log->as.log.what, "phase gather -> answer");
    assert_int_equal(log->next->kind, RECORD_ROUND);
    assert_int_equal(log->next->next->kind, RECORD_MOTION);
    assert_null(log->next->next->as.motion.verb);
    assert_int_equal(round_enter(f->round, ROUND_ENDED, 2000, 0, &f->effects), 0);
    assert_int_equal(f->round->deadline, 0);
    /* One record a round and event. */
    size_t records = 0;
    for (const struct effect *e = f->effects.first; e; e = e->next)
        records += e->kind == RECORD_ROUND;
    assert_int_equal(records, 1);
}

static void words_and_phases_agree(void **state)
{
    (void)state;
    for (int i = 0; i < ROUND_PHASE_COUNT; i++)
        assert_int_equal(round_phase_parse(round_phase_word((enum round_phase)i)), i);
    assert_int_equal(round_phase_parse("lunch"), ROUND_PHASE_COUNT);
    for (int i = 0; i < MOTION_COUNT; i++)
        assert_int_equal(round_motion_parse(round_motion_word((enum motion_verb)i)), i);
    assert_int_equal(round_motion_parse("lunch"), MOTION_COUNT);
}

static void a_seat_is_taken_once(void **state)
{
    struct fixture *f = *state;
    struct seat *seat = round_sit(f->round, 5, "ann", &ann);
    assert_non_null(seat);
    assert_ptr_equal(round_sit(f->round, 5, "Ann B", &ann), seat);
    assert_string_equal(seat->name, "Ann B");
    assert_int_equal(f->round->seat_count, 1);
    seat->left = true;
    assert_null(round_seat_of(f->round, 5));
    assert_ptr_equal(round_sit(f->round, 5, "ann", &ann), seat);
    assert_false(seat->left);
    for (uint64_t i = 0; f->round->seat_count < ROUND_SEATS_MAX; i++)
        assert_non_null(round_sit(f->round, 100 + i, "x", &ann));
    assert_null(round_sit(f->round, 999, "late", &ann));
    assert_non_null(round_sit(f->round, 5, "ann", &ann));
}

static void an_answer_has_revisions_and_a_hash(void **state)
{
    struct fixture *f = *state;
    struct seat *seat = round_sit(f->round, 5, "ann", &ann);
    assert_int_equal(round_answer(seat, "abc", 3, 10), 0);
    assert_string_equal(seat->hash,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(round_answer(seat, "abcdef", 4, 11), 0);
    assert_string_equal(seat->answer, "abcd");
    assert_int_equal(seat->revision, 2);
    assert_int_equal(round_answer(seat, NULL, 0, 12), 0);
    assert_null(seat->answer);
    assert_int_equal(seat->revision, 3);
    assert_string_equal(seat->hash, "");
}

static void sit(struct round *round, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_non_null(round_sit(round, 10 + i, "x", &ann));
}

static void answering_is_done_when_all_have_answered(void **state)
{
    struct fixture *f = *state;
    struct round *round = f->round;
    sit(round, 3);
    round->phase = ROUND_ANSWER;
    round->settle_ms = 100;
    assert_int_equal(round_done_at(round), 0);
    round_answer(&round->seats[0], "a", 1, 1000);
    round_answer(&round->seats[1], "b", 1, 2000);
    assert_int_equal(round_done_at(round), 0);
    round->seats[2].left = true;
    assert_int_equal(round_done_at(round), 2100);
    round->called_at = 2050;
    round->last_call_ms = 300;
    assert_int_equal(round_done_at(round), 2350);
    round->called_at = 0;
    /* Who has answered may go; whoever remains is done. */
    round->seats[1].left = true;
    assert_int_equal(round_done_at(round), 1100);
    /* Nobody is left, or only one has answered: others may still come. */
    round->seats[0].left = true;
    assert_int_equal(round_done_at(round), 0);
    round->seats[0].left = false;
    round_answer(&round->seats[1], NULL, 0, 3000);
    assert_int_equal(round_done_at(round), 0);
    round->phase = ROUND_GATHER;
    assert_int_equal(round_done_at(round), 0);
}

static void grading_is_done_when_all_have_graded_all_others(void **state)
{
    static const uint8_t score[HS_AXES_MAX] = {4, 4, 4, 4};
    struct fixture *f = *state;
    struct round *round = f->round;
    sit(round, 3); /* two answer, all three grade */
    round_answer(&round->seats[0], "a", 1, 1);
    round_answer(&round->seats[1], "b", 1, 1);
    round->phase = ROUND_VOTE;
    round->phase_at = 77;
    assert_int_equal(round_owed(round, 0), 1);
    assert_int_equal(round_owed(round, 2), 2);
    assert_int_equal(round_cast(round, 0, 1, score, NULL, 2, 0), 0);
    assert_int_equal(round_cast(round, 1, 0, score, "good", 2, 0), 0);
    assert_int_equal(round_cast(round, 2, 0, score, NULL, 2, 0), 0);
    assert_int_equal(round_cast(round, 2, 0, score, "again", 3, 0), 0); /* changes, counts once */
    assert_int_equal(round_given(round, 2), 1);
    assert_string_equal(round_ballot(round, 2, 0)->comment, "again");
    assert_int_equal(round_done_at(round), 0);
    assert_int_equal(round_cast(round, 2, 1, score, NULL, 2, 0), 0);
    assert_int_equal(round_done_at(round), 77);
    assert_null(round_ballot(round, 1, 2));
}

/* ---- marks ---- */

static struct mark *give(struct round *round, const char *event, uint8_t score)
{
    struct mark mark = {.event = (char *)event, .message = (char *)"b", .voter = 1, .author = 0,
                        .score = score, .at = 10 + score};
    struct mark *given = round_mark(round, &mark);
    assert_non_null(given);
    return given;
}

static void expect_score(struct round *round, int score)
{
    const struct ballot *ballot = round_ballot(round, 1, 0);
    assert_int_equal(ballot ? ballot->score[0] : 0, score);
    assert_int_equal(round->seats[1].given, score > 0);
}

static void the_newest_of_what_stands_counts(void **state)
{
    struct fixture *f = *state;
    const uint8_t by_command[HS_AXES_MAX] = {2, 3, 4};
    sit(f->round, 2);
    struct mark *four = give(f->round, "e4", 4);
    struct mark *five = give(f->round, "e5", 5);
    expect_score(f->round, 5);
    assert_int_equal(round_ballot(f->round, 1, 0)->score[HS_AXES_MAX - 1], 5);
    round_unmark(f->round, five, 20); /* the new one is taken back */
    expect_score(f->round, 4);
    struct mark *three = give(f->round, "e3", 3);
    round_unmark(f->round, four, 20); /* the old one is taken back */
    expect_score(f->round, 3);
    assert_int_equal(round_cast(f->round, 1, 0, by_command, "so", 30, 0), 0);
    expect_score(f->round, 2);
    struct mark *one = give(f->round, "e1", 1);
    expect_score(f->round, 1);
    round_unmark(f->round, one, 40);
    expect_score(f->round, 2);
    assert_int_equal(round_ballot(f->round, 1, 0)->at, 30);
    round_unmark(f->round, three, 40);
    expect_score(f->round, 2);
    assert_int_equal(f->round->marks.count, 0);
}

static void the_last_mark_taken_back_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    sit(f->round, 2);
    assert_null(round_ballot(f->round, 1, 0));
    struct mark *four = give(f->round, "e4", 4);
    assert_ptr_equal(marks_find(&f->round->marks, "e4"), four);
    round_unmark(f->round, four, 20);
    expect_score(f->round, 0);
    assert_null(marks_find(&f->round->marks, "e4"));
    give(f->round, "e2", 2);
    expect_score(f->round, 2);
}

static void time_left_never_is_less_than_none(void **state)
{
    struct fixture *f = *state;
    f->round->deadline = 100;
    assert_int_equal(round_time_left(f->round, 40), 60);
    assert_int_equal(round_time_left(f->round, 100), 0);
    assert_int_equal(round_time_left(f->round, 400), 0);
    f->round->paused = true;
    f->round->remaining = 33;
    assert_int_equal(round_time_left(f->round, 400), 33);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(only_the_table_is_legal),
        T(a_change_is_logged_and_stamped),
        T(words_and_phases_agree),
        T(a_seat_is_taken_once),
        T(an_answer_has_revisions_and_a_hash),
        T(answering_is_done_when_all_have_answered),
        T(grading_is_done_when_all_have_graded_all_others),
        T(the_newest_of_what_stands_counts),
        T(the_last_mark_taken_back_leaves_nothing),
        T(time_left_never_is_less_than_none),
    };
    return cmocka_run_group_tests_name("round", tests, NULL, NULL);
}
