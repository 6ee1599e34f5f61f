#include "transport/irc/irc_link.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_split.h"
#include "util/buf.h"

#define CONNECT_MS 30000L
#define OUT_MAX (256 * 1024) /* waiting to be sent; beyond it the peer is taken for dead */
#define TURN_MAX (64 * 1024) /* read in one turn of the loop: others have their turn, too */

struct irc_link {
    uv_loop_t *loop;
    const struct irc_settings *settings;
    struct irc_link_events events;
    CURLM *multi;
    CURL *easy;
    char why[CURL_ERROR_SIZE];
    uv_timer_t timer;     /* libcurl's; once connected, for what goes on in the next turn */
    uv_poll_t *poll;      /* of the socket, while connecting (libcurl's) and after */
    curl_socket_t socket;
    int watched;          /* events of the standing connection that libuv looks out for */
    bool connected;
    bool overrun;         /* more waits to be sent than OUT_MAX */
    unsigned generation;  /* changes at every close, so that a loop over input notices */
    struct irc_split in;
    struct buf out;
    bool closing;
    void (*gone)(void *context);
    void *gone_context;
};

static void fail(struct irc_link *link, const char *why);
static void check_done(struct irc_link *link);
static void go_on(struct irc_link *link);

/* ---- libcurl on libuv, until the connection stands ---- */

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
    link->watched = 0;
    link->socket = socket;
    return 0;
}

static void on_connecting(uv_poll_t *poll, int status, int events)
{
    struct irc_link *link = poll->data;
    int running, flags = 0;
    if (status < 0)
        flags = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(link->multi, link->socket, flags, &running);
    check_done(link);
}

static int on_curl_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused)
{
    struct irc_link *link = context;
    (void)easy;
    (void)unused;
    if (link->connected)
        return 0;
    if (what == CURL_POLL_REMOVE) {
        drop_poll(link);
        return 0;
    }
    if (link->poll && link->socket != socket)
        drop_poll(link);
    if (!link->poll && make_poll(link, socket))
        return -1;
    int events = what == CURL_POLL_IN ? UV_READABLE
               : what == CURL_POLL_OUT ? UV_WRITABLE
                                       : UV_READABLE | UV_WRITABLE;
    return uv_poll_start(link->poll, events, on_connecting) ? -1 : 0;
}

static void on_timer(uv_timer_t *timer)
{
    struct irc_link *link = timer->data;
    int running;
    if (!link->multi)
        return;
    if (link->connected) {
        go_on(link);
        return;
    }
    curl_multi_socket_action(link->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    check_done(link);
}

static int on_curl_timer(CURLM *multi, long ms, void *context)
{
    struct irc_link *link = context;
    (void)multi;
    if (link->connected)
        return 0;
    if (ms < 0)
        uv_timer_stop(&link->timer);
    else
        uv_timer_start(&link->timer, on_timer, ms > 0 ? (uint64_t)ms : 1, 0);
    return 0;
}

/* ---- the standing connection ---- */

static void watch(struct irc_link *link);

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

static void go_on(struct irc_link *link)
{
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
    link->connected = true;
    uv_timer_stop(&link->timer);
    drop_poll(link);
    curl_easy_getinfo(link->easy, CURLINFO_ACTIVESOCKET, &socket);
    if (socket == CURL_SOCKET_BAD || make_poll(link, socket)) {
        fail(link, "the connection has no socket");
        return;
    }
    watch(link);
    link->events.connected(link->events.context);
}

static void check_done(struct irc_link *link)
{
    CURLMsg *message;
    int left;
    while (link->multi && (message = curl_multi_info_read(link->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode result = message->data.result;
        if (result == CURLE_OK)
            stand(link);
        else
            fail(link, link->why[0] ? link->why : curl_easy_strerror(result));
        return;
    }
}

/* ---- life ---- */

void irc_link_close(struct irc_link *link)
{
    link->generation++;
    drop_poll(link);
    uv_timer_stop(&link->timer);
    if (link->multi && link->easy)
        curl_multi_remove_handle(link->multi, link->easy);
    curl_easy_cleanup(link->easy);
    curl_multi_cleanup(link->multi);
    link->easy = NULL;
    link->multi = NULL;
    link->connected = link->overrun = false;
    irc_split_clear(&link->in);
    buf_finish(&link->out);
}

static void fail(struct irc_link *link, const char *why)
{
    char copy[CURL_ERROR_SIZE];
    snprintf(copy, sizeof copy, "%s", why);
    irc_link_close(link);
    link->events.closed(link->events.context, copy);
}

static CURLcode set_options(struct irc_link *link, const char *url)
{
    CURL *easy = link->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, url);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    code |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, link->why);
    /* Without it the environment's proxies would be used. */
    code |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (link->settings->ca_file)
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, link->settings->ca_file);
    return code;
}

int irc_link_open(struct irc_link *link, const struct irc_server *server, struct error *error)
{
    char url[512];
    int running;
    irc_link_close(link);
    link->why[0] = '\0';
    snprintf(url, sizeof url, "%s://%.400s:%u", link->settings->tls ? "https" : "http",
             server->host, server->port);
    link->multi = curl_multi_init();
    link->easy = curl_easy_init();
    if (!link->multi || !link->easy || set_options(link, url) != CURLE_OK) {
        irc_link_close(link);
        return error_set(error, ERR_MEMORY, "no memory for a connection");
    }
    curl_multi_setopt(link->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(link->multi, CURLMOPT_SOCKETDATA, link);
    curl_multi_setopt(link->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(link->multi, CURLMOPT_TIMERDATA, link);
    if (curl_multi_add_handle(link->multi, link->easy) != CURLM_OK ||
        curl_multi_socket_action(link->multi, CURL_SOCKET_TIMEOUT, 0, &running) != CURLM_OK) {
        irc_link_close(link);
        return error_set(error, ERR_NETWORK, "the connection cannot be started");
    }
    /* What already failed is told from the loop, not from in here. */
    uv_timer_start(&link->timer, on_timer, 1, 0);
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
    if (uv_timer_init(loop, &link->timer)) {
        free(link);
        return NULL;
    }
    link->timer.data = link;
    return link;
}

static void on_gone(uv_handle_t *handle)
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
    uv_close((uv_handle_t *)&link->timer, on_gone);
}
