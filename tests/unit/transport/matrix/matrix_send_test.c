/* Requests that say things: over HTTP, with timers, holding, stopping, and small signs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "fake_http.h"
#include "transport/matrix/matrix_send.h"
#include "util/log.h"

#define SAID "{\"event_id\":\"$said\"}"

struct fixture {
    uv_loop_t loop;
    uv_timer_t guard;
    struct fake_http *fake;
    struct matrix_http *http;
    struct matrix_send *send;
    struct matrix_courtesy *courtesy;
    unsigned said, sent, lost, readies, tokens, stopped, edited, gone;
    char event[64], edit_event[64];
    bool edit_again, dies_when_stopped;
};

static void on_said(void *context, const struct matrix_said *said)
{
    struct fixture *f = context;
    f->said++;
    snprintf(f->event, sizeof f->event, "%s", said->event);
}

static void on_sent(void *context, int64_t id)
{
    struct fixture *f = context;
    assert_true(id > 0);
    f->sent++;
}

static void on_lost(void *context, int64_t id)
{
    struct fixture *f = context;
    (void)id;
    f->lost++;
}

static void on_ready(void *context)
{
    struct fixture *f = context;
    f->readies++;
}

static void on_unknown_token(void *context, bool soft_logout)
{
    struct fixture *f = context;
    assert_true(soft_logout);
    f->tokens++;
}

static void on_stopped(void *context)
{
    struct fixture *f = context;
    f->stopped++;
    uv_stop(&f->loop); /* there may be nothing more to wait for */
    if (f->dies_when_stopped) {
        matrix_send_destroy(f->send);
        f->send = NULL;
    }
}

static void on_edited(void *context, const char *event, bool again)
{
    struct fixture *f = context;
    f->edited++;
    f->edit_again = again;
    snprintf(f->edit_event, sizeof f->edit_event, "%s", event ? event : "");
}

static void on_gone(void *context)
{
    struct fixture *f = context;
    f->gone++;
}

static void on_guard(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("it does not come");
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct matrix_send_sink sink = {f, on_said, on_sent, on_lost, on_ready, on_unknown_token};
    assert_int_equal(uv_loop_init(&f->loop), 0);
    uv_timer_init(&f->loop, &f->guard);
    uv_timer_start(&f->guard, on_guard, 30000, 0);
    uv_unref((uv_handle_t *)&f->guard);
    f->fake = fake_http_create(&f->loop);
    f->http = matrix_http_create(&f->loop, NULL, NULL);
    matrix_http_set_base(f->http, fake_http_base(f->fake));
    matrix_http_set_token(f->http, "sesame");
    f->send = matrix_send_create(&f->loop, f->http, 7, &sink, NULL);
    assert_non_null(f->send);
    assert_int_equal(matrix_send_set_account(f->send, "@hotseat:example.org", "db7"), 0);
    f->courtesy = matrix_courtesy_create(&f->loop, f->http);
    assert_int_equal(matrix_courtesy_set_user(f->courtesy, "@hotseat:example.org"), 0);
    matrix_send_release(f->send);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    matrix_send_destroy(f->send);
    matrix_courtesy_destroy(f->courtesy);
    matrix_http_destroy(f->http, on_gone, f);
    while (!f->gone)
        uv_run(&f->loop, UV_RUN_ONCE);
    fake_http_destroy(f->fake);
    uv_close((uv_handle_t *)&f->guard, NULL);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    free(f);
    return 0;
}

#define AWAIT(f, condition)                                                                        \
    while (!(condition))                                                                           \
    uv_run(&(f)->loop, UV_RUN_ONCE)

static enum post_result post(struct fixture *f, int64_t id, const char *room, const char *words,
                             struct outbound message, bool maybe)
{
    struct text text;
    text_init(&text);
    text_put(&text, words);
    message.id = id;
    message.bytes = text_bytes(&text, &message.size);
    enum post_result result = matrix_send_post(f->send, room, &message, maybe);
    text_finish(&text);
    return result;
}

