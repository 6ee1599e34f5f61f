/* The core as a whole over a world made of pretence: what fails is rolled back, what a plugin breaks is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/hall.h"
#include "core/place.h"

static const struct hs_axis axes[] = {
    {"a", "Aim", 1, {"1", "2", "3", "4", "5"}},
    {"b", "Breadth", 1, {"1", "2", "3", "4", "5"}},
    {"c", "Care", 1, {"1", "2", "3", "4", "5"}},
};
static const struct hs_rubric rubric = {"r", 3, axes};

struct fixture {
    struct world world;
    struct hall hall;
    struct bank bank;
    struct arena arena;
    struct effects effects;
    struct room_settings settings;
    int64_t now;
    size_t acquired;     /* plugins not yet released */
    const char *fails;   /* the part of the world that does not work now */
    int pose, result;    /* what the plugin's callbacks return */
};
static struct fixture *now; /* plugins get no context */

static int pose(const struct hs_round *round, const struct hs_host *host, struct hs_effects *effects)
{
    int said = host->say(effects, round->question->prompt);
    return now->pose ? now->pose : said;
}

static int result(const struct hs_round *round, const struct hs_result *results, size_t count,
                  const struct hs_host *host, struct hs_effects *effects)
{
    (void)round;
    (void)results;
    (void)count;
    int said = host->say(effects, "Well done.");
    return now->result ? now->result : said;
}

static const struct hs_plugin plugin = {
    .abi_major = HS_ABI_MAJOR, .abi_minor = HS_ABI_MINOR, .size = sizeof(struct hs_plugin),
    .kind = "coding", .title = "Coding", .summary = "code", .version = "1", .rubric = &rubric,
    .answer_seconds = 600, .vote_seconds = 300, .answer_advice = "Answer.",
    .grade_advice = "Grade.", .pose = pose, .result = result,
};

static bool broken(void *context, const char *part)
{
    const struct fixture *f = context;
    return f->fails && strcmp(f->fails, part) == 0;
}

static uint64_t world_member(void *context, const struct address *who, const char *name, int64_t at)
{
    (void)name;
    (void)at;
    uint64_t id = 1;
    for (const char *c = who->target; *c; c++)
        id = id * 31 + (unsigned char)*c;
    return broken(context, "member") ? 0 : id;
}

static int world_room(void *context, const struct address *place, uint64_t *id,
                      struct room_settings *settings)
{
    const struct fixture *f = context;
    *id = (uint64_t)place->target[1];
    *settings = f->settings;
    return broken(context, "room") ? -1 : 0;
}

static const struct bank *world_bank(void *context)
{
    const struct fixture *f = context;
    return &f->bank;
}

static int world_asked(void *context, uint64_t room, uint64_t member, const char *question)
{
    (void)room;
    (void)member;
    (void)question;
    return broken(context, "asked") ? -1 : 0;
}

static const struct hs_plugin *world_acquire(void *context, const char *kind)
{
    struct fixture *f = context;
    if (broken(context, "plugin") || strcmp(kind, plugin.kind) != 0)
        return NULL;
    f->acquired++;
    return &plugin;
}

static void world_release(void *context, const struct hs_plugin *released)
{
    struct fixture *f = context;
    assert_ptr_equal(released, &plugin);
    f->acquired--;
}

static const struct hs_plugin *world_plugin_at(void *context, size_t index)
{
    (void)context;
    return index == 0 ? &plugin : NULL;
}

static int world_board(void *context, uint64_t room, enum period period, const char *kind,
                       int64_t at, struct board_row *rows, size_t limit, size_t *count)
{
    (void)room, (void)period, (void)kind, (void)at, (void)rows, (void)limit;
    *count = 0;
    return broken(context, "board") ? -1 : 0;
}

