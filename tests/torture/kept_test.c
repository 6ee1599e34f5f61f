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

#include "app/session_world.h"
#include "disk.h"
#include "rig_past.h"

static struct rig rig;
static struct rig_past past;

static void up(void)
{
    struct error error;
    if (rig_up(&rig, &error))
        fail_msg("the bot does not start: %s", error.why);
    assert_int_equal(rig_past_start(&past), 0);
}

static void expect_right(int wrong, unsigned long point)
{
    if (!wrong)
        return;
    rig_dump(&rig);
    fail_msg("failure at %lu: %s", point, past.trouble);
}

static void play_to_the_end(unsigned long point)
{
    expect_right(rig_past_play(&past), point);
    disk_heal();
    expect_right(rig_past_check(&past), point);
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

/* One whole life; false when no operation was left to fail. `stops`: at the failure. */
static bool live(unsigned long from, unsigned long times, bool stops)
{
    rig_reset(&rig);
    up();
    calls = 0;
    fail_from = from;
    fail_times = times;
    use_faulty();
    if (stops) {
        while (calls < from && rig_past_step(&past) > 0)
            session_turn(rig.session);
        expect_right(rig_past_honest(&past), from);
        rig_down(&rig);
        up();
    }
    play_to_the_end(from);
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
    rig_reset(&rig);
    up();
    disk_reset();
    disk_fail_at(from, times, fault);
    if (times == DISK_FOREVER) {
        while (disk_failures() == 0 && rig_past_step(&past) > 0)
            session_turn(rig.session);
        bool failed = disk_failures() > 0;
        rig_down(&rig);
        disk_heal();
        up();
        play_to_the_end(from);
        return failed;
    }
    expect_right(rig_past_play(&past), from);
    bool failed = disk_failures() > 0;
    play_to_the_end(from);
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
    rig_past_init(&past, &rig);
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
