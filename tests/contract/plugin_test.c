/*
 * What every plugin must be like, each linked statically and loaded as a shared
 * object: a sound rubric, and callbacks that do their part with no answer, one,
 * and a full house, and never say a name.
 */
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
#include "store/pack/pack.h"
#include "util/buf.h"

#define NOW INT64_C(1767607200000)
#define NAME "Zyzzyva" /* of everybody; no text has it by chance */

hs_plugin_descriptor_fn hs_plugin_descriptor_coding, hs_plugin_descriptor_ml_theory,
    hs_plugin_descriptor_behavioral, hs_plugin_descriptor_hello;

static const struct entry {
    const char *kind;
    hs_plugin_descriptor_fn *linked;
    const char *object; /* below the build directory */
} entries[] = {
    {"coding", hs_plugin_descriptor_coding, "plugins/coding.so"},
    {"ml_theory", hs_plugin_descriptor_ml_theory, "plugins/ml_theory.so"},
    {"behavioral", hs_plugin_descriptor_behavioral, "plugins/behavioral.so"},
    {"hello", hs_plugin_descriptor_hello, "examples/hello.so"},
};
#define ENTRIES (sizeof entries / sizeof *entries)

/* One plugin under test, and what its calls caused. */
struct subject {
    const struct hs_plugin *plugin;
    struct arena arena;
    struct effects effects;
    struct round *round;
};

static struct plugin_host *host; /* with the shared objects */
static struct bank bank;         /* all questions there are */

static const char *environment(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value ? value : otherwise;
}

static void on_problem(void *context, const struct pack_problem *problem)
{
    (void)context;
    fail_msg("%s:%zu: %s: %s", problem->file, problem->line, problem->field, problem->message);
}

static int load_everything(void **state)
{
    static const char *const dirs[] = {"questions", "tests/data/pack"};
    struct pack_summary summary = {0};
    struct error error;
    char path[4096];
    (void)state;
    bank_init(&bank);
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        snprintf(path, sizeof path, "%s/%s", environment("HOTSEAT_TOP", "."), dirs[i]);
        assert_int_equal(pack_load_dir(path, &bank, on_problem, NULL, &summary, &error), 0);
    }
    host = plugin_host_create();
    assert_non_null(host);
    for (size_t i = 0; i < ENTRIES; i++) {
        snprintf(path, sizeof path, "%s/%s", environment("HOTSEAT_BUILD", "build"),
                 entries[i].object);
        if (plugin_host_load(host, path, &error))
            fail_msg("%s", error.why);
    }
    return 0;
}

static int free_everything(void **state)
{
    (void)state;
    bank_finish(&bank);
    plugin_host_destroy(host);
    return 0;
}

/* ---- questions ---- */

static void put_note(struct buf *json, const char *axis, const char *comma)
{
    buf_printf(json, "{\"axis\":\"%s\",\"five\":\"%01000d\",\"three\":\"%01000d\",\"one\":\"%01000d\"}%s",
               axis, 0, 0, 0, comma);
}

