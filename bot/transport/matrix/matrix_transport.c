#include "transport/matrix/matrix_transport.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "transport/matrix/matrix_direct.h"
#include "transport/matrix/matrix_doors.h"
#include "transport/matrix/matrix_gap.h"
#include "transport/matrix/matrix_recount.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define WATCH_MS 5000

static struct matrix *matrix_of(struct transport *transport)
{
    return (struct matrix *)transport;
}

/* ---- the login ---- */

static int account_known(struct matrix *matrix, const char *user)
{
    char instance[MATRIX_INSTANCE_MAX + 1];
    bool failed;
    char *noted = matrix_notes_get(&matrix->notes, MATRIX_NOTE_INSTANCE, "", &failed);
    snprintf(instance, sizeof instance, "%s", noted ? noted : "");
    free(noted);
    if (!instance[0])
        snprintf(instance, sizeof instance, "%016" PRIx64, matrix_random());
    if (failed || matrix_notes_set(&matrix->notes, MATRIX_NOTE_INSTANCE, instance) ||
        matrix_send_set_account(matrix->send, user, instance) ||
        matrix_courtesy_set_user(matrix->courtesy, user))
        return -1;
    snprintf(matrix->rooms.me, sizeof matrix->rooms.me, "%s", user);
    return 0;
}

static void release_held(struct matrix *matrix)
{
    if (!matrix->held)
        return; /* a fresh token, and nothing had stopped */
    matrix->held = matrix->heard = false;
    matrix_send_release(matrix->send);
    matrix_cycle_go(matrix);
    matrix_recount_resume(matrix);
}

static void on_account_again(uv_timer_t *timer)
{
    matrix_login_start(((struct matrix *)timer->data)->login);
}

static void on_login(void *context, const char *user, const char *device)
{
    struct matrix *matrix = context;
    if (matrix->rooms.me[0] && strcmp(matrix->rooms.me, user) != 0) {
        log_error("matrix", "%s: logged in as %s, but it was %s before; a restart is needed",
                  matrix->settings->network, user, matrix->rooms.me);
        return;
    }
    if (!matrix->rooms.me[0] && account_known(matrix, user)) {
        uv_timer_start(&matrix->step, on_account_again, 1000, 0);
        return;
    }
    log_info("matrix", "%s: logged in as %s, device %s", matrix->settings->network, user, device);
    release_held(matrix);
}

static void on_no_login(void *context, bool fatal, int64_t retry_ms, const char *why)
{
    struct matrix *matrix = context;
    if (fatal)
        log_error("matrix", "%s: %s", matrix->settings->network, why);
    else
        log_warn("matrix", "%s: %s; next attempt in %d s", matrix->settings->network, why,
                 (int)(retry_ms / 1000));
    matrix_cycle_watch(matrix);
}

bool matrix_lost_login(struct matrix *matrix, const struct matrix_reply *reply)
{
    if (!matrix_login_concerns(reply))
        return false;
    if (!matrix->held)
        log_warn("matrix", "%s: %s", matrix->settings->network, reply->why);
    matrix->held = true;
    matrix_cycle_halt(matrix);
    matrix_send_hold(matrix->send);
    matrix_login_again(matrix->login, reply);
    return true;
}

/* ---- what the sending side tells ---- */

static void on_unknown_token(void *context, bool soft_logout)
{
    struct matrix_reply reply = {.status = 401, .errcode = "M_UNKNOWN_TOKEN",
                                 .soft_logout = soft_logout, .retry_ms = -1,
                                 .why = "401 M_UNKNOWN_TOKEN"};
    matrix_lost_login(context, &reply);
}

/* The tag comes back with marks on the message, now and after a restart. */
static void on_said(void *context, const struct matrix_said *said)
{
    struct matrix *matrix = context;
    char value[EVENT_TAG_MAX + 1 + MATRIX_ID_MAX + 1];
    matrix_own(matrix, said->event);
    if (!said->tag || said->reaction)
        return;
    snprintf(value, sizeof value, "%s\n%s", said->tag, said->room);
    if (matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_TAG, said->event, value))
        log_error("matrix", "%s: no memory to note a message; marks on it do not count",
                  matrix->settings->network);
}

