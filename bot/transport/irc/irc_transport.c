#include "transport/irc/irc_transport.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "transport/irc/irc_render.h"
#include "transport/irc/irc_state.h"
#include "util/hash.h"
#include "util/log.h"

#define WATCH_MS 5000
#define REGISTER_MS 30000 /* CAP and registration together */
#define CAPS_MS 5000      /* a server that does not know CAP may not answer */
#define SILENCE_MS 60000  /* then a PING, */
#define DEAD_MS 90000     /* then the end */
#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 300000
#define STABLE_MS 300000  /* after that a failure begins the back-off anew */
#define UNKNOWN_PREFIX (EVENT_NAME_MAX + 1 + 10 + 1 + 63) /* nick!user@host at its longest */

static struct irc *irc_of(struct transport *transport)
{
    return (struct irc *)transport;
}

static int64_t loop_now(const struct irc *irc)
{
    return (int64_t)uv_now(irc->loop);
}

void irc_enter_phase(struct irc *irc, enum irc_phase phase)
{
    irc->phase = phase;
    irc->phase_at = loop_now(irc);
}

void irc_send(struct irc *irc, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length > 0 && (size_t)length < sizeof line)
        irc_link_send(irc->link, line, (size_t)length);
}

void irc_ready(struct irc *irc)
{
    irc->sink->ready(irc->sink->context, "irc", irc->settings->network);
}

void irc_lost_message(void *context, int64_t id)
{
    struct irc *irc = context;
    irc->sink->lost(irc->sink->context, id);
}

/* ---- connecting and losing ---- */

static void on_retry(uv_timer_t *timer);

/* Doubles up to five minutes, and a quarter of chance, so that a thousand bots
 * do not come back in the same second. */
