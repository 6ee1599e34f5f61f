/* One event of a room that we are in -> events for the core. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_doors.h"
#include "transport/matrix/matrix_sealed.h"
#include "transport/matrix/matrix_state.h"
#include "transport/matrix/matrix_words.h"
#include "util/log.h"

#define STALE_MS (INT64_C(10) * 60 * 1000) /* what was said longer ago in a room is not answered */

/* ---- what all events have ---- */

struct inbound {
    struct event event; /* for the core; its strings are in this struct or borrowed */
    struct address room, who;
    char name[EVENT_NAME_MAX + 1], bot_name[EVENT_NAME_MAX + 1];
};

/* Live events count from when they come in: what a server says about the time can be forged. What
 * happened while we were away is believed as far as it may be. */
static int64_t happened(const struct matrix *matrix, const struct matrix_event *event)
{
    int64_t now = matrix_now();
    if (!matrix->away || event->at > now)
        return now;
    return event->at < matrix->away_from ? matrix->away_from : event->at;
}

static void prepare(struct matrix *matrix, const struct matrix_room *room,
                    const struct matrix_event *event, enum event_kind kind, struct inbound *in)
{
    bool private_talk = matrix_room_partner(&matrix->rooms, room) != NULL;
    matrix_people_label(&room->people, event->sender, in->name);
    matrix_room_own_name(&matrix->rooms, room, in->bot_name);
    in->event = (struct event){
        .kind = kind,
        .id = event->id,
        .at = happened(matrix, event),
        .room = matrix_place(matrix, private_talk ? NULL : room->id),
        .who = matrix_place(matrix, event->sender),
        .name = in->name,
        .bot_name = in->bot_name,
        .role = matrix_room_role(room, event->sender),
        .erasable = !private_talk && matrix_room_may_erase(&matrix->rooms, room),
        .kept = true,
        .text = "",
    };
}

static enum matrix_taken hand_in(struct matrix *matrix, struct inbound *in)
{
    return matrix_push(matrix, &in->event) ? MATRIX_AGAIN : MATRIX_DONE;
}

/* ---- what is said ---- */

/* Somebody wrote to us privately: this is where we answer them from now on, and what they
 * see as read once it is stored. */
static void heard_privately(struct matrix *matrix, struct matrix_room *room,
                            const struct matrix_event *event)
{
    if (!matrix_room_partner(&matrix->rooms, room))
        return;
    room->spoke = ++matrix->rooms.spoken;
    char *unread = strdup(event->id);
    if (!unread)
        return;
    free(room->unread);
    room->unread = unread;
}

static enum matrix_taken say(struct matrix *matrix, struct matrix_room *room,
                             const struct matrix_event *event, const char *text, size_t length,
                             bool cut)
{
    struct inbound in;
    bool edit = event->relation == MATRIX_REPLACE;
    prepare(matrix, room, event, edit ? EVENT_EDIT : EVENT_TEXT, &in);
    if (!edit && in.event.room.target && matrix->away && matrix_now() - in.event.at > STALE_MS)
        return MATRIX_DONE;
    bool mentioned = matrix_event_mentions(&event->message, matrix->rooms.me);
    struct buf named;
    buf_init(&named);
    bool called = matrix_words_named(text, length, matrix->rooms.me, in.bot_name, mentioned, &named);
    in.event.text = buf_text(&named);
    in.event.length = named.length;
    in.event.cut = cut;
    in.event.about = edit ? event->about : NULL;
    in.event.to_bot = called || mentioned ||
                      (event->reply_to && !event->falling_back &&
                       matrix_is_ours(matrix, event->reply_to));
    enum matrix_taken taken = named.failed ? MATRIX_AGAIN : hand_in(matrix, &in);
    buf_finish(&named);
    if (taken == MATRIX_DONE)
        heard_privately(matrix, room, event);
    return taken;
}

/* A picture, a voice message: whoever sent it privately hears what would work. */
static void refuse(struct matrix *matrix, const struct matrix_room *room,
                   const struct matrix_event *event)
{
    static const char *const kinds[] = {"m.image", "m.video", "m.audio", "m.location", "m.file"};
    const struct matrix_message *message = &event->message;
    for (size_t i = 0; message->msgtype && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(message->msgtype, kinds[i]) == 0 && matrix_room_partner(&matrix->rooms, room))
            matrix_say(matrix, room->id, NULL,
                       "I can read text only, so this was not stored. Send your answer as a "
                       "message, or as a text file.");
}

static enum matrix_taken on_message(struct matrix *matrix, struct matrix_room *room,
                                    struct matrix_event *event)
{
    struct buf text;
    bool cut = false;
    enum matrix_taken taken = MATRIX_DONE;
    buf_init(&text);
    enum matrix_words words = matrix_words(event, &text, &cut);
    if (text.failed) {
        taken = MATRIX_AGAIN;
    } else if (words == MATRIX_WORDS_TEXT) {
        taken = say(matrix, room, event, buf_text(&text), text.length, cut);
    } else if (words == MATRIX_WORDS_FILE && matrix_room_partner(&matrix->rooms, room) &&
               event->message.url && !event->message.encrypted_file) {
        matrix_attach_fetch(matrix, event);
        taken = MATRIX_WAIT;
    } else {
        refuse(matrix, room, event);
    }
    buf_finish(&text);
    return taken;
}

enum matrix_taken matrix_inbound_file(struct matrix *matrix, struct matrix_room *room,
                                      const struct matrix_event *event, const char *text,
                                      size_t length, const char *why)
{
    if (text)
        return say(matrix, room, event, text, length, false);
    matrix_say(matrix, room->id, NULL,
               "I could not take that file: %s. It was not stored. Send your answer as a message, "
               "or as a text file of at most %d KB.",
               why, EVENT_TEXT_MAX / 1024);
    return MATRIX_DONE;
}

