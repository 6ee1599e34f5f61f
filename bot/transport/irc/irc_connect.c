/* Connecting to a network, losing it, and the next attempt. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/hash.h"
#include "util/log.h"

#define REGISTER_MS 30000
#define CAPS_MS 10000     /* a server that does not know CAP may not answer, */
#define CAPS_SASL_MS 30000 /* but one that looks up our name first does, and late */
#define SILENCE_MS 60000  /* then a PING, */
#define DEAD_MS 90000     /* then the end */
#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 300000
#define STABLE_MS 300000  /* after that a failure begins the back-off anew */

void irc_enter_phase(struct irc *irc, enum irc_phase phase)
{
    bool needs_caps = irc->settings->sasl == IRC_SASL_REQUIRED;
    irc->phase = phase;
    irc->phase_at = irc_now(irc);
    irc_deadline(irc, phase == IRC_CAPS          ? needs_caps ? CAPS_SASL_MS : CAPS_MS
                      : phase == IRC_REGISTERING ? REGISTER_MS
                                                 : 0);
}

static void on_deadline(uv_timer_t *timer)
{
    struct irc *irc = timer->data;
    if (irc->logging_in) {
        irc_login_late(irc);
    } else if (irc->phase == IRC_CAPS) {
        irc_caps_skip(irc);
    } else if (irc->phase == IRC_REGISTERING && irc->caps.open) {
        irc_caps_end(irc);
        irc_deadline(irc, REGISTER_MS);
    } else if (irc->phase == IRC_REGISTERING) {
        irc_fail(irc, "the server did not register us within 30 s");
    }
}

void irc_deadline(struct irc *irc, uint64_t ms)
{
    if (ms > 0)
        uv_timer_start(&irc->step, on_deadline, ms, 0);
    else
        uv_timer_stop(&irc->step);
}

void irc_send(struct irc *irc, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length <= 0 || (size_t)length >= sizeof line)
        return;
    irc_link_send(irc->link, line, (size_t)length);
    if (irc->phase == IRC_READY)
        irc_flood_spend(&irc->flood, irc_now(irc));
}

static void on_retry(uv_timer_t *timer);

/* Doubles up to five minutes, and a quarter of chance, so that a thousand bots
 * do not come back in the same second. */
