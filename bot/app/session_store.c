/* Effects of one event -> the store and the outbox, inside the event's savepoint. */
#include <stdio.h>
#include <string.h>

#include "app/session_world.h"
#include "core/command.h"
#include "util/log.h"

struct fan_out {
    struct session *session;
    const struct message *message;
    int64_t now;
    struct error *error;
};

/* Drops what waits under the key. 1 = there was something, 0 = there was not, -1 = it failed. */
static int drop_waiting(struct session *session, const struct message *message,
                          const struct address *to, bool private_talk, struct error *error)
{
    size_t dropped;
    if (session->store->outbox_drop(session->parts.store, to, private_talk, message->collapse,
                                    &dropped, error))
        return -1;
    return dropped > 0;
}

static int put_message(struct session *session, const struct message *message,
                       const struct address *to, bool private_talk, int64_t now,
                       struct error *error)
{
    struct outbox_row row = {
        .to = *to,
        .private_talk = private_talk,
        .flags = message->flags,
        .collapse = message->collapse,
        .about = message->about,
        .mark = message->mark,
        .tag = message->tag,
        .mention = message->mention,
        .bytes = message->bytes,
        .size = message->size,
        .at = now,
        .due = message->due,
    };
    int wanted =
        message->instead ? drop_waiting(session, message, to, private_talk, error) : 1;
    return wanted < 1 ? wanted : outbox_put(session->outbox, &row, error);
}

static int put_to_place(void *context, const struct address *place)
{
    struct fan_out *fan = context;
    return put_message(fan->session, fan->message, place, false, fan->now, fan->error);
}

static int say(struct session *session, const struct message *message, int64_t now,
               struct error *error)
{
    struct fan_out fan = {session, message, now, error};
    return session->store->room_places(session->parts.store, message->room, put_to_place, &fan,
                                       error);
}

/* Only the newest state of a countdown is worth telling. */
static void note_progress(struct session *session, const struct progress *progress)
{
    for (size_t i = 0; i < session->progress_count; i++)
        if (session->progress[i].round == progress->round) {
            session->progress[i] = *progress;
            return;
        }
    if (session->progress_count < SESSION_PROGRESS_MAX)
        session->progress[session->progress_count++] = *progress;
}

static int store_effect(struct session *session, const struct effect *effect, int64_t now,
                        struct error *error)
{
    int dropped;
    switch (effect->kind) {
    case EFFECT_SAY:
        return say(session, &effect->as.message, now, error);
    case EFFECT_TELL:
        return put_message(session, &effect->as.message, &effect->as.message.to, true, now, error);
    case EFFECT_REPLY:
        return put_message(session, &effect->as.message, &effect->as.message.to, false, now, error);
    case EFFECT_ERASE:
        return put_message(session, &effect->as.message, &effect->as.message.to, false, now, error);
    case EFFECT_UNSAY:
        dropped = drop_waiting(session, &effect->as.message, &effect->as.message.to, true, error);
        return dropped < 0 ? -1 : 0;
    case EFFECT_PROGRESS: /* told, not stored */
    case EFFECT_COUNT:
        return 0;
    case RECORD_MAIL:
        outbox_retry(session->outbox); /* what waited for the old address need not wait any more */
        break;
    case RECORD_ROUND:
    case RECORD_SEAT:
    case RECORD_ANSWER:
    case RECORD_BALLOT:
    case RECORD_LEDGER:
    case RECORD_ASKED:
    case RECORD_MOTION:
    case RECORD_DRAFT:
    case RECORD_PART:
    case RECORD_MARK:
    case RECORD_OVER:
    case RECORD_LINK:
    case RECORD_BECAME:
    case RECORD_SANCTION:
    case RECORD_LOG:
        break;
    }
    return session->store->record(session->parts.store, effect, error);
}

int session_store(struct session *session, const struct effects *effects, int64_t now,
                  struct error *error)
{
    for (const struct effect *effect = effects->first; effect; effect = effect->next)
        if (store_effect(session, effect, now, error))
            return -1;
    return 0;
}

static void note_count(struct session *session, const struct count_request *count)
{
    if (session->count_count == SESSION_COUNTS_MAX) {
        log_warn("session", "too many rounds end at once: the marks of one are not counted again");
        return;
    }
    struct session_count *noted = &session->counts[session->count_count++];
    noted->room = count->room;
    snprintf(noted->tag, sizeof noted->tag, "%s", count->tag);
}

void session_note_told(struct session *session, const struct effects *effects)
{
    for (const struct effect *effect = effects->first; effect; effect = effect->next) {
        if (effect->kind == EFFECT_PROGRESS)
            note_progress(session, &effect->as.progress);
        else if (effect->kind == EFFECT_COUNT)
            note_count(session, &effect->as.count);
    }
}

static int tell_place(void *context, const struct address *place)
{
    struct fan_out *fan = context;
    struct session *session = fan->session;
    struct transport *transport =
        outbox_transport(session->outbox, place->transport, place->network);
    if (transport && transport->ops->progress)
        transport->ops->progress(transport, place->target,
                                 &session->progress[session->progress_count]);
    return 0;
}

static int ask_place(void *context, const struct address *place)
{
    struct fan_out *fan = context;
    struct session *session = fan->session;
    struct transport *transport =
        outbox_transport(session->outbox, place->transport, place->network);
    if (transport && transport->ops->count)
        transport->ops->count(transport, place->target,
                              session->counts[session->count_count].tag);
    return 0;
}

void session_tell(struct session *session)
{
    struct fan_out fan = {.session = session};
    /* A countdown that is not shown is no harm, and marks that nobody counts are not waited for
     * long, so errors are not looked at. */
    while (session->progress_count > 0) {
        session->progress_count--;
        session->store->room_places(session->parts.store,
                                    session->progress[session->progress_count].room, tell_place,
                                    &fan, NULL);
    }
    while (session->count_count > 0) {
        session->count_count--;
        session->store->room_places(session->parts.store,
                                    session->counts[session->count_count].room, ask_place, &fan,
                                    NULL);
    }
}

bool session_spoken_to(const struct session *session, const struct event *event)
{
    struct command command;
    struct room_settings settings;
    if (event->kind == EVENT_MARK)
        return true;
    if (event->kind != EVENT_TEXT && event->kind != EVENT_EDIT)
        return false;
    if (!event->room.target)
        return true;
    session_settings(session, &event->room, &settings);
    command_parse(&command, event->text, event->length, settings.prefix,
                  event->bot_name ? event->bot_name : "", false);
    return event->to_bot || command.verb != COMMAND_NONE;
}

static void apology_words(struct text *text, const struct event *event, enum error_code code)
{
    bool mark = event->kind == EVENT_MARK;
    text_printf(text, "I could not store %s (%s), so it does not count. Please %s again in a minute.",
                mark ? "the mark you just set" : "what you just sent", error_code_name(code),
                mark ? "take it off and set it" : "send it");
}

int session_apologise(struct session *session, const struct event *event, enum error_code code)
{
    if (!session_spoken_to(session, event))
        return 0;
    struct transport *transport =
        outbox_transport(session->outbox, event->who.transport, event->who.network);
    if (!transport)
        return 0;
    enum post_result result = POST_AGAIN;
    struct text text;
    text_init(&text);
    apology_words(&text, event, code);
    if (text_ok(&text)) {
        struct outbound message = {.target = event->who.target, .private_talk = true,
                                   .flags = EFFECT_URGENT};
        message.bytes = text_bytes(&text, &message.size);
        result = transport->ops->post(transport, &message);
    }
    text_finish(&text);
    return result == POST_AGAIN || result == POST_BUSY ? -1 : 0;
}
