#include "transport/matrix/matrix_gap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_list.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define STILL_MAX 8
#define TRIES_MAX 12 /* of one page, about seven minutes; a server that never gives it must not stop the rest */

/* Only what is said: the state of a room is known by then. Our own joining shows where we came in. */
#define FILTER                                                                                     \
    "%7B%22types%22%3A%5B%22m.room.message%22%2C%22m.room.encrypted%22%2C%22m.reaction%22%2C"      \
    "%22m.room.redaction%22%2C%22m.room.member%22%5D%7D"

struct matrix_gap {
    char *room;
    char from[MATRIX_TOKEN_MAX], to[MATRIX_TOKEN_MAX];
    char end[MATRIX_TOKEN_MAX]; /* where the page that was read ends; "" = there is no more */
    int64_t at;                 /* nothing in it is older */
    bool fresh;                 /* begins before we came in */
    bool closed;                /* its end is, or is to be, noted */
    bool storing;               /* waits until its note is stored */
    bool stored;
    unsigned tries;
    unsigned still;             /* pages in a row that ended where they began */
    size_t events;
    struct matrix_list *list;
};

static void on_again(uv_timer_t *timer);

void matrix_gap_destroy(struct matrix *matrix)
{
    if (!matrix->gap)
        return;
    matrix_list_destroy(matrix->gap->list);
    free(matrix->gap->room);
    free(matrix->gap);
    matrix->gap = NULL;
}

/* "FROM\nTO\nAT\nFRESH" */
static int note(struct matrix *matrix, const char *room, const char *from, const char *to,
                int64_t at, bool fresh)
{
    char value[2 * MATRIX_TOKEN_MAX + 64];
    snprintf(value, sizeof value, "%s\n%s\n%" PRId64 "\n%d", from, to, at, fresh);
    return matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_GAP, room, value);
}

/* The inverse; what is not there stays empty. */
static void read_note(struct matrix_gap *gap, const char *value)
{
    const char *to = strchr(value, '\n');
    const char *at = to ? strchr(to + 1, '\n') : NULL;
    const char *fresh = at ? strchr(at + 1, '\n') : NULL;
    snprintf(gap->from, sizeof gap->from, "%.*s", to ? (int)(to - value) : 0, value);
    if (at)
        snprintf(gap->to, sizeof gap->to, "%.*s", (int)(at - to - 1), to + 1);
    gap->at = at ? strtoll(at + 1, NULL, 10) : 0;
    gap->fresh = fresh && fresh[1] == '1';
}

int matrix_gap_note(struct matrix *matrix, const struct matrix_room *room)
{
    bool failed;
    struct matrix_gap gap = {.at = matrix->since_at, .fresh = room->newly};
    char *before = matrix_notes_get(&matrix->notes, MATRIX_NOTE_GAP, room->id, &failed);
    snprintf(gap.from, sizeof gap.from, "%s", matrix->since);
    if (before) /* one that was not filled reaches on */
        read_note(&gap, before);
    free(before);
    if (failed)
        return -1;
    return note(matrix, room->id, gap.from, matrix->next, gap.at, gap.fresh);
}

static void look_for_this(void *context, const char *room, const char *value, int64_t at)
{
    (void)room;
    (void)value;
    (void)at;
    *(bool *)context = true;
}

/* ---- choosing one ---- */

static void take(void *context, const char *room, const char *value, int64_t noted)
{
    struct matrix *matrix = context;
    (void)noted;
    if (matrix->gap)
        return;
    struct matrix_gap *gap = calloc(1, sizeof *gap);
    if (!gap || !(gap->room = strdup(room))) {
        free(gap);
        return;
    }
    read_note(gap, value);
    matrix->gap = gap;
}

/* Closes the gap: nothing more comes from it. */
static void close_gap(struct matrix *matrix)
{
    matrix->gap->closed = matrix->gap->storing = true;
    if (matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_GAP, matrix->gap->room, NULL))
        matrix_cycle_fail(matrix, NULL, on_again);
    matrix->sink->wake(matrix->sink->context);
}

static void give_up(struct matrix *matrix, const char *why)
{
    log_error("matrix", "%s: what was said in %s while too much happened cannot be read: %s",
              matrix->settings->network, matrix->gap->room, why);
    close_gap(matrix);
}

/* ---- reading a page ---- */

static int on_event(void *context, const struct matrix_raw *raw)
{
    struct matrix *matrix = context;
    return matrix_batch_add(&matrix->batch, raw);
}

static bool wants_event(void *context, const struct matrix_raw *raw)
{
    (void)context;
    return raw->part == MATRIX_TIMELINE && matrix_kind_of(raw->type) != MATRIX_KIND_NONE;
}

static void on_dropped(void *context, const char *room, const char *why)
{
    struct matrix *matrix = context;
    (void)room;
    matrix_batch_dropped(&matrix->batch, matrix->gap->room, why);
}

static int on_chunk(void *context, const char *bytes, size_t length)
{
    struct matrix *matrix = context;
    return matrix_list_feed(matrix->gap->list, bytes, length, &matrix->batch.error);
}

