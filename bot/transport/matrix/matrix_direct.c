#include "transport/matrix/matrix_direct.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "transport/matrix/matrix_json.h"
#include "transport/matrix/matrix_slice.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define AGAIN_MS 60000     /* after a failure that may pass */
#define AGAIN_MAX_MS 3600000 /* after a room that did not last: at most one an hour */
#define MAKING "making"    /* the note before a room is asked for; else it is the room's id */
#define TELL_MAX 4

enum opening { CLOSED, WANTED, NOTING, NOTED, CREATING };

struct friend {
    struct friend *next;
    struct matrix *matrix;
    char *user;
    char *room;  /* that we made or used last; NULL = none known */
    bool told;   /* the room we share knows that we cannot reach them */
    enum opening opening;
    uint64_t due;   /* loop time before which no room is opened for them */
    unsigned tries;
    const char *tell[TELL_MAX]; /* literals to be said when there is a room */
    size_t tells;
};

struct pair {
    char *user, *room;
};

struct matrix_direct {
    struct friend *first;
    struct pair *pairs; /* m.direct, as the server has it */
    size_t pair_count, pair_capacity;
    struct friend *asking; /* one request at a time */
    struct friend *listing; /* is to be put into m.direct */
    bool failed;
};

static void release_pairs(struct matrix_direct *direct)
{
    for (size_t i = 0; i < direct->pair_count; i++) {
        free(direct->pairs[i].user);
        free(direct->pairs[i].room);
    }
    direct->pair_count = 0;
}

int matrix_direct_create(struct matrix *matrix)
{
    matrix->direct = calloc(1, sizeof *matrix->direct);
    return matrix->direct ? 0 : -1;
}

void matrix_direct_destroy(struct matrix *matrix)
{
    struct matrix_direct *direct = matrix->direct;
    if (!direct)
        return;
    while (direct->first) {
        struct friend *one = direct->first;
        direct->first = one->next;
        free(one->user);
        free(one->room);
        free(one);
    }
    release_pairs(direct);
    free(direct->pairs);
    free(direct);
    matrix->direct = NULL;
}

/* ---- account data ---- */

static void take_pair(void *context, const char *user, const char *room)
{
    struct matrix_direct *direct = context;
    if (direct->pair_count == direct->pair_capacity) {
        size_t wanted = direct->pair_capacity ? direct->pair_capacity * 2 : 16;
        struct pair *grown = reallocarray(direct->pairs, wanted, sizeof *grown);
        if (!grown) {
            direct->failed = true;
            return;
        }
        direct->pairs = grown;
        direct->pair_capacity = wanted;
    }
    struct pair pair = {strdup(user), strdup(room)};
    if (!pair.user || !pair.room) {
        free(pair.user);
        free(pair.room);
        direct->failed = true;
        return;
    }
    direct->pairs[direct->pair_count++] = pair;
}

static void take_ignored(void *context, const char *user)
{
    struct matrix *matrix = context;
    char **grown = reallocarray(matrix->ignored, matrix->ignored_count + 1, sizeof *grown);
    char *copy = strdup(user);
    if (grown)
        matrix->ignored = grown;
    if (!grown || !copy) {
        free(copy);
        matrix->direct->failed = true;
        return;
    }
    matrix->ignored[matrix->ignored_count++] = copy;
}

void matrix_direct_mark(struct matrix *matrix, struct matrix_room *room)
{
    for (size_t i = 0; i < matrix->direct->pair_count; i++)
        if (strcmp(matrix->direct->pairs[i].room, room->id) == 0)
            room->direct = true;
}

int matrix_direct_account_data(struct matrix *matrix, const char *bytes, size_t length)
{
    struct matrix_direct *direct = matrix->direct;
    const char *value, *why = "";
    size_t size;
    char type[32] = "";
    if (!matrix_slice_member(bytes, length, "type", &value, &size) ||
        !matrix_slice_string(value, size, type, sizeof type))
        return 0;
    direct->failed = false;
    if (strcmp(type, "m.direct") == 0) {
        release_pairs(direct);
        matrix_direct_rooms(bytes, length, take_pair, direct, &why);
        for (size_t i = 0; i < matrix->rooms.count; i++)
            matrix_direct_mark(matrix, matrix->rooms.list[i]);
    } else if (strcmp(type, "m.ignored_user_list") == 0) {
        for (size_t i = 0; i < matrix->ignored_count; i++)
            free(matrix->ignored[i]);
        matrix->ignored_count = 0;
        matrix_ignored_users(bytes, length, take_ignored, matrix, &why);
    }
    return direct->failed || why == matrix_event_memory ? -1 : 0;
}

/* ---- which room ---- */

static struct friend *find(const struct matrix *matrix, const char *user)
{
    struct friend *one = matrix->direct->first;
    while (one && strcmp(one->user, user) != 0)
        one = one->next;
    return one;
}

/* NULL when out of memory. */
static struct friend *know(struct matrix *matrix, const char *user)
{
    struct friend *one = find(matrix, user);
    if (one)
        return one;
    one = calloc(1, sizeof *one);
    if (!one || !(one->user = strdup(user))) {
        free(one);
        return NULL;
    }
    one->matrix = matrix;
    one->next = matrix->direct->first;
    matrix->direct->first = one;
    return one;
}