static int world_standing(void *context, uint64_t room, enum period period, const char *kind,
                          uint64_t member, int64_t at, struct board_row *row)
{
    (void)room, (void)period, (void)kind, (void)member, (void)at;
    memset(row, 0, sizeof *row);
    return broken(context, "standing") ? -1 : 0;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct question *question = calloc(1, sizeof *question);
    assert_non_null(f);
    assert_non_null(question);
    now = f;
    f->world = (struct world){
        .context = f,
        .member = world_member,
        .room = world_room,
        .bank = world_bank,
        .asked = world_asked,
        .plugin_acquire = world_acquire,
        .plugin_release = world_release,
        .plugin_at = world_plugin_at,
        .board = world_board,
        .standing = world_standing,
    };
    f->settings = (struct room_settings){.prefix = "!", .reveal_names = true, .rounds_max = 3};
    f->now = 1000000;
    hall_init(&f->hall, &f->world);
    arena_init(&f->arena);
    bank_init(&f->bank);
    arena_init(&question->memory);
    question->references = 1;
    question->kind = "coding";
    question->pub = (struct hs_question){.id = "q1", .title = "Title", .prompt = "The prompt.",
                                         .level = "mid", .model_answer = "Model."};
    assert_int_equal(bank_add_take(&f->bank, question), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    hall_finish(&f->hall);
    assert_int_equal(f->acquired, 0);
    arena_finish(&f->arena);
    bank_finish(&f->bank);
    free(f);
    return 0;
}

/* One event; the session's part of it. */
static int apply(struct fixture *f, enum event_kind kind, const char *room, const char *who,
                 const char *text)
{
    struct event event = {
        .kind = kind, .at = f->now, .seed = 7, .room = {"script", "local", room},
        .who = {"script", "local", who}, .name = who, .bot_name = "hotseat", .text = text,
        .length = strlen(text),
    };
    arena_reset(&f->arena);
    effects_init(&f->effects, &f->arena);
    int done = hall_apply(&f->hall, &event, &f->effects);
    if (done == 0)
        hall_sweep(&f->hall);
    return done;
}

static void say(struct fixture *f, const char *who, const char *text)
{
    assert_int_equal(apply(f, EVENT_TEXT, "#prep", who, text), 0);
}

static void tell(struct fixture *f, const char *who, const char *text)
{
    assert_int_equal(apply(f, EVENT_TEXT, NULL, who, text), 0);
}

static void tick(struct fixture *f, int64_t at)
{
    f->now = at;
    assert_int_equal(apply(f, EVENT_CLOCK, NULL, "", ""), 0);
}

/* True if a message of the last event has the words in it. */
static bool said(const struct fixture *f, const char *words)
{
    for (const struct effect *e = f->effects.first; e; e = e->next) {
        struct buf plain;
        bool found = false;
        if (e->kind > EFFECT_REPLY)
            continue;
        buf_init(&plain);
        assert_int_equal(text_plain(e->as.message.bytes, e->as.message.size, &plain), 0);
        found = strstr(buf_text(&plain), words) != NULL;
        buf_finish(&plain);
        if (found)
            return true;
    }
    return false;
}

static size_t count(const struct fixture *f, enum effect_kind kind)
{
    size_t found = 0;
    for (const struct effect *e = f->effects.first; e; e = e->next)
        found += e->kind == kind;
    return found;
}

static void a_round_is_records_and_messages(void **state)
{
    struct fixture *f = *state;
    say(f, "ann", "!start coding");
    assert_true(said(f, "The prompt.") && said(f, "Round 1: 10:00 to answer."));
    assert_int_equal(count(f, RECORD_ROUND), 1);
    assert_int_equal(count(f, RECORD_SEAT), 1);
    assert_int_equal(count(f, RECORD_ASKED), 2); /* the room, and ann */
    assert_int_equal(count(f, RECORD_LOG), 2);
    say(f, "bob", "!join");
    assert_int_equal(count(f, EFFECT_SAY) + count(f, EFFECT_REPLY), 0);
    assert_int_equal(count(f, RECORD_SEAT), 1);
    tell(f, "ann", "one");
    assert_int_equal(count(f, RECORD_ANSWER), 1);
    assert_true(said(f, "Stored: 1 line, 3 bytes, code 7692c3ad"));
    tell(f, "bob", "two");
    assert_int_equal(count(f, RECORD_ANSWER), 1);
    assert_true(said(f, "answering is over, 2 answers"));
    tell(f, "ann", "!vote A 4 4 4 good");
    assert_int_equal(count(f, RECORD_BALLOT), 1);
    tell(f, "bob", "!vote A 2 2 2");
    assert_true(said(f, "Round 1 is over: Title") && said(f, "Well done."));
    assert_int_equal(count(f, RECORD_LEDGER), 4); /* two answers, two graders */
    assert_int_equal(f->hall.round_count, 0);
}

static void what_the_world_cannot_do_rolls_the_event_back(void **state)
{
    static const struct {
        const char *part, *room, *text;
    } cases[] = {
        {"member", "#prep", "!status"}, {"room", "#prep", "!status"}, {"room", "#new", "hello"},
        {"asked", "#prep", "!start coding"}, {"plugin", "#prep", "!start coding"},
        {"board", "#prep", "!top"}, {"standing", "#prep", "!me"}, {"member", NULL, "an answer"},
    };
    struct fixture *f = *state;
    say(f, "ann", "hello");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->fails = cases[i].part;
        assert_int_equal(apply(f, EVENT_TEXT, cases[i].room, "ann", cases[i].text), -1);
        f->fails = NULL;
        hall_forget(&f->hall);
        assert_int_equal(f->acquired, 0);
    }
    /* And all is well again. */
    say(f, "ann", "!start coding");
    assert_true(said(f, "The prompt."));
}

