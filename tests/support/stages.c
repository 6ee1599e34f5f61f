#include "stages.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "transport/console/console.h"
#include "transport/irc/irc_transport.h"
#include "transport/matrix/matrix_transport.h"
#include "transport/script/script.h"

#define PATIENCE_MS 30000

/* ---- what the transport calls ---- */

static char *copy(const char *text)
{
    char *out = text ? strdup(text) : NULL;
    assert_true(out || !text);
    return out;
}

static struct stages_note *find_note(struct stage *stage, const char *key)
{
    for (size_t i = 0; i < stage->note_count; i++)
        if (strcmp(stage->notes[i].key, key) == 0)
            return &stage->notes[i];
    return NULL;
}

const char *stages_note(const struct stage *stage, const char *key)
{
    const struct stages_note *note = find_note((struct stage *)(uintptr_t)stage, key);
    return note ? note->value : NULL;
}

/* As the session does it: kept at once, and told after the turn. */
static void keep_note(struct stage *stage, const struct event *event)
{
    struct stages_note *note = find_note(stage, event->tag);
    assert_true(strlen(event->tag) <= EVENT_TAG_MAX && event->length <= EVENT_NOTE_MAX);
    assert_true(stage->stored_count < STAGES_NOTES);
    stage->stored[stage->stored_count++] = copy(event->tag);
    if (!note) {
        assert_true(stage->note_count < STAGES_NOTES);
        note = &stage->notes[stage->note_count++];
        *note = (struct stages_note){.key = copy(event->tag)};
    }
    free(note->value);
    note->value = event->text ? strndup(event->text, event->length) : NULL;
    note->at = event->at;
}

void stages_forget_notes(struct stage *stage)
{
    for (size_t i = 0; i < stage->note_count; i++) {
        free(stage->notes[i].key);
        free(stage->notes[i].value);
    }
    stage->note_count = 0;
}

static void tell_noted(struct stage *stage)
{
    size_t count = stage->stored_count;
    for (size_t i = 0; i < count; i++) {
        if (stage->transport && stage->transport->ops->noted)
            stage->transport->ops->noted(stage->transport, stage->stored[i]);
        free(stage->stored[i]);
    }
    stage->stored_count -= count;
    memmove(stage->stored, stage->stored + count, stage->stored_count * sizeof *stage->stored);
}

static int on_event(void *context, const struct event *event)
{
    struct stage *stage = context;
    assert_false(stage->posting);
    assert_non_null(event->who.transport);
    assert_non_null(event->who.network);
    if (event->kind == EVENT_NOTE) {
        keep_note(stage, event);
        return 0;
    }
    assert_true(stage->event_count < STAGES_EVENTS);
    struct stages_event *kept = &stage->events[stage->event_count++];
    kept->event = *event;
    kept->event.room.target = kept->room = copy(event->room.target);
    /* What nobody did has nobody in it. */
    kept->event.who.target = kept->account = copy(event->who.target ? event->who.target : "");
    kept->event.name = kept->name = copy(event->name ? event->name : "");
    kept->event.bot_name = kept->bot_name = copy(event->bot_name);
    kept->event.id = kept->id = copy(event->id);
    kept->event.about = kept->about = copy(event->about);
    kept->event.tag = kept->tag = copy(event->tag);
    kept->text = malloc(event->length + 1);
    assert_non_null(kept->text);
    if (event->length > 0)
        memcpy(kept->text, event->text, event->length);
    kept->text[event->length] = '\0';
    kept->event.text = kept->text;
    return 0;
}

static int on_recall(void *context, const char *transport, const char *network, const char *prefix,
                     note_fn *note, void *note_context)
{
    const struct stage *stage = context;
    assert_string_equal(transport, stage->kind);
    assert_string_equal(network, stage->transport->network);
    for (size_t i = 0; i < stage->note_count; i++) {
        const struct stages_note *one = &stage->notes[i];
        if (one->value && strncmp(one->key, prefix, strlen(prefix)) == 0)
            note(note_context, one->key, one->value, one->at);
    }
    return 0;
}

static void on_sent(void *context, int64_t id)
{
    struct stage *stage = context;
    assert_true(stage->sent_count < STAGES_EVENTS);
    stage->sent[stage->sent_count++] = id;
}

static void on_lost(void *context, int64_t id)
{
    struct stage *stage = context;
    assert_false(stage->posting);
    assert_true(stage->lost_count < STAGES_EVENTS);
    stage->lost[stage->lost_count++] = id;
}