static void on_sent(void *context, int64_t id)
{
    struct matrix *matrix = context;
    matrix->sink->sent(matrix->sink->context, id);
}

static void on_lost(void *context, int64_t id)
{
    struct matrix *matrix = context;
    matrix->sink->lost(matrix->sink->context, id);
}

static void on_ready(void *context)
{
    matrix_ready(context);
}

/* ---- what the countdown asks ---- */

static int64_t countdown_now(void *context)
{
    (void)context;
    return matrix_now();
}

static void countdown_note(void *context, const char *key, const char *value)
{
    struct matrix *matrix = context;
    if (matrix_notes_set(&matrix->notes, key, value))
        log_error("matrix", "%s: no memory to note a countdown", matrix->settings->network);
}

static void recall_countdown(void *context, const char *key, const char *value, int64_t at)
{
    struct matrix *matrix = context;
    char whole[EVENT_TAG_MAX + 1];
    (void)at;
    snprintf(whole, sizeof whole, MATRIX_COUNTDOWN_PREFIX "%s", key);
    matrix_countdown_recall(matrix->countdown, whole, value);
}

/* ---- the port ---- */

static void on_watch(uv_timer_t *timer)
{
    struct matrix *matrix = timer->data;
    matrix_cycle_watch(matrix);
    matrix_doors_watch(matrix);
    matrix_invite_answer(matrix);
    matrix_direct_watch(matrix);
    /* Somebody may wait for a room that can be opened now. */
    if (matrix->somebody_waits) {
        matrix->somebody_waits = false;
        matrix_ready(matrix);
    }
}

static void look_for_this(void *context, const char *key, const char *value, int64_t at)
{
    (void)key;
    (void)value;
    (void)at;
    *(bool *)context = true;
}

static int start(struct transport *transport, struct error *error)
{
    struct matrix *matrix = matrix_of(transport);
    bool failed, knows_rooms = false;
    char *since = matrix_notes_get(&matrix->notes, MATRIX_NOTE_SINCE, "", &failed);
    char *at = since ? strchr(since, '\n') : NULL;
    if (failed)
        return error_set(error, ERR_IO, "%s: cannot read how far the account was read",
                         matrix->settings->network);
    if (at) {
        snprintf(matrix->since, sizeof matrix->since, "%.*s", (int)(at - since), since);
        matrix->since_at = strtoll(at + 1, NULL, 10);
    }
    free(since);
    if (matrix_notes_each(&matrix->notes, MATRIX_NOTE_IN, look_for_this, &knows_rooms))
        return error_set(error, ERR_IO, "%s: cannot read the notes", matrix->settings->network);
    matrix->first_start = matrix->since[0] == '\0' || !knows_rooms;
    matrix->started = matrix_now();
    matrix->held = true;
    matrix->phase = MATRIX_LOGIN;
    if (matrix_notes_each(&matrix->notes, MATRIX_COUNTDOWN_PREFIX, recall_countdown, matrix))
        return error_set(error, ERR_IO, "%s: cannot read the notes", matrix->settings->network);
    matrix_set_behind(matrix, MATRIX_BEHIND_START, true);
    uv_timer_start(&matrix->watch, on_watch, WATCH_MS, WATCH_MS);
    matrix_login_start(matrix->login);
    return 0;
}

