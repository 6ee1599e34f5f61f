/*
 * Allocation failure at every N of a whole round. The allocations of hotseat's
 * own code are failed by the linker's --wrap (tests/tests.mk), those of SQLite
 * and jansson through their own hooks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig_past.h"
#include "rig_round.h"

/* ---- which allocation fails ---- */

enum source { OWN, SQLITE, JANSSON };

static struct {
    bool armed;
    enum source source;
    long count, first, last; /* of the source; first..last fail */
} plan;

static bool fails(enum source source)
{
    if (!plan.armed || rig_at_work || source != plan.source)
        return false;
    plan.count++;
    if (plan.count < plan.first || plan.count > plan.last)
        return false;
    errno = ENOMEM; /* as malloc() does it */
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

void *__wrap_malloc(size_t size)
{
    return fails(OWN) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(OWN) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails(OWN) ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails(OWN) ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(OWN) ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
    return fails(OWN) ? NULL : __real_strndup(text, length);
}

static sqlite3_mem_methods sqlite_memory;

static void *sqlite_malloc(int size)
{
    return fails(SQLITE) ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return fails(SQLITE) ? NULL : sqlite_memory.xRealloc(old, size);
}

static void *json_allocate(size_t size)
{
    return fails(JANSSON) ? NULL : __real_malloc(size);
}

static int hook(void **state)
{
    (void)state;
    sqlite3_mem_methods hooked;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory) != SQLITE_OK)
        return -1;
    hooked = sqlite_memory;
    hooked.xMalloc = sqlite_malloc;
    hooked.xRealloc = sqlite_realloc;
    json_set_alloc_funcs(json_allocate, free);
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked) == SQLITE_OK ? 0 : -1;
}

static void arm(enum source source, long first, long length)
{
    plan.source = source;
    plan.count = 0;
    plan.first = first;
    plan.last = first + length - 1;
    plan.armed = true;
}

/* ---- a round with a failure in it ---- */

/* True if the failure came; false if the round has fewer allocations. */
static bool play(struct rig *rig, enum source source, long first, long length)
{
    struct rig_round round;
    struct error error;
    rig_reset(rig);
    assert_int_equal(rig_up(rig, &error), 0);
    rig_round_init(&round, rig);
    arm(source, first, length);
    int failed = rig_round_play(&round);
    plan.armed = false;
    if (!failed) {
        rig_settle(rig, 60000);
        failed = rig_round_check(&round);
    }
    if (failed) {
        rig_dump(rig);
        fail_msg("allocations %ld to %ld of source %d fail: %s", first, plan.last, (int)source,
                 round.trouble);
    }
    return plan.count >= first;
}

static void each(enum source source, long length, long stride)
{
    struct rig rig;
    const char *only = getenv("ALLOC_FIRST"); /* for looking at one failure */
    long first = only ? strtol(only, NULL, 10) : 1;
    rig_init(&rig);
    rig.safe_push = length > 1;
    while (play(&rig, source, first, length))
        first += stride;
    rig_finish(&rig);
    print_message("# %ld allocations in a round\n", first - 1);
    assert_true(first > 50);
}

static void test_own_once(void **state)
{
    (void)state;
    each(OWN, 1, 1);
}

static void test_sqlite_once(void **state)
{
    (void)state;
    each(SQLITE, 1, 1);
}

/* Memory is short for a while, then there is some again. */
static void test_own_stretch(void **state)
{
    (void)state;
    each(OWN, 7, 3);
}

static void test_sqlite_stretch(void **state)
{
    (void)state;
    each(SQLITE, 25, 13);
}

/* ---- a round that comes from a network which keeps its past ---- */

static bool play_past(struct rig *rig, struct rig_past *past, enum source source, long first)
{
    struct error error;
    rig_reset(rig);
    assert_int_equal(rig_up(rig, &error), 0);
    assert_int_equal(rig_past_start(past), 0);
    arm(source, first, 1);
    int failed = rig_past_play(past);
    plan.armed = false;
    if (failed || rig_past_play(past) || rig_past_check(past)) {
        rig_dump(rig);
        fail_msg("allocation %ld of source %d fails: %s", first, (int)source, past->trouble);
    }
    return plan.count >= first;
}

static void test_past(void **state)
{
    struct rig rig;
    struct rig_past past;
    static const struct {
        enum source source;
        long stride;
    } all[] = {{OWN, 2}, {SQLITE, 7}};
    (void)state;
    rig_init(&rig);
    rig_past_init(&past, &rig);
    for (size_t i = 0; i < 2; i++) {
        long first = 1;
        while (play_past(&rig, &past, all[i].source, first))
            first += all[i].stride;
        print_message("# %ld allocations in a round that is given again\n", first - 1);
        assert_true(first > 50);
    }
    rig_finish(&rig);
}

/* The round is there with its question and its plugin: the clock does not end it. */
static void check_open(struct rig *rig, enum source source)
{
    rig_settle(rig, 0);
    if (session_open_rounds(rig->session) != 1)
        fail_msg("allocation %ld of source %d: a round ended because memory was short", plan.first,
                 (int)source);
}

/* A start that fails says why, leaves nothing behind, and the next one works. */
static void start_each(struct rig *rig, enum source source)
{
    struct error error;
    rig_reset(rig);
    assert_int_equal(rig_up(rig, &error), 0);
    rig_say(rig, rig_people[0], "!start coding", NULL);
    rig_tell(rig, rig_people[0], "An answer.", NULL);
    rig_settle(rig, 0);
    rig_down(rig);
    struct bank whole = *rig->bank;
    if (source == JANSSON) /* the question has left the bank, so that it is read from the store */
        bank_init(rig->bank);
    for (plan.first = plan.last = 1;; plan.first = ++plan.last) {
        error_clear(&error);
        plan.source = source;
        plan.count = 0;
        plan.armed = true;
        int failed = rig_up(rig, &error);
        plan.armed = false;
        if (failed && error.code == ERR_NONE)
            fail_msg("allocation %ld of source %d: a start fails without a reason", plan.first,
                     (int)source);
        if (failed)
            assert_int_not_equal(error.code, ERR_NONE);
        else
            check_open(rig, source);
        rig_down(rig);
        if (plan.count < plan.first)
            break;
    }
    assert_int_equal(rig_up(rig, &error), 0);
    assert_int_equal(session_open_rounds(rig->session), 1);
    rig_settle(rig, 0);
    assert_int_equal(session_open_rounds(rig->session), 1);
    assert_int_equal(rig_number(rig, "SELECT count(*) FROM answer WHERE text = 'An answer.'"), 1);
    rig_down(rig);
    *rig->bank = whole;
    print_message("# %ld allocations at a start\n", plan.first - 1);
    assert_true(plan.first > 1);
}

static void test_start(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    start_each(&rig, OWN);
    start_each(&rig, SQLITE);
    start_each(&rig, JANSSON);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_once),
        cmocka_unit_test(test_sqlite_once),
        cmocka_unit_test(test_own_stretch),
        cmocka_unit_test(test_sqlite_stretch),
        cmocka_unit_test(test_past),
        cmocka_unit_test(test_start),
    };
    return cmocka_run_group_tests(tests, hook, NULL);
}
