/* What the server's answers do to the queue: said, later, smaller, or never. */
#include <string.h>

#include "transport/matrix/matrix_outcome.h"
#include "transport/matrix/matrix_queue_room.h"
#include "util/log.h"

/* ---- said ---- */

/* All of it is over: out of the queue, and the sink is told. */
static void finish(struct matrix_queue *queue, struct matrix_item *item)
{
    int64_t id = item->id;
    matrix_queue_remove(queue, item);
    if (id)
        queue->sink->sent(queue->sink->context, id);
}

static void tell_said(struct matrix_queue *queue, const struct matrix_item *item, const char *event)
{
    struct matrix_said said = {
        .id = item->id,
        .room = item->room,
        .event = event,
        .tag = item->tag,
        .part = item->said,
        .reaction = item->kind == MATRIX_ITEM_REACTION,
    };
    if (item->kind == MATRIX_ITEM_EDIT && item->done)
        item->done(item->context, event, false);
    else if (item->kind != MATRIX_ITEM_EDIT && item->kind != MATRIX_ITEM_ERASE)
        queue->sink->said(queue->sink->context, &said);
}

/* The next part is said as this event (NULL = nobody knows its id); so are those after it that were found. */
static void part_said(struct matrix_queue *queue, struct matrix_item *item, const char *event)
{
    bool over;
    do {
        if (event)
            tell_said(queue, item, event);
        over = matrix_item_advance(item);
    } while (!over && (event = matrix_item_found(item)));
    if (over)
        finish(queue, item);
}

/* An edit is told at once; whether it comes again is its owner's matter. */
static void end_edit(struct matrix_queue *queue, struct matrix_item *item, bool again)
{
    if (item->done)
        item->done(item->context, NULL, again);
    matrix_queue_remove(queue, item);
}

/* ---- not said ---- */

static void refused(struct matrix_queue *queue, struct matrix_item *item, const char *why)
{
    if (item->kind == MATRIX_ITEM_REACTION) {
        item->kind = MATRIX_ITEM_WORDS; /* the words say the same */
        return;
    }
    if (item->kind == MATRIX_ITEM_EDIT) {
        end_edit(queue, item, false);
        return;
    }
    log_warn("matrix", "message %lld to %s is refused and dropped: %s", (long long)item->id,
             item->room, why);
    part_said(queue, item, NULL);
}

static void closed(struct matrix_queue *queue, struct matrix_item *item,
                   const struct matrix_reply *reply, int64_t now)
{
    if (item->kind != MATRIX_ITEM_WORDS) {
        refused(queue, item, reply->why);
        return;
    }
    struct matrix_room *room = matrix_room_find(queue, item->room);
    matrix_room_close(queue, room, reply->why, now);
}

static void too_large(struct matrix_queue *queue, struct matrix_item *item,
                      const struct matrix_reply *reply, int64_t now)
{
    int result = matrix_item_shrink(item);
    if (result > 0)
        refused(queue, item, reply->why);
    else if (result < 0)
        matrix_room_find(queue, item->room)->wait_until = now + MATRIX_WAIT_FIRST;
    else if (matrix_item_found(item))
        part_said(queue, item, matrix_item_found(item));
}

/* Who was asked for it while the account was paused already adds nothing to the count. */
static void pause_account(struct matrix_queue *queue, enum matrix_outcome outcome,
                          const struct matrix_reply *reply, int64_t now)
{
    if (outcome == MATRIX_LIMITED) {
        if (queue->limited_at == INT64_MIN || now - queue->limited_at > MATRIX_EDIT_QUIET_MS)
            log_info("matrix", "the server limits how much we say (%s)", reply->why);
        queue->limited_at = now;
    } else {
        log_warn("matrix", "cannot send: %s", reply->why);
    }
    if (now >= queue->wait_until)
        queue->failures++;
    int64_t until = now + matrix_outcome_wait(outcome, reply, queue->failures, &queue->seed);
    queue->wait_until = until > queue->wait_until ? until : queue->wait_until;
    queue->feeling = true;
}