static void schedule_retry(struct irc *irc)
{
    int64_t wait = RETRY_MIN_MS;
    /* Each server has its try before the wait grows. */
    size_t rounds = (irc->failures + irc->settings->server_count - 1) / irc->settings->server_count;
    for (size_t i = 1; i < rounds && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    if (wait > RETRY_MAX_MS)
        wait = RETRY_MAX_MS;
    uint64_t chance = uv_hrtime();
    if (irc_login_wait(irc) > wait && irc->settings->sasl == IRC_SASL_REQUIRED)
        wait = irc_login_wait(irc);
    wait += (int64_t)random_below(&chance, (uint32_t)(wait / 4) + 1);
    irc_enter_phase(irc, IRC_IDLE);
    if (irc->look)
        return;
    uv_timer_start(&irc->retry, on_retry, (uint64_t)wait, 0);
    log_info("irc", "%s: next attempt in %d s", irc->settings->network, (int)(wait / 1000));
}

static void disconnect(struct irc *irc)
{
    irc_servers_left(irc);
    irc_link_close(irc->link);
    irc_session_destroy(irc->session);
    irc->session = NULL;
    irc_flood_clear(&irc->flood, irc_say_lost, irc);
    uv_timer_stop(&irc->pace);
    irc_channels_lost(irc);
    irc_batches_clear(&irc->batches);
    irc_times_init(&irc->times);
    irc_login_lost(irc);
    irc_services_lost(irc);
    irc->userhost[0] = '\0';
    irc->pinged = false;
}

void irc_connect_lost(void *context, const char *why)
{
    struct irc *irc = context;
    bool stable = irc->phase == IRC_READY && irc_now(irc) - irc->phase_at > STABLE_MS;
    if (irc->stopping) {
        irc_enter_phase(irc, IRC_STOPPED);
        uv_timer_start(&irc->retry, on_retry, 0, 0);
        return;
    }
    bool mute = irc->phase == IRC_CAPS && !irc->heard && !irc->servers.now.tls;
    char whole[800];
    snprintf(whole, sizeof whole, "%s%s", why,
             mute ? "; it said nothing: if the port is one for TLS, set tls = true" : "");
    log_warn("irc", "%s: %s", irc->settings->network, whole);
    if (irc->look)
        irc_look_lost(irc, whole);
    disconnect(irc);
    irc->failures = stable ? 1 : irc->failures + 1;
    if (stable)
        irc_servers_first(irc);
    else if (irc->settings->sasl != IRC_SASL_REQUIRED || irc_login_wait(irc) == 0)
        irc_servers_next(irc); /* a refused account is no fault of this one */
    schedule_retry(irc);
}

void irc_connect_again(struct irc *irc)
{
    disconnect(irc);
    irc_enter_phase(irc, IRC_IDLE);
    uv_timer_start(&irc->retry, on_retry, 0, 0);
}

void irc_fail(struct irc *irc, const char *why)
{
    irc_connect_lost(irc, why);
}

void irc_connect_start(struct irc *irc)
{
    struct error error;
    snprintf(irc->nick, sizeof irc->nick, "%s", irc->settings->nick);
    irc->nick_tries = 0;
    irc->short_nick = false;
    irc->regain_at = 0;
    irc->regains = 0;
    irc->asked = false;
    irc->ghosts = 0;
    irc_enter_phase(irc, IRC_CONNECTING);
    irc->heard_at = irc_now(irc);
    irc->heard = false;
    irc_servers_choose(irc);
    if (irc_link_open(irc->link, &irc->servers.now, &error))
        irc_connect_lost(irc, error.why);
}

void irc_connect_goodbye(struct irc *irc)
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
        irc_connect_start(irc);
        return;
    }
    if (irc->phase == IRC_READY) {
        irc_connect_goodbye(irc);
        return;
    }
    disconnect(irc);
    if (irc->stopped) {
        void (*stopped)(void *context) = irc->stopped;
        irc->stopped = NULL;
        stopped(irc->stopped_context);
    }
}

void irc_connect_stood(void *context)
{
    struct irc *irc = context;
    log_info("irc", "%s: connected to %s port %u%s", irc->settings->network, irc->servers.now.host,
             irc->servers.now.port, irc->servers.now.tls ? "" : ", without TLS");
    irc_caps_begin(irc);
}

void irc_connect_watch(uv_timer_t *timer)
{
    struct irc *irc = timer->data;
    int64_t now = irc_now(irc), silence = now - irc->heard_at;
    if (irc->phase == IRC_READY && silence > DEAD_MS)
        irc_fail(irc, "the server is silent");
    else if (irc->phase == IRC_READY && irc_flood_waiting(&irc->flood) > 0 &&
             now - irc_flood_waiting(&irc->flood) > DEAD_MS)
        irc_fail(irc, "the server does not answer PING");
    else if (irc->phase == IRC_READY && silence > SILENCE_MS && !irc->pinged) {
        irc->pinged = true;
        irc_send(irc, "PING :alive");
    }
    irc_away_due(irc);
    irc_channels_due(irc);
    irc_refused_due(irc);
    irc_say_due(irc);
    irc_nick_due(irc);
    irc_login_offered(irc);
    irc_services_due(irc);
    irc_servers_due(irc);
}

void irc_connect_stop(struct irc *irc)
{
    uv_timer_stop(&irc->watch);
    if (irc->phase == IRC_READY) {
        /* Half of the time for what is queued, half for the goodbye. */
        uv_timer_start(&irc->retry, on_retry, irc->stop_ms / 2, 0);
        irc_say_pump(irc);
    } else {
        irc_enter_phase(irc, IRC_STOPPED);
        uv_timer_start(&irc->retry, on_retry, 0, 0);
    }
}
