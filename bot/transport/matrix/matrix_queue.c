#include "transport/matrix/matrix_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_queue_room.h"

#define STEM_MAX 128

void matrix_queue_init(struct matrix_queue *queue, const struct matrix_send_sink *sink,
                       uint64_t seed, const char *run)
{
    memset(queue, 0, sizeof *queue);
    queue->sink = sink;
    queue->seed = seed;
    queue->held = true;
    queue->limited_at = INT64_MIN;
    snprintf(queue->run, sizeof queue->run, "%s", run);
}

void matrix_queue_finish(struct matrix_queue *queue)
{
    for (struct matrix_item *next; queue->first; queue->first = next) {
        next = queue->first->next;
        matrix_item_destroy(queue->first);
    }
    for (struct matrix_room *next; queue->rooms; queue->rooms = next) {
        next = queue->rooms->next;
        free(queue->rooms);
    }
    free(queue->begun);
    free(queue->user);
    free(queue->instance);
}

int matrix_queue_set_account(struct matrix_queue *queue, const char *user, const char *instance)
{
    char *new_user = strdup(user), *new_instance = strdup(instance);
    if (!new_user || !new_instance || strlen(instance) > MATRIX_INSTANCE_MAX) {
        free(new_user);
        free(new_instance);
        return -1;
    }
    free(queue->user);
    free(queue->instance);
    queue->user = new_user;
    queue->instance = new_instance;
    return 0;
}

void matrix_queue_hold(struct matrix_queue *queue)
{
    queue->held = true;
}

void matrix_queue_release(struct matrix_queue *queue)
{
    queue->login += queue->held;
    queue->held = !queue->instance;
    matrix_queue_ready(queue);
}

/* ---- coming in ---- */

static void append(struct matrix_queue *queue, struct matrix_item *item)
{
    struct matrix_item **last = &queue->first;
    while (*last)
        last = &(*last)->next;
    *last = item;
    queue->count++;
    queue->memory += item->memory;
}

static bool is_full(const struct matrix_queue *queue)
{
    return queue->count >= MATRIX_SEND_MAX || queue->memory >= MATRIX_SEND_BYTES;
}

enum post_result matrix_queue_add(struct matrix_queue *queue, const char *room,
                                  const struct outbound *message, bool maybe)
{
    char stem[STEM_MAX];
    const struct matrix_room *known = matrix_room_find(queue, room);
    bool erases = message->flags & EFFECT_ERASES;
    if ((erases && !matrix_item_is_event(message->about)) ||
        (!erases && !text_valid(message->bytes, message->size)))
        return POST_REFUSED;
    if (known && known->closed_until)
        return POST_BUSY;
    if (is_full(queue) || !queue->instance) {
        queue->was_full = true;
        return POST_BUSY;
    }
    if (message->id)
        snprintf(stem, sizeof stem, "hs-%s-%lld-", queue->instance, (long long)message->id);
    else
        snprintf(stem, sizeof stem, "hs-%s-%s.%llu-", queue->instance, queue->run,
                 (unsigned long long)queue->numbered++);
    maybe = matrix_queue_begun(queue, message->id) || maybe;
    struct matrix_item *item = matrix_item_create(room, stem, message, maybe && message->id);
    if (!item || !matrix_room_make(queue, room)) {
        matrix_item_destroy(item);
        return POST_AGAIN;
    }
    append(queue, item);
    return POST_TAKEN;
}

bool matrix_queue_edit(struct matrix_queue *queue, const struct matrix_edit *edit, int64_t now)
{
    char stem[STEM_MAX];
    bool limited = queue->limited_at != INT64_MIN &&
                   now - queue->limited_at < MATRIX_EDIT_QUIET_MS;
    const struct matrix_room *known = matrix_room_find(queue, edit->room);
    if (queue->first || queue->held || !queue->instance || limited || now < queue->wait_until ||
        (known && (known->closed_until || now < known->wait_until)))
        return false;
    snprintf(stem, sizeof stem, "hs-%s-%s", queue->instance, edit->key);
    if (edit->event)
        snprintf(stem, sizeof stem, "hs-%s-%s-%s.%llu", queue->instance, edit->key, queue->run,
                 (unsigned long long)queue->numbered++);
    struct matrix_item *item = matrix_item_create_edit(stem, edit);
    if (!item || !matrix_room_make(queue, edit->room)) {
        matrix_item_destroy(item);
        return false;
    }
    append(queue, item);
    return true;
}

