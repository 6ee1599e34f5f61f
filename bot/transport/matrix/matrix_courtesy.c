#include "transport/matrix/matrix_courtesy.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

#define WAITING_MAX 64
#define REST_MS 60000  /* after a limit */
#define TYPING_MS 30000 /* the server forgets that we write after this */

struct sign {
    struct sign *next;
    char *room;
    char *event; /* NULL = it is about typing */
    bool typing;
};

struct matrix_courtesy {
    uv_loop_t *loop;
    struct matrix_http *http;
    char *user;
    struct sign *first;
    size_t count;
    struct matrix_call *call;
    uint64_t rest_until; /* of the loop's clock */
};

struct matrix_courtesy *matrix_courtesy_create(uv_loop_t *loop, struct matrix_http *http)
{
    struct matrix_courtesy *courtesy = calloc(1, sizeof *courtesy);
    if (!courtesy)
        return NULL;
    courtesy->loop = loop;
    courtesy->http = http;
    return courtesy;
}

static void free_sign(struct sign *sign)
{
    free(sign->room);
    free(sign->event);
    free(sign);
}

static void drop_first(struct matrix_courtesy *courtesy)
{
    struct sign *sign = courtesy->first;
    courtesy->first = sign->next;
    courtesy->count--;
    free_sign(sign);
}

void matrix_courtesy_destroy(struct matrix_courtesy *courtesy)
{
    if (!courtesy)
        return;
    matrix_http_cancel(courtesy->call);
    while (courtesy->first)
        drop_first(courtesy);
    free(courtesy->user);
    free(courtesy);
}

int matrix_courtesy_set_user(struct matrix_courtesy *courtesy, const char *user)
{
    char *copy = strdup(user);
    if (!copy)
        return -1;
    free(courtesy->user);
    courtesy->user = copy;
    return 0;
}

static void put_request(const struct matrix_courtesy *courtesy, const struct sign *sign,
                        struct buf *path, struct buf *body)
{
    buf_puts(path, "/_matrix/client/v3/rooms/");
    matrix_http_escape(path, sign->room);
    buf_puts(path, sign->event ? "/receipt/m.read/" : "/typing/");
    matrix_http_escape(path, sign->event ? sign->event : courtesy->user);
    if (sign->event)
        buf_puts(body, "{}");
    else if (sign->typing)
        buf_printf(body, "{\"typing\":true,\"timeout\":%d}", TYPING_MS);
    else
        buf_puts(body, "{\"typing\":false}");
}

static void go_on(struct matrix_courtesy *courtesy);

static void on_done(void *context, const struct matrix_reply *reply)
{
    struct matrix_courtesy *courtesy = context;
    courtesy->call = NULL;
    if (reply->status == 429)
        courtesy->rest_until = uv_now(courtesy->loop) + REST_MS;
    go_on(courtesy);
}

/* Starts the first; it is forgotten whatever comes of it. */
static void go_on(struct matrix_courtesy *courtesy)
{
    struct buf path, body;
    if (courtesy->call || !courtesy->first)
        return;
    if (uv_now(courtesy->loop) < courtesy->rest_until) {
        while (courtesy->first)
            drop_first(courtesy);
        return;
    }
    buf_init(&path);
    buf_init(&body);
    put_request(courtesy, courtesy->first, &path, &body);
    struct matrix_request request = {
        .method = courtesy->first->event ? "POST" : "PUT",
        .path = buf_text(&path),
        .body = buf_text(&body),
        .length = body.length,
        .done = on_done,
        .context = courtesy,
    };
    if (!path.failed && !body.failed)
        courtesy->call = matrix_http_start(courtesy->http, &request, NULL);
    drop_first(courtesy);
    buf_finish(&body);
    buf_finish(&path);
}

/* The newest sign of its kind for a room takes the place of an older one. */
static void drop_older(struct matrix_courtesy *courtesy, const char *room, bool about_typing)
{
    struct sign **link = &courtesy->first;
    while (*link) {
        struct sign *sign = *link;
        if (strcmp(sign->room, room) != 0 || !sign->event != about_typing) {
            link = &sign->next;
            continue;
        }
        *link = sign->next;
        courtesy->count--;
        free_sign(sign);
    }
}

static void add(struct matrix_courtesy *courtesy, const char *room, const char *event, bool typing)
{
    if (!courtesy->user)
        return;
    drop_older(courtesy, room, !event);
    if (courtesy->count >= WAITING_MAX)
        return;
    struct sign *sign = calloc(1, sizeof *sign), **last = &courtesy->first;
    if (!sign)
        return;
    sign->typing = typing;
    sign->room = strdup(room);
    sign->event = event ? strdup(event) : NULL;
    if (!sign->room || (event && !sign->event)) {
        free_sign(sign);
        return;
    }
    while (*last)
        last = &(*last)->next;
    *last = sign;
    courtesy->count++;
    go_on(courtesy);
}

void matrix_courtesy_typing(struct matrix_courtesy *courtesy, const char *room, bool typing)
{
    add(courtesy, room, NULL, typing);
}

void matrix_courtesy_read(struct matrix_courtesy *courtesy, const char *room, const char *event)
{
    add(courtesy, room, event, false);
}
