#include "transport/matrix/matrix_recount.h"

#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_list.h"
#include "transport/matrix/matrix_state.h"
#include "transport/matrix/matrix_words.h"
#include "util/log.h"

#define AT_ONCE 8         /* messages */
#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 8000
#define GIVE_UP_MS 600000 /* whoever waits for it has gone on long since */

struct found {
    char *id, *sender, key[MATRIX_KEY_MAX + 1];
    int64_t at;
};

/* One message of ours. */
struct counted {
    struct job *job;
    char *id, *room, *tag;
    struct matrix_call *call;
    struct matrix_list *list;
    char next[MATRIX_TOKEN_MAX];
    struct found *marks;
    size_t mark_count, mark_capacity;
    size_t told; /* of the marks, then the tally */
    bool read, done, no_memory;
    unsigned failures;
    uint64_t due; /* loop time of the next request */
};

struct job {
    struct job *next;
    struct matrix *matrix;
    char *room, *tag;
    struct counted *messages;
    size_t count, capacity, flying;
    uint64_t began;
    bool ready;  /* the list of messages is complete */
    bool failed; /* while making the list */
    uv_timer_t timer;
};

struct matrix_recount {
    struct job *first;
};

static void step(struct job *job);

/* ---- life ---- */

int matrix_recount_create(struct matrix *matrix)
{
    matrix->recount = calloc(1, sizeof *matrix->recount);
    return matrix->recount ? 0 : -1;
}

static void clear_marks(struct counted *one)
{
    for (size_t i = 0; i < one->mark_count; i++) {
        free(one->marks[i].id);
        free(one->marks[i].sender);
    }
    one->mark_count = 0;
}

static void clear(struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct counted *one = &job->messages[i];
        matrix_http_cancel(one->call);
        matrix_list_destroy(one->list);
        clear_marks(one);
        free(one->marks);
        free(one->id);
        free(one->room);
        free(one->tag);
    }
    job->count = job->flying = 0;
    job->ready = job->failed = false;
}

static void closed(uv_handle_t *handle)
{
    struct job *job = handle->data;
    free(job->messages);
    free(job->room);
    free(job->tag);
    free(job);
}

static void finish(struct job *job)
{
    struct job **at = &job->matrix->recount->first;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    clear(job);
    uv_close((uv_handle_t *)&job->timer, closed);
}

void matrix_recount_destroy(struct matrix *matrix)
{
    if (!matrix->recount)
        return;
    while (matrix->recount->first)
        finish(matrix->recount->first);
    free(matrix->recount);
    matrix->recount = NULL;
}

/* ---- which messages ---- */

/* value: "TAG\nROOM" */
static void take_message(void *context, const char *id, const char *value, int64_t at)
{
    struct job *job = context;
    const char *end = strchr(value, '\n');
    (void)at;
    if (!end || strncmp(value, job->tag, strlen(job->tag)) != 0)
        return;
    if (job->count == job->capacity) {
        size_t wanted = job->capacity ? job->capacity * 2 : 16;
        struct counted *grown = reallocarray(job->messages, wanted, sizeof *grown);
        if (!grown) {
            job->failed = true;
            return;
        }
        job->messages = grown;
        job->capacity = wanted;
    }
    struct counted *one = &job->messages[job->count++];
    *one = (struct counted){.job = job, .id = strdup(id), .room = strdup(end + 1),
                            .tag = strndup(value, (size_t)(end - value))};
    job->failed |= !one->id || !one->room || !one->tag;
}

/* ---- reading one ---- */

static bool wants_mark(void *context, const struct matrix_raw *raw)
{
    (void)context;
    return matrix_kind_of(raw->type) == MATRIX_REACTION;
}

static int keep_mark(struct counted *one, const struct matrix_event *event)
{
    struct found mark = {.at = event->at};
    if (event->redacted || event->relation != MATRIX_ANNOTATION || !event->key ||
        !matrix_words_key(event->key, mark.key))
        return 0;
    if (one->mark_count == one->mark_capacity) {
        size_t wanted = one->mark_capacity ? one->mark_capacity * 2 : 8;
        struct found *grown = reallocarray(one->marks, wanted, sizeof *grown);
        if (!grown)
            return -1;
        one->marks = grown;
        one->mark_capacity = wanted;
    }
    mark.id = strdup(event->id);
    mark.sender = strdup(event->sender);
    one->marks[one->mark_count++] = mark;
    return mark.id && mark.sender ? 0 : -1;
}

