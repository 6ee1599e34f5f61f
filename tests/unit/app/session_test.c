/* The session: one transaction a turn, a savepoint an event, and what people hear when it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "app/session_world.h"
#include "rig.h"

#define PATIENCE 1000

static struct rig rig;
static struct store_ops faulty; /* the store's own operations, some of them failing */
static const struct store_ops *sound;
static unsigned commits, bad_commits, bad_records;
static enum effect_kind bad_kind;

static int commit(struct store *store, struct error *error)
{
    commits++;
    if (bad_commits == 0)
        return sound->commit(store, error);
    bad_commits--;
    return error_set(error, ERR_FULL, "the disk is full");
}

/* The next `bad_records` records of one kind fail. */
static int record(struct store *store, const struct effect *effect, struct error *error)
{
    if (effect->kind != bad_kind || bad_records == 0)
        return sound->record(store, effect, error);
    bad_records--;
    return error_set(error, ERR_IO, "the disk failed");
}

static void use_faulty(void)
{
    sound = rig.store->ops;
    faulty = *sound;
    faulty.commit = commit;
    faulty.record = record;
    rig.session->store = &faulty;
    commits = bad_commits = bad_records = 0;
    bad_kind = RECORD_ANSWER;
}

static int start_bot(void **state)
{
    struct error error;
    (void)state;
    rig_init(&rig);
    if (rig_up(&rig, &error))
        return -1;
    use_faulty();
    return 0;
}