/* ---- marks ---- */

/* The tag of a message of ours in this room; NULL = it has none. To be freed. */
static char *tag_of(struct matrix *matrix, const struct matrix_room *room, const char *message,
                    bool *failed)
{
    char *note = matrix_notes_get(&matrix->notes, MATRIX_NOTE_TAG, message, failed);
    char *end = note ? strchr(note, '\n') : NULL;
    if (end && strcmp(end + 1, room->id) == 0) {
        *end = '\0';
        return note;
    }
    free(note);
    return NULL;
}

static enum matrix_taken on_reaction(struct matrix *matrix, struct matrix_room *room,
                                     const struct matrix_event *event)
{
    char key[MATRIX_KEY_MAX + 1];
    bool failed = false;
    struct inbound in;
    if (event->redacted || !event->about || !event->key || !matrix_words_key(event->key, key))
        return MATRIX_DONE;
    char *tag = tag_of(matrix, room, event->about, &failed);
    if (!tag)
        return failed ? MATRIX_AGAIN : MATRIX_DONE;
    prepare(matrix, room, event, EVENT_MARK, &in);
    in.event.about = event->about;
    in.event.tag = tag;
    in.event.text = key;
    in.event.length = strlen(key);
    enum matrix_taken taken = hand_in(matrix, &in);
    free(tag);
    return taken;
}

static enum matrix_taken on_redaction(struct matrix *matrix, struct matrix_room *room,
                                      const struct matrix_event *event)
{
    struct inbound in;
    if (!event->about)
        return MATRIX_DONE;
    prepare(matrix, room, event, EVENT_RETRACT, &in);
    in.event.about = event->about;
    return hand_in(matrix, &in);
}

/* ---- state ---- */

/* The core does not hear of it now: it is told later who is here, all at once. */
static void owe(struct matrix_room *room)
{
    room->untold = true;
    room->told = 0;
}

static void tell_presence(struct matrix *matrix, struct matrix_room *room, const char *who,
                          const char *before, enum event_kind kind)
{
    struct matrix_event shown = {.id = NULL, .sender = who, .at = matrix_now()};
    struct inbound in;
    if (room->untold || strcmp(who, matrix->rooms.me) == 0)
        return;
    prepare(matrix, room, &shown, kind, &in);
    if (kind == EVENT_LEAVE)
        in.event.name = before;
    if (in.event.room.target && matrix_push(matrix, &in.event))
        owe(room);
}

static void tell_reset(struct matrix *matrix, struct matrix_room *room)
{
    struct event event = matrix_reset(matrix, room);
    if (matrix_push(matrix, &event))
        owe(room);
}

static enum matrix_taken on_state(struct matrix *matrix, struct matrix_room *room,
                                  struct matrix_event *event)
{
    bool was_private = matrix_room_partner(&matrix->rooms, room) != NULL;
    bool own_join = event->kind == MATRIX_MEMBER && event->member.membership == MATRIX_JOINED &&
                    strcmp(event->state_key, matrix->rooms.me) == 0;
    char who[MATRIX_ID_MAX + 1], before[EVENT_NAME_MAX + 1];
    snprintf(who, sizeof who, "%s", event->state_key);
    matrix_people_label(&room->people, who, before);
    unsigned change = matrix_rooms_apply(&matrix->rooms, room, event);
    if (change & MATRIX_NO_MEMORY)
        return MATRIX_AGAIN;
    bool is_private = matrix_room_partner(&matrix->rooms, room) != NULL;
    if (own_join)
        room->fresh = false;
    if (was_private && !is_private)
        owe(room);
    else if (!was_private && is_private)
        tell_reset(matrix, room);
    if (change & (MATRIX_CAME | MATRIX_WENT))
        tell_presence(matrix, room, who, before,
                      change & MATRIX_CAME ? EVENT_ENTER : EVENT_LEAVE);
    if (change & MATRIX_RULES)
        matrix_send_room_changed(matrix->send, room->id);
    if (change & MATRIX_SEALED)
        room->sealed_now = true; /* what there is to say depends on who is in it */
    if (change & MATRIX_TOMB)
        matrix_doors_moved(matrix, room);
    return MATRIX_DONE;
}

static enum matrix_taken on_said(struct matrix *matrix, struct matrix_room *room,
                                 struct matrix_event *event)
{
    switch (event->kind) {
    case MATRIX_MESSAGE:
        return on_message(matrix, room, event);
    case MATRIX_REACTION:
        return on_reaction(matrix, room, event);
    case MATRIX_REDACTION:
        return on_redaction(matrix, room, event);
    default:
        return MATRIX_DONE;
    }
}

enum matrix_taken matrix_inbound(struct matrix *matrix, struct matrix_room *room,
                                 struct matrix_event *event, bool past)
{
    if (event->state_key)
        return past ? MATRIX_DONE : on_state(matrix, room, event);
    if (strcmp(event->sender, matrix->rooms.me) == 0) {
        matrix_own(matrix, event->id);
        return MATRIX_DONE;
    }
    if (room->fresh || matrix_ignores(matrix, event->sender))
        return MATRIX_DONE;
    if (event->kind == MATRIX_ENCRYPTED &&
        matrix->cipher->ops->open(matrix->cipher, room->id, event) != MATRIX_OPENED) {
        matrix_sealed_heard(matrix, room, event->sender);
        return MATRIX_DONE;
    }
    return on_said(matrix, room, event);
}