static int on_mark(void *context, const struct matrix_raw *raw)
{
    struct counted *one = context;
    struct matrix *matrix = one->job->matrix;
    struct matrix_event event;
    const char *why;
    if (!matrix_event_parse(&event, raw->bytes, raw->length, MATRIX_FULL, &why)) {
        one->no_memory |= why == matrix_event_memory;
        return one->no_memory ? -1 : 0;
    }
    if (strcmp(event.sender, matrix->rooms.me) != 0 && !matrix_ignores(matrix, event.sender))
        one->no_memory |= keep_mark(one, &event) != 0;
    matrix_event_finish(&event);
    return one->no_memory ? -1 : 0;
}

static int on_chunk(void *context, const char *bytes, size_t length)
{
    struct counted *one = context;
    return matrix_list_feed(one->list, bytes, length, NULL);
}

/* From the first page again: an answer that broke off in the middle was not read. */
static void again(struct counted *one, const struct matrix_reply *reply)
{
    uint64_t wait = RETRY_MIN_MS;
    for (unsigned i = 0; i < one->failures && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    if (reply && reply->retry_ms > (int64_t)wait)
        wait = (uint64_t)reply->retry_ms;
    one->failures++;
    one->next[0] = '\0';
    clear_marks(one);
    one->due = uv_now(one->job->matrix->loop) + matrix_about(wait);
}

static void on_page(void *context, const struct matrix_reply *reply)
{
    struct counted *one = context;
    struct job *job = one->job;
    struct matrix_list_facts facts;
    one->call = NULL;
    job->flying--;
    matrix_lost_login(job->matrix, reply);
    if (reply->status != 200 || one->no_memory || matrix_list_end(one->list, &facts, NULL)) {
        if (one->failures == 0)
            log_warn("matrix", "%s: marks cannot be compared yet: %s",
                     job->matrix->settings->network, reply->why);
        again(one, reply);
    } else if (facts.end[0] && strcmp(facts.end, one->next) != 0) {
        memcpy(one->next, facts.end, sizeof one->next);
    } else {
        one->read = true;
    }
    step(job);
}

static void read_page(struct counted *one)
{
    struct matrix *matrix = one->job->matrix;
    struct matrix_list_calls calls = {.context = one, .wants_event = wants_mark, .event = on_mark};
    struct buf path;
    buf_init(&path);
    buf_puts(&path, "/_matrix/client/v1/rooms/");
    matrix_http_escape(&path, one->room);
    buf_puts(&path, "/relations/");
    matrix_http_escape(&path, one->id);
    buf_puts(&path, "/m.annotation/m.reaction?limit=100");
    if (one->next[0]) {
        buf_puts(&path, "&from=");
        matrix_http_escape(&path, one->next);
    }
    matrix_list_destroy(one->list);
    one->list = matrix_list_create(&calls);
    one->no_memory = false;
    struct matrix_request request = {.method = "GET", .path = buf_text(&path),
                                     .limit = 64 * 1024 * 1024, .chunk = on_chunk,
                                     .done = on_page, .context = one};
    if (one->list && !path.failed)
        one->call = matrix_ask(matrix, &request);
    buf_finish(&path);
    if (one->call)
        one->job->flying++;
    else
        again(one, NULL);
}

/* ---- telling ---- */

static struct event start_event(struct matrix *matrix, const struct counted *one,
                                enum event_kind kind, const char *who)
{
    const struct matrix_room *room = matrix_rooms_find(&matrix->rooms, one->room);
    bool private_talk = room && matrix_room_partner(&matrix->rooms, room);
    return (struct event){
        .kind = kind,
        .at = matrix_now(),
        .room = matrix_place(matrix, private_talk ? NULL : one->room),
        .who = matrix_place(matrix, who),
        .kept = true,
        .about = one->id,
        .tag = one->tag,
    };
}

static int tell_mark(struct matrix *matrix, const struct counted *one, const struct found *mark)
{
    const struct matrix_room *room = matrix_rooms_find(&matrix->rooms, one->room);
    char name[EVENT_NAME_MAX + 1];
    if (!room)
        return 0;
    struct event event = start_event(matrix, one, EVENT_MARK, mark->sender);
    matrix_people_label(&room->people, mark->sender, name);
    event.id = mark->id;
    event.name = name;
    event.role = matrix_room_role(room, mark->sender);
    event.text = mark->key;
    event.length = strlen(mark->key);
    return matrix_push(matrix, &event);
}

static int tell_tally(struct matrix *matrix, const struct counted *one)
{
    struct event event = start_event(matrix, one, EVENT_TALLY, NULL);
    struct buf ids;
    buf_init(&ids);
    for (size_t i = 0; i < one->mark_count; i++) {
        if (i > 0)
            buf_putc(&ids, '\n');
        buf_puts(&ids, one->marks[i].id);
    }
    event.text = buf_text(&ids);
    event.length = ids.length;
    int failed = ids.failed ? -1 : matrix_push(matrix, &event);
    buf_finish(&ids);
    return failed;
}

/* 0, or -1: the rest later. */
static int tell(struct counted *one, size_t *burst)
{
    struct matrix *matrix = one->job->matrix;
    for (; one->told < one->mark_count; one->told++)
        if ((*burst)++ >= MATRIX_BURST || tell_mark(matrix, one, &one->marks[one->told]))
            return -1;
    if (tell_tally(matrix, one))
        return -1;
    one->done = true;
    clear_marks(one);
    return 0;
}

static int tell_counted(struct job *job)
{
    struct event event = {
        .kind = EVENT_COUNTED,
        .at = matrix_now(),
        .room = matrix_place(job->matrix, job->room),
        .who = matrix_place(job->matrix, NULL),
        .kept = true,
        .tag = job->tag,
        .text = "",
    };
    return matrix_push(job->matrix, &event);
}

/* ---- one step after the other ---- */

static void on_timer(uv_timer_t *timer)
{
    step(timer->data);
}

/* Starts what can be started; the loop time of what comes next, 0 = nothing but answers. */
static uint64_t work(struct job *job, bool *all)
{
    uint64_t now = uv_now(job->matrix->loop), next = 0;
    size_t burst = 0;
    *all = true;
    for (size_t i = 0; i < job->count; i++) {
        struct counted *one = &job->messages[i];
        uint64_t due = 0;
        if (one->done)
            continue;
        if (one->read && tell(one, &burst) == 0)
            continue;
        *all = false;
        if (one->read)
            due = now + (burst >= MATRIX_BURST ? 1 : 200);
        else if (!one->call && one->due > now)
            due = one->due;
        else if (!one->call && job->flying < AT_ONCE && !job->matrix->held)
            read_page(one);
        if (due > 0 && (next == 0 || due < next))
            next = due;
    }
    return next;
}

static void step(struct job *job)
{
    struct matrix *matrix = job->matrix;
    uint64_t now = uv_now(matrix->loop);
    bool all;
    if (matrix->stopping)
        return;
    if (!job->ready) {
        clear(job);
        if (matrix_notes_each(&matrix->notes, MATRIX_NOTE_TAG, take_message, job) || job->failed) {
            clear(job);
            uv_timer_start(&job->timer, on_timer, 1000, 0);
            return;
        }
        job->ready = true;
    }
    uint64_t next = work(job, &all);
    matrix->sink->wake(matrix->sink->context);
    if (all && tell_counted(job) == 0) {
        finish(job);
    } else if (now - job->began > GIVE_UP_MS) {
        log_error("matrix", "%s: marks could not be compared with the server's",
                  matrix->settings->network);
        finish(job);
    } else if (all || next > 0) {
        uv_timer_start(&job->timer, on_timer, all ? 200 : next > now ? next - now : 1, 0);
    }
}

void matrix_recount_resume(struct matrix *matrix)
{
    for (struct job *job = matrix->recount->first; job; job = job->next)
        uv_timer_start(&job->timer, on_timer, 0, 0);
}

void matrix_recount(struct matrix *matrix, const char *room, const char *tag)
{
    struct job *job = matrix->recount->first;
    while (job && (strcmp(job->room, room) != 0 || strcmp(job->tag, tag) != 0))
        job = job->next;
    if (job) {
        job->ready = false;
    } else {
        job = calloc(1, sizeof *job);
        if (!job || !(job->room = strdup(room)) || !(job->tag = strdup(tag))) {
            if (job)
                free(job->room);
            free(job);
            return; /* whoever asked asks again */
        }
        job->matrix = matrix;
        uv_timer_init(matrix->loop, &job->timer);
        job->timer.data = job;
        job->next = matrix->recount->first;
        matrix->recount->first = job;
    }
    job->began = uv_now(matrix->loop);
    /* Not from inside the session's call: the notes are read. */
    uv_timer_start(&job->timer, on_timer, 0, 0);
}
