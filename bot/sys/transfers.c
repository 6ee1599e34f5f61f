#include "sys/transfers.h"

#include <stdlib.h>

#define CONNECTIONS_MAX 16 /* to one server; HTTP/2 needs one */

/* A socket of libcurl's that the loop watches. */
struct watched {
    uv_poll_t poll;
    struct transfers *transfers;
    curl_socket_t socket;
};

static void on_timer(uv_timer_t *timer);

static void set_timer(struct transfers *transfers, long ms)
{
    /* never 0: the loop would run timers only */
    uv_timer_start(&transfers->timer, on_timer, ms > 0 ? (uint64_t)ms : 1, 0);
}

/* Lets libcurl work. When memory fails in there it may forget to ask for its timer, without which
 * the transfer would not even time out. */
static void act(struct transfers *transfers, curl_socket_t socket, int flags)
{
    CURLMsg *message;
    int running, left;
    long ms = -1;
    curl_multi_socket_action(transfers->curl, socket, flags, &running);
    if (!uv_is_active((uv_handle_t *)&transfers->timer) &&
        curl_multi_timeout(transfers->curl, &ms) == CURLM_OK && ms >= 0)
        set_timer(transfers, ms);
    while ((message = curl_multi_info_read(transfers->curl, &left)))
        if (message->msg == CURLMSG_DONE) {
            CURL *easy = message->easy_handle;
            CURLcode result = message->data.result;
            transfers->done(transfers->context, easy, result);
        }
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watched *watched = poll->data;
    int flags = 0;
    if (status < 0)
        flags = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    act(watched->transfers, watched->socket, flags);
}

static void free_watched(uv_handle_t *handle)
{
    free(handle->data);
}

static struct watched *watch(struct transfers *transfers, curl_socket_t socket)
{
    struct watched *watched = calloc(1, sizeof *watched);
    if (!watched)
        return NULL;
    if (uv_poll_init_socket(transfers->loop, &watched->poll, socket)) {
        free(watched);
        return NULL;
    }
    watched->poll.data = watched;
    watched->transfers = transfers;
    watched->socket = socket;
    curl_multi_assign(transfers->curl, socket, watched);
    return watched;
}

/* A failure in here would end libcurl's handle for good. Without memory the socket is not watched
 * until libcurl asks again; at worst the request times out. */
static int on_curl_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    struct transfers *transfers = context;
    struct watched *watched = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched) {
            curl_multi_assign(transfers->curl, socket, NULL);
            uv_close((uv_handle_t *)&watched->poll, free_watched);
        }
        return 0;
    }
    if (!watched)
        watched = watch(transfers, socket);
    int events = what == CURL_POLL_IN    ? UV_READABLE
                 : what == CURL_POLL_OUT ? UV_WRITABLE
                                         : UV_READABLE | UV_WRITABLE;
    if (watched)
        uv_poll_start(&watched->poll, events, on_ready);
    return 0;
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *curl, long ms, void *context)
{
    struct transfers *transfers = context;
    (void)curl;
    if (ms < 0)
        uv_timer_stop(&transfers->timer);
    else
        set_timer(transfers, ms);
    return 0;
}

int transfers_init(struct transfers *transfers, uv_loop_t *loop,
                   void (*done)(void *context, CURL *easy, CURLcode result), void *context)
{
    *transfers = (struct transfers){.loop = loop, .done = done, .context = context};
    transfers->curl = curl_multi_init();
    if (!transfers->curl)
        return -1;
    curl_multi_setopt(transfers->curl, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(transfers->curl, CURLMOPT_SOCKETDATA, transfers);
    curl_multi_setopt(transfers->curl, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(transfers->curl, CURLMOPT_TIMERDATA, transfers);
    curl_multi_setopt(transfers->curl, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CONNECTIONS_MAX);
    uv_timer_init(loop, &transfers->timer); /* cannot fail */
    transfers->timer.data = transfers;
    return 0;
}

void transfers_finish(struct transfers *transfers, uv_close_cb closed)
{
    curl_multi_cleanup(transfers->curl);
    transfers->curl = NULL;
    uv_close((uv_handle_t *)&transfers->timer, closed);
}

int transfers_add(struct transfers *transfers, CURL *easy)
{
    return curl_multi_add_handle(transfers->curl, easy) == CURLM_OK ? 0 : -1;
}

void transfers_remove(struct transfers *transfers, CURL *easy)
{
    curl_multi_remove_handle(transfers->curl, easy);
}