static int end_bot(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

/* ann and bob in a round whose question is out. */
static void start_round(void)
{
    rig_say(&rig, "ann", "!start coding answer:10m vote:5m", NULL);
    rig_say(&rig, "bob", "!join", NULL);
    rig_settle(&rig, PATIENCE);
    assert_int_equal(session_open_rounds(rig.session), 1);
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

static int64_t answers(void)
{
    return rig_number(&rig, "SELECT count(*) FROM answer");
}

/* ---- turns ---- */

static void a_turn_is_one_transaction(void **state)
{
    (void)state;
    start_round();
    commits = 0;
    rig_tell(&rig, "ann", "My answer.", NULL);
    rig_tell(&rig, "bob", "Another answer.", NULL);
    rig_say(&rig, "cyd", "!status", NULL);
    session_turn(rig.session);
    assert_int_equal(commits, 1);
    assert_int_equal(answers(), 2);
}

static void an_event_counts_once(void **state)
{
    (void)state;
    start_round();
    size_t before = rig.seen_count;
    rig_tell(&rig, "ann", "My answer.", "event-1");
    rig_settle(&rig, PATIENCE);
    rig_tell(&rig, "ann", "My answer.", "event-1");
    rig_settle(&rig, PATIENCE);
    assert_int_equal(answers(), 1);
    assert_int_equal(times_heard(before, "ann", "Stored"), 1);
}

/* A paste that comes too early is many lines and one mistake. */
static void one_refusal_is_enough_for_a_paste(void **state)
{
    (void)state;
    rig_say(&rig, "ann", "!status", NULL);
    rig_settle(&rig, PATIENCE);
    size_t before = rig.seen_count;
    rig_tell(&rig, "ann", "def f(x):", NULL);
    rig_tell(&rig, "ann", "    return x", NULL);
    rig_tell(&rig, "ann", "print(f(1))", NULL);
    rig_settle(&rig, PATIENCE);
    assert_int_equal(times_heard(before, "ann", "I stored nothing"), 1);
    rig_tell(&rig, "ann", "print(f(2))", NULL);
    rig_settle(&rig, PATIENCE);
    assert_int_equal(times_heard(before, "ann", "I stored nothing"), 2);
}

static void old_events_are_forgotten_while_it_runs(void **state)
{
    (void)state;
    rig_tell(&rig, "ann", "!help", "event-1");
    rig_settle(&rig, PATIENCE);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM inbox"), 1);
    rig.now += INT64_C(31) * 24 * 3600 * 1000;
    rig_tell(&rig, "ann", "!help", "event-2");
    rig_settle(&rig, PATIENCE);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM inbox"), 1);
}

/* ---- failures ---- */

static void nothing_is_acknowledged_before_the_commit(void **state)
{
    (void)state;
    start_round();
    size_t before = rig.seen_count;
    bad_commits = 1;
    rig_tell(&rig, "ann", "My answer.", "event-1");
    session_turn(rig.session);
    assert_int_equal(answers(), 0);
    assert_false(heard(before, "ann", "Stored"));
    assert_true(heard(before, "ann", "no room"));
    assert_true(heard(before, "ann", "does not count"));

    rig_tell(&rig, "ann", "My answer.", "event-1"); /* the id was rolled back, too */
    rig_settle(&rig, PATIENCE);
    assert_int_equal(answers(), 1);
    assert_true(heard(before, "ann", "Stored"));
}

static void one_word_is_enough_for_many_lines(void **state)
{
    (void)state;
    start_round();
    size_t before = rig.seen_count;
    bad_commits = 1;
    rig_tell(&rig, "ann", "!begin", NULL);
    rig_tell(&rig, "ann", "line one", NULL);
    rig_tell(&rig, "bob", "An answer.", NULL);
    rig_tell(&rig, "ann", "line two", NULL);
    rig_say(&rig, "cyd", "just talking", NULL);
    session_turn(rig.session);
    assert_int_equal(times_heard(before, "ann", "does not count"), 1);
    assert_int_equal(times_heard(before, "bob", "does not count"), 1);
    assert_int_equal(times_heard(before, "cyd", "does not count"), 0);
}

static void a_failing_event_takes_no_other_along(void **state)
{
    (void)state;
    start_round();
    size_t before = rig.seen_count;
    bad_records = 1;
    rig_tell(&rig, "ann", "My answer.", NULL);
    rig_tell(&rig, "bob", "Another answer.", NULL);
    rig_settle(&rig, PATIENCE);
    assert_int_equal(answers(), 1);
    assert_true(heard(before, "ann", "does not count"));
    assert_true(heard(before, "bob", "Stored"));
    assert_false(heard(before, "ann", "Stored"));
    rig_tell(&rig, "ann", "My answer.", NULL);
    rig_settle(&rig, PATIENCE);
    assert_int_equal(answers(), 2);
}

static int no_way_back(struct store *store, struct error *error)
{
    (void)store;
    return error_set(error, ERR_FULL, "the transaction is gone");
}

static void the_first_reason_is_what_people_hear(void **state)
{
    (void)state;
    start_round();
    size_t before = rig.seen_count;
    bad_records = 1;
    faulty.rollback_to = no_way_back;
    rig_tell(&rig, "ann", "My answer.", NULL);
    session_turn(rig.session);
    assert_true(heard(before, "ann", "(input/output)"));
    assert_int_equal(answers(), 0);
}

/* ---- countdowns ---- */

static unsigned told;

static void count_progress(struct transport *transport, const char *target,
                           const struct progress *progress)
{
    (void)transport;
    (void)target;
    (void)progress;
    told++;
}

static void a_countdown_is_told_when_its_event_counts(void **state)
{
    struct transport_ops ops = *rig.transport.ops;
    (void)state;
    ops.progress = count_progress;
    rig.transport.ops = &ops;
    start_round();
    rig_tell(&rig, "ann", "My answer.", NULL);
    rig_settle(&rig, PATIENCE);
    /* The last answer changes the countdown, then fails at the note of the new phase. */
    bad_kind = RECORD_LOG;
    bad_records = 1;
    told = 0;
    rig_tell(&rig, "bob", "Another answer.", NULL);
    session_turn(rig.session);
    assert_int_equal(bad_records, 0);
    assert_int_equal(told, 0);
    rig_tell(&rig, "bob", "Another answer.", NULL);
    session_turn(rig.session);
    assert_true(told > 0);
}

/* ---- a disk that is full for an hour ---- */

static void a_round_outlives_an_hour_without_room(void **state)
{
    (void)state;
    start_round();
    rig_tell(&rig, "ann", "My answer.", NULL);
    rig_settle(&rig, PATIENCE);
    size_t before = rig.seen_count;
    bad_commits = 3600;
    rig_tell(&rig, "bob", "Lost answer.", NULL);
    while (bad_commits > 0) {
        session_turn(rig.session);
        int64_t due = session_deadline(rig.session);
        assert_true(due > rig.now && due <= rig.now + 1000);
        rig.now = due;
    }
    assert_int_equal(times_heard(before, "bob", "does not count"), 1);
    assert_int_equal(rig.seen_count - before, 1); /* nobody else hears anything */
    assert_int_equal(session_open_rounds(rig.session), 1);

    rig_settle(&rig, PATIENCE);
    assert_int_equal(answers(), 1);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM round WHERE phase = 'answer'"), 0);
    assert_true(rig.seen_count - before > 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start_bot, end_bot)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_turn_is_one_transaction),
        CASE(an_event_counts_once),
        CASE(one_refusal_is_enough_for_a_paste),
        CASE(old_events_are_forgotten_while_it_runs),
        CASE(nothing_is_acknowledged_before_the_commit),
        CASE(one_word_is_enough_for_many_lines),
        CASE(a_failing_event_takes_no_other_along),
        CASE(the_first_reason_is_what_people_hear),
        CASE(a_countdown_is_told_when_its_event_counts),
        CASE(a_round_outlives_an_hour_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
