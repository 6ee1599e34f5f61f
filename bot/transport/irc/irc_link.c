#include "transport/irc/irc_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/transfers.h"
#include "transport/irc/irc_dial.h"
#include "transport/irc/irc_split.h"
#include "util/buf.h"

#define OUT_MAX (256 * 1024) /* waiting to be sent; beyond it the peer is taken for dead */
#define TURN_MAX (64 * 1024) /* read in one turn of the loop: others have their turn, too */

struct irc_link {
    uv_loop_t *loop;
    const struct irc_settings *settings;
    struct irc_link_events events;
    struct transfers transfers; /* makes the connection */
    struct irc_server server;   /* its host is borrowed */
    CURL *easy;
    char why[CURL_ERROR_SIZE];
    uv_timer_t timer;     /* for what goes on in the next turn */
    uv_poll_t *poll;      /* of the standing connection */
    int watched;          /* events of it that libuv looks out for */
    bool connected;
    bool overrun;         /* more waits to be sent than OUT_MAX */
    unsigned generation;  /* changes at every close, so that a loop over input notices */
    struct irc_report *report; /* NULL = nobody asked */
    struct irc_split in;
    struct buf out;
    unsigned closing;     /* handles not yet gone */
    void (*gone)(void *context);
    void *gone_context;
};

static void fail(struct irc_link *link, const char *why);

static void free_poll(uv_handle_t *handle)
{
    free(handle);
}

static void drop_poll(struct irc_link *link)
{
    if (!link->poll)
        return;
    uv_poll_stop(link->poll);
    uv_close((uv_handle_t *)link->poll, free_poll);
    link->poll = NULL;
    link->watched = 0;
}

static int make_poll(struct irc_link *link, curl_socket_t socket)
{
    link->poll = calloc(1, sizeof *link->poll);
    if (!link->poll)
        return -1;
    if (uv_poll_init_socket(link->loop, link->poll, socket)) {
        free(link->poll);
        link->poll = NULL;
        return -1;
    }
    link->poll->data = link;
    return 0;
}

/* ---- the standing connection ---- */

static void watch(struct irc_link *link);
static void on_timer(uv_timer_t *timer);

static void receive(struct irc_link *link)
{
    char chunk[4096];
    unsigned generation = link->generation;
    for (size_t all = 0; all < TURN_MAX;) {
        size_t got = 0;
        CURLcode code = curl_easy_recv(link->easy, chunk, sizeof chunk, &got);
        if (code == CURLE_AGAIN)
            return;
        if (code != CURLE_OK || got == 0) {
            fail(link, "the server closed the connection");
            return;
        }
        if (irc_split_feed(&link->in, chunk, got, link->events.line, link->events.context)) {
            fail(link, "out of memory");
            return;
        }
        if (generation != link->generation)
            return;
        all += got;
    }
    /* What TLS has read ahead does not make the socket readable. */
    uv_timer_start(&link->timer, on_timer, 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct irc_link *link = timer->data;
    if (!link->connected)
        return;
    if (link->overrun)
        fail(link, "the server does not read what we send");
    else
        receive(link);
}

static void flush_out(struct irc_link *link)
{
    while (link->out.length > 0) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(link->easy, link->out.data, link->out.length, &sent);
        if (code == CURLE_AGAIN)
            break;
        if (code != CURLE_OK) {
            fail(link, "sending failed");
            return;
        }
        buf_consume(&link->out, sent);
    }
    watch(link);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct irc_link *link = poll->data;
    unsigned generation = link->generation;
    if (status < 0) {
        fail(link, uv_strerror(status));
        return;
    }
    if (events & UV_WRITABLE)
        flush_out(link);
    if (generation == link->generation && (events & UV_READABLE))
        receive(link);
}

static void watch(struct irc_link *link)
{
    int events = UV_READABLE | (link->out.length > 0 ? UV_WRITABLE : 0);
    /* uv_poll_start() takes the socket out of epoll and puts it in again: not for every line. */
    if (link->poll && link->watched != events && uv_poll_start(link->poll, events, on_ready) == 0)
        link->watched = events;
}

