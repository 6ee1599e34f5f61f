#include "transport/matrix/matrix_countdown.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_phase.h"

#define PHASES_MAX 64
#define APART_MS 10000   /* between two edits, of all rooms: they share the limit of the account */
#define AGAIN_MS 2000    /* something else waits: look again then */
#define FAR_MS 3600000

struct matrix_countdown {
    struct matrix_countdown_settings settings;
    struct matrix_phase *first;
    size_t count;
    int64_t said_at;      /* the last edit of any room; INT64_MIN = none */
    struct matrix_phase *saying; /* the one under way; NULL if none is */
    uv_timer_t timer;
};

static void tick(struct matrix_countdown *countdown);

static void on_timer(uv_timer_t *timer)
{
    tick(timer->data);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct matrix_countdown *matrix_countdown_create(const struct matrix_countdown_settings *settings)
{
    struct matrix_countdown *countdown = calloc(1, sizeof *countdown);
    if (!countdown)
        return NULL;
    countdown->settings = *settings;
    countdown->said_at = INT64_MIN / 2;
    uv_timer_init(settings->loop, &countdown->timer);
    countdown->timer.data = countdown;
    return countdown;
}

void matrix_countdown_destroy(struct matrix_countdown *countdown)
{
    if (!countdown)
        return;
    matrix_send_forget(countdown->settings.send, countdown);
    for (struct matrix_phase *next; countdown->first; countdown->first = next) {
        next = countdown->first->next;
        free(countdown->first);
    }
    uv_close((uv_handle_t *)&countdown->timer, on_closed);
}

static int64_t now_of(const struct matrix_countdown *countdown)
{
    return countdown->settings.now(countdown->settings.context);
}

/* ---- phases ---- */

static struct matrix_phase *add(struct matrix_countdown *countdown, const struct matrix_phase *like)
{
    if (countdown->count >= PHASES_MAX)
        return NULL;
    struct matrix_phase *phase = malloc(sizeof *phase);
    if (!phase)
        return NULL;
    *phase = *like;
    phase->next = countdown->first;
    countdown->first = phase;
    countdown->count++;
    return phase;
}

/* Drops it, and its note if it has one. */
static void drop(struct matrix_countdown *countdown, struct matrix_phase *phase)
{
    char key[MATRIX_PHASE_KEY];
    struct matrix_phase **link = &countdown->first;
    if (*phase->event) {
        matrix_phase_key(phase, key);
        countdown->settings.note(countdown->settings.context, key, NULL);
    }
    while (*link != phase)
        link = &(*link)->next;
    *link = phase->next;
    countdown->count--;
    free(phase);
}

static void note(struct matrix_countdown *countdown, const struct matrix_phase *phase)
{
    char key[MATRIX_PHASE_KEY];
    struct buf value;
    buf_init(&value);
    matrix_phase_key(phase, key);
    matrix_phase_value(phase, &value);
    if (*phase->event && !value.failed)
        countdown->settings.note(countdown->settings.context, key, buf_text(&value));
    buf_finish(&value);
}

/* ---- saying ---- */

static void on_said(void *context, const char *event, bool again)
{
    struct matrix_countdown *countdown = context;
    struct matrix_phase *phase = countdown->saying;
    countdown->saying = NULL;
    phase->busy = false;
    uv_timer_start(&countdown->timer, on_timer, 0, 0);
    if (event && !*phase->event) {
        snprintf(phase->event, sizeof phase->event, "%s", event);
        note(countdown, phase);
        return;
    }
    if (!event) {
        phase->never = !again;
        phase->said_at = 0;
        phase->said.over = false;
    }
    if (phase->over && (phase->said.over || phase->never || !*phase->event))
        drop(countdown, phase);
}

static bool say(struct matrix_countdown *countdown, struct matrix_phase *phase, int64_t now)
{
    char key[MATRIX_PHASE_NAME + 32];
    struct text text;
    struct matrix_edit edit = {
        .room = phase->room,
        .key = key,
        .event = *phase->event ? phase->event : NULL,
        .maybe = phase->maybe && !*phase->event,
        .done = on_said,
        .context = countdown,
    };
    snprintf(key, sizeof key, "round-%" PRIu64 "-%s", phase->round, phase->name);
    text_init(&text);
    matrix_phase_text(phase, now, &text);
    edit.bytes = text_bytes(&text, &edit.size);
    bool taken = text_ok(&text) && matrix_send_edit(countdown->settings.send, &edit);
    text_finish(&text);
    if (taken) {
        matrix_phase_saying(phase, now);
        countdown->saying = phase;
        countdown->said_at = now;
    }
    return taken;
}

static void tick(struct matrix_countdown *countdown)
{
    int64_t now = now_of(countdown), at = INT64_MAX;
    struct matrix_phase *next = NULL;
    for (struct matrix_phase *phase = countdown->first; phase; phase = phase->next) {
        phase->over = phase->over || matrix_phase_stale(phase, now);
        int64_t due = matrix_phase_due(phase, now);
        if (due < at) {
            at = due;
            next = phase;
        }
    }
    if (!next || countdown->saying)
        return;
    if (at < countdown->said_at + APART_MS)
        at = countdown->said_at + APART_MS;
    if (at <= now && !say(countdown, next, now))
        at = now + AGAIN_MS;
    if (at > now)
        uv_timer_start(&countdown->timer, on_timer, (uint64_t)(at - now < FAR_MS ? at - now : FAR_MS), 0);
}

/* ---- what the core says ---- */

void matrix_countdown_recall(struct matrix_countdown *countdown, const char *key,
                             const char *value)
{
    struct matrix_phase phase;
    if (matrix_phase_read(&phase, key, value))
        countdown->settings.note(countdown->settings.context, key, NULL);
    else if (add(countdown, &phase))
        uv_timer_start(&countdown->timer, on_timer, AGAIN_MS, 0);
}

/* Phases of the round other than `name` are over. True if there was one. */
static bool end_others(struct matrix_countdown *countdown, const char *room, uint64_t round,
                       const char *name)
{
    bool any = false;
    for (struct matrix_phase *phase = countdown->first, *next; phase; phase = next) {
        next = phase->next;
        if (strcmp(phase->room, room) != 0 || phase->round != round ||
            strcmp(phase->name, name) == 0)
            continue;
        any = true;
        phase->over = true;
        if (!phase->busy && (!*phase->event || phase->never))
            drop(countdown, phase);
    }
    return any;
}

static struct matrix_phase *find(const struct matrix_countdown *countdown, const char *room,
                                 uint64_t round, const char *name)
{
    struct matrix_phase *phase = countdown->first;
    while (phase && (strcmp(phase->room, room) != 0 || phase->round != round ||
                     strcmp(phase->name, name) != 0))
        phase = phase->next;
    return phase;
}

void matrix_countdown_progress(struct matrix_countdown *countdown, const char *room,
                               const struct progress *progress)
{
    bool over = progress->deadline == 0 && progress->remaining == 0;
    bool known = end_others(countdown, room, progress->round, over ? "" : progress->phase);
    if (!over && matrix_phase_shown(progress->phase)) {
        struct matrix_phase fresh = {.round = progress->round, .maybe = !known};
        struct matrix_phase *phase = find(countdown, room, progress->round, progress->phase);
        snprintf(fresh.room, sizeof fresh.room, "%s", room);
        snprintf(fresh.name, sizeof fresh.name, "%s", progress->phase);
        if (!phase)
            phase = add(countdown, &fresh);
        if (phase && matrix_phase_update(phase, progress))
            note(countdown, phase);
    }
    tick(countdown);
}

void matrix_countdown_moved(struct matrix_countdown *countdown, const char *room)
{
    for (struct matrix_phase *phase = countdown->first, *next; phase; phase = next) {
        next = phase->next;
        if (strcmp(phase->room, room) != 0)
            continue;
        if (countdown->saying == phase) {
            matrix_send_forget(countdown->settings.send, countdown);
            countdown->saying = NULL;
        }
        drop(countdown, phase);
    }
}