/* As large as the format allows, of the plugin's kind. */
static struct question *largest_question(const struct hs_plugin *plugin)
{
    const struct hs_rubric *rubric = plugin->rubric;
    struct buf json;
    buf_init(&json);
    buf_printf(&json,
               "{\"id\":\"largest\",\"kind\":\"%s\",\"title\":\"%0120d\",\"prompt\":\"%06000d\","
               "\"level\":\"senior\",\"difficulty\":5,\"topics\":[\"t\"],\"model_answer\":\"%07000d\","
               "\"licence\":\"MIT\",\"source\":\"s\",\"mistakes\":[",
               plugin->kind, 0, 0, 0);
    for (int i = 0; i < 10; i++)
        buf_printf(&json, "\"%d%0499d\"%s", i, 0, i < 9 ? "," : "],\"hints\":[");
    for (int i = 0; i < 6; i++)
        buf_printf(&json, "{\"text\":\"%02000d\",\"cost\":1}%s", 0, i < 5 ? "," : "],\"follow_ups\":[");
    for (int i = 0; i < 10; i++)
        buf_printf(&json, "{\"text\":\"%02000d\",\"axis\":\"%s\"}%s", 0,
                   rubric->axes[i % (int)rubric->axis_count].id, i < 9 ? "," : "],\"rubric\":[");
    for (size_t i = 0; i < rubric->axis_count; i++)
        put_note(&json, rubric->axes[i].id, i + 1 < rubric->axis_count ? "," : "]");
    if (strcmp(plugin->kind, "coding") == 0)
        buf_printf(&json, ",\"complexity\":\"%0300d\"", 0);
    buf_puts(&json, "}");
    struct question *question = pack_question_parse(buf_text(&json));
    buf_finish(&json);
    assert_non_null(question);
    return question;
}

/* ---- rounds ---- */

static void open_round(struct subject *subject, struct question *question, uint32_t seats)
{
    arena_init(&subject->arena);
    effects_init(&subject->effects, &subject->arena);
    subject->round = round_create(7, 3, subject->plugin->kind);
    assert_non_null(subject->round);
    subject->round->plugin = subject->plugin;
    subject->round->question = question_ref(question);
    subject->round->phase = ROUND_ANSWER;
    for (uint32_t i = 0; i < seats; i++) {
        char account[32];
        snprintf(account, sizeof account, NAME "%u", i);
        struct address who = {"script", "local", account};
        struct seat *seat = round_sit(subject->round, 100 + i, NAME, &who);
        assert_non_null(seat);
    }
}

static void close_round(struct subject *subject)
{
    round_destroy(subject->round);
    arena_finish(&subject->arena);
}

static void give_answer(struct subject *subject, uint32_t seat, const char *text)
{
    struct seat *one = &subject->round->seats[seat];
    assert_int_equal(round_answer(one, text, strlen(text), NOW), 0);
    assert_int_equal(plugin_answer(subject->round, NOW, seat, &subject->effects), PLUGIN_DONE);
}

static void check_words(const struct effect *effect, const struct round *round)
{
    struct buf plain;
    buf_init(&plain);
    assert_int_equal(text_plain(effect->as.message.bytes, effect->as.message.size, &plain), 0);
    assert_true(plain.length > 0);
    assert_null(strstr(buf_text(&plain), NAME));
    for (uint32_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].answer && strlen(round->seats[i].answer) > 8)
            assert_null(strstr(buf_text(&plain), round->seats[i].answer));
    buf_finish(&plain);
}

/* Messages to the room since the last look, all in order; `to` counts private ones. */
static size_t look(struct subject *subject, size_t *to)
{
    size_t said = 0;
    *to = 0;
    assert_true(effects_ok(&subject->effects));
    for (const struct effect *e = subject->effects.first; e; e = e->next) {
        said += e->kind == EFFECT_SAY;
        *to += e->kind == EFFECT_TELL;
        if (e->kind == EFFECT_SAY || e->kind == EFFECT_TELL)
            check_words(e, subject->round);
        else if (e->kind == RECORD_LEDGER)
            assert_in_range(e->as.ledger.points, 0, 20);
        else
            assert_int_equal(e->kind, RECORD_ROUND);
    }
    effects_truncate(&subject->effects, 0);
    return said;
}

static bool said(const struct subject *subject, const char *words)
{
    bool found = false;
    for (const struct effect *e = subject->effects.first; e && !found; e = e->next) {
        struct buf plain;
        buf_init(&plain);
        if (e->kind == EFFECT_SAY)
            text_plain(e->as.message.bytes, e->as.message.size, &plain);
        found = strstr(buf_text(&plain), words) != NULL;
        buf_finish(&plain);
    }
    return found;
}