static bool asked(const struct fixture *f, size_t index, const char *words)
{
    return index < fake_http_count(f->fake) && strstr(fake_http_request(f->fake, index), words);
}

static void what_is_posted_is_put_and_acknowledged(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 200, "", SAID);
    assert_int_equal(post(f, 12, "!a:example.org", "hello", (struct outbound){0}, false), POST_TAKEN);
    assert_int_equal(fake_http_count(f->fake), 0);
    AWAIT(f, f->sent == 1);
    assert_true(asked(f, 0, "PUT /_matrix/client/v3/rooms/%21a%3Aexample.org/send/m.room.message/hs-db7-12-0 "));
    assert_true(asked(f, 0, "Authorization: Bearer sesame"));
    assert_true(asked(f, 0, "\"body\":\"hello\""));
    assert_int_equal(f->said, 1);
    assert_string_equal(f->event, "$said");
}

static void what_erases_is_a_redaction(void **state)
{
    struct fixture *f = *state;
    struct outbound message = {.flags = EFFECT_ERASES, .about = "$secret"};
    fake_http_answer(f->fake, 200, "", SAID);
    assert_int_equal(post(f, 12, "!a", "", message, false), POST_TAKEN);
    AWAIT(f, f->sent == 1);
    assert_true(asked(f, 0, "PUT /_matrix/client/v3/rooms/%21a/redact/%24secret/hs-db7-12- "));
    assert_int_equal(f->said, 0);
}

static void it_waits_as_the_server_says(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 429, "", "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":30}");
    fake_http_answer(f->fake, 200, "", SAID);
    uint64_t start = uv_now(&f->loop);
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->sent == 1);
    assert_true(uv_now(&f->loop) >= start + 30);
    assert_int_equal(fake_http_count(f->fake), 2);
}

/* The connection breaks in the middle of the answer: it looks, and finds it. */
static void a_cut_answer_is_looked_after(void **state)
{
    static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"event";
    struct fixture *f = *state;
    fake_http_bytes(f->fake, cut, sizeof cut - 1, FAKE_HTTP_CLOSE);
    fake_http_answer(f->fake, 200, "",
                     "{\"chunk\":[{\"event_id\":\"$there\",\"sender\":\"@hotseat:example.org\","
                     "\"content\":{\"net.hotseat.id\":\"hs-db7-1-0\"}}]}");
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->sent == 1);
    assert_true(asked(f, 1, "GET /_matrix/client/v3/rooms/%21a/messages?dir=b&limit=100&filter="));
    assert_string_equal(f->event, "$there");
    assert_int_equal(fake_http_count(f->fake), 2);
}

/* A connection that was used before breaks after a request: libcurl would ask again by itself. */
static void what_breaks_off_is_not_asked_again_unseen(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 200, "", SAID);
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->sent == 1);
    fake_http_bytes(f->fake, "", 0, FAKE_HTTP_CLOSE);
    fake_http_answer(f->fake, 200, "", "{\"chunk\":[]}");
    fake_http_answer(f->fake, 200, "", SAID);
    post(f, 2, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->sent == 2);
    assert_true(asked(f, 1, "PUT "));
    assert_true(asked(f, 2, "GET "));
    assert_int_equal(fake_http_count(f->fake), 4);
}

static void without_a_token_it_is_held_until_released(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 401, "", "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"soft_logout\":true}");
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->tokens == 1);
    post(f, 2, "!b", "hello", (struct outbound){0}, false);
    uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_int_equal(fake_http_count(f->fake), 1);
    fake_http_answer(f->fake, 200, "", SAID);
    fake_http_answer(f->fake, 200, "", SAID);
    matrix_http_set_token(f->http, "new");
    matrix_send_release(f->send);
    AWAIT(f, f->sent == 2);
    assert_true(asked(f, 1, "Bearer new"));
    assert_int_equal(f->tokens, 1);
}

