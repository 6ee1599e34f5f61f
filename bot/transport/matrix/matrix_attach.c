/*
 * A text that somebody sent as a file in a private room: fetched, within bounds,
 * and taken like a message (Client-Server API, "Content repository"). What it is
 * its content says, not its name.
 */
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_state.h"
#include "util/log.h"
#include "util/utf8.h"

#define TRIES_MAX 3
#define AGAIN_MS 1500
#define FETCH_MS 15000

static void fetch(struct matrix *matrix);

/* Hands over what came, or why nothing did; again until the session takes it. */
static void hand_over(struct matrix *matrix);

static void on_hand_over(uv_timer_t *timer)
{
    hand_over(timer->data);
}

static void on_fetch(uv_timer_t *timer)
{
    fetch(timer->data);
}

static void hand_over(struct matrix *matrix)
{
    struct matrix_attach *attach = &matrix->attach;
    const char *room_id = matrix->batch.rooms[matrix->batch.items[matrix->item].room].id;
    struct matrix_room *room = matrix_rooms_find(&matrix->rooms, room_id);
    const char *text = attach->why ? NULL : buf_text(&attach->text);
    if (room && matrix_inbound_file(matrix, room, &attach->event, text, attach->text.length,
                                    attach->why) == MATRIX_AGAIN) {
        uv_timer_start(&matrix->step, on_hand_over, 200, 0);
        return;
    }
    buf_finish(&attach->text);
    matrix_event_finish(&attach->event);
    matrix->item++;
    matrix_replay_resume(matrix);
}

static void give_up(struct matrix *matrix, const char *why)
{
    matrix->attach.why = why;
    uv_timer_start(&matrix->step, on_hand_over, 0, 0);
}

/* Text is UTF-8 with no NUL in it. */
static void look_at(struct matrix *matrix)
{
    struct matrix_attach *attach = &matrix->attach;
    struct buf clean;
    const char *bytes = buf_text(&attach->text);
    size_t length = attach->text.length;
    if (length > EVENT_TEXT_MAX) {
        give_up(matrix, "it is too large");
    } else if (length == 0) {
        give_up(matrix, "it is empty");
    } else if (memchr(bytes, '\0', length) || !utf8_valid(bytes, length)) {
        give_up(matrix, "it is not plain text");
    } else {
        buf_init(&clean);
        utf8_clean(&clean, bytes, length, false);
        bool failed = clean.failed;
        if (!failed) {
            buf_finish(&attach->text);
            attach->text = clean;
        }
        give_up(matrix, failed ? "I am out of memory" : NULL);
    }
}

static int on_chunk(void *context, const char *bytes, size_t length)
{
    struct matrix *matrix = context;
    struct buf *text = &matrix->attach.text;
    if (text->length > EVENT_TEXT_MAX)
        return -1;
    buf_add(text, bytes, length < EVENT_TEXT_MAX + 1 ? length : EVENT_TEXT_MAX + 1);
    return text->failed || text->length > EVENT_TEXT_MAX ? -1 : 0;
}

static void on_file(void *context, const struct matrix_reply *reply)
{
    struct matrix *matrix = context;
    struct matrix_attach *attach = &matrix->attach;
    bool unknown = reply->status == 404 || reply->status == 405 ||
                   (reply->status == 400 && strcmp(reply->errcode, "M_UNRECOGNIZED") == 0);
    if (reply->status == 200 || attach->text.length > EVENT_TEXT_MAX) {
        look_at(matrix);
    } else if (unknown && !attach->old) {
        attach->old = true; /* a server from before authenticated media, 1.11 */
        fetch(matrix);
    } else if (reply->status >= 400 && reply->status < 500 && reply->status != 429 &&
               !matrix_lost_login(matrix, reply)) {
        give_up(matrix, "the server does not give it to me");
    } else if (++attach->tries >= TRIES_MAX) {
        give_up(matrix, "the server does not answer");
    } else {
        uv_timer_start(&matrix->step, on_fetch, AGAIN_MS * attach->tries, 0);
    }
}

static void fetch(struct matrix *matrix)
{
    struct matrix_attach *attach = &matrix->attach;
    const char *id = attach->event.message.url + strlen("mxc://");
    const char *slash = strchr(id, '/');
    char server[MATRIX_ID_MAX + 1];
    struct buf path;
    buf_clear(&attach->text);
    if (!slash || (size_t)(slash - id) >= sizeof server) {
        give_up(matrix, "its address is not well formed");
        return;
    }
    memcpy(server, id, (size_t)(slash - id));
    server[slash - id] = '\0';
    buf_init(&path);
    buf_puts(&path, attach->old ? "/_matrix/media/v3/download/"
                                : "/_matrix/client/v1/media/download/");
    matrix_http_escape(&path, server);
    buf_putc(&path, '/');
    matrix_http_escape(&path, slash + 1);
    struct matrix_request request = {.method = "GET", .path = buf_text(&path),
                                     .timeout_ms = FETCH_MS, .chunk = on_chunk, .done = on_file,
                                     .context = matrix};
    bool asked = !path.failed && matrix_ask(matrix, &request);
    buf_finish(&path);
    if (!asked)
        give_up(matrix, "I am out of memory");
}

void matrix_attach_fetch(struct matrix *matrix, struct matrix_event *event)
{
    struct matrix_attach *attach = &matrix->attach;
    attach->event = *event;
    memset(event, 0, sizeof *event);
    attach->why = NULL;
    attach->old = false;
    attach->tries = 0;
    buf_init(&attach->text);
    if (attach->event.message.size > EVENT_TEXT_MAX)
        give_up(matrix, "it is too large");
    else if (strncmp(attach->event.message.url, "mxc://", strlen("mxc://")) != 0)
        give_up(matrix, "its address is not well formed");
    else
        fetch(matrix);
}