static void on_ready(void *context, const char *transport, const char *network)
{
    struct stage *stage = context;
    assert_false(stage->posting);
    assert_string_equal(transport, stage->kind);
    assert_string_equal(network, stage->transport->network);
    stage->ready++;
}

static void on_wake(void *context)
{
    struct stage *stage = context;
    assert_false(stage->posting);
    stage->wakes++;
}

/* ---- what people see ---- */

static void see(struct stage *stage, const char *target, size_t target_length, const char *text)
{
    assert_true(stage->seen_count < STAGES_EVENTS);
    char *line = NULL;
    assert_true(asprintf(&line, "%.*s\t%s", (int)target_length, target, text) > 0);
    stage->seen[stage->seen_count++] = line;
}

static void script_seen(void *context, const char *room, const char *person, const char *plain)
{
    const char *target = room ? room : person;
    see(context, target, strlen(target), plain);
}

/* "[room] text" or "[to ann] text"; what people say is echoed as "<ann> text". */
static void console_seen(void *context, const char *line)
{
    const char *end = strstr(line, "] ");
    if (line[0] != '[' || !end)
        return;
    const char *target = strncmp(line, "[to ", 4) == 0 ? line + 4 : line + 1;
    see(context, target, (size_t)(end - target), end + 2);
}

static void matrix_said(void *context, const char *where, const char *body)
{
    see(context, where, strlen(where), body);
}

/* The server tells all that was said, each time: order within a room is what counts. */
static void matrix_seen(struct stage *stage)
{
    for (size_t i = 0; i < stage->seen_count; i++)
        free(stage->seen[i]);
    stage->seen_count = 0;
    stage_matrix_look(stage->matrix, matrix_said, stage);
}

static void irc_seen(struct stage *stage)
{
    for (; stage->fake && stage->heard < fake_irc_count(stage->fake); stage->heard++) {
        const char *line = fake_irc_line(stage->fake, stage->heard);
        const char *text = strstr(line, " :");
        if (strncmp(line, "PRIVMSG ", 8) == 0 && text)
            see(stage, line + 8, (size_t)(text - line - 8), text + 2);
    }
}

/* ---- life ---- */

static int64_t console_now(void *context)
{
    (void)context;
    return 1700000000000;
}

static void make_irc(struct stage *stage)
{
    struct error error;
    stage->fake = fake_irc_create(&stage->loop);
    stage->irc = (struct irc_settings){
        .network = "net", .servers = {{"127.0.0.1", fake_irc_port(stage->fake), false}},
        .server_count = 1, .nick = "hotseat", .user = "hotseat", .realname = "hotseat", .channels = {"#prep"},
        .channel_count = 1, .flood_burst = 100, .trust_nicks = true,
    };
    stage->room = "#prep";
    stage->unknown_room = "#elsewhere";
    stage->transport = irc_transport_create(&stage->loop, &stage->irc, &stage->sink, &error);
}

static void make_matrix(struct stage *stage)
{
    struct error error;
    stage->matrix = stage_matrix_create();
    stage->room = stage->matrix->room;
    stage->unknown_room = "!elsewhere:fake.test";
    stage->transport =
        matrix_transport_create(&stage->loop, &stage->matrix->settings, &stage->sink, &error);
}

static void make(struct stage *stage)
{
    if (strcmp(stage->kind, "irc") == 0) {
        make_irc(stage);
    } else if (strcmp(stage->kind, "matrix") == 0) {
        make_matrix(stage);
    } else if (strcmp(stage->kind, "console") == 0) {
        struct console_settings settings = {&stage->sink, console_seen, stage, "host", true,
                                            console_now, NULL};
        stage->room = CONSOLE_ROOM;
        stage->unknown_room = "elsewhere";
        stage->transport = console_transport_create(&settings);
    } else {
        stage->room = "room";
        stage->unknown_room = "";
        stage->transport = script_transport_create("script", "net", &stage->sink, script_seen, stage);
    }
    assert_non_null(stage->transport);
}

static bool can_post(const struct stage *stage, const void *what)
{
    (void)what;
    return stage->ready > 0;
}

struct stage *stages_make(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    stage->kind = *state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    assert_int_equal(uv_loop_init(&stage->loop), 0);
    stage->sink = (struct transport_sink){stage, on_event, on_recall, on_sent, on_lost, on_ready, on_wake};
    make(stage);
    *state = stage;
    return stage;
}

