/*
 * A whole round that comes from a network which keeps its past, while the store fails at every
 * point, once and again, and the bot is stopped there: whatever happens, each event is applied
 * once, none is lost, and no note is stored before an event that it covers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session_world.h"
#include "disk.h"
#include "rig.h"

#define PATIENCE 20000
#define BATCH 3 /* events to a note */

/* What happened on the network, in order. */
static const struct happening {
    const char *person, *text;
    bool in_room;
} past[] = {
    {"Zorblax", "!start coding answer:10m vote:10m", true},
    {"Quimby", "!join", true},
    {"Vexmoor", "!join", true},
    {"Zorblax", "The first answer.", false},
    {"Quimby", "!begin", false},
    {"Quimby", "The second answer.", false},
    {"Quimby", "!end", false},
    {"Vexmoor", "The third answer.", false},
    {"Zorblax", "!vote A 4 4 4 4", false},
    {"Zorblax", "!vote B 3 3 3 3", false},
    {"Quimby", "!vote A 4 4 4 4", false},
    {"Quimby", "!vote B 3 3 3 3", false},
    {"Vexmoor", "!vote A 4 4 4 4", false},
    {"Vexmoor", "!vote B 3 3 3 3", false},
};
#define PAST (sizeof past / sizeof *past)

static struct rig rig;
static size_t told; /* how much of the past the session has been given since it runs */

/* ---- the network ---- */

static void read_since(void *context, const char *key, const char *value, int64_t at)
{
    (void)key;
    (void)at;
    *(size_t *)context = strtoul(value, NULL, 10);
}

/* A transport starts where its last note says. */
static void start_network(void)
{
    const struct transport_sink *sink = session_sink(rig.session);
    told = 0;
    rig_at_work++;
    assert_int_equal(sink->recall(sink->context, "script", "local", "since", read_since, &told), 0);
    rig_at_work--;
    assert_in_range(told, 0, PAST);
}

static int tell_next(void)
{
    const struct happening *one = &past[told];
    char id[16], since[16];
    snprintf(id, sizeof id, "$%zu", told);
    struct event event = {.kind = EVENT_TEXT, .id = id, .kept = true, .text = one->text,
                          .room.target = one->in_room ? RIG_ROOM : NULL,
                          .who.target = one->person};
    if (rig_push(&rig, &event))
        return -1;
    told++;
    if (told % BATCH != 0 && told != PAST)
        return 0;
    snprintf(since, sizeof since, "%zu", told);
    return rig_push(&rig, &(struct event){.kind = EVENT_NOTE, .tag = "since", .text = since});
}

/* Everything that happened comes, a few at a time, as a server gives it. */
static void play(void)
{
    while (told < PAST && tell_next() == 0)
        if (told % 4 == 0)
            session_turn(rig.session);
    rig_settle(&rig, PATIENCE);
}

/* ---- what must hold ---- */

static void expect(const char *sql, const char *wanted, unsigned long point)
{
    char *found = rig_rows(&rig, sql);
    if (strcmp(found, wanted) != 0) {
        rig_dump(&rig);
        fail_msg("failure at %lu: %s\ngives \"%s\"\n  not \"%s\"", point, sql, found, wanted);
    }
    free(found);
}

/* No note covers an event that is not stored; holds at every moment. */
static void expect_notes_honest(unsigned long point)
{
    expect("SELECT count(*) FROM note WHERE CAST(value AS INTEGER) > (SELECT count(*) FROM inbox)",
           "0", point);
}

static void expect_everything_once(unsigned long point)
{
    expect("SELECT count(*) FROM inbox", "14", point);
    expect("SELECT value FROM note", "14", point);
    expect("SELECT group_concat(text, ' ') FROM (SELECT text FROM answer ORDER BY text)",
           "The first answer. The second answer. The third answer.", point);
    expect("SELECT count(*), count(DISTINCT voter || ' ' || author) FROM ballot", "6|6", point);
    expect("SELECT group_concat(phase) FROM round", "closed", point);
    expect("SELECT count(*) FROM ledger", "6", point);
    if (rig_find(&rig, 0, NULL, "does not count") < rig.seen_count)
        fail_msg("failure at %lu: somebody heard of it", point);
}

static void stop_and_start(void)
{
    struct error error;
    rig_down(&rig);
    if (rig_up(&rig, &error))
        fail_msg("no start: %s", error.why);
}

/* ---- operations of the store that fail ---- */

static struct store_ops faulty;
static const struct store_ops *sound;
static unsigned long calls, fail_from, fail_times;

static bool fails(struct error *error)
{
    calls++;
    if (fail_from == 0 || calls < fail_from || calls >= fail_from + fail_times)
        return false;
    error_set(error, ERR_IO, "the disk failed");
    return true;
}

#define FAULTY(name, parameters, arguments)                                                        \
    static int name parameters                                                                     \
    {                                                                                              \
        return fails(error) ? -1 : sound->name arguments;                                          \
    }