static void recall(void *context, const char *user, const char *room, int64_t at)
{
    struct matrix *matrix = context;
    struct friend *one = know(matrix, user);
    char *copy = room[0] == '!' ? strdup(room) : NULL;
    (void)at;
    matrix->direct->failed |= !one || (room[0] == '!' && !copy);
    if (one && copy) {
        free(one->room);
        one->room = copy;
    } else {
        free(copy);
    }
}

int matrix_direct_recall(struct matrix *matrix)
{
    matrix->direct->failed = false;
    return matrix_notes_each(&matrix->notes, MATRIX_NOTE_DIRECT, recall, matrix) ||
                   matrix->direct->failed
               ? -1
               : 0;
}

/* Better is: they are in it, then where they spoke last, then the one we used. */
static bool better(const struct friend *one, const struct matrix_room *room, bool joined,
                   const struct matrix_room *best, bool best_joined)
{
    if (!best || joined != best_joined)
        return !best || joined;
    if (room->spoke != best->spoke)
        return room->spoke > best->spoke;
    return one->room && strcmp(one->room, room->id) == 0;
}

const char *matrix_direct_room(struct matrix *matrix, const char *user)
{
    struct friend *one = know(matrix, user);
    const struct matrix_room *best = NULL;
    bool best_joined = false;
    if (!one)
        return NULL;
    for (size_t i = 0; i < matrix->rooms.count; i++) {
        const struct matrix_room *room = matrix->rooms.list[i];
        if (room->encrypted || room->successor || room->people.count != 2)
            continue;
        const struct matrix_person *partner = matrix_room_partner(&matrix->rooms, room);
        if (partner && strcmp(partner->id, user) == 0 &&
            better(one, room, partner->joined, best, best_joined)) {
            best = room;
            best_joined = partner->joined;
        }
    }
    /* A room that we made is none before a sync has shown it: a server may encrypt all rooms. */
    return best ? best->id : NULL;
}

/* ---- m.direct: read, changed, written ---- */

static void on_written(void *context, const struct matrix_reply *reply)
{
    struct friend *one = context;
    if (reply->status != 200)
        log_warn("matrix", "%s: the account's list of private rooms could not be changed: %s",
                 one->matrix->settings->network, reply->why);
}

static void account_data_path(const struct matrix *matrix, struct buf *path)
{
    buf_init(path);
    buf_puts(path, "/_matrix/client/v3/user/");
    matrix_http_escape(path, matrix->rooms.me);
    buf_puts(path, "/account_data/m.direct");
}

static void write_list(struct friend *one, const json_t *before)
{
    struct matrix *matrix = one->matrix;
    struct buf path;
    json_t *list = before ? json_deep_copy(before) : json_object();
    json_t *rooms = json_object_get(list, one->user);
    if (!json_is_array(rooms)) {
        json_object_set_new(list, one->user, json_array());
        rooms = json_object_get(list, one->user);
    }
    json_array_append_new(rooms, json_string(one->room));
    char *body = list ? matrix_json_dump(list, JSON_COMPACT) : NULL;
    account_data_path(matrix, &path);
    if (body && !path.failed) {
        struct matrix_request request = {.method = "PUT", .path = buf_text(&path), .body = body,
                                         .length = strlen(body), .done = on_written,
                                         .context = one};
        matrix_ask(matrix, &request);
    }
    free(body);
    json_decref(list);
    buf_finish(&path);
}

static void on_list(void *context, const struct matrix_reply *reply)
{
    struct friend *one = context;
    if (reply->status == 200 && reply->body)
        write_list(one, reply->body);
    else if (reply->status == 404)
        write_list(one, NULL);
    else
        on_written(one, reply);
}

static void change_list(struct friend *one)
{
    struct buf path;
    account_data_path(one->matrix, &path);
    struct matrix_request request = {.method = "GET", .path = buf_text(&path), .done = on_list,
                                     .context = one};
    if (!path.failed)
        matrix_ask(one->matrix, &request);
    buf_finish(&path);
}

/* ---- opening one ---- */

/* A room in which both are, for people who cannot be reached otherwise. */
static const struct matrix_room *shared_room(const struct matrix *matrix, const char *user)
{
    for (size_t i = 0; i < matrix->rooms.count; i++) {
        const struct matrix_room *room = matrix->rooms.list[i];
        const struct matrix_person *person = matrix_people_find(&room->people, user);
        if (person && person->joined && !matrix_room_partner(&matrix->rooms, room))
            return room;
    }
    return NULL;
}

static void cannot_reach(struct friend *one, const char *why)
{
    struct matrix *matrix = one->matrix;
    const struct matrix_room *room = shared_room(matrix, one->user);
    char name[EVENT_NAME_MAX + 1];
    log_warn("matrix", "%s: no private room with %s: %s", matrix->settings->network, one->user,
             why);
    one->due = uv_now(matrix->loop) + AGAIN_MAX_MS;
    if (one->told || !room)
        return;
    one->told = true;
    matrix_people_label(&room->people, one->user, name);
    matrix_say(matrix, room->id, one->user,
               "%s: I cannot write to you privately. Please start a direct chat with me, without "
               "encryption, and say hello there.",
               name);
}

