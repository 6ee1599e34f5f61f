/* Links between the networks and the session: what waits, in which order, and what is never lost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paste_server.h"
#include "transport/paste_talk.h"
#include "util/buf.h"

#define NOTES_MAX 256

static struct paste_server server;

/* A session that writes down what it gets: "KIND who text" a line, and keeps notes. */
struct fixture {
    uv_loop_t loop;
    struct paste_settings settings;
    struct paste_net net;
    struct transport_sink sink;
    struct paste_talk *talk;
    struct buf seen;
    unsigned refuse; /* so many of what is said are not taken */
    struct {
        char *key, *value;
    } notes[NOTES_MAX];
    size_t note_count;
    char host[64];
};

static void keep_note(struct fixture *f, const struct event *event)
{
    size_t at = 0;
    while (at < f->note_count && strcmp(f->notes[at].key, event->tag) != 0)
        at++;
    if (at == f->note_count) {
        assert_in_range(at, 0, NOTES_MAX - 1);
        f->notes[f->note_count++].key = strdup(event->tag);
    } else {
        free(f->notes[at].value);
    }
    f->notes[at].value = event->text ? strndup(event->text, event->length) : NULL;
}

static size_t count_notes(const struct fixture *f)
{
    size_t count = 0;
    for (size_t i = 0; i < f->note_count; i++)
        count += f->notes[i].value != NULL;
    return count;
}

static int on_event(void *context, const struct event *event)
{
    struct fixture *f = context;
    const char *text = event->text ? event->text : "";
    switch (event->kind) {
    case EVENT_NOTE:
        assert_int_equal(strncmp(event->tag, "paste/", 6), 0);
        keep_note(f, event);
        return 0;
    case EVENT_READING:
        buf_printf(&f->seen, "reading %s %lld %s\n", event->who.target, (long long)event->at, text);
        return 0;
    case EVENT_READ:
        buf_printf(&f->seen, "read %s\n", event->who.target);
        return 0;
    case EVENT_TEXT:
        if (f->refuse > 0) {
            f->refuse--;
            return -1;
        }
        assert_false(event->from && event->line);
        if (event->fault)
            buf_printf(&f->seen, "fault %s [%.*s] %s\n", event->who.target, (int)event->length,
                       text, event->fault);
        else
            buf_printf(&f->seen, "%s %s%s %lld [%.*s] %s\n", event->from ? "paste" : "said",
                       event->who.target, event->guest ? " (guest)" : "", (long long)event->at,
                       (int)(event->from ? event->typed : 0), text,
                       text + (event->from ? event->typed : 0));
        return 0;
    default:
        buf_printf(&f->seen, "kind %d %s\n", (int)event->kind, event->who.target);
        return 0;
    }
}

static int on_recall(void *context, const char *transport, const char *network, const char *prefix,
                     note_fn *note, void *note_context)
{
    const struct fixture *f = context;
    (void)transport;
    (void)network;
    assert_string_equal(prefix, "paste/");
    for (size_t i = 0; i < f->note_count; i++)
        if (f->notes[i].value)
            note(note_context, f->notes[i].key, f->notes[i].value, 1);
    return 0;
}

static void on_wake(void *context)
{
    (void)context;
}

static void open_talk(struct fixture *f)
{
    struct error error;
    f->talk = paste_talk_create(&f->loop, &f->settings, &f->net, &f->sink, &error);
    assert_non_null(f->talk);
}