static void a_plugin_that_cannot_pose_ends_its_round(void **state)
{
    struct fixture *f = *state;
    f->pose = HS_EFAILED;
    say(f, "ann", "!start coding");
    assert_false(said(f, "The prompt.")); /* what a failed callback said is thrown away */
    assert_true(said(f, "Round 1 is over without scores: its plugin could not pose the question."));
    assert_int_equal(f->hall.round_count, 0);
    assert_int_equal(f->acquired, 0);
}

static void a_plugin_that_cannot_say_its_result_costs_no_scores(void **state)
{
    struct fixture *f = *state;
    say(f, "ann", "!start coding");
    tell(f, "ann", "one");
    say(f, "bob", "hello");
    tell(f, "bob", "two");
    tell(f, "ann", "!vote A 4 4 4");
    f->result = HS_EFAILED;
    tell(f, "bob", "!vote A 4 4 4");
    assert_true(said(f, "Round 1 is over: Title"));
    assert_false(said(f, "Well done."));
    assert_true(said(f, "the Coding plugin failed, so its advice is missing. The scores stand."));
    assert_int_equal(count(f, RECORD_LEDGER), 4);
}

static void a_round_without_its_plugin_ends_at_once(void **state)
{
    struct fixture *f = *state;
    say(f, "ann", "!start coding");
    world_release(f, f->hall.rounds[0]->plugin);
    f->hall.rounds[0]->plugin = NULL;
    assert_true(hall_deadline(&f->hall) > 0 && hall_deadline(&f->hall) <= f->now);
    tick(f, f->now);
    assert_true(said(f, "its plugin or its question is no longer there"));
}

static void a_round_the_clock_is_stuck_at_is_given_up(void **state)
{
    struct fixture *f = *state;
    say(f, "ann", "!start coding gather:30s");
    f->now += 40000;
    arena_reset(&f->arena);
    effects_init(&f->effects, &f->arena);
    assert_int_equal(hall_abandon(&f->hall, f->now, &f->effects), 0);
    assert_true(said(f, "something went wrong on my side, and I am sorry"));
    hall_sweep(&f->hall);
    assert_int_equal(hall_deadline(&f->hall), 0);
    effects_init(&f->effects, &f->arena);
    assert_int_equal(hall_abandon(&f->hall, f->now, &f->effects), 0);
    assert_int_equal(f->effects.count, 0);
}

