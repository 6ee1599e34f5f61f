#include "matrix_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "transport/matrix/matrix_transport.h"

void matrix_play_enter(struct stage *stage, const char *person)
{
    stages_enter(stage, person);
    stages_await(stage, EVENT_ENTER, person, NULL);
}

void matrix_play_say(struct stage *stage, const char *person, const char *text)
{
    stages_say(stage, person, text, strlen(text));
}

/* An event of a person; the JSON of its content as printf. Its id, to be freed. */
char *matrix_play_put(struct stage *stage, const char *person, const char *room, const char *type,
                 const char *format, ...)
{
    char content[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(content, sizeof content, format, args);
    va_end(args);
    return stage_matrix_event(stage->matrix, person, room, type, content);
}

size_t matrix_play_count(const struct stage *stage, enum event_kind kind, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < stage->event_count; i++)
        count += stage->events[i].event.kind == kind &&
                 (!text || strcmp(stage->events[i].text, text) == 0);
    return count;
}

/* ---- its life ---- */

void matrix_play_halt(struct stage *stage)
{
    stage->transport->ops->destroy(stage->transport);
    stage->transport = NULL;
    uv_run(&stage->loop, UV_RUN_DEFAULT);
}

bool matrix_play_is_abreast(const struct stage *stage, const void *what)
{
    (void)what;
    for (size_t i = stage->event_count; i > 0; i--) {
        enum event_kind kind = stage->events[i - 1].event.kind;
        if (kind == EVENT_ABREAST || kind == EVENT_BEHIND)
            return kind == EVENT_ABREAST;
    }
    return false;
}

void matrix_play_start(struct stage *stage)
{
    struct error error;
    stage->transport = matrix_transport_create(&stage->loop, &stage->matrix->settings,
                                               &stage->sink, &error);
    assert_non_null(stage->transport);
    assert_int_equal(stage->transport->ops->start(stage->transport, &error), 0);
    assert_false(matrix_play_is_abreast(stage, NULL));
}

void matrix_play_begin(struct stage *stage)
{
    matrix_play_start(stage);
    stages_until(stage, matrix_play_is_abreast, NULL);
}

/* The id of the event in which the bot said this. */
static char *said_as(struct stage *stage, const char *room, const char *body)
{
    char *id = NULL;
    json_t *found = fakehs_control(stage->matrix->server, "room",
                                   json_pack("{s:s}", "room_id", room));
    size_t i;
    json_t *event;
    json_array_foreach(json_object_get(found, "events"), i, event) {
        const char *text = json_string_value(
            json_object_get(json_object_get(event, "content"), "body"));
        if (text && strcmp(text, body) == 0)
            id = strdup(json_string_value(json_object_get(event, "event_id")));
    }
    json_decref(found);
    assert_non_null(id);
    return id;
}

/* The bot says it, with a tag (or NULL); the id that the server gave it. */
char *matrix_play_bot_says(struct stage *stage, int64_t id, const char *room, const char *person,
                      const char *tag, const char *words)
{
    struct text text;
    size_t size;
    text_init(&text);
    text_paragraph(&text);
    text_put(&text, words);
    const char *bytes = text_bytes(&text, &size);
    struct outbound message = {.id = id, .target = person ? person : room,
                               .private_talk = person != NULL, .bytes = bytes, .size = size,
                               .at = 1, .tag = tag};
    assert_int_equal(stage->transport->ops->post(stage->transport, &message), POST_TAKEN);
    text_finish(&text);
    stages_await_sent(stage, id);
    return said_as(stage, room, words);
}
