/*
 * The IRC transport, libircclient behind it, on whatever a server sends. Only the
 * network is pretended: irc_link.h is implemented here, with the real splitter.
 * The bytes come in as they are; IRC_ORDER and a letter stands for what happens
 * between them (obey()). In the end the bot must hear what is said on the
 * connection it has, and on a new one; it must have told what became of each
 * message; and nothing that it sent may be more than one line.
 */
#include "fuzz.h"

#include <string.h>

#include "core/text.h"
#include "irc_grammar.h"
#include "transport/irc/irc_split.h"
#include "transport/irc/irc_transport.h"
#include "transport/irc/irc_link.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/utf8.h"
#include "warp/warp.h"

#define POSTS_MAX 400
#define HOUR_MS 3600000
#define MORE_LINES 400

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* ---- the link that is pretended ---- */

struct irc_link {
    struct irc_link_events events;
    struct irc_split in;
    uv_timer_t timer;
    bool opened, up, ready; /* asked for; connected; has sent a JOIN */
    bool tls;               /* would be spoken */
    bool mute;              /* PINGs are not answered by themselves */
    unsigned lines;         /* sent in answer to the bytes under way */
    int64_t closed_at;
    char ping[512];         /* the last one of the bot */
    char asked[512];        /* the capabilities it asked for last, "" once they are confirmed */
    bool logs_in;           /* it has begun SASL */
    void (*gone)(void *context);
    void *gone_context;
};

static struct irc_link *link_now;
static uint64_t lines_fed, inputs;

struct irc_link *irc_link_create(uv_loop_t *loop, const struct irc_settings *settings,
                                 const struct irc_link_events *events)
{
    struct irc_link *link = calloc(1, sizeof *link);
    (void)settings;
    MUST(link && uv_timer_init(loop, &link->timer) == 0);
    link->timer.data = link;
    link->events = *events;
    link->closed_at = INT64_MIN;
    irc_split_init(&link->in);
    link_now = link;
    return link;
}

static void on_up(uv_timer_t *timer)
{
    struct irc_link *link = timer->data;
    link->up = true;
    link->events.connected(link->events.context);
}

int irc_link_open(struct irc_link *link, const struct irc_server *server, struct error *error)
{
    (void)error;
    MUST(!link->opened);
    /* The back-off is at least a second, but STS has it come back with TLS at once. */
    MUST(link->closed_at == INT64_MIN || warp_moved() - link->closed_at >= 1000 ||
         (server->tls && !link->tls));
    link->tls = server->tls;
    link->opened = true;
    link->ready = link->mute = false;
    link->ping[0] = link->asked[0] = '\0';
    link->logs_in = false;
    uv_timer_start(&link->timer, on_up, 0, 0);
    return 0;
}

/* There is no TLS to tell of. */
void irc_link_report(struct irc_link *link, struct irc_report *report)
{
    (void)link;
    (void)report;
}

void irc_link_close(struct irc_link *link)
{
    if (link->opened)
        link->closed_at = warp_moved();
    link->opened = link->up = link->ready = false;
    irc_split_clear(&link->in);
    uv_timer_stop(&link->timer);
}

int irc_link_send(struct irc_link *link, const char *line, size_t length)
{
    if (!link->up || length == 0 || length > 510 || memchr(line, '\n', length) ||
        memchr(line, '\r', length) || memchr(line, '\0', length))
        return -1;
    link->lines++;
    MUST(length < 4 || strncmp(line, "PASS", 4) != 0);
    if (length > 5 && memcmp(line, "PING ", 5) == 0)
        snprintf(link->ping, sizeof link->ping, "%.*s", (int)length - 5, line + 5);
    if (length > 5 && memcmp(line, "JOIN ", 5) == 0)
        link->ready = true;
    if (length > 8 && memcmp(line, "CAP REQ ", 8) == 0)
        snprintf(link->asked, sizeof link->asked, "%.*s", (int)length - 8, line + 8);
    link->logs_in |= length > 13 && memcmp(line, "AUTHENTICATE ", 13) == 0;
    return 0;
}

