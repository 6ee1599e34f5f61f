/* What a callback may cause, and that one that fails has caused nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/plugin_host.h"
#include "core/plugin_call.h"

#define NOW INT64_C(1767607200000)

/* A round of two seats on a plugin, with one effect that was there before the call. */
struct stage {
    struct plugin_host *host;
    struct question *question;
    struct round *round;
    struct arena arena;
    struct effects effects;
};

static void open_stage(struct stage *stage, const char *plugin, const char *kind)
{
    char path[4096];
    struct error error;
    const char *build = getenv("HOTSEAT_BUILD");
    snprintf(path, sizeof path, "%s/tests/plugins/%s.so", build ? build : "build", plugin);
    stage->host = plugin_host_create();
    assert_non_null(stage->host);
    if (plugin_host_load(stage->host, path, &error))
        fail_msg("%s", error.why);
    stage->question = calloc(1, sizeof *stage->question);
    assert_non_null(stage->question);
    arena_init(&stage->question->memory);
    stage->question->references = 1;
    stage->question->pub.prompt = "A question?";
    stage->round = round_create(7, 3, kind);
    assert_non_null(stage->round);
    stage->round->plugin = plugin_acquire(stage->host, kind);
    stage->round->question = stage->question;
    for (uint64_t i = 0; i < 2; i++) {
        struct address who = {"script", "local", i ? "bob" : "ann"};
        struct seat *seat = round_sit(stage->round, 100 + i, "somebody", &who);
        assert_non_null(seat);
        assert_int_equal(round_answer(seat, "An answer.", 10, NOW), 0);
    }
    arena_init(&stage->arena);
    effects_init(&stage->effects, &stage->arena);
    assert_non_null(effects_add(&stage->effects, RECORD_ROUND));
    stage->effects.first->as.round = stage->round;
}

static void close_stage(struct stage *stage)
{
    const struct hs_plugin *plugin = stage->round->plugin;
    round_destroy(stage->round);
    plugin_release(stage->host, plugin);
    plugin_host_destroy(stage->host);
    arena_finish(&stage->arena);
}

static enum plugin_outcome pose(struct stage *stage)
{
    return plugin_pose(stage->round, NOW, &stage->effects);
}

static enum plugin_outcome result(struct stage *stage)
{
    struct hs_result results[2] = {{.seat = 0, .votes = 1, .score = 3, .axis = {3, 3, 3}},
                                   {.seat = 1}};
    return plugin_result(stage->round, NOW, results, 2, &stage->effects);
}

static enum plugin_outcome answer(struct stage *stage)
{
    return plugin_answer(stage->round, NOW, 1, &stage->effects);
}

static void a_good_one_is_heard(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage, "good", "good");
    assert_int_equal(pose(&stage), PLUGIN_DONE);
    assert_int_equal(stage.effects.count, 2);
    assert_int_equal(answer(&stage), PLUGIN_DONE); /* it has no such callback */
    assert_int_equal(result(&stage), PLUGIN_DONE);
    assert_int_equal(stage.effects.count, 3);
    close_stage(&stage);
}

static void a_failed_one_has_caused_nothing(void **state)
{
    static const struct {
        const char *plugin;
        enum plugin_outcome (*call)(struct stage *stage);
    } cases[] = {
        {"fails_pose", pose},      {"fails_result", result},    {"fails_answer", answer},
        {"odd_status", pose},      {"says_invalid", pose},      {"says_nothing", pose},
        {"says_null", pose},       {"says_too_long", pose},     {"says_to_nobody", pose},
        {"awards_too_much", result}, {"keeps_too_much", pose},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage stage;
        open_stage(&stage, cases[i].plugin, "good");
        enum plugin_outcome outcome = cases[i].call(&stage);
        if (outcome != PLUGIN_FAILED || stage.effects.count != 1 || stage.effects.first->next ||
            !effects_ok(&stage.effects) || stage.round->state)
            fail_msg("%s: outcome %d, %zu effects", cases[i].plugin, (int)outcome,
                     stage.effects.count);
        /* The event goes on: what the host adds afterwards is there. */
        assert_non_null(effects_add(&stage.effects, RECORD_LOG));
        assert_ptr_equal(stage.effects.first->next->next, NULL);
        close_stage(&stage);
    }
}

static void one_that_never_stops_is_bounded(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage, "calls_on", "good");
    assert_int_equal(pose(&stage), PLUGIN_DONE);
    assert_int_equal(stage.effects.count, 1 + 512);
    assert_true(effects_ok(&stage.effects));
    close_stage(&stage);
}

static void a_guest_is_paid_nothing(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage, "awards", "good");
    stage.round->seats[0].guest = true;
    assert_int_equal(result(&stage), PLUGIN_DONE);
    assert_int_equal(stage.effects.count, 2);
    assert_int_equal(stage.effects.first->next->kind, RECORD_LEDGER);
    assert_int_equal(stage.effects.first->next->as.ledger.member, 101);
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_one_is_heard),
        cmocka_unit_test(a_failed_one_has_caused_nothing),
        cmocka_unit_test(one_that_never_stops_is_bounded),
        cmocka_unit_test(a_guest_is_paid_nothing),
    };
    return cmocka_run_group_tests_name("plugin calls", tests, NULL, NULL);
}