static void on_created(void *context, const struct matrix_reply *reply)
{
    struct friend *one = context;
    struct matrix *matrix = one->matrix;
    const char *id = matrix_json_string(reply->body, "room_id");
    one->opening = CLOSED;
    matrix->direct->asking = NULL;
    if (matrix_lost_login(matrix, reply))
        return;
    if (reply->status == 200 && id && id[0] == '!' && strlen(id) <= MATRIX_ROOM_MAX) {
        char *room = strdup(id);
        if (!room || matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_DIRECT, one->user, id))
            log_error("matrix", "%s: no memory to note a private room", matrix->settings->network);
        if (room) {
            free(one->room);
            one->room = room;
            change_list(one);
        }
        /* Should this one not last, too, then not one more at once. */
        one->due = uv_now(matrix->loop) + AGAIN_MAX_MS;
    } else if (reply->status >= 400 && reply->status < 500 && reply->status != 429) {
        cannot_reach(one, reply->why);
    } else {
        /* It may have been made: the next sync shows it then. */
        uint64_t wait = reply->retry_ms > AGAIN_MS ? (uint64_t)reply->retry_ms : AGAIN_MS;
        one->due = uv_now(matrix->loop) + matrix_about(wait);
        log_warn("matrix", "%s: no private room with %s yet: %s", matrix->settings->network,
                 one->user, reply->why);
    }
    matrix_direct_watch(matrix);
}

static void create_room(struct friend *one)
{
    struct matrix *matrix = one->matrix;
    json_t *content = json_pack("{sbs[s]ss}", "is_direct", 1, "invite", one->user, "preset",
                                "trusted_private_chat");
    char *body = content ? matrix_json_dump(content, JSON_COMPACT) : NULL;
    struct matrix_request request = {
        .method = "POST",
        .path = "/_matrix/client/v3/createRoom",
        .body = body,
        .length = body ? strlen(body) : 0,
        .done = on_created,
        .context = one,
    };
    one->opening = CREATING;
    matrix->direct->asking = one;
    if (!body || !matrix_ask(matrix, &request)) {
        one->opening = CLOSED;
        matrix->direct->asking = NULL;
        one->due = uv_now(matrix->loop) + AGAIN_MS;
    }
    free(body);
    json_decref(content);
}

void matrix_direct_noted(struct matrix *matrix, const char *user)
{
    struct friend *one = find(matrix, user);
    if (one && one->opening == NOTING)
        one->opening = NOTED;
}

/* It is noted that we make one, in case that we do not live to hear the answer. */
static void note_making(struct friend *one)
{
    one->opening = NOTING;
    if (matrix_notes_set_about(&one->matrix->notes, MATRIX_NOTE_DIRECT, one->user, MAKING))
        one->opening = CLOSED;
    one->matrix->sink->wake(one->matrix->sink->context);
}

static void go_on(struct friend *one)
{
    struct matrix *matrix = one->matrix;
    if (one->opening != WANTED && one->opening != NOTED)
        return;
    if (matrix_direct_room(matrix, one->user)) {
        one->opening = CLOSED;
        matrix_ready(matrix);
    } else if (one->opening == WANTED) {
        note_making(one);
    } else if (!matrix->direct->asking) {
        create_room(one);
    }
}

void matrix_direct_open(struct matrix *matrix, const char *user)
{
    struct friend *one = know(matrix, user);
    if (!one || one->opening != CLOSED || one->due > uv_now(matrix->loop) || !matrix->open ||
        matrix->held || matrix->stopping || strlen(user) > MATRIX_ROOM_MAX)
        return;
    one->opening = WANTED;
    matrix_soon(matrix);
}

bool matrix_direct_is_opening(const struct matrix *matrix)
{
    return matrix->direct->asking != NULL;
}

/* ---- saying something there ---- */

void matrix_direct_tell(struct matrix *matrix, const char *user, const char *words)
{
    struct friend *one = know(matrix, user);
    if (!one || one->tells == TELL_MAX)
        return;
    for (size_t i = 0; i < one->tells; i++)
        if (one->tell[i] == words)
            return;
    one->tell[one->tells++] = words;
    matrix_direct_watch(matrix);
}

void matrix_direct_watch(struct matrix *matrix)
{
    if (!matrix->open || matrix->held || matrix->stopping)
        return;
    for (struct friend *one = matrix->direct->first; one; one = one->next) {
        go_on(one);
        const char *room = one->tells > 0 ? matrix_direct_room(matrix, one->user) : NULL;
        for (size_t i = 0; room && i < one->tells; i++)
            matrix_say(matrix, room, NULL, "%s", one->tell[i]);
        if (room)
            one->tells = 0;
        else if (one->tells > 0)
            matrix_direct_open(matrix, one->user);
    }
}
