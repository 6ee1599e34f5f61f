#include "matrix_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "transport/matrix/matrix_render.h"
#include "util/hash.h"

#define START INT64_C(1767607200000)

/* ---- what the queue tells ---- */

struct desk_row *desk_row(struct desk *desk, int64_t id)
{
    for (size_t i = 0; i < desk->row_count; i++)
        if (desk->rows[i].id == id)
            return &desk->rows[i];
    fail_msg("there is no row %lld", (long long)id);
    return NULL;
}

static void on_said(void *context, const struct matrix_said *said)
{
    struct desk *desk = context;
    snprintf(desk->said_last, sizeof desk->said_last, "%s", said->event);
    snprintf(desk->tag_last, sizeof desk->tag_last, "%s", said->tag ? said->tag : "");
    if (!said->id)
        return;
    struct desk_row *row = desk_row(desk, said->id);
    assert_int_equal(row->sent, 0);
    assert_string_equal(row->room, said->room);
    row->said++;
}

static void on_sent(void *context, int64_t id)
{
    struct desk_row *row = desk_row(context, id);
    assert_true(row->waits && !row->out);
    row->sent++;
    row->waits = false;
}

static void on_lost(void *context, int64_t id)
{
    struct desk_row *row = desk_row(context, id);
    assert_true(row->waits && !row->out);
    row->lost++;
    row->out = true;
}

static void post_again(struct desk *desk)
{
    for (size_t i = 0; i < desk->row_count; i++) {
        struct desk_row *row = &desk->rows[i];
        if (row->out && matrix_queue_add(&desk->queue, row->room, &row->message, row->old) == POST_TAKEN)
            row->out = false;
    }
}

static void on_ready(void *context)
{
    struct desk *desk = context;
    desk->readies++;
}

static void on_unknown_token(void *context, bool soft_logout)
{
    struct desk *desk = context;
    assert_true(soft_logout);
    desk->tokens++;
}

/* ---- life and death ---- */

static void open_queue(struct desk *desk)
{
    char run[20];
    snprintf(run, sizeof run, "run%u", ++desk->life);
    desk->sink = (struct matrix_send_sink){desk, on_said, on_sent, on_lost, on_ready,
                                           on_unknown_token};
    matrix_queue_init(&desk->queue, &desk->sink, desk->life, run);
    assert_int_equal(matrix_queue_set_account(&desk->queue, DESK_USER, "db7"), 0);
    matrix_queue_release(&desk->queue);
    desk->flying_count = 0;
}

void desk_init(struct desk *desk)
{
    memset(desk, 0, sizeof *desk);
    desk->now = START;
    open_queue(desk);
}

void desk_finish(struct desk *desk)
{
    matrix_queue_finish(&desk->queue);
    for (size_t i = 0; i < desk->event_count; i++)
        free(desk->events[i].content);
    for (size_t i = 0; i < desk->row_count; i++)
        free(desk->rows[i].bytes);
    free(desk->events);
    free(desk->rows);
}

void desk_crash(struct desk *desk)
{
    matrix_queue_finish(&desk->queue);
    open_queue(desk);
    for (size_t i = 0; i < desk->row_count; i++)
        if (desk->rows[i].waits)
            desk->rows[i].old = desk->rows[i].out = true;
    post_again(desk);
}

enum post_result desk_post(struct desk *desk, int64_t id, const char *room, const char *words,
                           struct outbound message)
{
    struct text text;
    text_init(&text);
    text_put(&text, words);
    const char *bytes = text_bytes(&text, &message.size);
    struct desk_row row = {.id = id, .waits = true, .out = true, .bytes = malloc(message.size + 1)};
    assert_non_null(row.bytes);
    memcpy(row.bytes, bytes, message.size);
    text_finish(&text);
    message.id = id;
    message.at = message.at ? message.at : desk->now;
    message.bytes = row.bytes;
    row.message = message;
    snprintf(row.room, sizeof row.room, "%s", room);
    enum post_result result = matrix_queue_add(&desk->queue, room, &message, false);
    row.out = result != POST_TAKEN;
    if (!id || result == POST_REFUSED) {
        free(row.bytes);
        return result;
    }
    desk->rows = reallocarray(desk->rows, desk->row_count + 1, sizeof *desk->rows);
    assert_non_null(desk->rows);
    desk->rows[desk->row_count++] = row;
    return result;
}

/* ---- the server ---- */