static void a_closed_room_opens_when_it_changes(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 403, "", "{\"errcode\":\"M_FORBIDDEN\"}");
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->lost == 1);
    assert_int_equal(post(f, 1, "!a", "hello", (struct outbound){0}, false), POST_BUSY);
    matrix_send_room_changed(f->send, "!a");
    AWAIT(f, f->readies > 0);
    fake_http_answer(f->fake, 200, "", "{\"chunk\":[]}");
    fake_http_answer(f->fake, 200, "", SAID);
    assert_int_equal(post(f, 1, "!a", "hello", (struct outbound){0}, false), POST_TAKEN);
    AWAIT(f, f->sent == 1);
}

/* ---- edits ---- */

static bool edit(struct fixture *f, const char *event, const char *words)
{
    struct text text;
    struct matrix_edit edit = {.room = "!a", .key = "c-1", .event = event, .done = on_edited,
                               .context = f};
    text_init(&text);
    text_put(&text, words);
    edit.bytes = text_bytes(&text, &edit.size);
    bool taken = matrix_send_edit(f->send, &edit);
    text_finish(&text);
    return taken;
}

static void a_countdown_is_said_and_then_edited(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 200, "", SAID);
    assert_true(edit(f, NULL, "4:00"));
    assert_false(edit(f, NULL, "3:00"));
    AWAIT(f, f->edited == 1);
    assert_string_equal(f->edit_event, "$said");
    assert_true(asked(f, 0, "/send/m.room.message/hs-db7-c-1 "));
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$other\"}");
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$third\"}");
    assert_true(edit(f, "$said", "3:00"));
    AWAIT(f, f->edited == 2);
    assert_true(edit(f, "$said", "2:00"));
    AWAIT(f, f->edited == 3);
    assert_true(asked(f, 2, "\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$said\"}"));
    /* Each edit has an id of its own. */
    assert_memory_not_equal(fake_http_request(f->fake, 1), fake_http_request(f->fake, 2), 90);
}

static void a_countdown_waits_for_everything_else(void **state)
{
    struct fixture *f = *state;
    post(f, 1, "!b", "hello", (struct outbound){0}, false);
    assert_false(edit(f, NULL, "4:00"));
    fake_http_answer(f->fake, 429, "", "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":1}");
    fake_http_answer(f->fake, 200, "", SAID);
    AWAIT(f, f->sent == 1);
    assert_false(edit(f, NULL, "4:00")); /* limited a moment ago */
}

static void a_countdown_that_fails_is_told(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 429, "", "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":1}");
    assert_true(edit(f, "$said", "4:00"));
    AWAIT(f, f->edited == 1);
    assert_true(f->edit_again);
    assert_string_equal(f->edit_event, "");
}

static void a_countdown_that_is_forbidden_is_given_up(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 403, "", "{\"errcode\":\"M_FORBIDDEN\"}");
    assert_true(edit(f, NULL, "4:00"));
    AWAIT(f, f->edited == 1);
    assert_false(f->edit_again);
    fake_http_answer(f->fake, 200, "", SAID);
    assert_true(edit(f, NULL, "4:00"));
    matrix_send_forget(f->send, f);
    fake_http_answer(f->fake, 200, "", SAID);
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->sent == 1);
    assert_int_equal(f->edited, 1);
}

/* ---- the end ---- */

static void stopping_says_first_what_is_posted(void **state)
{
    struct fixture *f = *state;
    f->dies_when_stopped = true;
    for (int64_t id = 1; id <= 3; id++) {
        fake_http_answer(f->fake, 200, "", SAID);
        post(f, id, "!a", "hello", (struct outbound){0}, false);
    }
    matrix_send_stop(f->send, 20000, on_stopped, f);
    assert_int_equal(post(f, 4, "!a", "late", (struct outbound){0}, false), POST_BUSY);
    AWAIT(f, f->stopped == 1);
    assert_int_equal(f->sent, 3);
}

static void stopping_does_not_wait_for_what_cannot_be(void **state)
{
    struct fixture *f = *state;
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    matrix_send_hold(f->send);
    matrix_send_stop(f->send, 20000, on_stopped, f);
    uint64_t start = uv_now(&f->loop);
    AWAIT(f, f->stopped == 1);
    assert_true(uv_now(&f->loop) < start + 20000);
    assert_int_equal(f->sent, 0);
    matrix_send_release(f->send);
    matrix_send_drop(f->send, "!a");
    uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_int_equal(f->lost, 0);
    assert_int_equal(fake_http_count(f->fake), 0);
}