/* Results of the seats that answered: `votes` each, scores that differ by axis and seat. */
static size_t fill_results(const struct subject *subject, uint32_t votes,
                           struct hs_result results[ROUND_SEATS_MAX])
{
    size_t count = 0;
    for (uint32_t i = 0; i < subject->round->seat_count; i++) {
        if (!subject->round->seats[i].answer)
            continue;
        struct hs_result *one = &results[count++];
        *one = (struct hs_result){.seat = i, .votes = votes, .score = votes ? 3 : 0};
        for (size_t axis = 0; votes && axis < subject->plugin->rubric->axis_count; axis++)
            one->axis[axis] = 1 + (double)((axis + 1 + i % 2) % 5);
    }
    return count;
}

/* A whole round; the plugin speaks at both ends and at most a little. */
static void play(struct subject *subject, struct question *question, uint32_t seats,
                 uint32_t answers, uint32_t votes)
{
    struct hs_result results[ROUND_SEATS_MAX];
    size_t private;
    open_round(subject, question, seats);
    assert_int_equal(plugin_pose(subject->round, NOW, &subject->effects), PLUGIN_DONE);
    assert_true(said(subject, "") && look(subject, &private) == 1 && private == 0);
    for (uint32_t i = 0; i < answers; i++) {
        give_answer(subject, i, "An answer with nothing of it.");
        give_answer(subject, i, "An answer with nothing of it, and more.");
    }
    assert_int_equal(look(subject, &private), 0);
    assert_true(private <= answers);
    size_t count = fill_results(subject, votes, results);
    assert_int_equal(plugin_result(subject->round, NOW, results, count, &subject->effects),
                     PLUGIN_DONE);
    assert_in_range(look(subject, &private), 1, 2);
    assert_int_equal(private, 0);
    close_round(subject);
}

/* ---- the tests, each for one plugin ---- */

static void has_a_sound_descriptor(const struct hs_plugin *plugin, const char *kind)
{
    struct error error;
    if (plugin_check(plugin, &error))
        fail_msg("%s", error.why);
    assert_string_equal(plugin->kind, kind);
    assert_true(strlen(plugin->answer_advice) <= 160);
    assert_true(strlen(plugin->grade_advice) <= 160);
}

static void has_short_anchors(const struct hs_plugin *plugin)
{
    const struct hs_rubric *rubric = plugin->rubric;
    for (size_t i = 0; i < rubric->axis_count; i++)
        for (size_t level = 0; level < 5; level++) {
            const char *anchor = rubric->axes[i].anchor[level];
            size_t length = strlen(anchor);
            assert_in_range(length, 2, 80);
            assert_int_equal(anchor[length - 1], '.');
            assert_ptr_equal(strchr(anchor, '.'), anchor + length - 1);
            for (size_t other = 0; other < level; other++)
                assert_string_not_equal(anchor, rubric->axes[i].anchor[other]);
        }
}

/* The weights of GRADING, section 4; hello is nobody's business. */
static void has_the_agreed_rubric(const struct hs_plugin *plugin)
{
    static const struct {
        const char *kind, *axes;
    } agreed[] = {
        {"coding", "correctness 2 approach 2 communication 1 tests 1 "},
        {"ml_theory", "correctness 2 depth 2 assumptions 1 clarity 1 "},
        {"behavioral", "situation 1 actions 2 result 1 reflection 1 "},
    };
    struct buf axes;
    buf_init(&axes);
    for (size_t i = 0; i < plugin->rubric->axis_count; i++)
        buf_printf(&axes, "%s %u ", plugin->rubric->axes[i].id, plugin->rubric->axes[i].weight);
    for (size_t i = 0; i < sizeof agreed / sizeof *agreed; i++)
        if (strcmp(agreed[i].kind, plugin->kind) == 0)
            assert_string_equal(buf_text(&axes), agreed[i].axes);
    buf_finish(&axes);
}

