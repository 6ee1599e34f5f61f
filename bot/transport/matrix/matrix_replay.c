/* Tells the session what a whole answer of the server holds, in bursts, and never past what the
 * session does not take. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_direct.h"
#include "transport/matrix/matrix_doors.h"
#include "transport/matrix/matrix_gap.h"
#include "transport/matrix/matrix_sealed.h"
#include "transport/matrix/matrix_state.h"
#include "util/log.h"

#define AGAIN_MS 200 /* until what was not taken is tried again */

static void on_step(uv_timer_t *timer)
{
    matrix_replay_resume(timer->data);
}

/* ---- who is here ---- */

/* Pushes the rest of the people of a room. */
static int tell_people(struct matrix *matrix, struct matrix_room *room, size_t *burst)
{
    struct event event = matrix_reset(matrix, room);
    char name[EVENT_NAME_MAX + 1];
    if (matrix_room_partner(&matrix->rooms, room)) {
        room->untold = false;
        return 0;
    }
    if (room->told == 0 && matrix_push(matrix, &event))
        return -1;
    event.kind = EVENT_ENTER;
    event.name = name;
    for (; room->told < room->people.count; room->told++) {
        const struct matrix_person *person = &room->people.list[room->told];
        if (!person->joined || strcmp(person->id, matrix->rooms.me) == 0)
            continue;
        if ((*burst)++ >= MATRIX_BURST)
            return -1;
        matrix_people_label(&room->people, person->id, name);
        event.who = matrix_place(matrix, person->id);
        event.role = matrix_room_role(room, person->id);
        if (matrix_push(matrix, &event))
            return -1;
    }
    room->untold = false;
    return 0;
}

int matrix_replay_people(struct matrix *matrix, size_t *burst)
{
    for (size_t i = 0; i < matrix->rooms.count; i++)
        if (matrix->rooms.list[i]->untold && tell_people(matrix, matrix->rooms.list[i], burst))
            return -1;
    return 0;
}

/* ---- one item ---- */

static const struct matrix_batch_room *room_of(const struct matrix *matrix, size_t item)
{
    return &matrix->batch.rooms[matrix->batch.items[item].room];
}

/* What belongs to no room. */
static enum matrix_taken take_other(struct matrix *matrix, uint32_t what, const struct buf *bytes)
{
    if (what == MATRIX_BATCH_ACCOUNT)
        return matrix_direct_account_data(matrix, bytes->data, bytes->length) ? MATRIX_AGAIN
                                                                              : MATRIX_DONE;
    enum matrix_crypto crypto = (enum matrix_crypto)(what - MATRIX_BATCH_CRYPTO);
    return matrix->cipher->ops->take(matrix->cipher, crypto, bytes->data, bytes->length)
               ? MATRIX_AGAIN
               : MATRIX_DONE;
}

/* An invitation is remembered, and answered when all is stored. */
static enum matrix_taken take_invitation(struct matrix *matrix, const char *room,
                                         const struct matrix_event *event)
{
    if (strlen(room) > MATRIX_ROOM_MAX || event->kind != MATRIX_MEMBER ||
        event->member.membership != MATRIX_INVITED ||
        !event->state_key || strcmp(event->state_key, matrix->rooms.me) != 0)
        return MATRIX_DONE;
    char value[MATRIX_ID_MAX + 8];
    snprintf(value, sizeof value, "%s\n%d", event->sender, event->member.direct);
    if (matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_INVITE, room, value))
        return MATRIX_AGAIN;
    matrix->invites_due = 1;
    return MATRIX_DONE;
}