static void stopping_ends_in_time_with_a_silent_server(void **state)
{
    struct fixture *f = *state;
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    matrix_send_stop(f->send, 60, on_stopped, f);
    AWAIT(f, f->stopped == 1);
    assert_int_equal(f->sent, 0);
}

static void it_may_go_at_any_moment(void **state)
{
    struct fixture *f = *state;
    for (int64_t id = 1; id <= 20; id++)
        post(f, id, id % 2 ? "!a" : "!b", "hello", (struct outbound){0}, id % 3 == 0);
    AWAIT(f, fake_http_count(f->fake) == 2);
}

/* ---- small signs ---- */

static void who_waits_in_private_sees_that_we_write(void **state)
{
    struct fixture *f = *state;
    matrix_send_set_courtesy(f->send, f->courtesy);
    fake_http_answer(f->fake, 429, "", "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":3000}");
    fake_http_answer(f->fake, 200, "", "{}");
    post(f, 1, "!dm", "a long ballot", (struct outbound){.private_talk = true}, false);
    AWAIT(f, fake_http_count(f->fake) == 2);
    assert_true(asked(f, 1, "PUT /_matrix/client/v3/rooms/%21dm/typing/%40hotseat%3Aexample.org "));
    assert_true(asked(f, 1, "{\"typing\":true,\"timeout\":30000}"));
    fake_http_answer(f->fake, 200, "", "{}");
    matrix_send_drop(f->send, "!dm");
    AWAIT(f, fake_http_count(f->fake) == 3);
    assert_true(asked(f, 2, "{\"typing\":false}"));
}

static void what_was_read_is_told_once_the_newest(void **state)
{
    struct fixture *f = *state;
    for (int i = 1; i <= 4; i++) {
        char event[8];
        snprintf(event, sizeof event, "$e%d", i);
        matrix_courtesy_read(f->courtesy, "!dm", event);
    }
    fake_http_answer(f->fake, 200, "", "{}");
    fake_http_answer(f->fake, 429, "", "{\"errcode\":\"M_LIMIT_EXCEEDED\"}");
    AWAIT(f, fake_http_count(f->fake) == 2);
    assert_true(asked(f, 0, "POST /_matrix/client/v3/rooms/%21dm/receipt/m.read/%24e1 "));
    assert_true(asked(f, 1, "/m.read/%24e4 "));
    /* The second was limited: no more for a while. What is said otherwise goes on. */
    fake_http_answer(f->fake, 200, "", SAID);
    post(f, 1, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->sent == 1);
    matrix_courtesy_read(f->courtesy, "!dm", "$e5");
    fake_http_answer(f->fake, 200, "", SAID);
    post(f, 2, "!a", "hello", (struct outbound){0}, false);
    AWAIT(f, f->sent == 2);
    assert_int_equal(fake_http_count(f->fake), 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_posted_is_put_and_acknowledged),
        TEST(what_erases_is_a_redaction),
        TEST(it_waits_as_the_server_says),
        TEST(a_cut_answer_is_looked_after),
        TEST(what_breaks_off_is_not_asked_again_unseen),
        TEST(without_a_token_it_is_held_until_released),
        TEST(a_closed_room_opens_when_it_changes),
        TEST(a_countdown_is_said_and_then_edited),
        TEST(a_countdown_waits_for_everything_else),
        TEST(a_countdown_that_fails_is_told),
        TEST(a_countdown_that_is_forbidden_is_given_up),
        TEST(stopping_says_first_what_is_posted),
        TEST(stopping_does_not_wait_for_what_cannot_be),
        TEST(stopping_ends_in_time_with_a_silent_server),
        TEST(it_may_go_at_any_moment),
        TEST(who_waits_in_private_sees_that_we_write),
        TEST(what_was_read_is_told_once_the_newest),
    };
    log_set_fd(-1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