FAULTY(begin, (struct store *s, struct error *error), (s, error))
FAULTY(commit, (struct store *s, struct error *error), (s, error))
FAULTY(savepoint, (struct store *s, struct error *error), (s, error))
FAULTY(release, (struct store *s, struct error *error), (s, error))
FAULTY(rollback_to, (struct store *s, struct error *error), (s, error))
FAULTY(inbox_add, (struct store *s, const char *t, const char *n, const char *id, int64_t at,
                   bool *fresh, struct error *error), (s, t, n, id, at, fresh, error))
FAULTY(note_set, (struct store *s, const char *t, const char *n, const char *key,
                  const char *value, int64_t at, struct error *error),
       (s, t, n, key, value, at, error))
FAULTY(member, (struct store *s, const struct address *who, const char *name, int64_t now,
                uint64_t *id, struct error *error), (s, who, name, now, id, error))
FAULTY(room, (struct store *s, const struct address *place, int64_t now, uint64_t *id,
              struct error *error), (s, place, now, id, error))
FAULTY(record, (struct store *s, const struct effect *effect, struct error *error),
       (s, effect, error))
FAULTY(rounds_open, (struct store *s, round_load_fn *load, void *context, struct error *error),
       (s, load, context, error))

static void use_faulty(void)
{
    sound = rig.store->ops;
    faulty = *sound;
    faulty.begin = begin;
    faulty.commit = commit;
    faulty.savepoint = savepoint;
    faulty.release = release;
    faulty.rollback_to = rollback_to;
    faulty.inbox_add = inbox_add;
    faulty.note_set = note_set;
    faulty.member = member;
    faulty.room = room;
    faulty.record = record;
    faulty.rounds_open = rounds_open;
    rig.session->store = &faulty;
}

/* One whole life; false when no operation was left to fail. */
static bool live(unsigned long from, unsigned long times, bool stops)
{
    struct error error;
    rig_reset(&rig);
    assert_int_equal(rig_up(&rig, &error), 0);
    calls = 0;
    fail_from = from;
    fail_times = times;
    use_faulty();
    start_network();
    if (stops) {
        while (told < PAST && calls < from && tell_next() == 0)
            if (told % 4 == 0)
                session_turn(rig.session);
        session_turn(rig.session);
        expect_notes_honest(from);
        stop_and_start();
        start_network();
    }
    play();
    expect_notes_honest(from);
    expect_everything_once(from);
    return calls >= from;
}

static void without_failures_it_is_as_expected(void **state)
{
    (void)state;
    live(0, 0, false);
}

/* Twice in a row is less than it takes for an event to be set aside. */
static void every_operation_may_fail(void **state)
{
    (void)state;
    unsigned long at = 1;
    while (live(at, 1, false) && live(at, 2, false))
        at++;
    assert_true(at > 100);
}

static void every_operation_may_be_the_last_before_a_restart(void **state)
{
    (void)state;
    live(0, 0, false);
    unsigned long points = calls;
    assert_true(points > 100);
    for (unsigned long at = 1; at <= points; at++)
        live(at, 1000000, true);
}

/* ---- a disk that fails ---- */

static bool live_on_disk(unsigned long from, uint64_t times, enum disk_fault fault)
{
    struct error error;
    rig_reset(&rig);
    assert_int_equal(rig_up(&rig, &error), 0);
    start_network();
    disk_reset();
    disk_fail_at(from, times, fault);
    if (times == DISK_FOREVER) {
        while (told < PAST && disk_failures() == 0 && tell_next() == 0)
            session_turn(rig.session);
        bool failed = disk_failures() > 0;
        rig_down(&rig);
        disk_heal();
        assert_int_equal(rig_up(&rig, &error), 0);
        start_network();
        play();
        expect_everything_once(from);
        return failed;
    }
    play();
    bool failed = disk_failures() > 0;
    disk_heal();
    expect_everything_once(from);
    return failed;
}

static void every_write_to_the_disk_may_fail(void **state)
{
    (void)state;
    unsigned long at = 1;
    while (live_on_disk(at, 1, DISK_FULL) && live_on_disk(at, 3, DISK_BROKEN))
        at++;
    assert_true(at > 10);
}

static void every_write_to_the_disk_may_be_the_last(void **state)
{
    (void)state;
    unsigned long at = 1;
    while (live_on_disk(at, DISK_FOREVER, DISK_BROKEN))
        at++;
    assert_true(at > 10);
}

static int set_up(void **state)
{
    (void)state;
    disk_install();
    rig_init(&rig);
    return 0;
}

static int take_down(void **state)
{
    (void)state;
    disk_heal();
    rig_finish(&rig);
    disk_remove();
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, take_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_failures_it_is_as_expected),
        CASE(every_operation_may_fail),
        CASE(every_operation_may_be_the_last_before_a_restart),
        CASE(every_write_to_the_disk_may_fail),
        CASE(every_write_to_the_disk_may_be_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