void stages_start(struct stage *stage)
{
    struct error error;
    assert_int_equal(stage->transport->ops->start(stage->transport, &error), 0);
    stages_until(stage, can_post, NULL);
}

int stages_setup(void **state)
{
    stages_start(stages_make(state));
    return 0;
}

void stages_finish_loop(struct stage *stage)
{
    if (stage->fake)
        fake_irc_destroy(stage->fake);
    stage->fake = NULL;
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&stage->loop), 0);
    stage_matrix_destroy(stage->matrix);
    stage->matrix = NULL;
}

void stages_forget_events(struct stage *stage)
{
    for (size_t i = 0; i < stage->event_count; i++) {
        struct stages_event *one = &stage->events[i];
        free(one->room);
        free(one->account);
        free(one->name);
        free(one->text);
        free(one->id);
        free(one->bot_name);
        free(one->about);
        free(one->tag);
    }
    stage->event_count = 0;
}

int stages_teardown(void **state)
{
    struct stage *stage = *state;
    if (stage->transport)
        stage->transport->ops->destroy(stage->transport);
    stages_finish_loop(stage);
    stages_forget_events(stage);
    for (size_t i = 0; i < stage->seen_count; i++)
        free(stage->seen[i]);
    for (size_t i = 0; i < stage->stored_count; i++)
        free(stage->stored[i]);
    stages_forget_notes(stage);
    free(stage);
    return 0;
}

/* ---- waiting ---- */

static void give_up(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

void stages_until(struct stage *stage, stages_fits_fn *fits, const void *what)
{
    bool late = false;
    uv_timer_t timer;
    assert_int_equal(uv_timer_init(&stage->loop, &timer), 0);
    timer.data = &late;
    uv_timer_start(&timer, give_up, PATIENCE_MS, 0);
    while (!fits(stage, what) && !late) {
        uv_run(&stage->loop, UV_RUN_ONCE);
        tell_noted(stage);
        irc_seen(stage);
    }
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&stage->loop, UV_RUN_NOWAIT);
    tell_noted(stage);
    irc_seen(stage);
    assert_false(late);
}

const struct stages_event *stages_find(const struct stage *stage, enum event_kind kind,
                                       const char *name, const char *text)
{
    for (size_t i = 0; i < stage->event_count; i++) {
        const struct stages_event *one = &stage->events[i];
        if (one->event.kind == kind && (!name || strcmp(one->name, name) == 0) &&
            (!text || strcmp(one->text, text) == 0))
            return one;
    }
    return NULL;
}

struct wanted {
    enum event_kind kind;
    const char *name, *text;
};

static bool has_come(const struct stage *stage, const void *what)
{
    const struct wanted *wanted = what;
    return stages_find(stage, wanted->kind, wanted->name, wanted->text) != NULL;
}

const struct stages_event *stages_await(struct stage *stage, enum event_kind kind,
                                        const char *name, const char *text)
{
    struct wanted wanted = {kind, name, text};
    stages_until(stage, has_come, &wanted);
    return stages_find(stage, kind, name, text);
}

size_t stages_times_sent(const struct stage *stage, int64_t id)
{
    size_t times = 0;
    for (size_t i = 0; i < stage->sent_count; i++)
        times += stage->sent[i] == id;
    return times;
}

static bool was_sent(const struct stage *stage, const void *what)
{
    return stages_times_sent(stage, *(const int64_t *)what) > 0;
}

void stages_await_sent(struct stage *stage, int64_t id)
{
    stages_until(stage, was_sent, &id);
}

/* ---- the bot ---- */

enum post_result stages_post(struct stage *stage, int64_t id, const char *target,
                             bool private_talk, unsigned flags, const char *words)
{
    struct text text;
    size_t size;
    text_init(&text);
    text_paragraph(&text);
    text_put(&text, words);
    assert_true(text_ok(&text));
    const char *bytes = text_bytes(&text, &size);
    struct outbound message = {.id = id, .target = target, .private_talk = private_talk,
                               .flags = flags, .bytes = bytes, .size = size};
    stage->posting = true;
    enum post_result result = stage->transport->ops->post(stage->transport, &message);
    stage->posting = false;
    text_finish(&text);
    return result;
}

int stages_seen(struct stage *stage, const char *text)
{
    irc_seen(stage);
    if (stage->matrix)
        matrix_seen(stage);
    for (size_t i = 0; i < stage->seen_count; i++) {
        const char *at = strstr(stage->seen[i], text);
        if (at && (at == stage->seen[i] || !strchr(text, '\t')))
            return (int)i;
    }
    return -1;
}
