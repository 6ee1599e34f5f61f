#include "transport/matrix/matrix_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_queue.h"
#include "util/hash.h"

#define TYPING_AGAIN_MS 20000 /* the server forgets it after 30 s */
#define TYPING_WORTH_MS 1000  /* a shorter wait is not worth a sign */

/* A request under way. */
struct flight {
    struct flight *next;
    struct matrix_send *send;
    struct matrix_item *item;
    struct matrix_call *call;
};

struct matrix_send {
    uv_loop_t *loop;
    struct matrix_http *http;
    struct matrix_send_sink sink;
    struct matrix_queue queue;
    struct matrix_courtesy *courtesy;
    struct flight *flights;
    uv_timer_t timer;    /* when to look at the queue again */
    char *typing_in;     /* a private room where we show that we write */
    int64_t typing_at;
    bool stopping;
    int64_t stop_at;     /* of the loop's clock */
    void (*stopped)(void *context);
    void *stopped_context;
};

static void pump(struct matrix_send *send);

static int64_t now_of(const struct matrix_send *send)
{
    return (int64_t)uv_now(send->loop);
}

static void on_timer(uv_timer_t *timer)
{
    pump(timer->data);
}

static bool is_stopped(const struct matrix_send *send)
{
    return send->stopping && !send->stopped;
}

/* Soon, not now: the caller may be inside of post(). */
static void pump_soon(struct matrix_send *send)
{
    uv_timer_start(&send->timer, on_timer, 0, 0);
}

