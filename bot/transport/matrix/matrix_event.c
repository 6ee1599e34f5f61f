#include "transport/matrix/matrix_event.h"

#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_content.h"
#include "transport/matrix/matrix_json.h"
#include "transport/matrix/matrix_render.h"

const char matrix_event_memory[] = "out of memory";

static const char *const types[MATRIX_KIND_COUNT] = {
    [MATRIX_KIND_NONE] = "",
#define X(id, type) [id] = type,
    MATRIX_KINDS(X)
#undef X
};

enum matrix_kind matrix_kind_of(const char *type)
{
    for (int kind = MATRIX_KIND_NONE + 1; kind < MATRIX_KIND_COUNT; kind++)
        if (strcmp(types[kind], type) == 0)
            return (enum matrix_kind)kind;
    return MATRIX_KIND_NONE;
}

bool matrix_kind_is_state(enum matrix_kind kind)
{
    return kind >= MATRIX_MEMBER;
}

/* ---- the envelope ---- */

static const char *read_ids(struct matrix_event *event, enum matrix_form form)
{
    const char *id = matrix_content_id(event->root, "event_id", '$');
    event->sender = matrix_content_id(event->root, "sender", '@');
    event->room = matrix_content_id(event->root, "room_id", '!');
    event->id = id ? id : "";
    if (!event->sender || !strchr(event->sender, ':'))
        return "no sender";
    return id || form == MATRIX_STRIPPED ? NULL : "no event id";
}

/* All state that is read here but memberships is what it is for the whole room only under the key "". */
static const char *read_state_key(struct matrix_event *event, enum matrix_form form)
{
    const json_t *key = json_object_get(event->root, "state_key");
    if (!matrix_kind_is_state(event->kind))
        return key ? "said, but with a state key" : form == MATRIX_STRIPPED ? "no state" : NULL;
    if (!json_is_string(key) || json_string_length(key) > MATRIX_ID_MAX)
        return "state without a state key";
    event->state_key = json_string_value(key);
    return event->kind == MATRIX_MEMBER || !event->state_key[0] ? NULL : "state under another key";
}

static int64_t time_of(const json_t *root)
{
    int64_t at = matrix_json_number(root, "origin_server_ts", 0);
    return at < 0 ? 0 : at > MATRIX_POWER_MAX ? MATRIX_POWER_MAX : at;
}

static const char *read_event(struct matrix_event *event, enum matrix_form form)
{
    const json_t *content = matrix_json_object(event->root, "content"), *aside;
    const char *why;
    event->type = matrix_content_string(event->root, "type", MATRIX_ID_MAX);
    if (!event->type)
        return "no type";
    event->kind = matrix_kind_of(event->type);
    if (event->kind == MATRIX_KIND_NONE)
        return "a type that the bot does not act on";
    if (!content)
        return "no content";
    why = read_ids(event, form);
    if (!why)
        why = read_state_key(event, form);
    if (why)
        return why;
    aside = matrix_json_object(event->root, "unsigned");
    event->at = time_of(event->root);
    event->transaction = matrix_content_string(aside, "transaction_id", MATRIX_ID_MAX);
    event->outbox = matrix_content_string(content, MATRIX_ID_KEY, MATRIX_ID_MAX);
    event->redacted = json_is_object(json_object_get(aside, "redacted_because")) ||
                      (!matrix_kind_is_state(event->kind) && event->kind != MATRIX_REDACTION &&
                       json_object_size(content) == 0);
    return matrix_content_read(event, content);
}

/* The parser mends what it reads, so it gets a copy. */
static json_t *parse(const char *bytes, size_t length, const char **why)
{
    char *copy = malloc(length + 1);
    if (!copy) {
        *why = matrix_event_memory;
        return NULL;
    }
    memcpy(copy, bytes, length);
    json_t *root = matrix_json_parse(copy, length, why);
    if (!root && strcmp(*why, MATRIX_JSON_MEMORY) == 0)
        *why = matrix_event_memory;
    free(copy);
    return root;
}

bool matrix_event_parse(struct matrix_event *event, const char *bytes, size_t length,
                        enum matrix_form form, const char **why)
{
    memset(event, 0, sizeof *event);
    *why = NULL;
    event->root = parse(bytes, length, why);
    if (event->root)
        *why = read_event(event, form);
    if (!*why)
        return true;
    matrix_event_finish(event);
    return false;
}

void matrix_event_finish(struct matrix_event *event)
{
    json_decref(event->root);
    memset(event, 0, sizeof *event);
}

bool matrix_event_mentions(const struct matrix_message *message, const char *user)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)message->mention_users, i, one)
        if (json_is_string(one) && strcmp(json_string_value(one), user) == 0)
            return true;
    return false;
}

/* ---- account data ---- */

int matrix_direct_rooms(const char *bytes, size_t length,
                        void (*room)(void *context, const char *user, const char *room), void *context,
                        const char **why)
{
    json_t *root = parse(bytes, length, why), *rooms, *one;
    const char *user;
    size_t i;
    if (!root)
        return -1;
    json_object_foreach(json_object_get(root, "content"), user, rooms) {
        if (strlen(user) > MATRIX_ID_MAX || !matrix_content_is_id(user, '@'))
            continue;
        json_array_foreach(rooms, i, one)
            if (json_is_string(one) && json_string_length(one) <= MATRIX_ID_MAX &&
                matrix_content_is_id(json_string_value(one), '!'))
                room(context, user, json_string_value(one));
    }
    json_decref(root);
    return 0;
}

int matrix_ignored_users(const char *bytes, size_t length,
                         void (*ignored)(void *context, const char *user), void *context,
                         const char **why)
{
    json_t *root = parse(bytes, length, why), *one;
    const char *user;
    if (!root)
        return -1;
    json_object_foreach(json_object_get(json_object_get(root, "content"), "ignored_users"), user, one)
        if (strlen(user) <= MATRIX_ID_MAX && matrix_content_is_id(user, '@'))
            ignored(context, user);
    json_decref(root);
    return 0;
}