static void a_full_round_takes_nobody_else(void **state)
{
    struct fixture *f = *state;
    char name[16];
    say(f, "ann", "!start coding");
    for (int i = 1; i < ROUND_SEATS_MAX; i++) {
        snprintf(name, sizeof name, "p%d", i);
        say(f, name, "!join");
    }
    say(f, "late", "!join");
    assert_true(said(f, "Round 1 is full (64 seats). The next one is yours."));
    tell(f, "late", "an answer");
    assert_true(said(f, "Round 1 is full (64 seats), so I could not take your answer."));
    assert_int_equal(count(f, RECORD_ANSWER), 0);
    /* All of them answer, and all get all other answers, within the bound of one event. */
    for (int i = 1; i < ROUND_SEATS_MAX; i++) {
        snprintf(name, sizeof name, "p%d", i);
        tell(f, name, "an answer");
    }
    tell(f, "ann", "the last answer");
    assert_true(said(f, "answering is over, 64 answers"));
    assert_int_equal(count(f, EFFECT_TELL), 1 + 64 * 64); /* a receipt; 64 times 63 answers and how to grade */
    tell(f, "p1", "!vote BK 3 3 3");
    assert_true(said(f, "Stored: BK 3 3 3"));
    tell(f, "p1", "!vote BL 3 3 3");
    assert_true(said(f, "You have no answer of that letter. Yours to grade: A to BK."));
}

static void presence_follows_the_network(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(apply(f, EVENT_ENTER, "#prep", "ann", ""), 0);
    assert_int_equal(apply(f, EVENT_ENTER, "#prep", "bob", ""), 0);
    tell(f, "ann", "!status");
    assert_true(said(f, "Say !start coding in the room"));
    assert_int_equal(apply(f, EVENT_LEAVE, "#prep", "ann", ""), 0);
    tell(f, "ann", "!status");
    assert_true(said(f, "I see you in none of my rooms."));
    assert_int_equal(apply(f, EVENT_LEAVE, NULL, "bob", ""), 0);
    tell(f, "bob", "!status");
    assert_true(said(f, "I see you in none of my rooms."));
    say(f, "ann", "hello");
    assert_int_equal(apply(f, EVENT_RESET, "#prep", "", ""), 0);
    tell(f, "ann", "!status");
    assert_true(said(f, "I see you in none of my rooms."));
}

static void a_reload_changes_the_room_at_its_next_word(void **state)
{
    struct fixture *f = *state;
    say(f, "ann", "!status");
    assert_true(said(f, "No round is open here."));
    snprintf(f->settings.prefix, sizeof f->settings.prefix, ".");
    say(f, "ann", "!status");
    assert_int_equal(f->effects.count, 0);
    say(f, "ann", ".status");
    assert_true(said(f, ".start coding opens one."));
    f->settings.named_only = true;
    say(f, "ann", "hotseat: status");
    assert_true(said(f, "hotseat: start coding opens one."));
    struct address ann = {"script", "net", "ann"};
    assert_string_equal(place_prefix(&f->hall, 'p', &ann), ".");
    assert_string_equal(place_prefix(&f->hall, 99, &ann), "!");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_round_is_records_and_messages),
        T(what_the_world_cannot_do_rolls_the_event_back),
        T(a_plugin_that_cannot_pose_ends_its_round),
        T(a_plugin_that_cannot_say_its_result_costs_no_scores),
        T(a_round_without_its_plugin_ends_at_once),
        T(a_round_the_clock_is_stuck_at_is_given_up),
        T(a_full_round_takes_nobody_else),
        T(presence_follows_the_network),
        T(a_reload_changes_the_room_at_its_next_word),
    };
    return cmocka_run_group_tests_name("hall", tests, NULL, NULL);
}