static enum matrix_taken take_event(struct matrix *matrix, struct matrix_event *event,
                                    size_t *burst)
{
    const struct matrix_batch_item *item = &matrix->batch.items[matrix->item];
    const struct matrix_batch_room *told = room_of(matrix, matrix->item);
    bool past = matrix->phase == MATRIX_FILLING;
    if (told->section == MATRIX_INVITE)
        return take_invitation(matrix, told->id, event);
    struct matrix_room *room = matrix_rooms_find(&matrix->rooms, told->id);
    if (!room || told->section == MATRIX_KNOCK)
        return MATRIX_DONE;
    if (past && room->fresh && event->kind == MATRIX_MEMBER && event->state_key &&
        strcmp(event->state_key, matrix->rooms.me) == 0 &&
        event->member.membership == MATRIX_JOINED)
        room->fresh = false;
    /* What is said in a room whose answer has a hole comes when the hole is filled, in order. */
    if (item->part == MATRIX_TIMELINE && told->limited && !event->state_key)
        return MATRIX_DONE;
    if (item->part == MATRIX_TIMELINE && room->untold && tell_people(matrix, room, burst))
        return MATRIX_AGAIN;
    return matrix_inbound(matrix, room, event, past);
}

static enum matrix_form form_of(const struct matrix_batch_room *room)
{
    bool outside = room->section == MATRIX_INVITE || room->section == MATRIX_KNOCK;
    return outside ? MATRIX_STRIPPED : MATRIX_FULL;
}

static enum matrix_taken take_bytes(struct matrix *matrix, const struct buf *bytes, size_t *burst)
{
    const struct matrix_batch_item *item = &matrix->batch.items[matrix->item];
    struct matrix_event event;
    const char *why;
    if (item->room >= MATRIX_BATCH_CRYPTO)
        return take_other(matrix, item->room, bytes);
    const struct matrix_batch_room *room = room_of(matrix, matrix->item);
    if (matrix_event_parse(&event, bytes->data, bytes->length, form_of(room), &why)) {
        enum matrix_taken taken = take_event(matrix, &event, burst);
        matrix_event_finish(&event);
        return taken;
    }
    if (why == matrix_event_memory)
        return MATRIX_AGAIN;
    log_debug("matrix", "%s: an event of %s was left out: %s", matrix->settings->network, room->id,
              why);
    return MATRIX_DONE;
}

static enum matrix_taken take_item(struct matrix *matrix, size_t *burst)
{
    enum matrix_taken taken = MATRIX_AGAIN;
    struct error error;
    struct buf bytes;
    buf_init(&bytes);
    if (matrix_batch_read(&matrix->batch, matrix->item, &bytes, &error) == 0)
        taken = take_bytes(matrix, &bytes, burst);
    else
        log_error("matrix", "%s: %s", matrix->settings->network, error.why);
    buf_finish(&bytes);
    return taken;
}

/* ---- the whole ---- */

/* 0, or -1 when out of memory. */
static int add_rooms(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->batch.room_count; i++) {
        const struct matrix_batch_room *told = &matrix->batch.rooms[i];
        if (told->section != MATRIX_JOIN || strlen(told->id) > MATRIX_ROOM_MAX ||
            matrix_rooms_find(&matrix->rooms, told->id))
            continue;
        struct matrix_room *room = matrix_rooms_add(&matrix->rooms, told->id);
        if (!room)
            return -1;
        room->configured = matrix_doors_configured(matrix, room->id);
        room->fresh = room->newly = room->untold = true;
        matrix_direct_mark(matrix, room);
        log_info("matrix", "%s: joined %s", matrix->settings->network, room->id);
    }
    return 0;
}

/* All state before the timelines is known. If our own join is still to come, it is in the timeline, and
 * what is missing before that is not for us. */
static void settle_rooms(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->batch.room_count; i++) {
        struct matrix_batch_room *told = &matrix->batch.rooms[i];
        const struct matrix_room *room = matrix_rooms_find(&matrix->rooms, told->id);
        if (room && room->fresh)
            told->limited = false;
    }
}

/* 0, or -1: try again. */
static int end_rooms(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->batch.room_count; i++) {
        const struct matrix_batch_room *told = &matrix->batch.rooms[i];
        struct matrix_room *room = matrix_rooms_find(&matrix->rooms, told->id);
        if (told->section == MATRIX_LEAVE && matrix_doors_left(matrix, told->id))
            return -1;
        if (told->section == MATRIX_JOIN && room && told->limited && matrix_gap_note(matrix, room))
            return -1;
    }
    return 0;
}

