/*
 * The disk fails, or the machine stops, at every N of a whole round: writes,
 * syncs, truncations, and the making of files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "rig_round.h"

static void begin(struct rig *rig, struct rig_round *round)
{
    struct error error;
    rig_reset(rig);
    if (rig_up(rig, &error))
        fail_msg("the bot does not start: %s", error.why);
    rig_round_init(round, rig);
    disk_reset();
}

static void finish(struct rig_round *round, uint64_t first, const char *what)
{
    disk_heal();
    rig_settle(round->rig, 60000);
    if (round->trouble[0] || rig_round_check(round)) {
        rig_dump(round->rig);
        fail_msg("%s at operation %llu: %s", what, (unsigned long long)first, round->trouble);
    }
}

/* ---- a disk that fails and recovers ---- */

static void each(enum disk_fault fault, uint64_t times, uint64_t stride)
{
    struct rig rig;
    struct rig_round round;
    uint64_t first = 1;
    disk_install();
    rig_init(&rig);
    for (;; first += stride) {
        begin(&rig, &round);
        disk_fail_at(first, times, fault);
        rig_round_play(&round);
        bool over = disk_failures() == 0;
        finish(&round, first, fault == DISK_FULL ? "disk full" : "disk broken");
        if (over)
            break;
    }
    rig_finish(&rig);
    disk_remove();
    print_message("# %llu operations in a round\n", (unsigned long long)first - 1);
    assert_true(first > 40);
}

static void test_full_once(void **state)
{
    (void)state;
    each(DISK_FULL, 1, 1);
}

static void test_broken_once(void **state)
{
    (void)state;
    each(DISK_BROKEN, 1, 1);
}

/* Full for a while, then there is room again. */
static void test_full_stretch(void **state)
{
    (void)state;
    each(DISK_FULL, 20, 3);
}

static void test_broken_stretch(void **state)
{
    (void)state;
    each(DISK_BROKEN, 20, 3);
}

/* ---- a crash ---- */

/* From the operation that does not reach the disk on, the bot is dead: nobody
 * sees what it would still say. */
static bool is_dead(void)
{
    return disk_failures() > 0;
}

static void restart(struct rig_round *round, size_t since, bool doubtful, uint64_t first)
{
    struct rig *rig = round->rig;
    struct error error;
    static const char deadline[] = "SELECT deadline FROM round";
    rig_down(rig);
    disk_reset();
    int64_t before = rig_number(rig, deadline);
    if (rig_up(rig, &error))
        fail_msg("crash at operation %llu: the bot does not start again: %s",
                 (unsigned long long)first, error.why);
    const struct hall *hall = session_hall(rig->session);
    if (hall->round_count > 0)
        assert_int_equal(hall->rounds[0]->deadline, before);
    rig_settle(rig, 0);
    rig_round_resume(round, since, doubtful);
    /* Only what was said in the moment of the crash may be said again. */
    if (rig->twice && rig->oldest_twice < since) {
        rig_dump(rig);
        fail_msg("crash at operation %llu: an old message went out again: %s",
                 (unsigned long long)first, rig->seen[rig->oldest_twice].text);
    }
    rig->twice = 0;
}

static bool crash_at(struct rig *rig, uint64_t first, enum disk_fault fault)
{
    struct rig_round round;
    size_t since = 0;
    int failed = 0;
    begin(rig, &round);
    disk_fail_at(first, DISK_FOREVER, fault);
    while (round.step < rig_round_steps() && disk_failures() == 0) {
        since = rig->seen_count;
        failed = rig_round_step(&round, 1);
    }
    bool crashed = disk_failures() > 0;
    if (crashed) {
        restart(&round, since, failed, first);
        rig_round_play(&round);
    }
    finish(&round, first, "crash");
    return crashed;
}

static void crash_each(enum disk_fault fault)
{
    struct rig rig;
    uint64_t first = 1;
    disk_install();
    rig_init(&rig);
    rig.is_dead = is_dead;
    while (crash_at(&rig, first, fault))
        first++;
    rig_finish(&rig);
    disk_remove();
    print_message("# %llu crashes\n", (unsigned long long)first - 1);
    assert_true(first > 40);
}

/* A write is all there or not at all. */
static void test_crash(void **state)
{
    (void)state;
    crash_each(DISK_BROKEN);
}

/* Half of the last write is there. */
static void test_crash_torn(void **state)
{
    (void)state;
    crash_each(DISK_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_once),    cmocka_unit_test(test_broken_once),
        cmocka_unit_test(test_full_stretch), cmocka_unit_test(test_broken_stretch),
        cmocka_unit_test(test_crash),        cmocka_unit_test(test_crash_torn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
