#include "stage_matrix.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_http.h"
#include "util/buf.h"
#include "util/utf8.h"

#define BOT "@hotseat:fake.test"

const char *stage_matrix_path(const char *room, const char *what)
{
    static char path[1024];
    struct buf escaped;
    buf_init(&escaped);
    matrix_http_escape(&escaped, room);
    snprintf(path, sizeof path, "/rooms/%s/%s", buf_text(&escaped), what);
    buf_finish(&escaped);
    return path;
}

static char *string_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    assert(value);
    char *copy = strdup(value);
    assert(copy);
    return copy;
}

static void act(struct stage_matrix *stage, const char *token, const char *path, json_t *body_take)
{
    long status = 0;
    json_decref(fakehs_ask(stage->server, token, "POST", path, body_take, &status));
    if (status != 200)
        fprintf(stderr, "%s: %ld\n", path, status);
    assert(status == 200);
}

static size_t find(struct stage_matrix *stage, const char *person)
{
    size_t i = 0;
    while (i < stage->count && strcmp(stage->people[i].name, person) != 0)
        i++;
    if (i < stage->count)
        return i;
    assert(i < STAGE_MATRIX_PEOPLE);
    stage->people[i].name = strdup(person);
    stage->people[i].token = fakehs_user(stage->server, person);
    stage->count++;
    return i;
}

const char *stage_matrix_token(struct stage_matrix *stage, const char *person)
{
    return stage->people[find(stage, person)].token;
}

static char *create_room(struct stage_matrix *stage, const char *person, json_t *body_take)
{
    json_t *made = fakehs_ask(stage->server, stage_matrix_token(stage, person), "POST",
                              "/createRoom", body_take, NULL);
    char *id = string_of(made, "room_id");
    json_decref(made);
    return id;
}

const char *stage_matrix_direct(struct stage_matrix *stage, const char *person)
{
    size_t i = find(stage, person);
    if (!stage->people[i].direct) {
        stage->people[i].direct = create_room(
            stage, person,
            json_pack("{s:b,s:[s],s:s}", "is_direct", 1, "invite", BOT, "preset",
                      "trusted_private_chat"));
        act(stage, stage->bot, stage_matrix_path(stage->people[i].direct, "join"), json_object());
    }
    return stage->people[i].direct;
}

struct stage_matrix *stage_matrix_create(void)
{
    struct stage_matrix *stage = calloc(1, sizeof *stage);
    assert(stage);
    stage->server = fakehs_create();
    stage->bot = fakehs_user(stage->server, "hotseat");
    stage->room = create_room(stage, "host",
                              json_pack("{s:s,s:s}", "preset", "public_chat", "name", "Prep"));
    act(stage, stage->bot, stage_matrix_path(stage->room, "join"), json_object());
    stage_matrix_direct(stage, "ann");
    stage_matrix_direct(stage, "bob");
    stage->settings = (struct matrix_settings){
        .network = "net",
        .homeserver = (char *)(uintptr_t)fakehs_url(stage->server),
        .token = stage->bot,
        .rooms = {stage->room},
        .room_count = 1,
        .rooms_max = 20,
    };
    return stage;
}

void stage_matrix_destroy(struct stage_matrix *stage)
{
    if (!stage)
        return;
    fakehs_destroy(stage->server);
    for (size_t i = 0; i < stage->count; i++) {
        free(stage->people[i].name);
        free(stage->people[i].token);
        free(stage->people[i].direct);
    }
    free(stage->bot);
    free(stage->room);
    free(stage);
}

void stage_matrix_enter(struct stage_matrix *stage, const char *person)
{
    act(stage, stage_matrix_token(stage, person), stage_matrix_path(stage->room, "join"),
        json_object());
}

void stage_matrix_leave(struct stage_matrix *stage, const char *person)
{
    act(stage, stage_matrix_token(stage, person), stage_matrix_path(stage->room, "leave"),
        json_object());
}

/* A JSON string; bytes that are no UTF-8 become halves of characters, which a server passes on. */
static void put_string(struct buf *out, const char *text, size_t length)
{
    buf_putc(out, '"');
    while (length > 0) {
        size_t size;
        uint32_t code = utf8_decode(text, length, &size);
        unsigned char byte = (unsigned char)*text;
        if (code == 0xfffd && size == 1)
            buf_printf(out, "\\udc%02x", byte);
        else if (byte < 0x20 || byte == '"' || byte == '\\')
            buf_printf(out, "\\u%04x", byte);
        else
            buf_add(out, text, size);
        text += size;
        length -= size;
    }
    buf_putc(out, '"');
}

char *stage_matrix_event(struct stage_matrix *stage, const char *person, const char *room,
                         const char *type, const char *content)
{
    struct buf raw;
    stage_matrix_token(stage, person);
    buf_init(&raw);
    buf_printf(&raw,
               "{\"event_id\":\"EVENT_ID\",\"type\":\"%s\",\"sender\":\"@%s:fake.test\","
               "\"origin_server_ts\":1700000000000,\"content\":",
               type, person);
    buf_puts(&raw, content);
    buf_putc(&raw, '}');
    assert(!raw.failed);
    json_t *made = fakehs_control(stage->server, "inject",
                                  json_pack("{s:s,s:s}", "room_id", room, "raw", buf_text(&raw)));
    char *id = string_of(made, "event_id");
    json_decref(made);
    buf_finish(&raw);
    return id;
}

char *stage_matrix_say(struct stage_matrix *stage, const char *person, const char *room,
                       const char *text, size_t length)
{
    struct buf content;
    buf_init(&content);
    buf_puts(&content, "{\"msgtype\":\"m.text\",\"body\":");
    put_string(&content, text, length);
    buf_putc(&content, '}');
    char *id = stage_matrix_event(stage, person, room, "m.room.message", buf_text(&content));
    buf_finish(&content);
    return id;
}

static const char *name_of(const struct stage_matrix *stage, const char *room)
{
    for (size_t i = 0; i < stage->count; i++)
        if (stage->people[i].direct && strcmp(stage->people[i].direct, room) == 0)
            return stage->people[i].name;
    return room;
}

/* The messages of the bot in one room. */
static void look_in(struct stage_matrix *stage, const char *room,
                    void (*see)(void *context, const char *where, const char *body), void *context)
{
    json_t *found = fakehs_control(stage->server, "room", json_pack("{s:s}", "room_id", room));
    size_t i;
    json_t *event;
    json_array_foreach(json_object_get(found, "events"), i, event) {
        const char *sender = json_string_value(json_object_get(event, "sender"));
        const char *body = json_string_value(
            json_object_get(json_object_get(event, "content"), "body"));
        if (sender && body && strcmp(sender, BOT) == 0)
            see(context, name_of(stage, room), body);
    }
    json_decref(found);
}

void stage_matrix_look(struct stage_matrix *stage,
                       void (*see)(void *context, const char *where, const char *body),
                       void *context)
{
    look_in(stage, stage->room, see, context);
    for (size_t i = 0; i < stage->count; i++)
        if (stage->people[i].direct)
            look_in(stage, stage->people[i].direct, see, context);
}