static void say_sealed(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->rooms.count; i++) {
        struct matrix_room *room = matrix->rooms.list[i];
        if (room->sealed_now)
            matrix_sealed_found(matrix, room);
        room->sealed_now = false;
    }
}

/* Rooms whose past is behind us are known as such at the next start. */
static int note_new_rooms(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->rooms.count; i++) {
        struct matrix_room *room = matrix->rooms.list[i];
        if (!room->newly)
            continue;
        if (matrix_notes_set_about(&matrix->notes, MATRIX_NOTE_IN, room->id, "1"))
            return -1;
        if (matrix_doors_joined(matrix, room))
            return -1;
        room->newly = room->fresh = false;
        matrix_ready(matrix);
    }
    return 0;
}

/* Pushes as much as fits into a burst. True when all is told. */
static bool go_on(struct matrix *matrix, uint64_t *pause)
{
    size_t burst = 0;
    *pause = AGAIN_MS;
    bool page = matrix->phase == MATRIX_FILLING, first = matrix->batch.first_ever;
    if (matrix->item == 0 && !page && !first && add_rooms(matrix))
        return false;
    while (matrix->item < matrix->batch.item_count) {
        bool says = matrix->batch.items[matrix->item].part == MATRIX_TIMELINE;
        if (says && !matrix->settled) {
            settle_rooms(matrix);
            matrix->settled = true;
        }
        enum matrix_taken taken = take_item(matrix, &burst);
        if (taken == MATRIX_WAIT) {
            *pause = 0;
            return false;
        }
        if (burst >= MATRIX_BURST)
            *pause = 1;
        if (taken == MATRIX_AGAIN)
            return false;
        matrix->item++;
        if (++burst >= MATRIX_BURST) {
            *pause = 1;
            return false;
        }
    }
    if (burst >= MATRIX_BURST)
        *pause = 1;
    if (page || first)
        return true;
    if (matrix_replay_people(matrix, &burst) || end_rooms(matrix) || note_new_rooms(matrix))
        return false;
    say_sealed(matrix);
    return true;
}

void matrix_replay_resume(struct matrix *matrix)
{
    uint64_t pause;
    if (!matrix->replaying)
        return;
    bool all = go_on(matrix, &pause);
    matrix->sink->wake(matrix->sink->context);
    if (!all) {
        if (pause > 0)
            uv_timer_start(&matrix->step, on_step, pause, 0);
        return;
    }
    matrix->replaying = false;
    if (matrix->phase == MATRIX_FILLING)
        matrix_gap_told(matrix);
    else
        matrix_cycle_told(matrix);
}

static void begin(struct matrix *matrix)
{
    matrix_batch_sort(&matrix->batch);
    matrix->replaying = true;
    matrix->item = 0;
    matrix->settled = false;
    matrix_replay_resume(matrix);
}

/* What a room's answer lacks may come before what other rooms' answers end: that is told first. */
static void tell_gaps(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->batch.room_count; i++) {
        const struct matrix_batch_room *told = &matrix->batch.rooms[i];
        const struct matrix_room *room = matrix_rooms_find(&matrix->rooms, told->id);
        if (told->section == MATRIX_JOIN && told->limited && room && !room->fresh)
            matrix_set_behind(matrix, MATRIX_BEHIND_GAP, true);
    }
}

void matrix_replay(struct matrix *matrix)
{
    matrix->phase = MATRIX_REPLAYING;
    matrix->away = matrix->behind != 0;
    matrix->away_from = matrix->since_at;
    tell_gaps(matrix);
    begin(matrix);
}

void matrix_replay_page(struct matrix *matrix)
{
    matrix->phase = MATRIX_FILLING;
    begin(matrix);
}
