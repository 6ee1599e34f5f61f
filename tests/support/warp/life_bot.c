#include "warp/life_bot.h"

#include <curl/curl.h>
#include <ctype.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_irc.h"
#include "transport/irc/irc_render.h"
#include "transport/irc/irc_transport.h"
#include "util/buf.h"
#include "util/hash.h"
#include "warp/warp.h"

#include <setjmp.h>
#include <cmocka.h>

#define ROOM LIFE_PEOPLE /* index of the room in `heard` */

/* What was posted and is not known to be sent: its words without spaces. */
struct life_post {
    struct life_post *next;
    int64_t id;
    size_t target; /* in `heard`; SIZE_MAX = neither the room nor a member */
    char words[];
};

void life_bot_trouble(struct life_bot *bot, const char *format, ...)
{
    va_list args;
    if (bot->trouble[0])
        return;
    va_start(args, format);
    vsnprintf(bot->trouble, sizeof bot->trouble, format, args);
    va_end(args);
}

/* ---- words ---- */

static void add_words(struct buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isspace((unsigned char)text[i]))
            buf_putc(out, text[i]);
}

static int on_rendered(void *context, const char *line, size_t length)
{
    add_words(context, line, length);
    return 0;
}

/* "zq3r17" is what member 3 wrote in round 17. */
int life_token_author(const char *text, unsigned *round)
{
    const char *at = strstr(text, "zq");
    unsigned author;
    if (!at || sscanf(at, "zq%ur%u", &author, round) != 2 || author >= LIFE_MEMBERS)
        return -1;
    return (int)author;
}

static size_t target_of(const struct life_bot *bot, const struct outbound *message)
{
    if (!message->private_talk)
        return ROOM;
    const char *account = strrchr(message->target, ':');
    account = account ? account + 1 : message->target;
    for (size_t i = 0; i < LIFE_MEMBERS; i++)
        if (strcmp(bot->net->person[i].account, account) == 0)
            return i;
    return SIZE_MAX;
}

/* ---- what must hold of each message ---- */

static bool is_over(struct life_bot *bot, unsigned round)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM round WHERE id = %u AND phase NOT IN ('gather','answer','vote')", round);
    return life_bot_number(bot, sql) == 1;
}

/* Of what others wrote nobody sees who it was, and the room sees nothing, before the round is over. */
static void check_blind(struct life_bot *bot, size_t target, const char *words)
{
    unsigned round;
    for (const char *at = words; (at = strstr(at, "zq")); at++) {
        int author = life_token_author(at, &round);
        if (author < 0 || (size_t)author == target || is_over(bot, round))
            continue;
        if (target == ROOM || strstr(words, bot->net->person[author].name))
            life_bot_trouble(bot, "too early, for %zu: %.500s", target, words);
    }
}

void life_bot_heard(struct life_bot *bot, const struct life_person *person, const char *text)
{
    size_t target = person ? (size_t)(person - bot->net->person) : ROOM;
    struct buf words;
    buf_init(&words);
    add_words(&words, text, strlen(text));
    const char *line = buf_text(&words);
    /* A line of a message for a member reaches nobody else, nor whoever has their nick. */
    bool meant = false, other = false;
    bool stranger = person && !person->logged_in;
    for (const struct life_post *one = bot->posts; one && words.length > 12; one = one->next) {
        bool fits = strstr(one->words, line) != NULL;
        meant |= fits && (one->target == SIZE_MAX || (one->target == target && !stranger));
        other |= fits && one->target < LIFE_MEMBERS;
    }
    if (other && !meant)
        life_bot_trouble(bot, "%s sees what is for somebody else: %s",
                         person ? person->nick : "the room", text);
    char *heard = bot->heard[target];
    size_t used = strlen(heard);
    if (used + words.length + 1 > LIFE_HEARD_MAX) {
        memmove(heard, heard + used / 2, used - used / 2 + 1);
        used = strlen(heard);
    }
    memcpy(heard + used, line, words.length + 1);
    buf_finish(&words);
}

/* ---- between the session and the transport ---- */

