#include "warp/irc_stand.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "transport/irc/irc_state.h"
#include "transport/irc/irc_transport.h"
#include "util/log.h"
#include "util/utf8.h"
#include "warp/wire.h"

#define HOUR_MS 3600000

/* ---- what the transport tells ---- */

static int on_event(void *context, const struct event *event)
{
    struct irc_stand *stand = context;
    assert_false(stand->posting || stand->stopped);
    assert_true(utf8_valid(event->text, event->length) && event->length <= EVENT_TEXT_MAX);
    assert_true(strlen(event->name) <= EVENT_NAME_MAX && utf8_valid(event->name, strlen(event->name)));
    assert_true(strlen(event->who.target) <= EVENT_TARGET_MAX);
    stand->texts += event->kind == EVENT_TEXT;
    stand->enters += event->kind == EVENT_ENTER;
    stand->leaves += event->kind == EVENT_LEAVE;
    stand->resets += event->kind == EVENT_RESET;
    if (event->kind == EVENT_TEXT) {
        snprintf(stand->text, sizeof stand->text, "%.*s", (int)event->length, event->text);
        snprintf(stand->account, sizeof stand->account, "%s", event->who.target);
    }
    return 0;
}

static int on_recall(void *context, const char *transport, const char *network, const char *prefix,
                     note_fn *note, void *note_context)
{
    (void)context;
    (void)transport;
    (void)network;
    (void)prefix;
    (void)note;
    (void)note_context;
    return 0;
}

static void told(struct irc_stand *stand, int64_t id)
{
    assert_true(id >= 1 && id <= stand->posts);
    assert_int_equal(stand->fate[id], 1);
    stand->fate[id] = 2;
}

static void on_sent(void *context, int64_t id)
{
    struct irc_stand *stand = context;
    told(stand, id);
    stand->sent++;
}

static void on_lost(void *context, int64_t id)
{
    struct irc_stand *stand = context;
    assert_false(stand->posting);
    told(stand, id);
    stand->lost++;
}

static void on_ready(void *context, const char *transport, const char *network)
{
    struct irc_stand *stand = context;
    (void)transport;
    (void)network;
    stand->ready++;
}

static void on_wake(void *context)
{
    (void)context;
}

/* ---- time ---- */

struct waiting {
    struct irc_stand *stand;
    irc_stand_fits_fn *fits;
};

static bool look(void *context)
{
    const struct waiting *waiting = context;
    struct irc_stand *stand = waiting->stand;
    while (stand->visits < fake_irc_visits(stand->fake)) {
        assert_true(stand->visits < IRC_STAND_VISITS);
        stand->visit_at[stand->visits++] = warp_moved();
    }
    return waiting->fits && waiting->fits(stand);
}

bool irc_stand_until(struct irc_stand *stand, int64_t ms, irc_stand_fits_fn *fits)
{
    struct waiting waiting = {stand, fits};
    return warp_run(&stand->loop, ms, look, &waiting);
}

void irc_stand_pass(struct irc_stand *stand, int64_t ms)
{
    irc_stand_until(stand, ms, NULL);
}

/* ---- what happens ---- */

void irc_stand_send(struct irc_stand *stand, const char *bytes, size_t length)
{
    if (fake_irc_connected(stand->fake))
        fake_irc_send(stand->fake, bytes, length);
    irc_stand_pass(stand, 0);
}

void irc_stand_say(struct irc_stand *stand, const char *format, ...)
{
    char line[4096];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line - 2, format, args);
    va_end(args);
    assert_in_range(length, 0, sizeof line - 3);
    memcpy(line + length, "\r\n", 2);
    irc_stand_send(stand, line, (size_t)length + 2);
}

void irc_stand_repeat(struct irc_stand *stand, unsigned times, const char *line)
{
    size_t length = strlen(line);
    char *bytes = malloc(times * (length + 2) + 1);
    assert_non_null(bytes);
    for (unsigned i = 0; i < times; i++) {
        memcpy(bytes + i * (length + 2), line, length);
        memcpy(bytes + i * (length + 2) + length, "\r\n", 2);
    }
    irc_stand_send(stand, bytes, times * (length + 2));
    free(bytes);
}

static enum post_result post(struct irc_stand *stand, bool private_talk, const char *words)
{
    struct text text;
    size_t size;
    text_init(&text);
    text_paragraph(&text);
    text_put(&text, words);
    const char *bytes = text_bytes(&text, &size);
    assert_true(stand->posts + 1 < IRC_STAND_POSTS);
    int id = ++stand->posts;
    struct outbound message = {.id = id, .target = private_talk ? stand->account : "#prep",
                               .private_talk = private_talk, .bytes = bytes, .size = size};
    stand->posting = true;
    stand->fate[id] = 1;
    enum post_result result = stand->transport->ops->post(stand->transport, &message);
    if (result != POST_TAKEN)
        stand->fate[id] = 0;
    stand->posting = false;
    text_finish(&text);
    return result;
}