static void on_page(void *context, const struct matrix_reply *reply)
{
    struct matrix *matrix = context;
    struct matrix_gap *gap = matrix->gap;
    struct matrix_list_facts facts;
    struct error error;
    matrix->call = NULL;
    if (reply->status == 200 && matrix_list_end(gap->list, &facts, &error) == 0) {
        snprintf(gap->end, sizeof gap->end, "%s", facts.end);
        gap->tries = matrix->failures = 0;
        gap->events += facts.events;
        matrix->away = true;
        matrix->away_from = gap->at;
        matrix_replay_page(matrix);
    } else if (reply->status == 400 || reply->status == 403 || reply->status == 404) {
        give_up(matrix, reply->why);
    } else if (!matrix_login_concerns(reply) && reply->status != 429 && ++gap->tries >= TRIES_MAX) {
        give_up(matrix, reply->why);
    } else {
        matrix_cycle_fail(matrix, reply, on_again);
    }
}

static void read_page(struct matrix *matrix)
{
    struct matrix_gap *gap = matrix->gap;
    struct matrix_list_calls calls = {.context = matrix, .wants_event = wants_event,
                                      .event = on_event, .dropped = on_dropped};
    struct buf path;
    matrix_list_destroy(gap->list);
    gap->list = matrix_list_create(&calls);
    matrix_batch_clear(&matrix->batch);
    buf_init(&path);
    matrix_room_path(&path, gap->room, "/messages?dir=f&limit=100&filter=" FILTER "&from=");
    matrix_http_escape(&path, gap->from);
    if (gap->to[0]) {
        buf_puts(&path, "&to=");
        matrix_http_escape(&path, gap->to);
    }
    struct matrix_request request = {
        .method = "GET",
        .path = buf_text(&path),
        .limit = 64 * 1024 * 1024,
        .chunk = on_chunk,
        .done = on_page,
        .context = matrix,
    };
    if (gap->list && !path.failed &&
        matrix_batch_begin_room(&matrix->batch, MATRIX_JOIN, gap->room) == 0)
        matrix->call = matrix_ask(matrix, &request);
    buf_finish(&path);
    if (!matrix->call)
        matrix_cycle_fail(matrix, NULL, on_again);
}

static void on_again(uv_timer_t *timer)
{
    struct matrix *matrix = timer->data;
    if (!matrix->gap)
        matrix_gap_fill(matrix);
    else if (matrix->gap->closed)
        close_gap(matrix);
    else
        read_page(matrix);
}

/* ---- from page to page ---- */

void matrix_gap_told(struct matrix *matrix)
{
    struct matrix_gap *gap = matrix->gap;
    struct matrix_room *room = matrix_rooms_find(&matrix->rooms, gap->room);
    bool still_fresh = room && room->fresh;
    /* A page without an end is the last one; an empty page is not. A server that always gives the
     * same place again would keep us for ever. */
    gap->still = strcmp(gap->end, gap->from) == 0 ? gap->still + 1 : 0;
    if (gap->end[0] == '\0' || gap->still >= STILL_MAX) {
        log_info("matrix", "%s: read %zu events of %s that the server had left out",
                 matrix->settings->network, gap->events, gap->room);
        close_gap(matrix);
    } else if (note(matrix, gap->room, gap->end, gap->to, gap->at, still_fresh)) {
        matrix_cycle_fail(matrix, NULL, on_again);
    } else {
        gap->storing = true;
        matrix->sink->wake(matrix->sink->context);
    }
}

void matrix_gap_noted(struct matrix *matrix, const char *about)
{
    struct matrix_gap *gap = matrix->gap;
    if (gap && gap->storing && strcmp(about, gap->room) == 0)
        gap->stored = true;
}

void matrix_gap_stored(struct matrix *matrix)
{
    struct matrix_gap *gap = matrix->gap;
    if (!gap->storing || !gap->stored)
        return;
    gap->storing = gap->stored = false;
    if (gap->closed) {
        struct matrix_room *room = matrix_rooms_find(&matrix->rooms, gap->room);
        if (room)
            room->fresh = false;
        matrix_gap_destroy(matrix);
        matrix_gap_fill(matrix);
        return;
    }
    snprintf(gap->from, sizeof gap->from, "%s", gap->end);
    read_page(matrix);
}

void matrix_gap_fill(struct matrix *matrix)
{
    bool any = false;
    matrix->phase = MATRIX_FILLING;
    matrix_gap_destroy(matrix); /* if we were interrupted: the notes know how far it got */
    if (matrix_notes_each(&matrix->notes, MATRIX_NOTE_GAP, look_for_this, &any) ||
        matrix_notes_each(&matrix->notes, MATRIX_NOTE_GAP, take, matrix) ||
        (any && !matrix->gap)) {
        matrix_cycle_fail(matrix, NULL, on_again);
        return;
    }
    if (!matrix->gap) {
        matrix_cycle_complete(matrix);
        return;
    }
    matrix_set_behind(matrix, MATRIX_BEHIND_GAP, true);
    struct matrix_room *room = matrix_rooms_find(&matrix->rooms, matrix->gap->room);
    if (!room) {
        close_gap(matrix);
        return;
    }
    room->fresh = matrix->gap->fresh;
    read_page(matrix);
}