static struct life_post **find_post(struct life_bot *bot, int64_t id)
{
    struct life_post **link = &bot->posts;
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

static void drop_post(struct life_bot *bot, int64_t id)
{
    struct life_post **link = find_post(bot, id), *post = *link;
    assert_non_null(post);
    *link = post->next;
    free(post);
}

static struct life_bot *bot_of(struct transport *transport)
{
    return (struct life_bot *)((char *)transport - offsetof(struct life_bot, transport));
}

static enum post_result post(struct transport *transport, const struct outbound *message)
{
    struct life_bot *bot = bot_of(transport);
    struct buf words;
    if (message->id == 0)
        return bot->inner->ops->post(bot->inner, message);
    buf_init(&words);
    assert_int_equal(irc_render(message->bytes, message->size, 100000, false, on_rendered, &words), 0);
    struct life_post *kept = malloc(sizeof *kept + words.length + 1);
    assert_non_null(kept);
    *kept = (struct life_post){bot->posts, message->id, target_of(bot, message)};
    memcpy(kept->words, buf_text(&words), words.length + 1);
    check_blind(bot, kept->target, kept->words);
    buf_finish(&words);
    bot->posts = kept;
    enum post_result result = bot->inner->ops->post(bot->inner, message);
    if (result == POST_TAKEN)
        bot->posted++;
    else
        drop_post(bot, message->id);
    return result;
}

static void stop(struct transport *transport, int ms, void (*done)(void *context), void *context)
{
    struct life_bot *bot = bot_of(transport);
    bot->inner->ops->stop(bot->inner, ms, done, context);
}

static const struct transport_ops ops = {.name = "irc", .post = post, .stop = stop};

/* It counts as sent: then whoever it was for has seen all of it. */
static void on_sent(void *context, int64_t id)
{
    struct life_bot *bot = context;
    const struct life_post *post_sent = *find_post(bot, id);
    assert_non_null(post_sent);
    if (post_sent->target != SIZE_MAX && !strstr(bot->heard[post_sent->target], post_sent->words))
        life_bot_trouble(bot, "message %lld for %zu counts as sent and was not seen: %.800s",
                         (long long)id, post_sent->target, post_sent->words);
    drop_post(bot, id);
    bot->sent++;
    const struct transport_sink *sink = session_sink(bot->parts.session);
    sink->sent(sink->context, id);
}

static void on_lost(void *context, int64_t id)
{
    struct life_bot *bot = context;
    drop_post(bot, id);
    bot->lost++;
    const struct transport_sink *sink = session_sink(bot->parts.session);
    sink->lost(sink->context, id);
}

static int on_event(void *context, const struct event *event)
{
    const struct transport_sink *sink = session_sink(((struct life_bot *)context)->parts.session);
    return sink->event(sink->context, event);
}

static int on_recall(void *context, const char *transport, const char *network, const char *prefix,
                     note_fn *note, void *note_context)
{
    const struct transport_sink *sink = session_sink(((struct life_bot *)context)->parts.session);
    return sink->recall(sink->context, transport, network, prefix, note, note_context);
}

static void on_ready(void *context, const char *transport, const char *network)
{
    const struct transport_sink *sink = session_sink(((struct life_bot *)context)->parts.session);
    sink->ready(sink->context, transport, network);
}

static void on_wake(void *context)
{
    const struct transport_sink *sink = session_sink(((struct life_bot *)context)->parts.session);
    sink->wake(sink->context);
}

/* ---- life ---- */

static void room_settings(void *context, const struct address *place, struct room_settings *settings)
{
    (void)context;
    (void)place;
    compose_room_defaults(settings);
}

static void make_place(struct life_bot *bot)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(bot->directory, sizeof bot->directory, "%s/life-XXXXXX", base);
    assert_non_null(mkdtemp(bot->directory));
    snprintf(bot->database, sizeof bot->database, "%s/life.db", bot->directory);
    for (size_t i = 0; i <= LIFE_PEOPLE; i++) {
        bot->heard[i] = calloc(1, LIFE_HEARD_MAX + 1);
        assert_non_null(bot->heard[i]);
    }
}

static uint64_t draw(void *context)
{
    struct life_bot *bot = context;
    return random_next(&bot->chance);
}

static void compose(struct life_bot *bot)
{
    struct error error;
    const char *build = getenv("HOTSEAT_BUILD"), *top = getenv("HOTSEAT_TOP");
    char plugins[512], questions[512];
    snprintf(plugins, sizeof plugins, "%s/plugins", build ? build : "build");
    snprintf(questions, sizeof questions, "%s/tests/data/pack", top ? top : ".");
    struct compose_options options = {.database = bot->database, .plugins = plugins,
                                      .questions = questions, .clock = compose_clock(),
                                      .chance = {bot, draw}, .settings = room_settings};
    if (compose_open(&bot->parts, &options, &error))
        fail_msg("the bot cannot be made: %s", error.why);
}

void life_bot_up(struct life_bot *bot, uv_loop_t *loop, struct life_net *net, unsigned port,
                 uint64_t seed)
{
    static char network[] = "net", host[] = LIFE_HOST, nick[] = "hotseat", room[] = LIFE_ROOM;
    struct error error;
    memset(bot, 0, sizeof *bot);
    bot->loop = loop;
    bot->net = net;
    bot->chance = seed;
    make_place(bot);
    compose(bot);
    bot->settings = (struct irc_settings){
        .network = network, .servers = {{.host = host, .port = port}}, .server_count = 1, .nick = nick,
        .user = nick, .realname = nick, .channels = {room}, .channel_count = 1, .flood_burst = 10,
        .flood_ms = 200};
    bot->sink = (struct transport_sink){bot, on_event, on_recall, on_sent, on_lost, on_ready, on_wake};
    bot->inner = irc_transport_create(loop, &bot->settings, &bot->sink, &error);
    assert_non_null(bot->inner);
    bot->transport = (struct transport){&ops, network};
    assert_int_equal(session_add_transport(bot->parts.session, &bot->transport), 0);
    assert_int_equal(pump_init(&bot->pump, loop, bot->parts.session, compose_clock(), NULL, NULL), 0);
    assert_int_equal(bot->inner->ops->start(bot->inner, &error), 0);
    assert_int_equal(sqlite3_open(bot->database, &bot->look), SQLITE_OK);
    sqlite3_busy_timeout(bot->look, 1000);
}

static void on_stopped(void *context)
{
    *(bool *)context = true;
}

static bool is_true(void *context)
{
    return *(bool *)context;
}

void life_bot_down(struct life_bot *bot)
{
    char path[160];
    bool stopped = false;
    bot->inner->ops->stop(bot->inner, 1500, on_stopped, &stopped);
    assert_true(warp_run(bot->loop, 10000, is_true, &stopped));
    session_turn(bot->parts.session);
    pump_close(&bot->pump);
    bot->inner->ops->destroy(bot->inner);
    warp_run(bot->loop, 10, NULL, NULL);
    compose_close(&bot->parts);
    sqlite3_close(bot->look);
    assert_null(bot->posts);
    for (size_t i = 0; i <= LIFE_PEOPLE; i++)
        free(bot->heard[i]);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", bot->database, ends[i]);
        unlink(path);
    }
    rmdir(bot->directory);
}

long long life_bot_number(struct life_bot *bot, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    long long number = -1;
    if (sqlite3_prepare_v2(bot->look, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}