static void link_gone(uv_handle_t *handle)
{
    struct irc_link *link = handle->data;
    if (link->gone)
        link->gone(link->gone_context);
    free(link);
}

void irc_link_destroy(struct irc_link *link, void (*gone)(void *context), void *context)
{
    if (!link)
        return;
    irc_link_close(link);
    link->gone = gone;
    link->gone_context = context;
    link_now = NULL;
    uv_close((uv_handle_t *)&link->timer, link_gone);
}

/* ---- what the transport tells ---- */

struct bot {
    uv_loop_t loop;
    struct transport *transport;
    struct transport_sink sink;
    char account[EVENT_TARGET_MAX + 1]; /* the last one seen */
    char probe[64];                     /* what is listened for */
    bool probed, posting, stopped;
    unsigned char fate[POSTS_MAX + 1]; /* of each post: 0 none, 1 taken, 2 told */
    int posts;
};

static void check_string(const char *text, size_t most)
{
    MUST(strlen(text) <= most && utf8_valid(text, strlen(text)));
}

static int on_event(void *context, const struct event *event)
{
    struct bot *bot = context;
    MUST(!bot->posting && !bot->stopped);
    check_string(event->who.target ? event->who.target : "", EVENT_TARGET_MAX);
    check_string(event->name ? event->name : "", EVENT_NAME_MAX);
    check_string(event->id ? event->id : "", EVENT_TARGET_MAX);
    check_string(event->room.target ? event->room.target : "", EVENT_TARGET_MAX);
    MUST(event->length <= EVENT_TEXT_MAX && utf8_valid(event->text, event->length));
    MUST(event->length == 0 || !memchr(event->text, '\0', event->length));
    if (event->kind == EVENT_TEXT) {
        MUST(event->who.target[0] && event->length > 0);
        snprintf(bot->account, sizeof bot->account, "%s", event->who.target);
        bot->probed |= event->length == strlen(bot->probe) &&
                       memcmp(event->text, bot->probe, event->length) == 0;
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

static void told(struct bot *bot, int64_t id)
{
    MUST(id >= 1 && id <= bot->posts && bot->fate[id] == 1);
    bot->fate[id] = 2;
}

static void on_sent(void *context, int64_t id)
{
    told(context, id);
}

static void on_lost(void *context, int64_t id)
{
    struct bot *bot = context;
    MUST(!bot->posting);
    told(bot, id);
}

static void on_ready(void *context, const char *transport, const char *network)
{
    (void)context;
    (void)transport;
    (void)network;
}

static void on_wake(void *context)
{
    (void)context;
}

static void on_stopped(void *context)
{
    struct bot *bot = context;
    MUST(!bot->stopped);
    bot->stopped = true;
}

/* ---- what happens ---- */

static void run(struct bot *bot)
{
    for (int i = 0; i < 4; i++)
        uv_run(&bot->loop, UV_RUN_NOWAIT);
}

static void pass(struct bot *bot, int64_t ms)
{
    while (ms > 0) {
        int next = uv_backend_timeout(&bot->loop);
        int64_t step = next >= 0 && next < ms ? (next > 0 ? next : 1) : ms;
        warp_by(step);
        ms -= step;
        uv_run(&bot->loop, UV_RUN_NOWAIT);
    }
    run(bot);
}

static void feed(struct bot *bot, const char *bytes, size_t size)
{
    if (!link_now || !link_now->up)
        return;
    for (const char *at = bytes; (at = memchr(at, '\n', (size_t)(bytes + size - at))); at++)
        lines_fed++;
    MUST(irc_split_feed(&link_now->in, bytes, size, link_now->events.line,
                        link_now->events.context) == 0);
    run(bot);
}

static void feed_text(struct bot *bot, const char *text)
{
    feed(bot, text, strlen(text));
}

static void hang_up(struct bot *bot)
{
    if (!link_now->up)
        return;
    irc_link_close(link_now);
    link_now->events.closed(link_now->events.context, "cut");
    run(bot);
}

static void await_link(struct bot *bot)
{
    for (int i = 0; i < 200 && !link_now->up; i++)
        pass(bot, HOUR_MS / 4);
    MUST(link_now->up);
}

/* As a friendly server answers who comes. */
static void welcome(struct bot *bot)
{
    char line[600];
    feed_text(bot, "\r\n:s CAP * LS :sasl=PLAIN multi-prefix account-tag message-tags extended-join chghost "
                   "batch server-time account-notify draft/multiline=max-bytes=4096\r\n");
    for (int i = 0; i < 4 && link_now->asked[0]; i++) {
        snprintf(line, sizeof line, ":s CAP * ACK %s\r\n", link_now->asked);
        link_now->asked[0] = '\0';
        feed_text(bot, line);
    }
    if (link_now->logs_in)
        feed_text(bot, "AUTHENTICATE +\r\n:s 900 * h!h@host acc :in\r\n:s 903 * :done\r\n");
    feed_text(bot, ":s 001 hotseat :Welcome\r\n:s 005 hotseat CASEMAPPING=ascii PREFIX=(qaov)~&@+ WHOX :are\r\n"
                   ":hotseat!h@host JOIN #prep * :hotseat\r\n:hotseat!h@host JOIN #study * :hotseat\r\n"
                   ":s 353 hotseat = #prep :@hotseat ann +bob\r\n");
}

static void answer_ping(struct bot *bot)
{
    char line[600];
    if (!link_now->up || !link_now->ping[0])
        return;
    snprintf(line, sizeof line, "\r\n:s PONG s %s\r\n", link_now->ping);
    link_now->ping[0] = '\0';
    feed_text(bot, line);
}

static void post(struct bot *bot, bool private_talk)
{
    struct text text;
    size_t size;
    if (bot->posts == POSTS_MAX || (private_talk && !bot->account[0]))
        return;
    text_init(&text);
    text_paragraph(&text);
    text_put(&text, "Some words \xC3\xA9 to say; ");
    for (int i = 0; i < bot->posts % 7; i++)
        text_put(&text, "a long line that is cut somewhere, if it is long enough to be cut; ");
    const char *bytes = text_bytes(&text, &size);
    struct outbound message = {
        .id = bot->posts + 1, .target = private_talk ? bot->account : "#prep",
        .private_talk = private_talk, .bytes = bytes, .size = size,
        .flags = bot->posts % 5 == 0 ? EFFECT_URGENT : 0};
    bot->posts++;
    bot->fate[message.id] = 1;
    bot->posting = true;
    if (bot->transport->ops->post(bot->transport, &message) != POST_TAKEN) {
        MUST(bot->fate[message.id] == 1);
        bot->fate[message.id] = 0;
    }
    bot->posting = false;
    text_finish(&text);
}

static void obey(struct bot *bot, char order)
{
    switch (order) {
    case 'w':
        welcome(bot);
        break;
    case 't':
        pass(bot, 2000);
        break;
    case 'h':
        hang_up(bot);
        break;
    case 'p':
        post(bot, false);
        run(bot);
        break;
    case 'd':
        post(bot, true);
        run(bot);
        break;
    case 'a':
        answer_ping(bot);
        break;
    case 'm':
        link_now->mute = !link_now->mute;
        break;
    case 'g':
        pass(bot, 100000);
        break;
    default:
        run(bot);
        break;
    }
}

static void play(struct bot *bot, const char *bytes, size_t size)
{
    const char *at = bytes, *end = bytes + size;
    while (at < end) {
        const char *order = memchr(at, IRC_ORDER, (size_t)(end - at));
        const char *stop = order ? order : end;
        if (!link_now->up)
            pass(bot, HOUR_MS / 10);
        feed(bot, at, (size_t)(stop - at));
        if (!link_now->mute)
            answer_ping(bot);
        if (order && order + 1 < end)
            obey(bot, order[1]);
        at = order ? order + 2 : end;
    }
}

/* And then lines from the grammar, made from the bytes of the input: most of what is run is more
 * than noise, and each input runs enough of it. */
static void play_on(struct bot *bot, const char *bytes, size_t size)
{
    static char more[256 * 1024];
    uint64_t chance = fnv1a(bytes, size);
    size_t used = 0;
    for (int i = 0; i < MORE_LINES && used + 8192 < sizeof more; i++)
        used += irc_grammar_line(&chance, more + used, 8192);
    if (link_now->up && !link_now->ready)
        welcome(bot);
    play(bot, more, used);
}

/* ---- what must hold ---- */

/* Said in a channel by somebody who was never there before: heard, unless the link is down. */
static void probe(struct bot *bot)
{
    static unsigned number;
    char line[128];
    snprintf(bot->probe, sizeof bot->probe, "probe %u", ++number);
    snprintf(line, sizeof line, "\r\n:probe%u!p@p PRIVMSG #prep :%s\r\n", number, bot->probe);
    bot->probed = false;
    feed_text(bot, line);
    /* Who it is may be asked of the server first, which says nothing. */
    for (int i = 0; i < 60 && !bot->probed && link_now->up; i++)
        pass(bot, 1000);
    MUST(bot->probed || !link_now->up);
}

static void check_alive(struct bot *bot)
{
    if (link_now->ready)
        probe(bot);
    hang_up(bot);
    await_link(bot);
    welcome(bot);
    MUST(link_now->up && link_now->ready);
    probe(bot);
    MUST(bot->probed);
}

static void finish(struct bot *bot)
{
    bot->transport->ops->stop(bot->transport, 1500, on_stopped, bot);
    pass(bot, 3000);
    MUST(bot->stopped);
    bot->transport->ops->destroy(bot->transport);
    run(bot);
    MUST(uv_loop_close(&bot->loop) == 0);
    MUST(!link_now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bot bot;
    static char nick[] = "hotseat", host[] = "host", network[] = "net", prep[] = "#prep",
                study[] = "#study", password[] = "a password";
    static const enum irc_sasl ways[] = {IRC_SASL_OFF, IRC_SASL_OPTIONAL, IRC_SASL_REQUIRED};
    struct irc_settings settings = {
        .network = network, .servers = {{host, 6667, false}}, .server_count = 1, .nick = nick, .user = nick,
        .realname = nick, .channels = {prep, study}, .channel_count = 2, .flood_burst = 8,
        .flood_ms = 100, .sasl = ways[size % 3], .account = nick, .account_password = password,
        .trust_nicks = size % 2};
    struct error error;
    memset(&bot, 0, sizeof bot);
    bot.sink = (struct transport_sink){&bot, on_event, on_recall, on_sent, on_lost, on_ready, on_wake};
    inputs++;
    MUST(uv_loop_init(&bot.loop) == 0);
    bot.transport = irc_transport_create(&bot.loop, &settings, &bot.sink, &error);
    MUST(bot.transport && bot.transport->ops->start(bot.transport, &error) == 0);
    run(&bot);
    play(&bot, (const char *)data, size);
    play_on(&bot, (const char *)data, size);
    check_alive(&bot);
    finish(&bot);
    for (int id = 1; id <= bot.posts; id++)
        MUST(bot.fate[id] != 1);
    return 0;
}

static void tell_lines(void)
{
    fprintf(stderr, "irc_link_fuzz: %llu lines in %llu inputs\n", (unsigned long long)lines_fed,
            (unsigned long long)inputs);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    log_set_fd(-1);
    atexit(tell_lines);
    return 0;
}