void matrix_queue_forget(struct matrix_queue *queue, const void *context)
{
    for (struct matrix_item *item = queue->first; item; item = item->next)
        if (item->kind == MATRIX_ITEM_EDIT && item->context == context)
            item->done = NULL;
}

/* ---- whose turn it is ---- */

/* In its room what has begun is finished first; an edit holds up nobody. */
static bool may_go(const struct matrix_queue *queue, const struct matrix_item *item)
{
    for (const struct matrix_item *other = queue->first; other; other = other->next)
        if (other != item && other->started && other->kind != MATRIX_ITEM_EDIT &&
            strcmp(other->room, item->room) == 0)
            return false;
    return true;
}

static bool earlier(int64_t at, int64_t than)
{
    return than == 0 || at < than;
}

/* The better one of two that may go; of two alike the one that came first. */
static bool goes_before(const struct matrix_queue *queue, const struct matrix_item *item,
                        const struct matrix_item *best)
{
    if (!best)
        return true;
    bool edit = item->kind == MATRIX_ITEM_EDIT, best_edit = best->kind == MATRIX_ITEM_EDIT;
    if (edit != best_edit)
        return best_edit;
    if (item->urgent != best->urgent)
        return item->urgent;
    return matrix_room_find(queue, item->room)->turn < matrix_room_find(queue, best->room)->turn;
}

static struct matrix_item *choose(const struct matrix_queue *queue, int64_t now, int64_t *at)
{
    struct matrix_item *best = NULL;
    for (struct matrix_item *item = queue->first; item; item = item->next) {
        const struct matrix_room *room = matrix_room_find(queue, item->room);
        if (room->flying || !goes_before(queue, item, best) || !may_go(queue, item))
            continue;
        if (now < room->wait_until) {
            *at = earlier(room->wait_until, *at) ? room->wait_until : *at;
            continue;
        }
        best = item;
    }
    return best;
}

struct matrix_item *matrix_queue_next(struct matrix_queue *queue, int64_t now, int64_t *at)
{
    *at = matrix_room_reopen(queue, now);
    if (queue->held || !queue->first || queue->flying >= (queue->feeling ? 1 : MATRIX_SEND_AT_ONCE))
        return NULL;
    if (now < queue->wait_until) {
        *at = earlier(queue->wait_until, *at) ? queue->wait_until : *at;
        return NULL;
    }
    struct matrix_item *item = choose(queue, now, at);
    if (!item)
        return NULL;
    struct matrix_room *room = matrix_room_find(queue, item->room);
    room->turn = ++queue->turns;
    room->flying = true;
    queue->flying++;
    item->flying = true;
    item->started = true;
    item->login = queue->login;
    return item;
}

int64_t matrix_queue_stuck(const struct matrix_queue *queue, int64_t now)
{
    int64_t until = 0;
    if (queue->flying > 0 || !queue->first)
        return 0;
    if (queue->held)
        return INT64_MAX;
    if (now < queue->wait_until)
        return queue->wait_until;
    for (const struct matrix_item *item = queue->first; item; item = item->next) {
        const struct matrix_room *room = matrix_room_find(queue, item->room);
        if (now >= room->wait_until)
            return 0;
        until = earlier(room->wait_until, until) ? room->wait_until : until;
    }
    return until;
}

/* ---- leaving ---- */

/* Nothing waits for the room, and nothing needs to be remembered of it. */
static void forget_room(struct matrix_queue *queue, struct matrix_room *room)
{
    struct matrix_room **link = &queue->rooms;
    for (const struct matrix_item *item = queue->first; item; item = item->next)
        if (strcmp(item->room, room->id) == 0)
            return;
    if (room->closed_until || room->refusals)
        return;
    while (*link != room)
        link = &(*link)->next;
    *link = room->next;
    free(room);
}

void matrix_queue_remove(struct matrix_queue *queue, struct matrix_item *item)
{
    struct matrix_item **link = &queue->first;
    struct matrix_room *room = matrix_room_find(queue, item->room);
    while (*link != item)
        link = &(*link)->next;
    *link = item->next;
    queue->count--;
    queue->memory -= item->memory;
    matrix_item_destroy(item);
    forget_room(queue, room);
}

void matrix_queue_ready(struct matrix_queue *queue)
{
    if (!queue->was_full || queue->count > MATRIX_SEND_MAX / 2 ||
        queue->memory > MATRIX_SEND_BYTES / 2)
        return;
    queue->was_full = false;
    queue->sink->ready(queue->sink->context);
}
