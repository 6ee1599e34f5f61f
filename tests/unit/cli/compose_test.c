/* Reloading a running bot: questions and plugins change under an open round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/compose.h"
#include "transport/script/script.h"
#include "util/buf.h"
#include "util/log.h"

#define ROOM "#prep"

struct bot {
    char dir[64], plugins[80], questions[80];
    struct compose compose;
    struct transport *transport;
    int64_t now;
    struct buf seen; /* by everyone since the last look */
};

static int64_t clock_now(void *context)
{
    return ((struct bot *)context)->now;
}

static uint64_t draw(void *context)
{
    (void)context;
    return 1;
}

static void room_settings(void *context, const struct address *place, struct room_settings *out)
{
    (void)context;
    (void)place;
    compose_room_defaults(out);
}

static void saw(void *context, const char *room, const char *person, const char *plain)
{
    struct bot *bot = context;
    (void)room;
    (void)person;
    buf_printf(&bot->seen, "%s\n", plain);
}

/* ---- files ---- */

static void write_file(const char *dir, const char *name, const char *data, size_t size)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
}

static void install(const struct bot *bot, const char *plugin, const char *name)
{
    char path[4096], bytes[512 * 1024];
    const char *build = getenv("HOTSEAT_BUILD");
    snprintf(path, sizeof path, "%s/tests/plugins/%s.so", build ? build : "build", plugin);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_in_range(size, 1, sizeof bytes - 1);
    fclose(file);
    write_file(bot->plugins, name, bytes, size);
}

static void write_question(const struct bot *bot, const char *prompt)
{
    struct buf json;
    buf_init(&json);
    buf_printf(&json,
               "{\"format\":1,\"pack\":\"one\",\"version\":1,\"licence\":\"MIT\",\"source\":\"test\","
               "\"kinds\":{\"good\":[\"first\",\"second\",\"third\"]},\"questions\":[{\"id\":\"good-1\","
               "\"kind\":\"good\",\"title\":\"Title\",\"prompt\":\"%s\",\"level\":\"mid\","
               "\"difficulty\":1,\"topics\":[\"t\"],\"mistakes\":[\"none\"],"
               "\"model_answer\":\"This is the model answer.\","
               "\"hints\":[{\"text\":\"one\",\"cost\":1},{\"text\":\"two\",\"cost\":1}],"
               "\"follow_ups\":[{\"text\":\"one?\",\"axis\":\"first\"},{\"text\":\"two?\",\"axis\":\"first\"}],"
               "\"rubric\":[",
               prompt);
    for (int i = 0; i < 3; i++)
        buf_printf(&json,
                   "%s{\"axis\":\"%s\",\"five\":\"five\",\"three\":\"three\",\"one\":\"one\"}",
                   i ? "," : "", i == 0 ? "first" : i == 1 ? "second" : "third");
    buf_puts(&json, "]}]}");
    write_file(bot->questions, "pack.json", json.data, json.length);
    buf_finish(&json);
}

/* ---- life ---- */

static int set_up(void **state)
{
    struct error error;
    struct bot *bot = calloc(1, sizeof *bot);
    assert_non_null(bot);
    log_set_fd(-1);
    bot->now = INT64_C(1767607200000);
    snprintf(bot->dir, sizeof bot->dir, "/tmp/hotseat-compose.XXXXXX");
    assert_non_null(mkdtemp(bot->dir));
    snprintf(bot->plugins, sizeof bot->plugins, "%s/plugins", bot->dir);
    snprintf(bot->questions, sizeof bot->questions, "%s/questions", bot->dir);
    assert_int_equal(mkdir(bot->plugins, 0755), 0);
    assert_int_equal(mkdir(bot->questions, 0755), 0);
    install(bot, "good", "good.so");
    write_question(bot, "The first question.");
    struct compose_options options = {
        .database = ":memory:",
        .plugins = bot->plugins,
        .questions = bot->questions,
        .clock = {bot, clock_now},
        .chance = {bot, draw},
        .settings = room_settings,
        .settings_context = bot,
    };
    if (compose_open(&bot->compose, &options, &error))
        fail_msg("%s", error.why);
    bot->transport =
        script_transport_create("script", "local", session_sink(bot->compose.session), saw, bot);
    assert_non_null(bot->transport);
    assert_int_equal(session_add_transport(bot->compose.session, bot->transport), 0);
    bot->transport->ops->start(bot->transport, &error);
    *state = bot;
    return 0;
}