static struct desk_event *add_event(struct desk *desk, const char *room, const char *type,
                                    const char *transaction, const char *content)
{
    desk->events = reallocarray(desk->events, desk->event_count + 1, sizeof *desk->events);
    assert_non_null(desk->events);
    struct desk_event *event = &desk->events[desk->event_count];
    memset(event, 0, sizeof *event);
    snprintf(event->room, sizeof event->room, "%s", room);
    snprintf(event->type, sizeof event->type, "%s", type);
    snprintf(event->transaction, sizeof event->transaction, "%s", transaction);
    snprintf(event->id, sizeof event->id, "$e%zu", desk->event_count++);
    event->content = strdup(content);
    event->at = desk->now;
    return event;
}

void desk_write(struct desk *desk, const char *room, const char *content)
{
    add_event(desk, room, "m.room.message", "", content)->foreign = true;
}

/* As a server that remembers its transaction ids does. */
static const char *do_say(struct desk *desk, const char *room, const char *type,
                          const char *transaction, const char *content)
{
    for (size_t i = 0; i < desk->event_count && !desk->forgets; i++)
        if (strcmp(desk->events[i].transaction, transaction) == 0 &&
            strcmp(desk->events[i].room, room) == 0)
            return desk->events[i].id;
    return add_event(desk, room, type, transaction, content)->id;
}

/* A page of 20 events of the room, from the newest back. */
static json_t *list(const struct desk *desk, const char *room, const char *from)
{
    json_t *chunk = json_array();
    size_t at = from ? (size_t)strtoul(from, NULL, 10) : desk->event_count;
    for (; at > 0 && json_array_size(chunk) < 20; at--) {
        const struct desk_event *event = &desk->events[at - 1];
        if (strcmp(event->room, room) != 0 || (event->foreign && !desk->no_filter))
            continue;
        json_t *one = json_pack("{s:s,s:s,s:s,s:I}", "event_id", event->id, "sender",
                                event->foreign ? "@eve:example.org" : DESK_USER, "type",
                                event->type, "origin_server_ts", (json_int_t)event->at);
        json_object_set_new(one, "content", json_loads(event->content, 0, NULL));
        json_array_append_new(chunk, one);
    }
    json_t *page = json_pack("{s:o}", "chunk", chunk);
    if (at > 0)
        json_object_set_new(page, "end", json_sprintf("%zu", at));
    return page;
}

/* What is between two pieces of a path, unescaped. */
static void cut_out(const char *path, const char *before, const char *after, char *out, size_t size)
{
    const char *from = strstr(path, before);
    size_t length = 0;
    assert_non_null(from);
    from += strlen(before);
    size_t end = *after ? strcspn(from, after) : strlen(from);
    for (size_t i = 0; i < end && length + 1 < size; i++) {
        char hex[3] = {from[i + 1], from[i] == '%' ? from[i + 2] : '\0', '\0'};
        out[length++] = from[i] == '%' ? (char)strtoul(hex, NULL, 16) : from[i];
        i += from[i] == '%' ? 2 : 0;
    }
    out[length] = '\0';
}

/* Acts as the request says; the answer's body. */
static json_t *act(struct desk *desk, const struct matrix_item_request *ask)
{
    char room[64], type[32] = "m.room.redaction", transaction[96];
    const char *path = buf_text(&ask->path);
    cut_out(path, "/rooms/", "/", room, sizeof room);
    if (strcmp(ask->method, "GET") == 0) {
        char from[32];
        if (strstr(path, "&from="))
            cut_out(path, "&from=", "&", from, sizeof from);
        assert_non_null(strstr(path, "%40hotseat"));
        return list(desk, room, strstr(path, "&from=") ? from : NULL);
    }
    assert_string_equal(ask->method, "PUT");
    if (strstr(path, "/send/"))
        cut_out(path, "/send/", "/", type, sizeof type);
    cut_out(strrchr(path, '/'), "/", "", transaction, sizeof transaction);
    const char *id = do_say(desk, room, type, transaction, buf_text(&ask->body));
    return json_pack("{s:s}", "event_id", id);
}

/* ---- answers ---- */

static const struct {
    int status;
    const char *errcode;
    bool acts, maybe_done;
} faults[DESK_FAULTS] = {
    [DESK_LIMITED] = {429, "M_LIMIT_EXCEEDED", false, false},
    [DESK_REFUSED_CONNECTION] = {0, "", false, false},
    [DESK_NO_REPLY] = {0, "", true, true},
    [DESK_CUT] = {0, "", false, true},
    [DESK_BAD_GATEWAY] = {502, "", false, true},
    [DESK_INTERNAL] = {500, "M_UNKNOWN", true, true},
    [DESK_ERROR_PAGE] = {404, "", false, false},
    [DESK_ODD_ANSWER] = {200, "", true, false},
    [DESK_NO_TOKEN] = {401, "M_UNKNOWN_TOKEN", false, false},
    [DESK_LOCKED] = {401, "M_USER_LOCKED", false, false},
    [DESK_FORBIDDEN] = {403, "M_FORBIDDEN", false, false},
    [DESK_TOO_LARGE] = {413, "M_TOO_LARGE", false, false},
    [DESK_INVALID] = {400, "M_BAD_JSON", false, false},
};