struct matrix_send *matrix_send_create(uv_loop_t *loop, struct matrix_http *http, uint64_t seed,
                                       const struct matrix_send_sink *sink, struct error *error)
{
    char run[17];
    struct matrix_send *send = calloc(1, sizeof *send);
    if (!send) {
        error_set(error, ERR_MEMORY, "out of memory");
        return NULL;
    }
    send->loop = loop;
    send->http = http;
    send->sink = *sink;
    snprintf(run, sizeof run, "%llx", (unsigned long long)random_next(&seed));
    matrix_queue_init(&send->queue, &send->sink, seed, run);
    uv_timer_init(loop, &send->timer);
    send->timer.data = send;
    return send;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void cancel_flights(struct matrix_send *send)
{
    for (struct flight *next; send->flights; send->flights = next) {
        next = send->flights->next;
        matrix_http_cancel(send->flights->call);
        free(send->flights);
    }
}

void matrix_send_destroy(struct matrix_send *send)
{
    if (!send)
        return;
    cancel_flights(send);
    matrix_queue_finish(&send->queue);
    free(send->typing_in);
    uv_close((uv_handle_t *)&send->timer, on_closed);
}

int matrix_send_set_account(struct matrix_send *send, const char *user, const char *instance)
{
    return matrix_queue_set_account(&send->queue, user, instance);
}

void matrix_send_set_courtesy(struct matrix_send *send, struct matrix_courtesy *courtesy)
{
    send->courtesy = courtesy;
}

void matrix_send_hold(struct matrix_send *send)
{
    matrix_queue_hold(&send->queue);
}

void matrix_send_release(struct matrix_send *send)
{
    if (is_stopped(send))
        return;
    matrix_queue_release(&send->queue);
    pump_soon(send);
}

enum post_result matrix_send_post(struct matrix_send *send, const char *room,
                                  const struct outbound *message, bool maybe)
{
    if (send->stopping)
        return POST_BUSY;
    pump_soon(send);
    return matrix_queue_add(&send->queue, room, message, maybe);
}

bool matrix_send_edit(struct matrix_send *send, const struct matrix_edit *edit)
{
    if (send->stopping || !matrix_queue_edit(&send->queue, edit, now_of(send)))
        return false;
    pump_soon(send);
    return true;
}

void matrix_send_forget(struct matrix_send *send, void *context)
{
    matrix_queue_forget(&send->queue, context);
}

void matrix_send_room_changed(struct matrix_send *send, const char *room)
{
    if (is_stopped(send))
        return;
    matrix_queue_room_changed(&send->queue, room);
    pump_soon(send);
}

void matrix_send_drop(struct matrix_send *send, const char *room)
{
    if (is_stopped(send))
        return;
    matrix_queue_drop(&send->queue, room);
    pump_soon(send);
}

/* ---- requests ---- */

static void on_reply(void *context, const struct matrix_reply *reply)
{
    struct flight *flight = context, **link = &flight->send->flights;
    struct matrix_send *send = flight->send;
    struct matrix_item *item = flight->item;
    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
    free(flight);
    matrix_queue_reply(&send->queue, item, reply, now_of(send));
    pump_soon(send);
}

static struct matrix_call *start(struct matrix_send *send, struct flight *flight)
{
    struct matrix_item_request ask;
    if (matrix_item_ask(flight->item, send->queue.user, &ask))
        return NULL;
    struct matrix_request request = {
        .method = ask.method,
        .path = buf_text(&ask.path),
        .body = ask.body.length > 0 ? buf_text(&ask.body) : NULL,
        .length = ask.body.length,
        .done = on_reply,
        .context = flight,
    };
    struct matrix_call *call = matrix_http_start(send->http, &request, NULL);
    matrix_item_request_finish(&ask);
    return call;
}

/* If there is no memory for the request, that is as if the server were away for a moment. */
static void begin(struct matrix_send *send, struct matrix_item *item)
{
    static const struct matrix_reply none = {.errcode = "", .retry_ms = -1, .why = "out of memory"};
    struct flight *flight = calloc(1, sizeof *flight);
    if (flight) {
        *flight = (struct flight){.send = send, .item = item};
        flight->call = start(send, flight);
    }
    if (!flight || !flight->call) {
        free(flight);
        matrix_queue_reply(&send->queue, item, &none, now_of(send));
        return;
    }
    flight->next = send->flights;
    send->flights = flight;
}

/* ---- typing ---- */

/* A private room where somebody waits for something long. */
static const struct matrix_item *keeps_waiting(const struct matrix_send *send)
{
    const struct matrix_item *item = send->queue.first;
    if (send->queue.held || send->queue.wait_until < now_of(send) + TYPING_WORTH_MS)
        return NULL;
    while (item && (!item->private_talk || item->urgent || item->kind != MATRIX_ITEM_WORDS))
        item = item->next;
    return item;
}

static void show_typing(struct matrix_send *send)
{
    const struct matrix_item *item = send->courtesy ? keeps_waiting(send) : NULL;
    if (!item)
        return;
    bool other = !send->typing_in || strcmp(send->typing_in, item->room) != 0;
    if (!other && now_of(send) - send->typing_at < TYPING_AGAIN_MS)
        return;
    char *room = strdup(item->room);
    if (!room)
        return;
    if (send->typing_in && other)
        matrix_courtesy_typing(send->courtesy, send->typing_in, false);
    free(send->typing_in);
    send->typing_in = room;
    send->typing_at = now_of(send);
    matrix_courtesy_typing(send->courtesy, room, true);
}

static void end_typing(struct matrix_send *send)
{
    for (const struct matrix_item *item = send->queue.first; item && send->typing_in;
         item = item->next)
        if (strcmp(item->room, send->typing_in) == 0)
            return;
    if (!send->typing_in)
        return;
    if (send->courtesy)
        matrix_courtesy_typing(send->courtesy, send->typing_in, false);
    free(send->typing_in);
    send->typing_in = NULL;
}

/* ---- going on ---- */

/* All is out, or what is left cannot be out in time. */
static bool is_over(const struct matrix_send *send)
{
    int64_t now = now_of(send);
    return !send->queue.first || now >= send->stop_at ||
           matrix_queue_stuck(&send->queue, now) >= send->stop_at;
}

static void check_stop(struct matrix_send *send)
{
    if (!send->stopping || !send->stopped || !is_over(send))
        return;
    void (*stopped)(void *context) = send->stopped;
    send->stopped = NULL;
    cancel_flights(send);
    matrix_queue_hold(&send->queue);
    uv_timer_stop(&send->timer);
    stopped(send->stopped_context);
}

static void pump(struct matrix_send *send)
{
    int64_t at;
    struct matrix_item *item;
    if (is_stopped(send))
        return;
    while ((item = matrix_queue_next(&send->queue, now_of(send), &at)))
        begin(send, item);
    show_typing(send);
    end_typing(send);
    if (send->stopping && (at == 0 || at > send->stop_at))
        at = send->stop_at;
    if (at > 0)
        uv_timer_start(&send->timer, on_timer, (uint64_t)(at > now_of(send) ? at - now_of(send) : 0),
                       0);
    check_stop(send);
}

void matrix_send_stop(struct matrix_send *send, int ms, void (*done)(void *context), void *context)
{
    send->stopping = true;
    send->stop_at = now_of(send) + ms;
    send->stopped = done;
    send->stopped_context = context;
    pump_soon(send);
}
