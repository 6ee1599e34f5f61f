#include "transport/script/script_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

static void tell_lag(struct script *script, int64_t at)
{
    script_push(script, &(struct script_deed){
                            .kind = script->behind ? EVENT_BEHIND : EVENT_ABREAST,
                            .at = at, .person = "", .text = ""});
}

static int start(struct transport *transport, struct error *error)
{
    struct script *script = script_of(transport);
    (void)error;
    if (script->behind)
        tell_lag(script, 0); /* handled now, whenever that is */
    script->sink->ready(script->sink->context, script->ops.name, script->network);
    return 0;
}

static bool keep(struct script *script, int64_t id)
{
    if (script->held_count == script->held_capacity) {
        size_t wanted = script->held_capacity ? script->held_capacity * 2 : 16;
        int64_t *grown = reallocarray(script->held, wanted, sizeof *grown);
        if (!grown)
            return false;
        script->held = grown;
        script->held_capacity = wanted;
    }
    script->held[script->held_count++] = id;
    return true;
}

static enum post_result post(struct transport *transport, const struct outbound *posted)
{
    struct script *script = script_of(transport);
    struct outbound reached = *posted, *message = &reached;
    struct buf plain;
    char look[64 + EVENT_TAG_MAX];
    if (!message->target[0] || strpbrk(message->target, "\r\n") ||
        !text_valid(message->bytes, message->size))
        return POST_REFUSED;
    if (message->private_talk && !(message->target = script_reached(script, posted->target)))
        return POST_BUSY;
    buf_init(&plain);
    enum post_result result = POST_TAKEN;
    if (text_plain(message->bytes, message->size, &plain))
        result = POST_AGAIN;
    else if ((script->hold && message->id && !keep(script, message->id)) ||
             !script_keep_shown(script, message, buf_text(&plain)))
        result = POST_AGAIN;
    bool says = script->marks || !(message->flags & EFFECT_ERASES);
    if (result == POST_TAKEN && script->seen && says)
        script->seen(script->context, message->private_talk ? NULL : message->target,
                     message->private_talk ? message->target : NULL,
                     script_look(script, message, buf_text(&plain), look, sizeof look));
    buf_finish(&plain);
    if (result == POST_TAKEN && !script->hold && message->id)
        script->sink->sent(script->sink->context, message->id);
    return result;
}

static void stop(struct transport *transport, int ms, void (*done)(void *context), void *context)
{
    (void)transport;
    (void)ms;
    done(context);
}

static void destroy(struct transport *transport)
{
    if (!transport)
        return;
    struct script *script = script_of(transport);
    script_marks_finish(script);
    free(script->held);
    free(script->network);
    free((char *)script->ops.name);
    free(script);
}

static const struct transport_ops ops = {
    .start = start,
    .post = post,
    .stop = stop,
    .destroy = destroy,
};

struct transport *script_transport_create(const char *name, const char *network,
                                          const struct transport_sink *sink, script_seen_fn *seen,
                                          void *context)
{
    struct script *script = calloc(1, sizeof *script);
    if (!script)
        return NULL;
    script->ops = ops;
    script->ops.name = strdup(name);
    script->network = strdup(network);
    script->transport.ops = &script->ops;
    script->transport.network = script->network;
    script->sink = sink;
    script->seen = seen;
    script->context = context;
    if (script->ops.name && script->network)
        return &script->transport;
    destroy(&script->transport);
    return NULL;
}

void script_attach(struct transport *transport, const struct transport_sink *sink)
{
    struct script *script = script_of(transport);
    script->sink = sink;
    script->held_count = 0;
    script->hold = false;
}

void script_hold(struct transport *transport, bool hold)
{
    struct script *script = script_of(transport);
    script->hold = hold;
    for (size_t i = 0; !hold && i < script->held_count; i++)
        script->sink->sent(script->sink->context, script->held[i]);
    if (!hold)
        script->held_count = 0;
}

void script_lose(struct transport *transport)
{
    struct script *script = script_of(transport);
    for (size_t i = 0; i < script->held_count; i++)
        script->sink->lost(script->sink->context, script->held[i]);
    script->held_count = 0;
    script->sink->ready(script->sink->context, script->ops.name, script->network);
}

struct person *script_person(struct script *script, const char *account)
{
    for (size_t i = 0; i < script->people_count; i++)
        if (strcmp(script->people[i].account, account) == 0)
            return &script->people[i];
    return NULL;
}

struct person *script_make_person(struct script *script, const char *account)
{
    struct person *person = script_person(script, account);
    if (person || script->people_count == SCRIPT_PEOPLE_MAX)
        return person;
    person = &script->people[script->people_count++];
    snprintf(person->account, sizeof person->account, "%s", account);
    return person;
}

void script_set_role(struct transport *transport, const char *account, enum role role)
{
    struct person *person = script_make_person(script_of(transport), account);
    if (person)
        person->role = role;
}

