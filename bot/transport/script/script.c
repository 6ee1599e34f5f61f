#include "transport/script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

#define MODERATORS_MAX 32

struct script {
    struct transport transport;
    const struct transport_sink *sink;
    script_seen_fn *seen;
    void *context;
    char *network;
    bool hold;
    int64_t *held;
    size_t held_count, held_capacity;
    struct {
        char name[EVENT_NAME_MAX + 1];
        enum role role;
    } moderators[MODERATORS_MAX];
    size_t moderator_count;
};

static struct script *script_of(struct transport *transport)
{
    return (struct script *)transport;
}

static int start(struct transport *transport, struct error *error)
{
    struct script *script = script_of(transport);
    (void)error;
    script->sink->ready(script->sink->context, "script", script->network);
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

static enum post_result post(struct transport *transport, const struct outbound *message)
{
    struct script *script = script_of(transport);
    struct buf plain;
    buf_init(&plain);
    enum post_result result = POST_TAKEN;
    if (text_plain(message->bytes, message->size, &plain))
        result = POST_BUSY;
    else if (script->hold && message->id && !keep(script, message->id))
        result = POST_BUSY;
    if (result == POST_TAKEN && script->seen)
        script->seen(script->context, message->private_talk ? NULL : message->target,
                     message->private_talk ? message->target : NULL, buf_text(&plain));
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
    free(script->held);
    free(script->network);
    free(script);
}

static const struct transport_ops ops = {
    .name = "script",
    .start = start,
    .post = post,
    .stop = stop,
    .destroy = destroy,
};

struct transport *script_transport_create(const char *network, const struct transport_sink *sink,
                                          script_seen_fn *seen, void *context)
{
    struct script *script = calloc(1, sizeof *script);
    char *copy = strdup(network);
    if (!script || !copy) {
        free(script);
        free(copy);
        return NULL;
    }
    script->transport.ops = &ops;
    script->transport.network = script->network = copy;
    script->sink = sink;
    script->seen = seen;
    script->context = context;
    return &script->transport;
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
    script_of(transport)->held_count = 0;
}

void script_set_role(struct transport *transport, const char *person, enum role role)
{
    struct script *script = script_of(transport);
    size_t i = 0;
    while (i < script->moderator_count && strcmp(script->moderators[i].name, person) != 0)
        i++;
    if (i == MODERATORS_MAX)
        return;
    if (i == script->moderator_count) {
        script->moderator_count++;
        snprintf(script->moderators[i].name, sizeof script->moderators[i].name, "%s", person);
    }
    script->moderators[i].role = role;
}

static enum role role_of(const struct script *script, const char *person)
{
    for (size_t i = 0; i < script->moderator_count; i++)
        if (strcmp(script->moderators[i].name, person) == 0)
            return script->moderators[i].role;
    return ROLE_MEMBER;
}

static void push(struct script *script, enum event_kind kind, int64_t at, const char *room,
                 const char *person, const char *text, size_t length)
{
    struct buf clean;
    struct event event = {
        .kind = kind,
        .at = at,
        .room = {"script", script->network, room},
        .who = {"script", script->network, person},
        .name = person,
        .bot_name = "hotseat",
        .role = role_of(script, person),
    };
    buf_init(&clean);
    event.cut = length > EVENT_TEXT_MAX;
    utf8_clean(&clean, text, utf8_cut(text, length, EVENT_TEXT_MAX), false);
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
    push(script_of(transport), EVENT_TEXT, at, room, person, text, length);
}

void script_tell(struct transport *transport, int64_t at, const char *person, const char *text,
                 size_t length)
{
    push(script_of(transport), EVENT_TEXT, at, NULL, person, text, length);
}

void script_enter(struct transport *transport, int64_t at, const char *room, const char *person)
{
    push(script_of(transport), EVENT_ENTER, at, room, person, "", 0);
}

void script_leave(struct transport *transport, int64_t at, const char *room, const char *person)
{
    push(script_of(transport), EVENT_LEAVE, at, room, person, "", 0);
}
