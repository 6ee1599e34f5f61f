#include "transport/matrix/matrix_multi.h"

#include <stdlib.h>

#define CONNECTIONS_MAX 16 /* to one server; HTTP/2 needs one */

/* A socket of libcurl's that the loop watches. */
struct watched {
    uv_poll_t poll;
    struct matrix_multi *multi;
    curl_socket_t socket;
};

static void on_timer(uv_timer_t *timer);

static void set_timer(struct matrix_multi *multi, long ms)
{
    /* never 0: the loop would run timers only */
    uv_timer_start(&multi->timer, on_timer, ms > 0 ? (uint64_t)ms : 1, 0);
}

/* Lets libcurl work. When memory fails in there it may forget to ask for its timer, without which
 * the transfer would not even time out. */
static void act(struct matrix_multi *multi, curl_socket_t socket, int flags)
{
    CURLMsg *message;
    int running, left;
    long ms = -1;
    curl_multi_socket_action(multi->curl, socket, flags, &running);
    if (!uv_is_active((uv_handle_t *)&multi->timer) &&
        curl_multi_timeout(multi->curl, &ms) == CURLM_OK && ms >= 0)
        set_timer(multi, ms);
    while ((message = curl_multi_info_read(multi->curl, &left)))
        if (message->msg == CURLMSG_DONE) {
            CURL *easy = message->easy_handle;
            CURLcode result = message->data.result;
            multi->done(multi->context, easy, result);
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
    act(watched->multi, watched->socket, flags);
}

static void free_watched(uv_handle_t *handle)
{
    free(handle->data);
}

static struct watched *watch(struct matrix_multi *multi, curl_socket_t socket)
{
    struct watched *watched = calloc(1, sizeof *watched);
    if (!watched)
        return NULL;
    if (uv_poll_init_socket(multi->loop, &watched->poll, socket)) {
        free(watched);
        return NULL;
    }
    watched->poll.data = watched;
    watched->multi = multi;
    watched->socket = socket;
    curl_multi_assign(multi->curl, socket, watched);
    return watched;
}

/* A failure in here would end libcurl's handle for good. Without memory the socket is not watched
 * until libcurl asks again; at worst the request times out. */
static int on_curl_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    struct matrix_multi *multi = context;
    struct watched *watched = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched) {
            curl_multi_assign(multi->curl, socket, NULL);
            uv_close((uv_handle_t *)&watched->poll, free_watched);
        }
        return 0;
    }
    if (!watched)
        watched = watch(multi, socket);
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
    struct matrix_multi *multi = context;
    (void)curl;
    if (ms < 0)
        uv_timer_stop(&multi->timer);
    else
        set_timer(multi, ms);
    return 0;
}

int matrix_multi_init(struct matrix_multi *multi, uv_loop_t *loop,
                      void (*done)(void *context, CURL *easy, CURLcode result), void *context)
{
    *multi = (struct matrix_multi){.loop = loop, .done = done, .context = context};
    multi->curl = curl_multi_init();
    if (!multi->curl)
        return -1;
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CONNECTIONS_MAX);
    uv_timer_init(loop, &multi->timer); /* cannot fail */
    multi->timer.data = multi;
    return 0;
}

void matrix_multi_finish(struct matrix_multi *multi, uv_close_cb closed)
{
    curl_multi_cleanup(multi->curl);
    multi->curl = NULL;
    uv_close((uv_handle_t *)&multi->timer, closed);
}

int matrix_multi_add(struct matrix_multi *multi, CURL *easy)
{
    return curl_multi_add_handle(multi->curl, easy) == CURLM_OK ? 0 : -1;
}

void matrix_multi_remove(struct matrix_multi *multi, CURL *easy)
{
    curl_multi_remove_handle(multi->curl, easy);
}
