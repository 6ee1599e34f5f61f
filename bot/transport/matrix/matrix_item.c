#include "transport/matrix/matrix_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_http.h"
#include "transport/matrix/matrix_json.h"
#include "transport/matrix/matrix_render.h"

#define REACTION_NAME "r"

/* ---- making ---- */

bool matrix_item_is_event(const char *id)
{
    return id && id[0] == '$' && id[1] && strlen(id) < MATRIX_EVENT_MAX;
}

struct gathering {
    struct matrix_part **last;
    const char *prefix; /* of the names */
    size_t limit;
    unsigned count;
    size_t memory;
};

static int add_part(void *context, const char *bytes, size_t size)
{
    struct gathering *gathering = context;
    struct matrix_part *part = malloc(sizeof *part + size);
    if (!part)
        return -1;
    part->next = *gathering->last;
    part->limit = gathering->limit;
    part->size = size;
    memcpy(part->bytes, bytes, size);
    int length = snprintf(part->name, sizeof part->name, "%s%u", gathering->prefix,
                          gathering->count++);
    *gathering->last = part;
    gathering->last = &part->next;
    gathering->memory += sizeof *part + size;
    return length < (int)sizeof part->name ? 0 : -1;
}

static int copy(char **to, const char *text)
{
    if (!text)
        return 0;
    *to = strdup(text);
    return *to ? 0 : -1;
}

static int fill(struct matrix_item *item, const char *room, const char *stem,
                const struct outbound *message)
{
    if (copy(&item->room, room) || copy(&item->stem, stem) || copy(&item->about, message->about) ||
        copy(&item->mark, message->mark) || copy(&item->tag, message->tag) ||
        copy(&item->mention, message->mention))
        return -1;
    if (item->kind == MATRIX_ITEM_ERASE)
        return 0;
    struct gathering gathering = {&item->parts, "", MATRIX_RENDER_MAX, 0, 0};
    int result = matrix_render_split(message->bytes, message->size, MATRIX_RENDER_MAX, add_part,
                                     &gathering);
    item->memory += gathering.memory;
    return result;
}

struct matrix_item *matrix_item_create(const char *room, const char *stem,
                                       const struct outbound *message, bool maybe)
{
    struct matrix_item *item = calloc(1, sizeof *item);
    if (!item)
        return NULL;
    item->id = message->id;
    item->at = message->at;
    item->urgent = message->flags & EFFECT_URGENT;
    item->private_talk = message->private_talk;
    item->maybe = maybe;
    item->memory = sizeof *item;
    if (message->flags & EFFECT_ERASES) {
        item->kind = MATRIX_ITEM_ERASE;
        item->maybe = false; /* to erase twice does no harm */
    } else if (message->mark && matrix_item_is_event(message->about)) {
        item->kind = MATRIX_ITEM_REACTION;
    }
    if (fill(item, room, stem, message)) {
        matrix_item_destroy(item);
        return NULL;
    }
    return item;
}

struct matrix_item *matrix_item_create_edit(const char *stem, const struct matrix_edit *edit)
{
    struct outbound message = {.bytes = edit->bytes, .size = edit->size};
    struct matrix_item *item = matrix_item_create(edit->room, stem, &message, edit->maybe && !edit->event);
    if (!item)
        return NULL;
    item->kind = MATRIX_ITEM_EDIT;
    item->pages = MATRIX_LOOK_PAGES - MATRIX_LOOK_EDIT;
    item->done = edit->done;
    item->context = edit->context;
    if (copy(&item->event, edit->event)) {
        matrix_item_destroy(item);
        return NULL;
    }
    return item;
}

void matrix_item_destroy(struct matrix_item *item)
{
    if (!item)
        return;
    for (struct matrix_part *next; item->parts; item->parts = next) {
        next = item->parts->next;
        free(item->parts);
    }
    for (struct matrix_found *next; item->found; item->found = next) {
        next = item->found->next;
        free(item->found);
    }
    char *const strings[] = {item->room, item->about, item->mark, item->tag,
                             item->mention, item->stem, item->from, item->event};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free(strings[i]);
    free(item);
}

/* ---- what is asked ---- */

/* The end of the transaction id of what comes next. */
static const char *next_name(const struct matrix_item *item)
{
    switch (item->kind) {
    case MATRIX_ITEM_REACTION: return REACTION_NAME;
    case MATRIX_ITEM_WORDS: return item->parts ? item->parts->name : "";
    default: return "";
    }
}

static void put_path(const struct matrix_item *item, const char *what, struct buf *path)
{
    buf_puts(path, "/_matrix/client/v3/rooms/");
    matrix_http_escape(path, item->room);
    buf_puts(path, what);
}

/* Our own events of the room, from the newest back. */
static void ask_to_look(const struct matrix_item *item, const char *user,
                        struct matrix_item_request *request)
{
    json_t *filter = json_pack("{s:[s]}", "senders", user);
    char *json = filter ? matrix_json_dump(filter, JSON_COMPACT) : NULL;
    request->method = "GET";
    put_path(item, "/messages?dir=b&limit=100&filter=", &request->path);
    if (json)
        matrix_http_escape(&request->path, json);
    else
        request->path.failed = true;
    if (item->from) {
        buf_puts(&request->path, "&from=");
        matrix_http_escape(&request->path, item->from);
    }
    free(json);
    json_decref(filter);
}