static bool is_user(const char *target)
{
    size_t length = strlen(target);
    if (target[0] != '@' || !strchr(target, ':') || length > MATRIX_ROOM_MAX)
        return false;
    for (const char *c = target; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return true;
}

/* The id of the room to say it in. NULL: *result says what becomes of the message. */
static const char *room_for(struct matrix *matrix, const struct outbound *message,
                            enum post_result *result)
{
    const char *target = message->target;
    bool known = message->private_talk ? is_user(target) : target[0] == '!';
    *result = known ? POST_BUSY : POST_REFUSED;
    if (!known || !matrix->open)
        return NULL;
    if (message->private_talk) {
        const char *room = matrix_direct_room(matrix, target);
        if (room)
            return room;
        matrix->somebody_waits = true;
        matrix_direct_open(matrix, target);
        return NULL;
    }
    const char *room = matrix_doors_now(matrix, target);
    if (matrix_rooms_find(&matrix->rooms, room))
        return room;
    if (!matrix_doors_configured(matrix, room))
        *result = POST_REFUSED;
    return NULL;
}

static enum post_result post(struct transport *transport, const struct outbound *message)
{
    struct matrix *matrix = matrix_of(transport);
    enum post_result result;
    bool erases = message->flags & EFFECT_ERASES;
    if (!erases && !text_valid(message->bytes, message->size))
        return POST_REFUSED;
    const char *room = matrix->stopping ? NULL : room_for(matrix, message, &result);
    if (!room)
        return matrix->stopping || (result == POST_BUSY && message->id) ? POST_BUSY : POST_REFUSED;
    result = matrix_send_post(matrix->send, room, message, message->at < matrix->started);
    return result == POST_BUSY && !message->id ? POST_REFUSED : result;
}

static void progress(struct transport *transport, const char *target,
                     const struct progress *progress)
{
    struct matrix *matrix = matrix_of(transport);
    matrix_countdown_progress(matrix->countdown, matrix_doors_now(matrix, target), progress);
}

/* What is not to be done from inside a call of the session: reading notes, telling events. */
static void on_soon(uv_timer_t *timer)
{
    struct matrix *matrix = timer->data;
    bool since = matrix->since_stored;
    matrix->since_stored = false;
    if (matrix->stopping)
        return;
    matrix_direct_watch(matrix);
    if (matrix->gap)
        matrix_gap_stored(matrix);
    if (since)
        matrix_cycle_stored(matrix);
}

void matrix_soon(struct matrix *matrix)
{
    uv_timer_start(&matrix->soon, on_soon, 0, 0);
}

static void noted(struct transport *transport, const char *key)
{
    struct matrix *matrix = matrix_of(transport);
    if (!matrix_notes_stored(&matrix->notes, key) || matrix->stopping)
        return;
    if (strncmp(key, MATRIX_NOTE_DIRECT, strlen(MATRIX_NOTE_DIRECT)) == 0)
        matrix_direct_noted(matrix, key + strlen(MATRIX_NOTE_DIRECT));
    else if (strncmp(key, MATRIX_NOTE_GAP, strlen(MATRIX_NOTE_GAP)) == 0)
        matrix_gap_noted(matrix, key + strlen(MATRIX_NOTE_GAP));
    else if (strcmp(key, MATRIX_NOTE_SINCE) == 0)
        matrix->since_stored = true;
    matrix_soon(matrix);
}

static void count(struct transport *transport, const char *target, const char *tag)
{
    matrix_recount(matrix_of(transport), target, tag);
}

/* ---- the end ---- */

static void on_stopped(void *context)
{
    struct matrix *matrix = context;
    void (*stopped)(void *context) = matrix->stopped;
    matrix->phase = MATRIX_STOPPED;
    matrix->stopped = NULL;
    if (stopped)
        stopped(matrix->stopped_context);
}

static void stop(struct transport *transport, int ms, void (*done)(void *context), void *context)
{
    struct matrix *matrix = matrix_of(transport);
    matrix->stopping = true;
    matrix->stopped = done;
    matrix->stopped_context = context;
    matrix_cycle_halt(matrix);
    uv_timer_stop(&matrix->step);
    uv_timer_stop(&matrix->watch);
    matrix_send_stop(matrix->send, ms, on_stopped, matrix);
}

static void release(struct matrix *matrix)
{
    if (--matrix->closing > 0)
        return;
    matrix_gap_destroy(matrix);
    matrix_survey_destroy(matrix);
    matrix_direct_destroy(matrix);
    matrix_doors_destroy(matrix);
    matrix_sync_destroy(matrix->reader);
    matrix_batch_finish(&matrix->batch);
    matrix_event_finish(&matrix->attach.event);
    buf_finish(&matrix->attach.text);
    matrix_notes_finish(&matrix->notes);
    matrix_rooms_finish(&matrix->rooms);
    for (size_t i = 0; i < matrix->ignored_count; i++)
        free(matrix->ignored[i]);
    free(matrix->ignored);
    free(matrix);
}

static void handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void part_gone(void *context)
{
    release(context);
}

static void destroy(struct transport *transport)
{
    if (!transport)
        return;
    struct matrix *matrix = matrix_of(transport);
    matrix->stopping = true;
    matrix->closing = 3u + (matrix->login != NULL) + (matrix->http != NULL);
    uv_close((uv_handle_t *)&matrix->step, handle_closed);
    uv_close((uv_handle_t *)&matrix->watch, handle_closed);
    uv_close((uv_handle_t *)&matrix->soon, handle_closed);
    matrix_recount_destroy(matrix);
    matrix_invite_destroy(matrix);
    matrix_countdown_destroy(matrix->countdown);
    matrix_send_destroy(matrix->send);
    matrix_courtesy_destroy(matrix->courtesy);
    matrix->cipher->ops->destroy(matrix->cipher);
    matrix_login_destroy(matrix->login, part_gone, matrix);
    matrix_http_destroy(matrix->http, part_gone, matrix);
}

static const struct transport_ops ops = {
    .name = "matrix",
    .start = start,
    .post = post,
    .progress = progress,
    .noted = noted,
    .count = count,
    .stop = stop,
    .destroy = destroy,
};

/* ---- the beginning ---- */

static int make_parts(struct matrix *matrix, struct error *error)
{
    struct matrix_login_events login = {matrix, on_login, on_no_login};
    struct matrix_send_sink send = {matrix, on_said, on_sent, on_lost, on_ready, on_unknown_token};
    matrix->http = matrix_http_create(matrix->loop, matrix->settings->ca_file, error);
    if (!matrix->http)
        return -1;
    if (matrix->settings->plain)
        matrix_http_allow_plain(matrix->http);
    matrix->login = matrix_login_create(matrix->loop, matrix->http, matrix->settings, &login, error);
    matrix->send = matrix_send_create(matrix->loop, matrix->http, matrix_random(), &send, error);
    if (!matrix->login || !matrix->send)
        return -1;
    struct matrix_countdown_settings countdown = {matrix->loop, matrix->send, countdown_now,
                                                  countdown_note, matrix};
    matrix->countdown = matrix_countdown_create(&countdown);
    matrix->courtesy = matrix_courtesy_create(matrix->loop, matrix->http);
    matrix_send_set_courtesy(matrix->send, matrix->courtesy);
    if (!matrix->countdown || !matrix->courtesy || matrix_recount_create(matrix) ||
        matrix_direct_create(matrix) || matrix_doors_create(matrix))
        return error_set(error, ERR_MEMORY, "no memory for a network");
    return 0;
}

struct transport *matrix_transport_create(uv_loop_t *loop, const struct matrix_settings *settings,
                                          const struct transport_sink *sink, struct error *error)
{
    struct matrix *matrix = calloc(1, sizeof *matrix);
    if (!matrix) {
        error_set(error, ERR_MEMORY, "no memory for a network");
        return NULL;
    }
    matrix->transport.ops = &ops;
    matrix->transport.network = settings->network;
    matrix->loop = loop;
    matrix->settings = settings;
    matrix->sink = sink;
    matrix->cipher = matrix_cipher_none();
    matrix_notes_init(&matrix->notes, sink, settings->network, matrix_now);
    matrix_rooms_init(&matrix->rooms);
    matrix_batch_init(&matrix->batch);
    buf_init(&matrix->attach.text);
    uv_timer_init(loop, &matrix->step);
    uv_timer_init(loop, &matrix->watch);
    uv_timer_init(loop, &matrix->soon);
    matrix->step.data = matrix->watch.data = matrix->soon.data = matrix;
    if (make_parts(matrix, error)) {
        destroy(&matrix->transport);
        return NULL;
    }
    return &matrix->transport;
}