static int tear_down(void **state)
{
    struct bot *bot = *state;
    char path[200];
    compose_close(&bot->compose);
    bot->transport->ops->destroy(bot->transport);
    snprintf(path, sizeof path, "%s/good.so", bot->plugins);
    unlink(path);
    snprintf(path, sizeof path, "%s/pack.json", bot->questions);
    unlink(path);
    rmdir(bot->plugins);
    rmdir(bot->questions);
    rmdir(bot->dir);
    buf_finish(&bot->seen);
    free(bot);
    return 0;
}

static void settle(struct bot *bot)
{
    for (int i = 0; i < 50; i++)
        session_turn(bot->compose.session);
}

static void say(struct bot *bot, const char *person, const char *text)
{
    script_say(bot->transport, ++bot->now, ROOM, person, text, strlen(text));
    settle(bot);
}

static void tell(struct bot *bot, const char *person, const char *text)
{
    script_tell(bot->transport, ++bot->now, person, text, strlen(text));
    settle(bot);
}

/* Whether this was seen since the last look. */
static void look(struct bot *bot, const char *expected)
{
    if (!strstr(buf_text(&bot->seen), expected))
        fail_msg("not seen: %s\nbut: %s", expected, buf_text(&bot->seen));
    buf_clear(&bot->seen);
}

static void start(struct bot *bot, const char *question)
{
    say(bot, "ann", "!start good answer:2m vote:2m");
    look(bot, question);
    say(bot, "bob", "!join");
}

static void finish(struct bot *bot, const char *result)
{
    tell(bot, "ann", "an answer of ann");
    tell(bot, "bob", "an answer of bob");
    bot->now += 120 * 1000;
    settle(bot);
    tell(bot, "ann", "!vote A 3 3 3");
    tell(bot, "bob", "!vote A 3 3 3");
    bot->now += 120 * 1000;
    settle(bot);
    look(bot, result);
    assert_int_equal(session_open_rounds(bot->compose.session), 0);
}

/* ---- tests ---- */

static int reload(struct bot *bot, struct error *error)
{
    struct compose *compose = &bot->compose;
    return compose_reload(compose, compose->plugin_dir, compose->question_dir, error);
}

static void an_open_round_keeps_its_version_and_its_question(void **state)
{
    struct bot *bot = *state;
    struct error error;
    start(bot, "The first question.");
    install(bot, "good_2", "good.so");
    write_question(bot, "The first question, in better words.");
    if (reload(bot, &error))
        fail_msg("%s", error.why);
    finish(bot, "Result of version 1.");
    start(bot, "in better words.");
    finish(bot, "Result of version 2.");
}

static void a_mistake_in_a_pack_leaves_the_last_good_bank(void **state)
{
    struct bot *bot = *state;
    struct error error;
    write_file(bot->questions, "pack.json", "{ oh", 4);
    install(bot, "good_2", "good.so");
    assert_int_equal(reload(bot, &error), -1);
    assert_non_null(strstr(error.why, "1 problem in the questions; hotseat questions check"));
    start(bot, "The first question.");
    finish(bot, "Result of version 2."); /* the plugin is new all the same */
    write_question(bot, "It is mended.");
    assert_int_equal(reload(bot, &error), 0);
    start(bot, "It is mended.");
}

static void a_spoilt_plugin_leaves_the_last_good_one(void **state)
{
    struct bot *bot = *state;
    struct error error;
    install(bot, "weight_zero", "good.so");
    assert_int_equal(reload(bot, &error), 0);
    start(bot, "The first question.");
    finish(bot, "Result of version 1.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_open_round_keeps_its_version_and_its_question),
        TEST(a_mistake_in_a_pack_leaves_the_last_good_bank),
        TEST(a_spoilt_plugin_leaves_the_last_good_one),
    };
    return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