static int put_content(const struct matrix_item *item, const char *id, struct buf *body)
{
    if (item->kind == MATRIX_ITEM_ERASE) {
        buf_puts(body, "{}");
        return 0;
    }
    if (item->kind == MATRIX_ITEM_REACTION)
        return matrix_render_reaction(item->about, item->mark, id, body);
    /* In private talk it is clear what is answered; in a room it may not be. */
    bool replies = !item->private_talk && item->said == 0 && matrix_item_is_event(item->about);
    struct matrix_render_about about = {
        .id = id,
        .mention = item->said == 0 ? item->mention : NULL,
        .reply = replies ? item->about : NULL,
        .replace = item->event,
    };
    return matrix_render_notice(item->parts->bytes, item->parts->size, &about, body);
}

static int ask_to_say(const struct matrix_item *item, struct matrix_item_request *request)
{
    struct buf id;
    buf_init(&id);
    buf_printf(&id, "%s%s", item->stem, next_name(item));
    request->method = "PUT";
    if (item->kind == MATRIX_ITEM_ERASE) {
        put_path(item, "/redact/", &request->path);
        matrix_http_escape(&request->path, item->about);
        buf_putc(&request->path, '/');
    } else {
        put_path(item, item->kind == MATRIX_ITEM_REACTION ? "/send/m.reaction/"
                                                          : "/send/m.room.message/",
                 &request->path);
    }
    matrix_http_escape(&request->path, buf_text(&id));
    int result = put_content(item, buf_text(&id), &request->body);
    result = result || id.failed ? -1 : 0;
    buf_finish(&id);
    return result;
}

int matrix_item_ask(const struct matrix_item *item, const char *user,
                    struct matrix_item_request *request)
{
    int result = 0;
    buf_init(&request->path);
    buf_init(&request->body);
    if (item->maybe)
        ask_to_look(item, user, request);
    else
        result = ask_to_say(item, request);
    if (!result && !request->path.failed && !request->body.failed)
        return 0;
    matrix_item_request_finish(request);
    return -1;
}

void matrix_item_request_finish(struct matrix_item_request *request)
{
    buf_finish(&request->path);
    buf_finish(&request->body);
}

/* ---- looking ---- */

static const char *member(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

/* Only what we sent ourselves counts: anybody can write our mark. */
static int take_event(struct matrix_item *item, const char *user, const json_t *event)
{
    const char *id = member(json_object_get(event, "content"), MATRIX_ID_KEY);
    const char *name = id + strlen(item->stem), *event_id = member(event, "event_id");
    if (strcmp(member(event, "sender"), user) != 0 ||
        strncmp(id, item->stem, strlen(item->stem)) != 0 || strlen(name) >= MATRIX_PART_NAME ||
        !matrix_item_is_event(event_id))
        return 0;
    struct matrix_found *found = calloc(1, sizeof *found);
    if (!found)
        return -1;
    snprintf(found->name, sizeof found->name, "%s", name);
    snprintf(found->event, sizeof found->event, "%s", event_id);
    found->next = item->found;
    item->found = found;
    return 0;
}

/* Something of ours that is older by more than clocks differ: what is before it is older still. */
static bool is_before(const struct matrix_item *item, const char *user, const json_t *event)
{
    const json_t *at = json_object_get(event, "origin_server_ts");
    return item->at > 0 && json_is_integer(at) && strcmp(member(event, "sender"), user) == 0 &&
           json_integer_value(at) < item->at - INT64_C(3600000);
}

/* Words that were found say that the mark was refused then. */
void matrix_item_settle(struct matrix_item *item)
{
    item->maybe = false;
    item->pages = 0;
    free(item->from);
    item->from = NULL;
    for (const struct matrix_found *found = item->found; found; found = found->next)
        if (item->kind == MATRIX_ITEM_REACTION && strcmp(found->name, REACTION_NAME) != 0)
            item->kind = MATRIX_ITEM_WORDS;
}

int matrix_item_looked(struct matrix_item *item, const char *user, const json_t *page)
{
    const char *end = json_string_value(json_object_get(page, "end"));
    const json_t *event;
    size_t i;
    bool over = !end || ++item->pages >= MATRIX_LOOK_PAGES;
    json_array_foreach (json_object_get(page, "chunk"), i, event) {
        if (take_event(item, user, event))
            return -1;
        over = over || is_before(item, user, event);
    }
    over = over || (item->from && strcmp(end, item->from) == 0);
    if (over) {
        matrix_item_settle(item);
        return 0;
    }
    char *from = strdup(end);
    if (!from)
        return -1;
    free(item->from);
    item->from = from;
    return 1;
}

const char *matrix_item_found(const struct matrix_item *item)
{
    for (const struct matrix_found *found = item->found; found; found = found->next)
        if (strcmp(found->name, next_name(item)) == 0)
            return found->event;
    return NULL;
}

/* ---- going on ---- */

bool matrix_item_advance(struct matrix_item *item)
{
    item->said++;
    if (item->kind != MATRIX_ITEM_WORDS)
        return true;
    struct matrix_part *part = item->parts;
    item->parts = part->next;
    free(part);
    return !item->parts;
}

int matrix_item_shrink(struct matrix_item *item)
{
    struct matrix_part *part = item->parts, *pieces = NULL;
    char prefix[MATRIX_PART_NAME + 1];
    if (item->kind != MATRIX_ITEM_WORDS || part->limit <= MATRIX_RENDER_MIN)
        return 1;
    size_t limit = part->limit / 2 > MATRIX_RENDER_MIN ? part->limit / 2 : MATRIX_RENDER_MIN;
    snprintf(prefix, sizeof prefix, "%s.", part->name);
    struct gathering gathering = {&pieces, prefix, limit, 0, 0};
    int result = matrix_render_split(part->bytes, part->size, limit, add_part, &gathering);
    *gathering.last = part->next;
    if (!result) {
        item->parts = pieces;
        free(part);
        return 0;
    }
    *gathering.last = NULL;
    for (struct matrix_part *next; pieces; pieces = next) {
        next = pieces->next;
        free(pieces);
    }
    return -1;
}
