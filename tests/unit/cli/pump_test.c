/* The pump: a turn at once for few, a moment later while many speak at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "cli/pump.h"
#include "rig.h"

static struct rig rig;
static struct pump pump;
static uv_loop_t loop;
static unsigned turns;

static int64_t now(void *context)
{
    (void)context;
    return rig.now;
}

static void count_turn(void *context)
{
    (void)context;
    turns++;
}

static int start(void **state)
{
    struct error error;
    (void)state;
    rig_init(&rig);
    turns = 0;
    if (rig_up(&rig, &error) || uv_loop_init(&loop))
        return -1;
    return pump_init(&pump, &loop, rig.session, (struct clock_port){NULL, now}, count_turn, NULL);
}

static int end(void **state)
{
    (void)state;
    pump_close(&pump);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    rig_finish(&rig);
    return 0;
}

static void run_until_turn(unsigned wanted)
{
    while (turns < wanted)
        uv_run(&loop, UV_RUN_ONCE);
}

static void run_until_rest(void)
{
    while (uv_is_active((uv_handle_t *)&pump.idle) || uv_is_active((uv_handle_t *)&pump.gather))
        uv_run(&loop, UV_RUN_ONCE);
}

static void speak(unsigned people)
{
    char name[16];
    for (unsigned i = 0; i < people; i++) {
        snprintf(name, sizeof name, "person%u", i);
        rig_say(&rig, name, "hello all", NULL);
    }
}

static void few_are_heard_at_once(void **state)
{
    (void)state;
    run_until_rest();
    for (int i = 0; i < 3; i++) {
        unsigned before = turns;
        speak(1);
        assert_true(uv_is_active((uv_handle_t *)&pump.idle));
        assert_false(uv_is_active((uv_handle_t *)&pump.gather));
        run_until_turn(before + 1);
        assert_int_equal(session_together(rig.session), 1);
        run_until_rest();
    }
}

static void of_many_the_next_are_waited_for(void **state)
{
    (void)state;
    run_until_rest();
    speak(20);
    run_until_rest();
    assert_int_equal(session_together(rig.session), 20);
    unsigned before = turns;
    speak(1);
    assert_false(uv_is_active((uv_handle_t *)&pump.idle));
    assert_true(uv_is_active((uv_handle_t *)&pump.gather));
    speak(2);
    run_until_turn(before + 1);
    assert_int_equal(session_together(rig.session), 3);
    run_until_rest();
    speak(1);
    assert_true(uv_is_active((uv_handle_t *)&pump.idle));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(few_are_heard_at_once, start, end),
        cmocka_unit_test_setup_teardown(of_many_the_next_are_waited_for, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