enum post_result irc_stand_post(struct irc_stand *stand, bool private_talk)
{
    return post(stand, private_talk, "words to say");
}

enum post_result irc_stand_post_text(struct irc_stand *stand, const char *words)
{
    return post(stand, false, words);
}

void irc_stand_works(struct irc_stand *stand)
{
    static unsigned number;
    char probe[32];
    bool heard = false;
    for (int64_t end = warp_moved() + HOUR_MS; !heard && warp_moved() < end;) {
        snprintf(probe, sizeof probe, "probe %u", ++number);
        irc_stand_say(stand, "\r\n:zoe%u!z@z PRIVMSG #prep :%s", number, probe);
        heard = strcmp(stand->text, probe) == 0 && irc_stand_post(stand, false) == POST_TAKEN;
        int id = stand->posts;
        irc_stand_pass(stand, 1000);
        heard = heard && stand->fate[id] == 2;
    }
    assert_true(heard);
    irc_stand_bounded(stand);
}

void irc_stand_backed_off(const struct irc_stand *stand, unsigned from)
{
    int64_t due = 1000;
    for (unsigned i = from; i < stand->visits; i++) {
        assert_true(i == 0 || stand->visit_at[i] - stand->visit_at[i - 1] >= due);
        due = due * 2 < 300000 ? due * 2 : 300000;
    }
}

void irc_stand_bounded(const struct irc_stand *stand)
{
    const struct irc *irc = (const struct irc *)stand->transport;
    assert_true(irc->people.count <= IRC_PEOPLE_MAX);
    assert_true(irc->flood.queue.lines <= IRC_FLOOD_LINES_MAX + 100);
}

/* ---- life ---- */

static void on_wire(void *context, int fd)
{
    struct irc_stand *stand = context;
    fake_irc_adopt(stand->fake, fd);
}

static bool is_ready(struct irc_stand *stand)
{
    return stand->ready > 0;
}

void irc_stand_start(struct irc_stand *stand)
{
    struct error error;
    stand->transport =
        irc_transport_create(&stand->loop, &stand->settings, &stand->sink, &error);
    assert_non_null(stand->transport);
    assert_int_equal(stand->transport->ops->start(stand->transport, &error), 0);
}

int irc_stand_make(void **state)
{
    static char network[] = "net", host[] = "127.0.0.1", nick[] = "hotseat", prep[] = "#prep";
    struct irc_stand *stand = calloc(1, sizeof *stand);
    assert_non_null(stand);
    log_set_fd(-1);
    signal(SIGPIPE, SIG_IGN); /* of the server; what the bot does about it has a test of its own */
    curl_global_init(CURL_GLOBAL_DEFAULT);
    assert_int_equal(uv_loop_init(&stand->loop), 0);
    stand->fake = fake_irc_create(&stand->loop);
    wire_take(fake_irc_port(stand->fake), NULL, on_wire, stand);
    stand->sink = (struct transport_sink){stand, on_event, on_recall, on_sent, on_lost, on_ready, on_wake};
    stand->settings = (struct irc_settings){
        .network = network, .servers = {{host, fake_irc_port(stand->fake), false}}, .server_count = 1,
        .nick = nick, .user = nick, .realname = nick, .channels = {prep}, .channel_count = 1,
        .flood_burst = 100};
    *state = stand;
    return 0;
}

int irc_stand_setup(void **state)
{
    irc_stand_make(state);
    irc_stand_start(*state);
    assert_true(irc_stand_until(*state, HOUR_MS, is_ready));
    irc_stand_pass(*state, 100); /* what the bot asks when it has joined is answered */
    return 0;
}

static void on_stopped(void *context)
{
    struct irc_stand *stand = context;
    stand->stopped = true;
}

static bool is_stopped(struct irc_stand *stand)
{
    return stand->stopped;
}

int irc_stand_teardown(void **state)
{
    struct irc_stand *stand = *state;
    if (stand->transport) {
        stand->transport->ops->stop(stand->transport, 1500, on_stopped, stand);
        assert_true(irc_stand_until(stand, 5000, is_stopped));
        stand->transport->ops->destroy(stand->transport);
    }
    for (int id = 1; id <= stand->posts; id++)
        assert_int_not_equal(stand->fate[id], 1);
    wire_leave();
    fake_irc_destroy(stand->fake);
    warp_run(&stand->loop, 10, NULL, NULL);
    assert_int_equal(uv_loop_close(&stand->loop), 0);
    free(stand);
    return 0;
}
