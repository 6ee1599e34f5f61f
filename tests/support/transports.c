#include "transports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "transport/console/console.h"
#include "transport/script/script.h"

#define NOW INT64_C(1795600000000)

/* ---- the sink ---- */

static char *copy(const char *text)
{
    char *out = text ? strdup(text) : NULL;
    assert_true(!text || out);
    return out;
}

static void on_event(void *context, const struct event *event)
{
    struct transports *t = context;
    assert_true(t->event_count < TRANSPORTS_LIST_MAX);
    struct transports_event *out = &t->events[t->event_count++];
    *out = (struct transports_event){
        .kind = event->kind,
        .room = copy(event->room.target),
        .who = copy(event->who.target),
        .name = copy(event->name),
        .length = event->length,
        .cut = event->cut,
    };
    if (event->text) {
        out->text = malloc(event->length + 1);
        assert_non_null(out->text);
        memcpy(out->text, event->text, event->length);
        out->text[event->length] = '\0';
    }
}

static void on_sent(void *context, int64_t id)
{
    struct transports *t = context;
    assert_true(t->sent_count < TRANSPORTS_LIST_MAX);
    t->sent[t->sent_count++] = id;
}

static void on_lost(void *context, int64_t id)
{
    struct transports *t = context;
    (void)id;
    t->lost_count++;
}

static void on_ready(void *context, const char *transport, const char *network)
{
    struct transports *t = context;
    assert_string_equal(transport, t->kind->name);
    assert_non_null(network);
    t->ready_count++;
}

static void on_wake(void *context)
{
    (void)context;
}

void transports_note(struct transports *t, const char *who, const char *line, size_t length)
{
    buf_printf(&t->seen, "%s|", who);
    buf_add(&t->seen, line, length);
    buf_putc(&t->seen, '\n');
}

/* ---- the script ---- */

static void script_seen(void *context, const char *room, const char *person, const char *plain)
{
    struct transports *t = context;
    const char *end;
    for (const char *at = plain; *at; at = *end ? end + 1 : end) {
        end = at + strcspn(at, "\n");
        transports_note(t, person ? person : room, at, (size_t)(end - at));
    }
}

static void script_create(struct transports *t)
{
    t->room = "#prep";
    t->transport = script_transport_create("local", &t->sink, script_seen, t);
}

static void script_say_it(struct transports *t, const char *person, const char *text,
                          size_t length)
{
    script_say(t->transport, NOW, t->room, person, text, length);
}

static void script_tell_it(struct transports *t, const char *person, const char *text,
                           size_t length)
{
    script_tell(t->transport, NOW, person, text, length);
}

static void nothing(struct transports *t)
{
    (void)t;
}

static const struct transports_kind script_kind = {"script",       script_create, script_say_it,
                                                   script_tell_it, nothing,       nothing};

/* ---- the console ---- */

/* "[room] words" and "[to ann] words". */
static void console_print(void *context, const char *line)
{
    struct transports *t = context;
    char who[64];
    const char *end = strstr(line, "] ");
    if (line[0] != '[' || !end)
        return;
    const char *name = strncmp(line, "[to ", 4) == 0 ? line + 4 : line + 1;
    snprintf(who, sizeof who, "%.*s", (int)(end - name), name);
    transports_note(t, who, end + 2, strlen(end + 2));
}

static int64_t console_now(void *context)
{
    (void)context;
    return NOW;
}

static void console_create(struct transports *t)
{
    struct console_settings settings = {.sink = &t->sink, .print = console_print,
                                        .print_context = t, .first = "host", .transcript = true,
                                        .now = console_now};
    t->room = CONSOLE_ROOM;
    t->transport = console_transport_create(&settings);
}

static void console_line(struct transports *t, const char *person, const char *mark,
                         const char *text, size_t length)
{
    struct buf line;
    buf_init(&line);
    buf_printf(&line, "%s%s ", person, mark);
    buf_add(&line, text, length);
    assert_true(console_input(t->transport, line.data, line.length));
    buf_finish(&line);
}

static void console_say(struct transports *t, const char *person, const char *text, size_t length)
{
    console_line(t, person, ":", text, length);
}

static void console_tell(struct transports *t, const char *person, const char *text,
                         size_t length)
{
    console_line(t, person, ">", text, length);
}

static const struct transports_kind console_kind = {"console",    console_create, console_say,
                                                    console_tell, nothing,        nothing};

/* ---- all ---- */

int transports_setup(void **state)
{
    static const struct transports_kind *const kinds[] = {&console_kind, &script_kind,
                                                          &transports_irc};
    struct transports *t = calloc(1, sizeof *t);
    struct error error;
    const char *wanted = *state;
    if (!t)
        return -1;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, wanted) == 0)
            t->kind = kinds[i];
    t->sink = (struct transport_sink){.context = t, .event = on_event, .sent = on_sent,
                                      .lost = on_lost, .ready = on_ready, .wake = on_wake};
    buf_init(&t->seen);
    t->kind->create(t);
    if (!t->transport || t->transport->ops->start(t->transport, &error))
        return -1;
    t->kind->settle(t);
    *state = t;
    return 0;
}

int transports_teardown(void **state)
{
    struct transports *t = *state;
    if (t->transport)
        t->transport->ops->destroy(t->transport);
    t->kind->close(t);
    for (size_t i = 0; i < t->event_count; i++) {
        free(t->events[i].room);
        free(t->events[i].who);
        free(t->events[i].name);
        free(t->events[i].text);
    }
    buf_finish(&t->seen);
    free(t);
    return 0;
}

void transports_say(struct transports *t, const char *person, const char *text)
{
    t->kind->say(t, person, text, strlen(text));
    t->kind->settle(t);
}

void transports_tell(struct transports *t, const char *person, const char *text)
{
    t->kind->tell(t, person, text, strlen(text));
    t->kind->settle(t);
}

enum post_result transports_post(struct transports *t, const char *account, const char *words,
                                 int64_t id, unsigned flags)
{
    struct text text;
    text_init(&text);
    text_put(&text, words);
    assert_true(text_ok(&text));
    struct outbound message = {.id = id, .target = account ? account : t->room,
                               .private_talk = account != NULL, .flags = flags};
    message.bytes = text_bytes(&text, &message.size);
    enum post_result result = t->transport->ops->post(t->transport, &message);
    text_finish(&text);
    return result;
}

const struct transports_event *transports_last_text(const struct transports *t)
{
    for (size_t i = t->event_count; i > 0; i--)
        if (t->events[i - 1].kind == EVENT_TEXT)
            return &t->events[i - 1];
    return NULL;
}

size_t transports_seen(const struct transports *t, const char *who, const char *line)
{
    struct buf wanted;
    size_t count = 0;
    buf_init(&wanted);
    buf_printf(&wanted, "%s|%s\n", who, line);
    const char *all = buf_text(&t->seen);
    for (const char *at = all; (at = strstr(at, buf_text(&wanted))); at++)
        count += at == all || at[-1] == '\n';
    buf_finish(&wanted);
    return count;
}