static void stand(struct irc_link *link)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(link->easy, CURLINFO_ACTIVESOCKET, &socket);
    if (socket == CURL_SOCKET_BAD || make_poll(link, socket)) {
        fail(link, "the connection has no socket");
        return;
    }
    link->connected = true;
    if (link->report)
        irc_report_take(link->easy, link->report);
    watch(link);
    link->events.connected(link->events.context);
}

static void on_dialled(void *context, CURL *easy, CURLcode result)
{
    struct irc_link *link = context;
    char why[IRC_DIAL_WHY];
    if (result == CURLE_OK) {
        stand(link);
        return;
    }
    irc_dial_explain(easy, result, link->settings, &link->server, link->why, why);
    fail(link, why);
}

/* ---- life ---- */

void irc_link_close(struct irc_link *link)
{
    link->generation++;
    drop_poll(link);
    uv_timer_stop(&link->timer);
    if (link->easy)
        transfers_remove(&link->transfers, link->easy);
    curl_easy_cleanup(link->easy);
    link->easy = NULL;
    link->connected = link->overrun = false;
    irc_split_clear(&link->in);
    buf_finish(&link->out);
}

static void fail(struct irc_link *link, const char *why)
{
    char copy[IRC_DIAL_WHY];
    snprintf(copy, sizeof copy, "%s", why);
    irc_link_close(link);
    link->events.closed(link->events.context, copy);
}

void irc_link_report(struct irc_link *link, struct irc_report *report)
{
    link->report = report;
}

int irc_link_open(struct irc_link *link, const struct irc_server *server, struct error *error)
{
    irc_link_close(link);
    link->server = *server;
    link->easy = irc_dial(link->settings, server, link->why);
    if (link->easy && link->report)
        irc_report_ask(link->easy, link->report);
    if (!link->easy || transfers_add(&link->transfers, link->easy)) {
        irc_link_close(link);
        return error_set(error, ERR_MEMORY, "no memory for a connection");
    }
    return 0;
}

int irc_link_send(struct irc_link *link, const char *line, size_t length)
{
    if (!link->connected || length == 0 || length > 510)
        return -1;
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\r' || line[i] == '\n' || line[i] == '\0')
            return -1;
    if (link->out.length > OUT_MAX) {
        link->overrun = true;
        uv_timer_start(&link->timer, on_timer, 0, 0);
        return -1;
    }
    buf_add(&link->out, line, length);
    buf_add(&link->out, "\r\n", 2);
    /* The loop sends it: a failing send must not call back from in here. */
    watch(link);
    return link->out.failed ? -1 : 0;
}

struct irc_link *irc_link_create(uv_loop_t *loop, const struct irc_settings *settings,
                                 const struct irc_link_events *events)
{
    struct irc_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->loop = loop;
    link->settings = settings;
    link->events = *events;
    irc_split_init(&link->in);
    buf_init(&link->out);
    if (transfers_init(&link->transfers, loop, on_dialled, link)) {
        free(link);
        return NULL;
    }
    uv_timer_init(loop, &link->timer); /* cannot fail */
    link->timer.data = link;
    return link;
}

static void release(struct irc_link *link)
{
    if (--link->closing > 0)
        return;
    if (link->gone)
        link->gone(link->gone_context);
    free(link);
}

static void timer_gone(uv_handle_t *handle)
{
    release(handle->data);
}

/* The data of this timer is of `transfers`. */
static void transfers_gone(uv_handle_t *handle)
{
    struct transfers *transfers = handle->data;
    release(transfers->context);
}

void irc_link_destroy(struct irc_link *link, void (*gone)(void *context), void *context)
{
    if (!link)
        return;
    irc_link_close(link);
    link->gone = gone;
    link->gone_context = context;
    link->closing = 2;
    transfers_finish(&link->transfers, transfers_gone);
    uv_close((uv_handle_t *)&link->timer, timer_gone);
}
