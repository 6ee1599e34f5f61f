/*
 * At the start: which rooms we are in, and the state of each, read anew from the
 * server, so that nothing but `since` has to be kept. One room after the other;
 * what changes in the meantime comes with the next sync.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_direct.h"
#include "transport/matrix/matrix_doors.h"
#include "transport/matrix/matrix_gap.h"
#include "transport/matrix/matrix_json.h"
#include "transport/matrix/matrix_list.h"
#include "transport/matrix/matrix_sealed.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define STATE_MAX ((size_t)256 * 1024 * 1024) /* of one room; it is read while it comes */
#define TRIES_MAX 8 /* of one room: a server that fails over it must not keep us from the others */
#define ROOMS_LIMIT ((size_t)4 * 1024 * 1024)

struct matrix_survey {
    struct matrix *matrix;
    char **rooms; /* ids */
    size_t count, at;
    unsigned step; /* 0, 1: account data; 2: which rooms; 3: their state; 4: telling who is there */
    struct matrix_list *list;
    struct matrix_room *room;
    bool no_memory;
    unsigned tries; /* of this room */
};

static const char *const account_data[] = {"m.direct", "m.ignored_user_list"};

static void go_on(struct matrix_survey *survey);

static void on_again(uv_timer_t *timer)
{
    struct matrix *matrix = timer->data;
    go_on(matrix->survey);
}

void matrix_survey_destroy(struct matrix *matrix)
{
    struct matrix_survey *survey = matrix->survey;
    if (!survey)
        return;
    for (size_t i = 0; i < survey->count; i++)
        free(survey->rooms[i]);
    free(survey->rooms);
    matrix_list_destroy(survey->list);
    free(survey);
    matrix->survey = NULL;
}

static void ask(struct matrix_survey *survey, struct matrix_request *request, struct buf *path,
                matrix_done_fn *done)
{
    struct matrix *matrix = survey->matrix;
    request->method = "GET";
    request->path = buf_text(path);
    request->done = done;
    request->context = survey;
    matrix->call = path->failed ? NULL : matrix_ask(matrix, request);
    buf_finish(path);
    if (!matrix->call)
        matrix_cycle_fail(matrix, NULL, on_again);
}

static void next_step(struct matrix_survey *survey)
{
    survey->step++;
    survey->matrix->failures = 0;
    go_on(survey);
}

/* ---- account data ---- */

static void on_account_data(void *context, const struct matrix_reply *reply)
{
    struct matrix_survey *survey = context;
    struct matrix *matrix = survey->matrix;
    matrix->call = NULL;
    if (reply->status == 200 && reply->body) {
        json_t *whole = json_pack("{sssO}", "type", account_data[survey->step], "content",
                                  (json_t *)(uintptr_t)reply->body);
        char *bytes = whole ? matrix_json_dump(whole, JSON_COMPACT) : NULL;
        json_decref(whole);
        if (bytes)
            matrix_direct_account_data(matrix, bytes, strlen(bytes));
        free(bytes);
        if (!bytes) {
            matrix_cycle_fail(matrix, NULL, on_again);
            return;
        }
    } else if (reply->status != 404) {
        matrix_cycle_fail(matrix, reply, on_again);
        return;
    }
    next_step(survey);
}

static void read_account_data(struct matrix_survey *survey)
{
    struct matrix_request request = {0};
    struct buf path;
    buf_init(&path);
    buf_puts(&path, "/_matrix/client/v3/user/");
    matrix_http_escape(&path, survey->matrix->rooms.me);
    buf_printf(&path, "/account_data/%s", account_data[survey->step]);
    ask(survey, &request, &path, on_account_data);
}

/* ---- which rooms ---- */

static int take_rooms(struct matrix_survey *survey, const json_t *body)
{
    const json_t *list = matrix_json_array(body, "joined_rooms");
    size_t count = json_array_size(list);
    survey->rooms = calloc(count + 1, sizeof *survey->rooms);
    if (!survey->rooms)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (!id || id[0] != '!' || strlen(id) > MATRIX_ROOM_MAX)
            continue;
        char *copy = strdup(id);
        if (!copy)
            return -1;
        survey->rooms[survey->count++] = copy;
    }
    return 0;
}

static void on_rooms(void *context, const struct matrix_reply *reply)
{
    struct matrix_survey *survey = context;
    survey->matrix->call = NULL;
    if (reply->status != 200 || !matrix_json_array(reply->body, "joined_rooms"))
        matrix_cycle_fail(survey->matrix, reply, on_again);
    else if (take_rooms(survey, reply->body))
        matrix_cycle_fail(survey->matrix, NULL, matrix_survey_anew);
    else
        next_step(survey);
}

static void read_rooms(struct matrix_survey *survey)
{
    struct matrix_request request = {.limit = ROOMS_LIMIT};
    struct buf path;
    buf_init(&path);
    buf_puts(&path, "/_matrix/client/v3/joined_rooms");
    ask(survey, &request, &path, on_rooms);
}

/* ---- the state of one ---- */

static bool wants_state(void *context, const struct matrix_raw *raw)
{
    (void)context;
    return matrix_kind_is_state(matrix_kind_of(raw->type));
}