static void plays_every_question(struct subject *subject)
{
    size_t played = 0;
    for (size_t i = 0; i < bank.count; i++) {
        if (strcmp(bank.questions[i]->kind, subject->plugin->kind) != 0)
            continue;
        play(subject, bank.questions[i], 3, 3, 2);
        played++;
    }
    assert_true(played > 0 || strcmp(subject->plugin->kind, "hello") == 0);
}

static void plays_every_size(struct subject *subject)
{
    struct question *question = largest_question(subject->plugin);
    play(subject, question, 0, 0, 0);
    play(subject, question, 1, 0, 0);
    play(subject, question, 2, 1, 0);
    play(subject, question, 2, 1, 1);
    play(subject, question, ROUND_SEATS_MAX, ROUND_SEATS_MAX, 0);
    play(subject, question, ROUND_SEATS_MAX, ROUND_SEATS_MAX, 63);
    question_unref(question);
}

/* The weakest axis is named, with its own advice, and not that of another. */
static void teaches_the_weakest_axis(struct subject *subject)
{
    struct question *question = largest_question(subject->plugin);
    const struct hs_rubric *rubric = subject->plugin->rubric;
    for (size_t weak = 0; weak < rubric->axis_count; weak++) {
        struct hs_result result = {.votes = 2, .score = 3};
        char expected[100];
        for (size_t i = 0; i < rubric->axis_count; i++)
            result.axis[i] = i == weak ? 1.5 : 4;
        open_round(subject, question, 1);
        plugin_result(subject->round, NOW, &result, 1, &subject->effects);
        snprintf(expected, sizeof expected, "Weakest: %s (1.5)", rubric->axes[weak].name);
        assert_true(said(subject, expected));
        assert_true(said(subject, "Next time, ") && said(subject, "To think on: "));
        close_round(subject);
    }
    question_unref(question);
}

/* Sent in parts, an answer gets the same private note once only. */
static void notes_once(struct subject *subject)
{
    struct question *question = largest_question(subject->plugin);
    size_t private;
    open_round(subject, question, 2);
    give_answer(subject, 1, "Nothing in it.");
    look(subject, &private);
    assert_int_equal(private, 1);
    give_answer(subject, 1, "Nothing in it, still.");
    look(subject, &private);
    assert_int_equal(private, 0);
    give_answer(subject, 0, "Nothing here, too.");
    look(subject, &private);
    assert_int_equal(private, 1);
    close_round(subject);
    question_unref(question);
}

static void check_plugin(const struct hs_plugin *plugin, const char *kind)
{
    struct subject subject = {.plugin = plugin};
    has_a_sound_descriptor(plugin, kind);
    has_short_anchors(plugin);
    has_the_agreed_rubric(plugin);
    plays_every_question(&subject);
    plays_every_size(&subject);
    if (strcmp(kind, "hello") == 0)
        return;
    teaches_the_weakest_axis(&subject);
    notes_once(&subject);
}

static void linked(void **state)
{
    const struct entry *entry = *state;
    check_plugin(entry->linked(), entry->kind);
}

static void loaded(void **state)
{
    const struct entry *entry = *state;
    const struct hs_plugin *plugin = plugin_acquire(host, entry->kind);
    assert_non_null(plugin);
    check_plugin(plugin, entry->kind);
    plugin_release(host, plugin);
}

int main(void)
{
    struct CMUnitTest tests[2 * ENTRIES];
    char names[2 * ENTRIES][60];
    for (size_t i = 0; i < 2 * ENTRIES; i++) {
        const struct entry *entry = &entries[i / 2];
        snprintf(names[i], sizeof names[i], "%s, %s", entry->kind, i % 2 ? "loaded" : "linked");
        tests[i] = (struct CMUnitTest){names[i], i % 2 ? loaded : linked, NULL, NULL,
                                       (void *)(uintptr_t)entry};
    }
    return cmocka_run_group_tests_name("plugins", tests, load_everything, free_everything);
}