static enum desk_fault fault_of(const struct desk *desk, const struct matrix_item *item,
                                const struct matrix_item_request *ask)
{
    if (desk->fault_at && desk->requests >= desk->fault_at &&
        desk->requests < desk->fault_at + (desk->fault_times ? desk->fault_times : 1))
        return desk->fault;
    if (desk->shut && strcmp(desk->shut, item->room) == 0)
        return DESK_FORBIDDEN;
    return desk->content_max && ask->body.length > desk->content_max ? DESK_TOO_LARGE : DESK_WELL;
}

static void answer(struct desk *desk, struct matrix_item *item)
{
    struct matrix_item_request ask;
    struct matrix_reply reply = {.status = 200, .errcode = "", .retry_ms = -1, .soft_logout = true};
    json_t *body = NULL, *empty = json_object();
    assert_int_equal(matrix_item_ask(item, DESK_USER, &ask), 0);
    desk->requests++;
    desk->looks += strcmp(ask.method, "GET") == 0;
    enum desk_fault fault = fault_of(desk, item, &ask);
    if (fault == DESK_WELL || faults[fault].acts)
        body = act(desk, &ask);
    if (fault != DESK_WELL) {
        reply.status = faults[fault].status;
        reply.errcode = faults[fault].errcode;
        reply.maybe_done = faults[fault].maybe_done;
        reply.retry_ms = fault == DESK_LIMITED ? 5000 : -1;
    }
    reply.body = fault == DESK_WELL ? body : fault == DESK_ODD_ANSWER ? empty : NULL;
    reply.why = reply.errcode;
    matrix_item_request_finish(&ask);
    matrix_queue_reply(&desk->queue, item, &reply, desk->now);
    json_decref(body);
    json_decref(empty);
}

/* What the rest of the bot does in answer. */
static void respond(struct desk *desk)
{
    if (desk->queue.held && !desk->no_login)
        matrix_queue_release(&desk->queue);
    post_again(desk);
}

bool desk_step(struct desk *desk)
{
    int64_t at;
    struct matrix_item *item;
    while ((item = matrix_queue_next(&desk->queue, desk->now, &at)))
        desk->flying[desk->flying_count++] = item;
    if (desk->flying_count > desk->flying_max)
        desk->flying_max = desk->flying_count;
    if (desk->flying_count > 0) {
        size_t chosen = desk->chance ? random_below(&desk->chance, (uint32_t)desk->flying_count) : 0;
        item = desk->flying[chosen];
        desk->flying_count--;
        memmove(&desk->flying[chosen], &desk->flying[chosen + 1],
                (desk->flying_count - chosen) * sizeof *desk->flying);
        desk->now += 20;
        answer(desk, item);
        respond(desk);
        return true;
    }
    bool waits = desk->queue.first;
    post_again(desk);
    if (at > desk->now)
        desk->now = at;
    return at > 0 || (!waits && desk->queue.first);
}

void desk_run(struct desk *desk)
{
    for (int steps = 0; desk_step(desk); steps++)
        assert_in_range(steps, 0, 20000);
}

/* ---- looking ---- */

size_t desk_find(const struct desk *desk, const char *room, const char *words)
{
    size_t at = 0;
    while (at < desk->event_count &&
           (desk->events[at].foreign || strcmp(desk->events[at].room, room) != 0 ||
            !strstr(desk->events[at].content, words)))
        at++;
    return at;
}

size_t desk_count(const struct desk *desk, const char *room, const char *words)
{
    size_t count = 0;
    for (size_t i = 0; i < desk->event_count; i++)
        count += !desk->events[i].foreign && strcmp(desk->events[i].room, room) == 0 &&
                 strstr(desk->events[i].content, words);
    return count;
}

int desk_set_up(void **state)
{
    *state = malloc(sizeof(struct desk));
    desk_init(*state);
    return 0;
}

int desk_tear_down(void **state)
{
    desk_finish(*state);
    free(*state);
    return 0;
}

void desk_assert_order(const struct desk *desk, const char *const *words, size_t count)
{
    assert_int_equal(desk->event_count, count);
    for (size_t i = 0; i < count; i++)
        assert_non_null(strstr(desk->events[i].content, words[i]));
}

void desk_post_long(struct desk *desk, int64_t id, const char *room, struct outbound message)
{
    struct buf words;
    buf_init(&words);
    for (int i = 0; i < 4000; i++)
        buf_printf(&words, "w%d ", 10000 + i);
    assert_int_equal(desk_post(desk, id, room, buf_text(&words), message), POST_TAKEN);
    buf_finish(&words);
}