void script_set_name(struct transport *transport, const char *account, const char *name)
{
    struct person *person = script_make_person(script_of(transport), account);
    struct buf clean;
    if (!person)
        return;
    buf_init(&clean);
    utf8_clean(&clean, name, strlen(name), true);
    size_t length = utf8_cut(buf_text(&clean), clean.length, EVENT_NAME_MAX);
    snprintf(person->name, sizeof person->name, "%.*s", (int)length, buf_text(&clean));
    buf_finish(&clean);
}

/* The id of what somebody does: given, or made up where all has one. "" = none. */
static void take_next(struct script *script, const struct script_deed *deed,
                      struct script_next *next)
{
    bool said = deed->kind == EVENT_TEXT || deed->kind == EVENT_EDIT;
    *next = (struct script_next){.id = ""};
    if (said || deed->kind == EVENT_RETRACT) {
        *next = script->next;
        script->next = (struct script_next){.id = ""};
    }
    if (deed->id)
        snprintf(next->id, sizeof next->id, "%s", deed->id);
    else if (said && !next->id[0] && script->marks)
        snprintf(next->id, sizeof next->id, "s%u", ++script->ids);
}

void script_push(struct script *script, const struct script_deed *deed)
{
    struct buf clean;
    struct script_next next;
    const struct person *known = script_person(script, deed->person);
    char who[SCRIPT_WHO_MAX];
    take_next(script, deed, &next);
    struct event event = {
        .kind = deed->kind,
        .id = next.id[0] ? next.id : NULL,
        .at = deed->at,
        .room = {script->ops.name, script->network, deed->room},
        .who = {script->ops.name, script->network,
                script_who(deed->person, known && known->guest, who)},
        .name = known && known->name[0] ? known->name : deed->person,
        .bot_name = "hotseat",
        .role = known ? known->role : ROLE_MEMBER,
        .guest = known && known->guest,
        .to_bot = next.to_bot,
        .line = script->lines && !deed->room,
        .erasable = script->erasing && deed->room,
        .about = deed->about,
        .tag = deed->tag,
        .from = deed->from,
        .fault = deed->fault,
        .typed = deed->typed,
    };
    buf_init(&clean);
    event.cut = deed->length > EVENT_TEXT_MAX;
    utf8_clean(&clean, deed->text, utf8_cut(deed->text, deed->length, EVENT_TEXT_MAX), false);
    event.text = buf_text(&clean);
    event.length = clean.length;
    if (!clean.failed)
        script->sink->event(script->sink->context, &event);
    buf_finish(&clean);
    script->sink->wake(script->sink->context);
}

void script_say(struct transport *transport, int64_t at, const char *room, const char *person,
                const char *text, size_t length)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_TEXT, .at = at, .room = room,
                                      .person = person, .text = text, .length = length});
}

void script_tell(struct transport *transport, int64_t at, const char *person, const char *text,
                 size_t length)
{
    script_say(transport, at, NULL, person, text, length);
}

void script_set_lines(struct transport *transport)
{
    script_of(transport)->lines = true;
}

void script_reading(struct transport *transport, int64_t at, const char *person, const char *host)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_READING, .at = at, .person = person,
                                      .text = host, .length = strlen(host)});
}

static void end_reading(struct transport *transport, const char *person)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_READ, .person = person, .text = ""});
}

void script_read(struct transport *transport, int64_t at, const char *person, const char *host,
                 size_t typed, const char *text, size_t length)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_TEXT, .at = at, .person = person, .text = text,
                                      .length = length, .from = host, .typed = typed});
    end_reading(transport, person);
}

void script_unread(struct transport *transport, int64_t at, const char *person, const char *host,
                   const char *typed, const char *why)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_TEXT, .at = at, .person = person,
                                      .text = typed, .length = strlen(typed), .from = host,
                                      .fault = why, .typed = strlen(typed)});
    end_reading(transport, person);
}

void script_set_behind(struct transport *transport, int64_t at, bool behind)
{
    struct script *script = script_of(transport);
    script->behind = behind;
    tell_lag(script, at);
}

void script_move(struct transport *transport, int64_t at, const char *room, const char *target)
{
    script_push(script_of(transport),
                &(struct script_deed){.kind = EVENT_MOVED, .at = at, .room = room, .person = "",
                                      .text = target, .length = strlen(target)});
}

void script_enter(struct transport *transport, int64_t at, const char *room, const char *person)
{
    script_push(script_of(transport), &(struct script_deed){.kind = EVENT_ENTER, .at = at,
                                                            .room = room, .person = person,
                                                            .text = ""});
}

void script_leave(struct transport *transport, int64_t at, const char *room, const char *person)
{
    script_push(script_of(transport), &(struct script_deed){.kind = EVENT_LEAVE, .at = at,
                                                            .room = room, .person = person,
                                                            .text = ""});
}
