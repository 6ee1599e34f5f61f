#include "transport/matrix/matrix_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/text.h"
#include "util/hash.h"
#include "util/log.h"

int64_t matrix_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t matrix_random(void)
{
    uint64_t value = uv_hrtime();
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) != (ssize_t)sizeof value)
        return random_next(&value);
    return value;
}

uint64_t matrix_about(uint64_t ms)
{
    uint64_t chance = matrix_random();
    return ms + random_below(&chance, (uint32_t)(ms / 4) + 1);
}

struct address matrix_place(const struct matrix *matrix, const char *target)
{
    return (struct address){"matrix", matrix->settings->network, target};
}

struct event matrix_reset(const struct matrix *matrix, const struct matrix_room *room)
{
    return (struct event){
        .kind = EVENT_RESET,
        .at = matrix_now(),
        .room = matrix_place(matrix, room->id),
        .who = matrix_place(matrix, NULL),
        .text = "",
        .kept = true,
    };
}

int matrix_push(struct matrix *matrix, struct event *event)
{
    if (!matrix_notes_push(&matrix->notes))
        return -1; /* what was noted before comes before */
    return matrix->sink->event(matrix->sink->context, event);
}

/* ---- what the core knows of how far we are ---- */

void matrix_tell_behind(struct matrix *matrix)
{
    bool behind = matrix->behind != 0;
    struct event event = {
        .kind = behind ? EVENT_BEHIND : EVENT_ABREAST,
        .at = matrix_now(),
        .room = matrix_place(matrix, NULL),
        .who = matrix_place(matrix, NULL),
        .kept = true,
        .text = "",
    };
    if (behind == matrix->told_behind || matrix_push(matrix, &event))
        return;
    matrix->told_behind = behind;
    matrix->sink->wake(matrix->sink->context);
}

void matrix_set_behind(struct matrix *matrix, unsigned why, bool on)
{
    if (on)
        matrix->behind |= why;
    else
        matrix->behind &= ~why;
    matrix_tell_behind(matrix);
}

void matrix_ready(struct matrix *matrix)
{
    if (!matrix->stopping && matrix->open)
        matrix->sink->ready(matrix->sink->context, "matrix", matrix->settings->network);
}

/* ---- whose ---- */

void matrix_own(struct matrix *matrix, const char *event)
{
    matrix->own[matrix->own_next] = fnv1a(event, strlen(event));
    matrix->own_next = (matrix->own_next + 1) % MATRIX_OWN_MAX;
}

bool matrix_is_ours(const struct matrix *matrix, const char *event)
{
    uint64_t wanted = fnv1a(event, strlen(event));
    for (size_t i = 0; i < MATRIX_OWN_MAX; i++)
        if (matrix->own[i] == wanted)
            return true;
    return false;
}

bool matrix_ignores(const struct matrix *matrix, const char *user)
{
    for (size_t i = 0; i < matrix->ignored_count; i++)
        if (strcmp(matrix->ignored[i], user) == 0)
            return true;
    return false;
}

/* ---- saying and asking ---- */

void matrix_say(struct matrix *matrix, const char *room, const char *mention, const char *format,
                ...)
{
    char words[1024];
    struct text text;
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    text_init(&text);
    text_paragraph(&text);
    text_put(&text, words);
    struct outbound message = {.target = room, .at = matrix_now(), .mention = mention};
    message.bytes = text_bytes(&text, &message.size);
    if (!text_ok(&text) ||
        matrix_send_post(matrix->send, room, &message, false) != POST_TAKEN)
        log_warn("matrix", "%s: could not say in %s: %s", matrix->settings->network, room, words);
    text_finish(&text);
}

void matrix_room_path(struct buf *out, const char *room, const char *after)
{
    buf_puts(out, "/_matrix/client/v3/rooms/");
    matrix_http_escape(out, room);
    buf_puts(out, after);
}

struct matrix_call *matrix_ask(struct matrix *matrix, const struct matrix_request *request)
{
    struct error error;
    struct matrix_call *call = matrix_http_start(matrix->http, request, &error);
    if (!call)
        log_error("matrix", "%s: %s", matrix->settings->network, error.why);
    return call;
}