static void schedule_retry(struct irc *irc)
{
    int64_t wait = RETRY_MIN_MS;
    for (unsigned i = 1; i < irc->failures && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    if (wait > RETRY_MAX_MS)
        wait = RETRY_MAX_MS;
    uint64_t chance = uv_hrtime();
    wait += (int64_t)random_below(&chance, (uint32_t)(wait / 4) + 1);
    irc_enter_phase(irc, IRC_IDLE);
    uv_timer_start(&irc->retry, on_retry, (uint64_t)wait, 0);
    log_info("irc", "%s: next attempt in %d s", irc->settings->network, (int)(wait / 1000));
}

static void disconnect(struct irc *irc)
{
    irc_link_close(irc->link);
    irc_session_destroy(irc->session);
    irc->session = NULL;
    irc_flood_clear(&irc->flood, irc_lost_message, irc);
    uv_timer_stop(&irc->pace);
    irc_events_lost(irc);
    irc->userhost[0] = '\0';
    irc->pinged = false;
}

static void lost(void *context, const char *why)
{
    struct irc *irc = context;
    bool stable = irc->phase == IRC_READY && loop_now(irc) - irc->phase_at > STABLE_MS;
    if (irc->stopping) {
        irc_enter_phase(irc, IRC_STOPPED);
        uv_timer_start(&irc->retry, on_retry, 0, 0);
        return;
    }
    log_warn("irc", "%s: %s", irc->settings->network, why);
    disconnect(irc);
    irc->failures = stable ? 1 : irc->failures + 1;
    schedule_retry(irc);
}

void irc_fail(struct irc *irc, const char *why)
{
    lost(irc, why);
}

static void try_connect(struct irc *irc)
{
    struct error error;
    snprintf(irc->nick, sizeof irc->nick, "%s", irc->settings->nick);
    irc->nick_tries = 0;
    irc->short_nick = false;
    irc_enter_phase(irc, IRC_CONNECTING);
    irc->heard_at = loop_now(irc);
    if (irc_link_open(irc->link, &error))
        lost(irc, error.why);
}

static void say_goodbye(struct irc *irc)
{
    irc_enter_phase(irc, IRC_STOPPED);
    irc_session_quit(irc->session, "back soon");
    /* The server closes when it has read QUIT; if not, the timer ends it. */
    uv_timer_start(&irc->retry, on_retry, irc->stop_ms / 2, 0);
}

static void on_retry(uv_timer_t *timer)
{
    struct irc *irc = timer->data;
    if (!irc->stopping) {
        try_connect(irc);
        return;
    }
    if (irc->phase == IRC_READY) {
        say_goodbye(irc);
        return;
    }
    disconnect(irc);
    if (irc->stopped) {
        void (*stopped)(void *context) = irc->stopped;
        irc->stopped = NULL;
        stopped(irc->stopped_context);
    }
}

static void connected(void *context)
{
    struct irc *irc = context;
    log_info("irc", "%s: connected to %s", irc->settings->network, irc->settings->host);
    irc_caps_begin(irc);
}

/* ---- registering ---- */

static void on_command(void *context, const char *line, size_t length)
{
    struct irc *irc = context;
    irc_link_send(irc->link, line, length);
}

static void on_session_event(void *context, const char *event)
{
    struct irc *irc = context;
    if (strcmp(event, "CONNECT") != 0) {
        irc_events_dispatched(irc, event);
        return;
    }
    if (irc->phase != IRC_REGISTERING)
        return;
    irc_enter_phase(irc, IRC_READY);
    snprintf(irc->nick, sizeof irc->nick, "%s", irc->line.param[0]);
    log_info("irc", "%s: registered as %s", irc->settings->network, irc->nick);
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        irc->channel[i].rejoin_at = 1;
}

void irc_register(struct irc *irc)
{
    struct error error;
    struct irc_session_events events = {irc, on_command, on_session_event, irc_events_numeric};
    irc_enter_phase(irc, IRC_REGISTERING);
    irc->session = irc_session_create(irc->settings, irc->nick, &events, &error);
    if (!irc->session) {
        lost(irc, error.why);
        return;
    }
    if (irc->wants_caps_end)
        irc_send(irc, "CAP END");
}

/* 432, 433, 437: another nick. libircclient knows no other way than NICK. */
static void try_other_nick(struct irc *irc, int why)
{
    if (irc->phase != IRC_REGISTERING)
        return;
    irc->short_nick |= why == 432;
    if (++irc->nick_tries > 9) {
        irc_fail(irc, "no nick is free");
        return;
    }
    /* Nine bytes are the least that every server takes (RFC 1459 section 1.2). */
    snprintf(irc->nick, sizeof irc->nick, "%.*s%u", irc->short_nick ? 8 : 24, irc->settings->nick,
             irc->nick_tries);
    irc_send(irc, "NICK %s", irc->nick);
}

void irc_try_nick(struct irc *irc)
{
    if (irc->phase == IRC_READY)
        irc_send(irc, "NICK %s", irc->settings->nick);
}

/* ---- lines ---- */

static void message_sent(void *context, int64_t id)
{
    struct irc *irc = context;
    irc->sink->sent(irc->sink->context, id);
}

static void on_pong(struct irc *irc)
{
    const char *token = irc->line.count > 0 ? irc->line.param[irc->line.count - 1] : "";
    irc->pinged = false;
    if (strncmp(token, "hs", 2) != 0)
        return;
    irc_flood_pong(&irc->flood, strtoull(token + 2, NULL, 10), message_sent, irc);
    if (irc->was_full && irc->flood.lines < IRC_FLOOD_LINES_MAX / 2) {
        irc->was_full = false;
        irc_ready(irc);
    }
    irc_pump(irc);
}

static void join_due(struct irc *irc)
{
    for (size_t i = 0; irc->phase == IRC_READY && i < irc->settings->channel_count; i++) {
        struct irc_channel *channel = &irc->channel[i];
        if (channel->joined || channel->rejoin_at == 0 || channel->rejoin_at > loop_now(irc))
            continue;
        channel->rejoin_at = 0;
        irc_session_join(irc->session, irc->settings->channels[i]);
    }
}

static void on_line(void *context, const char *text, size_t length)
{
    struct irc *irc = context;
    irc->heard_at = loop_now(irc);
    if (!irc_line_parse(&irc->line, text, length))
        return;
    const char *command = irc->line.command;
    int numeric = irc_line_numeric(&irc->line);
    if (strcmp(command, "PING") == 0) {
        irc_send(irc, "PONG :%.400s", irc->line.param[irc->line.count ? irc->line.count - 1 : 0]);
    } else if (strcmp(command, "PONG") == 0) {
        on_pong(irc);
    } else if (strcmp(command, "ERROR") == 0) {
        log_warn("irc", "%s: the server says: %s", irc->settings->network, irc->line.param[0]);
    } else if (strcmp(command, "CAP") == 0) {
        irc_caps_line(irc);
    } else if (irc->phase == IRC_CAPS && (numeric == 421 || numeric == 451)) {
        irc_caps_skip(irc);
    } else if (numeric == 432 || numeric == 433 || numeric == 437) {
        try_other_nick(irc, numeric);
    } else if (irc->session) {
        irc_events_line(irc);
        /* Not from inside libircclient's callback for 001. */
        join_due(irc);
    }
}

/* ---- saying ---- */

static void on_pace(uv_timer_t *timer)
{
    irc_pump(timer->data);
}

void irc_pump(struct irc *irc)
{
    const char *target, *line;
    int64_t at;
    while (irc->phase == IRC_READY) {
        enum irc_flood_step step =
            irc_flood_next(&irc->flood, loop_now(irc), &target, &line, &at);
        if (step == IRC_FLOOD_LINE) {
            irc_session_say(irc->session, target, line);
        } else if (step == IRC_FLOOD_MARKER) {
            irc_send(irc, "PING :hs%llu", (unsigned long long)irc->flood.marker);
        } else {
            int64_t wait = at - loop_now(irc);
            if (irc->stopping && !irc->flood.first)
                say_goodbye(irc);
            else if (at > 0)
                uv_timer_start(&irc->pace, on_pace, wait > 0 ? (uint64_t)wait : 1, 0);
            return;
        }
    }
}

static int add_line(void *context, const char *line, size_t length)
{
    struct buf *lines = context;
    if (lines->length > 0)
        buf_putc(lines, '\n');
    buf_add(lines, line, length);
    return lines->failed ? -1 : 0;
}

/* The nick or channel to say it to; NULL if that is not possible now. */
static const char *find_target(struct irc *irc, const struct outbound *message)
{
    if (message->private_talk) {
        struct irc_person *person = irc_people_by_account(&irc->people, message->target);
        if (!person)
            irc->somebody_waits = true;
        return person ? person->nick : NULL;
    }
    int channel = irc_events_channel(irc, message->target);
    return channel >= 0 && irc->channel[channel].joined ? irc->settings->channels[channel] : NULL;
}

static enum post_result post(struct transport *transport, const struct outbound *message)
{
    struct irc *irc = irc_of(transport);
    struct buf lines;
    if ((!message->private_talk && irc_events_channel(irc, message->target) < 0) ||
        !text_valid(message->bytes, message->size))
        return POST_REFUSED;
    /* Nothing that was said on IRC can be erased. */
    if (message->flags & EFFECT_ERASES) {
        if (message->id)
            irc->sink->sent(irc->sink->context, message->id);
        return POST_TAKEN;
    }
    bool can_talk = irc->phase == IRC_READY && !irc->stopping;
    const char *target = can_talk ? find_target(irc, message) : NULL;
    if (!target || strpbrk(target, ", \r\n"))
        return message->id ? POST_BUSY : POST_REFUSED;
    if (irc_flood_full(&irc->flood)) {
        irc->was_full = true;
        return message->id ? POST_BUSY : POST_REFUSED;
    }
    size_t own = irc->userhost[0] ? strlen(irc->nick) + 1 + strlen(irc->userhost) : UNKNOWN_PREFIX;
    buf_init(&lines);
    int failed = irc_render(message->bytes, message->size, irc_render_budget(own, target),
                            irc->settings->colours, add_line, &lines) ||
                 irc_flood_add(&irc->flood, target, buf_text(&lines), message->id,
                               message->flags & EFFECT_URGENT);
    buf_finish(&lines);
    if (failed)
        return POST_AGAIN;
    /* Sending from the loop lets a whole turn's messages be paced fairly. */
    uv_timer_start(&irc->pace, on_pace, 0, 0);
    return POST_TAKEN;
}

/* ---- the watch ---- */

static void on_watch(uv_timer_t *timer)
{
    struct irc *irc = timer->data;
    int64_t now = loop_now(irc), silence = now - irc->heard_at;
    if (irc->phase == IRC_CAPS && now - irc->phase_at > CAPS_MS)
        irc_caps_skip(irc);
    else if (irc->phase == IRC_REGISTERING && now - irc->phase_at > REGISTER_MS)
        irc_fail(irc, "the server did not register us within 30 s");
    else if (irc->phase == IRC_READY && silence > DEAD_MS)
        irc_fail(irc, "the server is silent");
    else if (irc->phase == IRC_READY && irc_flood_waiting(&irc->flood) > 0 &&
             now - irc_flood_waiting(&irc->flood) > DEAD_MS)
        irc_fail(irc, "the server does not answer PING");
    else if (irc->phase == IRC_READY && silence > SILENCE_MS && !irc->pinged) {
        irc->pinged = true;
        irc_send(irc, "PING :alive");
    }
    join_due(irc);
}

/* ---- the port ---- */

static int start(struct transport *transport, struct error *error)
{
    struct irc *irc = irc_of(transport);
    (void)error;
    uv_timer_start(&irc->watch, on_watch, WATCH_MS, WATCH_MS);
    try_connect(irc);
    return 0;
}

static void stop(struct transport *transport, int ms, void (*done)(void *context), void *context)
{
    struct irc *irc = irc_of(transport);
    irc->stopping = true;
    irc->stop_ms = ms > 0 ? (uint64_t)ms : 0;
    irc->stopped = done;
    irc->stopped_context = context;
    uv_timer_stop(&irc->watch);
    if (irc->phase == IRC_READY) {
        /* Half of the time for what is queued, half for the goodbye. */
        uv_timer_start(&irc->retry, on_retry, irc->stop_ms / 2, 0);
        irc_pump(irc);
    } else {
        irc_enter_phase(irc, IRC_STOPPED);
        uv_timer_start(&irc->retry, on_retry, 0, 0);
    }
}

static void release(struct irc *irc)
{
    if (--irc->closing > 0)
        return;
    irc_flood_finish(&irc->flood);
    irc_people_finish(&irc->people);
    free(irc);
}

static void handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void link_gone(void *context)
{
    release(context);
}

static void destroy(struct transport *transport)
{
    if (!transport)
        return;
    struct irc *irc = irc_of(transport);
    irc_session_destroy(irc->session);
    irc->session = NULL;
    irc->closing = 3 + (irc->link != NULL);
    uv_close((uv_handle_t *)&irc->retry, handle_closed);
    uv_close((uv_handle_t *)&irc->pace, handle_closed);
    uv_close((uv_handle_t *)&irc->watch, handle_closed);
    irc_link_destroy(irc->link, link_gone, irc);
}

static const struct transport_ops ops = {
    .name = "irc",
    .start = start,
    .post = post,
    .stop = stop,
    .destroy = destroy,
};

struct transport *irc_transport_create(uv_loop_t *loop, const struct irc_settings *settings,
                                       const struct transport_sink *sink, struct error *error)
{
    struct irc *irc = calloc(1, sizeof *irc);
    if (!irc) {
        error_set(error, ERR_MEMORY, "no memory for a network");
        return NULL;
    }
    irc->transport.ops = &ops;
    irc->transport.network = settings->network;
    irc->loop = loop;
    irc->settings = settings;
    irc->sink = sink;
    snprintf(irc->modes, sizeof irc->modes, "ov");
    snprintf(irc->marks, sizeof irc->marks, "@+");
    snprintf(irc->value_modes, sizeof irc->value_modes, "beIk");
    snprintf(irc->set_modes, sizeof irc->set_modes, "l");
    irc_flood_init(&irc->flood, settings->flood_burst, settings->flood_ms);
    irc_people_init(&irc->people);
    uv_timer_init(loop, &irc->retry);
    uv_timer_init(loop, &irc->pace);
    uv_timer_init(loop, &irc->watch);
    irc->retry.data = irc->pace.data = irc->watch.data = irc;
    struct irc_link_events events = {irc, connected, on_line, lost};
    irc->link = irc_link_create(loop, settings, &events);
    if (!irc->link) {
        error_set(error, ERR_MEMORY, "no memory for a network");
        destroy(&irc->transport);
        return NULL;
    }
    return &irc->transport;
}