static void close_talk(struct fixture *f)
{
    paste_talk_destroy(f->talk);
    f->talk = NULL;
    while (uv_run(&f->loop, UV_RUN_DEFAULT))
        ;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char entry[100];
    assert_non_null(f);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    snprintf(f->host, sizeof f->host, "paste.test:%u", server.port);
    f->settings = (struct paste_settings){.private_hosts = true, .hosts = {f->host},
                                          .host_count = 1, .ca_file = server.ca};
    snprintf(entry, sizeof entry, "%s:127.0.0.1", f->host);
    f->net = (struct paste_net){ip_scope, curl_slist_append(NULL, entry)};
    f->sink = (struct transport_sink){.context = f, .event = on_event, .recall = on_recall,
                                      .wake = on_wake};
    buf_init(&f->seen);
    open_talk(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    close_talk(f);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    curl_slist_free_all(f->net.resolve);
    for (size_t i = 0; i < f->note_count; i++) {
        free(f->notes[i].key);
        free(f->notes[i].value);
    }
    buf_finish(&f->seen);
    free(f);
    return 0;
}

static int64_t said_at = 1000;

static int push(struct fixture *f, struct event event, const char *who, const char *text)
{
    const struct transport_sink *sink = paste_talk_sink(f->talk);
    event.at = said_at;
    event.who = (struct address){"irc", "net", who};
    event.room = (struct address){"irc", "net", event.room.target};
    event.name = who;
    event.text = text;
    event.length = strlen(text);
    return sink->event(sink->context, &event);
}

static void say(struct fixture *f, const char *who, const char *text)
{
    assert_int_equal(push(f, (struct event){.kind = EVENT_TEXT, .line = true}, who, text), 0);
}

static void say_link(struct fixture *f, const char *who, const char *words, const char *path)
{
    char text[200];
    snprintf(text, sizeof text, "%shttps://%s%s", words, f->host, path);
    say(f, who, text);
}

static void wait_for(struct fixture *f, const char *words)
{
    bool more = true;
    while (!strstr(buf_text(&f->seen), words) && more)
        more = uv_run(&f->loop, UV_RUN_ONCE);
    if (!strstr(buf_text(&f->seen), words))
        fail_msg("lacks \"%s\": %s", words, buf_text(&f->seen));
}

static void expect(struct fixture *f, const char *all)
{
    assert_string_equal(buf_text(&f->seen), all);
    buf_clear(&f->seen);
}

/* ---- ---- */

static void test_what_is_no_link(void **state)
{
    struct fixture *f = *state;
    say(f, "ann", "one");
    say(f, "ann", "See https://bpa.st/ABCD");
    say(f, "ann", "https://example.org/x");
    push(f, (struct event){.kind = EVENT_TEXT, .room = {.target = "#prep"}}, "ann",
         "https://bpa.st/ABCD");
    push(f, (struct event){.kind = EVENT_ENTER, .room = {.target = "#prep"}}, "ann", "");
    f->settings.off = true;
    say(f, "ann", "https://bpa.st/ABCD");
    expect(f, "said ann 1000 [] one\nsaid ann 1000 [] See https://bpa.st/ABCD\n"
              "said ann 1000 [] https://example.org/x\nsaid ann 1000 [] https://bpa.st/ABCD\n"
              "kind 1 ann\nsaid ann 1000 [] https://bpa.st/ABCD\n");
    assert_int_equal(f->note_count, 0);
}

static void test_order(void **state)
{
    struct fixture *f = *state;
    say_link(f, "ann", "!revise 3 ", "/bom");
    said_at = 2000;
    say(f, "ann", "two");
    push(f, (struct event){.kind = EVENT_RETRACT, .about = "x"}, "ann", "");
    say(f, "bob", "not held up");
    push(f, (struct event){.kind = EVENT_LEAVE}, "ann", ""); /* who is there is told at once */
    assert_int_equal(count_notes(f), 3);
    wait_for(f, "read ann");
    said_at = 1000;
    expect(f, "reading ann 1000 \nsaid bob 2000 [] not held up\nkind 2 ann\n"
              "paste ann 1000 [!revise 3 ] word\nsaid ann 2000 [] two\nkind 6 ann\nread ann\n");
    assert_int_equal(count_notes(f), 0);
}

/* Each link counts from when it was said; the first holds up the second, not the other way round. */
static void test_two_links(void **state)
{
    struct fixture *f = *state;
    say_link(f, "ann", "", "/bom");
    said_at = 2000;
    say_link(f, "ann", "", "/nothing");
    said_at = 1000;
    wait_for(f, "read ann");
    const char *seen = buf_text(&f->seen), *first = strstr(seen, "paste ann 1000 [] word\n");
    assert_non_null(first);
    assert_non_null(strstr(first, "fault ann [] there is no such paste"));
    assert_int_equal(count_notes(f), 0);
}

static void test_faults_at_once(void **state)
{
    struct fixture *f = *state;
    say(f, "ann", "!answer https://bpa.st/");
    expect(f, "fault ann [!answer ] it leads to no paste. Give the link of the paste itself, or of "
              "its raw text.\n");
    assert_int_equal(count_notes(f), 0);
}

static void test_longer_than_an_answer(void **state)
{
    struct fixture *f = *state;
    say_link(f, "ann", "", "/most");
    wait_for(f, "read ann");
    assert_non_null(strstr(buf_text(&f->seen), "it has 64 KB, and an answer has at most 16."));
}

static void test_slow(void **state)
{
    struct fixture *f = *state;
    say_link(f, "ann", "", "/hang");
    wait_for(f, "reading ann 1000 paste.test\n");
    wait_for(f, "it did not answer within 5 seconds.");
    wait_for(f, "read ann");
}

/* What the session does not take is given again, and stays noted until then. */
static void test_not_taken(void **state)
{
    struct fixture *f = *state;
    char text[100];
    snprintf(text, sizeof text, "https://%s/bom", f->host);
    f->refuse = 2;
    push(f, (struct event){.kind = EVENT_TEXT, .id = "$1", .kept = true}, "ann", text);
    while (f->refuse > 0 && uv_run(&f->loop, UV_RUN_ONCE))
        ;
    assert_int_equal(f->refuse, 0);
    assert_int_equal(count_notes(f), 1);
    wait_for(f, "read ann");
    assert_non_null(strstr(buf_text(&f->seen), "paste ann 1000 [] word\n"));
    assert_int_equal(count_notes(f), 0);
}

static void test_given_again(void **state)
{
    struct fixture *f = *state;
    char text[100];
    snprintf(text, sizeof text, "https://%s/bom", f->host);
    for (int i = 0; i < 3; i++)
        push(f, (struct event){.kind = EVENT_TEXT, .id = "$1", .kept = true}, "ann", text);
    wait_for(f, "read ann");
    expect(f, "reading ann 1000 \npaste ann 1000 [] word\nread ann\n");
}

/* The bot ends while it reads; the next one finds what waited, in order. */
static void test_begun_anew(void **state)
{
    struct fixture *f = *state;
    say_link(f, "ann", "!answer ", "/bom");
    say(f, "ann", "two");
    close_talk(f);
    expect(f, "reading ann 1000 \n");
    assert_int_equal(count_notes(f), 2);
    struct event damaged = {.tag = "paste/0", .text = "not a note", .length = 10};
    keep_note(f, &damaged);
    open_talk(f);
    assert_int_equal(paste_talk_resume(f->talk, "irc", "net"), 0);
    expect(f, "reading ann 1000 \n");
    wait_for(f, "read ann");
    expect(f, "paste ann 1000 [!answer ] word\nsaid ann 1000 [] two\nread ann\n");
    assert_int_equal(count_notes(f), 0);
}

static void test_too_much_behind(void **state)
{
    struct fixture *f = *state;
    say_link(f, "ann", "", "/hang");
    for (int i = 0; i < 32; i++)
        say(f, "ann", "x");
    const char *seen = buf_text(&f->seen);
    assert_non_null(strstr(seen, "fault ann [] too much came behind it to wait for it.\nsaid ann"));
    assert_non_null(strstr(seen, "read ann\nsaid ann 1000 [] x\n")); /* the last, behind all others */
    assert_int_equal(count_notes(f), 0);
}

static void test_too_many_people(void **state)
{
    struct fixture *f = *state;
    char who[16];
    for (int i = 0; i < 100; i++) {
        snprintf(who, sizeof who, "p%d", i);
        say_link(f, who, "", "/bom");
    }
    assert_non_null(strstr(buf_text(&f->seen), "fault p99 [] too many links"));
    wait_for(f, "read p0\n");
    close_talk(f);
    open_talk(f);
}

static void test_guest_logs_in(void **state)
{
    struct fixture *f = *state;
    char text[100];
    snprintf(text, sizeof text, "https://%s/bom", f->host);
    push(f, (struct event){.kind = EVENT_TEXT, .guest = true}, "guest", text);
    push(f, (struct event){.kind = EVENT_BECAME, .guest = true}, "guest", "ann");
    wait_for(f, "read ann");
    char became[40];
    snprintf(became, sizeof became, "kind %d guest\n", (int)EVENT_BECAME);
    const char *seen = buf_text(&f->seen);
    assert_non_null(strstr(seen, became));
    assert_non_null(strstr(seen, "read guest\nreading ann 1000 \npaste ann 1000 [] word\nread ann\n"));
    assert_int_equal(count_notes(f), 0);
}

static int start_server(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    paste_server_start(&server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    paste_server_stop(&server);
    curl_global_cleanup();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_no_link), TEST(test_order),
        TEST(test_two_links),       TEST(test_faults_at_once),
        TEST(test_longer_than_an_answer), TEST(test_slow),
        TEST(test_not_taken),       TEST(test_given_again),
        TEST(test_begun_anew),      TEST(test_too_much_behind),
        TEST(test_too_many_people), TEST(test_guest_logs_in),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
