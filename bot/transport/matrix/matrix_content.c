#include "transport/matrix/matrix_content.h"

#include <string.h>

#include "transport/matrix/matrix_json.h"

const char *matrix_content_string(const json_t *object, const char *key, size_t limit)
{
    const json_t *value = json_object_get(object, key);
    size_t length = json_string_length(value);
    return length > 0 && length <= limit ? json_string_value(value) : NULL;
}

bool matrix_content_is_id(const char *text, char sigil)
{
    if (text[0] != sigil || !text[1])
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7F)
            return false;
    return true;
}

const char *matrix_content_id(const json_t *object, const char *key, char sigil)
{
    const char *id = matrix_content_string(object, key, MATRIX_ID_MAX);
    return id && matrix_content_is_id(id, sigil) ? id : NULL;
}

/* Text of any length that an event can have. */
static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- what was said ---- */

/* A relation to nothing is none, but an edit of nothing stays an edit. */
static void read_relation(struct matrix_event *event, const json_t *content)
{
    static const char *const names[] = {"", "m.annotation", "m.replace", "m.thread", "m.reference"};
    const json_t *relates = matrix_json_object(content, "m.relates_to");
    const char *type = matrix_json_string(relates, "rel_type");
    event->reply_to = matrix_content_id(matrix_json_object(relates, "m.in_reply_to"), "event_id", '$');
    event->falling_back = json_is_true(json_object_get(relates, "is_falling_back"));
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        if (strcmp(type, names[i]) == 0)
            event->relation = (enum matrix_relation)i;
    if (event->relation == MATRIX_ALONE)
        return;
    event->about = matrix_content_id(relates, "event_id", '$');
    if (event->relation == MATRIX_ANNOTATION)
        event->key = matrix_content_string(relates, "key", MATRIX_ID_MAX);
    if (!event->about && event->relation != MATRIX_REPLACE)
        event->relation = MATRIX_ALONE;
}

static void read_file(struct matrix_message *message, const json_t *said)
{
    const json_t *info = matrix_json_object(said, "info");
    const char *url = matrix_content_string(said, "url", MATRIX_ID_MAX);
    message->url = url && strncmp(url, "mxc://", 6) == 0 ? url : NULL;
    message->encrypted_file = matrix_json_object(said, "file") != NULL;
    message->filename = text_of(said, "filename");
    message->mimetype = matrix_content_string(info, "mimetype", MATRIX_ID_MAX);
    message->size = matrix_json_number(info, "size", -1);
    if (message->size < 0)
        message->size = -1;
}

static const char *read_message(struct matrix_event *event, const json_t *content)
{
    struct matrix_message *message = &event->message;
    const json_t *said = content, *mentions;
    if (event->relation == MATRIX_REPLACE) {
        said = matrix_json_object(content, "m.new_content");
        if (!said || !event->about)
            return "an edit of no event, or without new content";
    }
    message->msgtype = matrix_content_string(said, "msgtype", MATRIX_ID_MAX);
    message->body = text_of(said, "body");
    if (!message->msgtype || !message->body)
        return "a message without msgtype or body";
    if (strcmp(matrix_json_string(said, "format"), "org.matrix.custom.html") == 0)
        message->html = text_of(said, "formatted_body");
    read_file(message, said);
    mentions = matrix_json_object(said, "m.mentions");
    message->mentions = mentions != NULL;
    message->mentions_room = json_is_true(json_object_get(mentions, "room"));
    message->mention_users = matrix_json_array(mentions, "user_ids");
    return NULL;
}

static const char *read_reaction(struct matrix_event *event, const json_t *content)
{
    (void)content;
    return event->relation == MATRIX_ANNOTATION && event->key ? NULL : "a reaction to no event, or without a key";
}

static const char *read_redaction(struct matrix_event *event, const json_t *content)
{
    event->relation = MATRIX_ALONE;
    event->about = matrix_content_id(event->root, "redacts", '$');
    if (!event->about)
        event->about = matrix_content_id(content, "redacts", '$');
    return event->about ? NULL : "a redaction of no event";
}

static const char *read_algorithm(struct matrix_event *event, const json_t *content)
{
    event->encryption.algorithm = matrix_content_string(content, "algorithm", MATRIX_ID_MAX);
    return NULL;
}

/* ---- state ---- */

static const char *read_member(struct matrix_event *event, const json_t *content)
{
    static const char *const names[] = {"invite", "join", "leave", "ban", "knock"};
    const char *membership = matrix_json_string(content, "membership");
    if (!matrix_content_is_id(event->state_key, '@'))
        return "a membership of nobody";
    event->member.name = text_of(content, "displayname");
    event->member.direct = json_is_true(json_object_get(content, "is_direct"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(membership, names[i]) == 0) {
            event->member.membership = (enum matrix_membership)i;
            return NULL;
        }
    return "a membership that there is not";
}

static const char *read_tombstone(struct matrix_event *event, const json_t *content)
{
    event->tombstone.room = matrix_content_id(content, "replacement_room", '!');
    event->tombstone.body = text_of(content, "body");
    return NULL;
}

static const char *read_join_rules(struct matrix_event *event, const json_t *content)
{
    event->join_rules.rule = matrix_content_string(content, "join_rule", MATRIX_ID_MAX);
    return event->join_rules.rule ? NULL : "join rules without a rule";
}

static const char *read_name(struct matrix_event *event, const json_t *content)
{
    event->named.name = text_of(content, "name");
    return NULL;
}

static const char *read_alias(struct matrix_event *event, const json_t *content)
{
    event->named.name = matrix_content_id(content, "alias", '#');
    return NULL;
}

static const char *read_history(struct matrix_event *event, const json_t *content)
{
    event->history.visibility = matrix_content_string(content, "history_visibility", MATRIX_ID_MAX);
    return event->history.visibility ? NULL : "a history visibility that says nothing";
}

/* ---- by kind ---- */

const char *matrix_content_read(struct matrix_event *event, const json_t *content)
{
    static const char *(*const readers[])(struct matrix_event *event, const json_t *content) = {
        [MATRIX_MESSAGE] = read_message,       [MATRIX_REACTION] = read_reaction,
        [MATRIX_REDACTION] = read_redaction,   [MATRIX_ENCRYPTED] = read_algorithm,
        [MATRIX_MEMBER] = read_member,         [MATRIX_POWER] = matrix_content_power,
        [MATRIX_CREATE] = matrix_content_creation, [MATRIX_TOMBSTONE] = read_tombstone,
        [MATRIX_ENCRYPTION] = read_algorithm,  [MATRIX_JOIN_RULES] = read_join_rules,
        [MATRIX_NAME] = read_name,             [MATRIX_ALIAS] = read_alias,
        [MATRIX_HISTORY] = read_history,
    };
    bool said = !matrix_kind_is_state(event->kind);
    if (said && event->redacted)
        return NULL;
    if (said)
        read_relation(event, content);
    return readers[event->kind](event, content);
}