static void pause_room(struct matrix_queue *queue, struct matrix_item *item,
                       const struct matrix_reply *reply, int64_t now)
{
    struct matrix_room *room = matrix_room_find(queue, item->room);
    log_warn("matrix", "cannot send to %s: %s", room->id, reply->why);
    room->failures++;
    room->wait_until = now + matrix_outcome_wait(MATRIX_TROUBLE, reply, room->failures,
                                                 &queue->seed);
}

static void no_token(struct matrix_queue *queue, const struct matrix_item *item,
                     const struct matrix_reply *reply)
{
    if (queue->held || item->login != queue->login)
        return; /* known already, or it was the token before */
    queue->held = true;
    queue->sink->unknown_token(queue->sink->context, reply->soft_logout);
}

/* ---- the answer ---- */

static enum matrix_outcome outcome_of(const struct matrix_item *item,
                                      const struct matrix_reply *reply)
{
    enum matrix_outcome outcome = matrix_outcome(reply);
    const char *wanted = item->maybe ? "chunk" : "event_id";
    if (outcome == MATRIX_DONE && reply->status < 300 && !json_object_get(reply->body, wanted))
        return MATRIX_TROUBLE;
    return outcome;
}

static void done(struct matrix_queue *queue, struct matrix_item *item,
                 const struct matrix_reply *reply)
{
    if (item->maybe) {
        const char *found;
        if (matrix_item_looked(item, queue->user, reply->body) == 0 &&
            (found = matrix_item_found(item)))
            part_said(queue, item, found);
        return;
    }
    const char *event = json_string_value(json_object_get(reply->body, "event_id"));
    part_said(queue, item, matrix_item_is_event(event) ? event : NULL);
}

static void failed(struct matrix_queue *queue, struct matrix_item *item, enum matrix_outcome outcome,
                   const struct matrix_reply *reply, int64_t now)
{
    switch (outcome) {
    case MATRIX_LIMITED:
    case MATRIX_AWAY:
    case MATRIX_LOCKED: pause_account(queue, outcome, reply, now); break;
    case MATRIX_NO_TOKEN: no_token(queue, item, reply); break;
    case MATRIX_TROUBLE: pause_room(queue, item, reply, now); break;
    case MATRIX_CLOSED: closed(queue, item, reply, now); return;
    case MATRIX_TOO_LARGE: too_large(queue, item, reply, now); return;
    default: refused(queue, item, reply->why); return;
    }
    /* A countdown that could not be shown is out of date soon. One that may be there must be found. */
    if (item->kind == MATRIX_ITEM_EDIT && !item->maybe)
        end_edit(queue, item, true);
}

/* The server does not let us look: its own memory of transaction ids must do. */
static bool cannot_look(const struct matrix_item *item, enum matrix_outcome outcome)
{
    return item->maybe && (outcome == MATRIX_REFUSED || outcome == MATRIX_TOO_LARGE);
}

void matrix_queue_reply(struct matrix_queue *queue, struct matrix_item *item,
                        const struct matrix_reply *reply, int64_t now)
{
    struct matrix_room *room = matrix_room_find(queue, item->room);
    enum matrix_outcome outcome = outcome_of(item, reply);
    bool unsure = reply->maybe_done || (reply->status >= 200 && reply->status < 300);
    room->flying = item->flying = false;
    queue->flying--;
    if (outcome == MATRIX_DONE || outcome == MATRIX_CLOSED || outcome == MATRIX_REFUSED) {
        queue->failures = room->failures = 0;
        queue->feeling = false;
    }
    if (outcome == MATRIX_DONE) {
        room->refusals = 0;
        done(queue, item, reply);
    } else if (cannot_look(item, outcome)) {
        matrix_item_settle(item);
    } else {
        bool erases = item->kind == MATRIX_ITEM_ERASE, edits = item->event;
        item->maybe = item->maybe || (unsure && !erases && !edits);
        failed(queue, item, outcome, reply, now);
    }
    matrix_queue_lose_orphans(queue);
    matrix_queue_ready(queue);
}