static int on_state(void *context, const struct matrix_raw *raw)
{
    struct matrix_survey *survey = context;
    struct matrix_event event;
    const char *why;
    if (!matrix_event_parse(&event, raw->bytes, raw->length, MATRIX_FULL, &why)) {
        survey->no_memory |= why == matrix_event_memory;
        return survey->no_memory ? -1 : 0;
    }
    unsigned change = matrix_rooms_apply(&survey->matrix->rooms, survey->room, &event);
    matrix_event_finish(&event);
    survey->no_memory |= (change & MATRIX_NO_MEMORY) != 0;
    return survey->no_memory ? -1 : 0;
}

static int on_chunk(void *context, const char *bytes, size_t length)
{
    struct matrix_survey *survey = context;
    return matrix_list_feed(survey->list, bytes, length, NULL);
}

static void room_read(struct matrix_survey *survey)
{
    struct matrix *matrix = survey->matrix;
    struct matrix_room *room = survey->room;
    bool failed;
    char *in = matrix_notes_get(&matrix->notes, MATRIX_NOTE_IN, room->id, &failed);
    room->configured = matrix_doors_configured(matrix, room->id);
    room->untold = true;
    matrix_direct_mark(matrix, room);
    /* We came in after what we last read, or this is the first time of all. */
    room->newly = !in && !failed;
    room->fresh = room->newly && !matrix->first_start;
    free(in);
    /* At the very first start the past of all rooms is behind us, also if this life ends at once. */
    if (matrix->first_start)
        matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_IN, room->id, "1");
    if (room->encrypted)
        matrix_sealed_found(matrix, room);
    if (room->successor)
        matrix_doors_moved(matrix, room);
}

static void read_state(struct matrix_survey *survey);

static void on_state_read(void *context, const struct matrix_reply *reply)
{
    struct matrix_survey *survey = context;
    struct matrix *matrix = survey->matrix;
    struct matrix_list_facts facts;
    const char *id = survey->rooms[survey->at];
    matrix->call = NULL;
    if (reply->status == 200 && matrix_list_end(survey->list, &facts, NULL) == 0) {
        room_read(survey);
    } else if (reply->status == 403 || reply->status == 404 ||
               (reply->status >= 500 && ++survey->tries >= TRIES_MAX)) {
        log_warn("matrix", "%s: %s cannot be read: %s", matrix->settings->network, id, reply->why);
        matrix_rooms_remove(&matrix->rooms, id);
    } else {
        matrix_cycle_fail(matrix, survey->no_memory ? NULL : reply, on_again);
        return;
    }
    survey->at++;
    survey->tries = matrix->failures = 0;
    go_on(survey);
}

static void read_state(struct matrix_survey *survey)
{
    struct matrix *matrix = survey->matrix;
    struct matrix_list_calls calls = {.context = survey, .wants_event = wants_state,
                                      .event = on_state};
    struct matrix_request request = {.limit = STATE_MAX, .chunk = on_chunk,
                                     .timeout_ms = 300000};
    struct buf path;
    const char *id = survey->rooms[survey->at];
    buf_init(&path);
    matrix_room_path(&path, id, "/state");
    matrix_list_destroy(survey->list);
    survey->list = matrix_list_create(&calls);
    survey->no_memory = false;
    matrix_rooms_remove(&matrix->rooms, id);
    survey->room = matrix_rooms_add(&matrix->rooms, id);
    if (!survey->list || !survey->room)
        path.failed = true;
    ask(survey, &request, &path, on_state_read);
}

/* ---- all of it ---- */

static void tell_people(struct matrix_survey *survey)
{
    struct matrix *matrix = survey->matrix;
    size_t burst = 0;
    if (matrix_replay_people(matrix, &burst)) {
        matrix->sink->wake(matrix->sink->context);
        uv_timer_start(&matrix->step, on_again, burst >= MATRIX_BURST ? 1 : 200, 0);
        return;
    }
    matrix->sink->wake(matrix->sink->context);
    log_info("matrix", "%s: in %zu rooms", matrix->settings->network, matrix->rooms.count);
    matrix_survey_destroy(matrix);
    matrix->open = true;
    matrix->heard_at = uv_now(matrix->loop);
    matrix->invites_due = 1;
    matrix_doors_open(matrix);
    matrix_ready(matrix);
    matrix_gap_fill(matrix); /* of an earlier life: it comes before what is new */
}

static void go_on(struct matrix_survey *survey)
{
    if (survey->step < 2)
        read_account_data(survey);
    else if (survey->step == 2)
        read_rooms(survey);
    else if (survey->at < survey->count)
        read_state(survey);
    else
        tell_people(survey);
}

void matrix_survey_anew(uv_timer_t *timer)
{
    matrix_survey(timer->data);
}

void matrix_survey(struct matrix *matrix)
{
    matrix_survey_destroy(matrix);
    matrix->phase = MATRIX_SURVEYING;
    matrix->survey = calloc(1, sizeof *matrix->survey);
    if (!matrix->survey) {
        matrix_cycle_fail(matrix, NULL, matrix_survey_anew);
        return;
    }
    matrix->survey->matrix = matrix;
    if (matrix_doors_recall(matrix) || matrix_direct_recall(matrix))
        matrix_cycle_fail(matrix, NULL, matrix_survey_anew);
    else
        go_on(matrix->survey);
}
