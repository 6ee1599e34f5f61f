/* The countdown in a room: one message a phase, edited, ended, and found again by the next life of the bot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_http.h"
#include "transport/matrix/matrix_countdown.h"
#include "util/log.h"

#define START INT64_C(1767607200000)
#define NOTES 8

struct fixture {
    uv_loop_t loop;
    uv_timer_t guard;
    struct fake_http *fake;
    struct matrix_http *http;
    struct matrix_send *send;
    struct matrix_countdown *countdown;
    int64_t now;
    struct { char key[128], value[512]; } notes[NOTES];
    size_t note_count;
    unsigned gone;
};

static int64_t now_of(void *context)
{
    return ((struct fixture *)context)->now;
}

static size_t find_note(const struct fixture *f, const char *key)
{
    size_t i = 0;
    while (i < f->note_count && strcmp(f->notes[i].key, key) != 0)
        i++;
    return i;
}

static void on_note(void *context, const char *key, const char *value)
{
    struct fixture *f = context;
    size_t i = find_note(f, key);
    if (!value) {
        if (i < f->note_count)
            f->notes[i] = f->notes[--f->note_count];
        return;
    }
    assert_in_range(i, 0, NOTES - 1);
    f->note_count += i == f->note_count;
    snprintf(f->notes[i].key, sizeof f->notes[i].key, "%s", key);
    snprintf(f->notes[i].value, sizeof f->notes[i].value, "%s", value);
}

static void ignore_said(void *context, const struct matrix_said *said)
{
    (void)context;
    (void)said;
}

static void ignore_id(void *context, int64_t id)
{
    (void)context;
    (void)id;
}

static void ignore_ready(void *context)
{
    (void)context;
}

static void ignore_token(void *context, bool soft_logout)
{
    (void)context;
    (void)soft_logout;
}

static void on_gone(void *context)
{
    ((struct fixture *)context)->gone++;
}

static void on_guard(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("it does not come");
}

/* A life of the bot; what was noted is recalled. */
static void live(struct fixture *f)
{
    struct matrix_send_sink sink = {f, ignore_said, ignore_id, ignore_id, ignore_ready, ignore_token};
    struct matrix_countdown_settings settings = {&f->loop, NULL, now_of, on_note, f};
    f->http = matrix_http_create(&f->loop, NULL, NULL);
    matrix_http_set_base(f->http, fake_http_base(f->fake));
    f->send = matrix_send_create(&f->loop, f->http, 7, &sink, NULL);
    assert_int_equal(matrix_send_set_account(f->send, "@hotseat:example.org", "db7"), 0);
    settings.send = f->send;
    f->countdown = matrix_countdown_create(&settings);
    for (size_t i = 0; i < f->note_count; i++)
        matrix_countdown_recall(f->countdown, f->notes[i].key, f->notes[i].value);
    matrix_send_release(f->send);
}

static void die(struct fixture *f)
{
    matrix_countdown_destroy(f->countdown);
    matrix_send_destroy(f->send);
    matrix_http_destroy(f->http, on_gone, f);
    f->gone = 0;
    while (!f->gone)
        uv_run(&f->loop, UV_RUN_ONCE);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    uv_timer_init(&f->loop, &f->guard);
    uv_timer_start(&f->guard, on_guard, 30000, 0);
    uv_unref((uv_handle_t *)&f->guard);
    f->fake = fake_http_create(&f->loop);
    f->now = START;
    live(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    die(f);
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

static void tell(struct fixture *f, const char *phase, int64_t left_s, unsigned done)
{
    struct progress progress = {.round = 7, .phase = phase, .done = done, .total = 3,
                                .deadline = left_s ? START + left_s * 1000 : 0};
    matrix_countdown_progress(f->countdown, "!a", &progress);
}

static bool asked(const struct fixture *f, size_t index, const char *words)
{
    return index < fake_http_count(f->fake) && strstr(fake_http_request(f->fake, index), words);
}

/* The first message of a phase: looked for, then said, then noted. */
static void begin(struct fixture *f)
{
    size_t asked_before = fake_http_count(f->fake);
    fake_http_answer(f->fake, 200, "", "{\"chunk\":[]}");
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$first\"}");
    tell(f, "answer", 300, 0);
    AWAIT(f, f->note_count == 1);
    assert_true(asked(f, asked_before, "GET "));
    assert_true(asked(f, asked_before + 1, "/hs-db7-round-7-answer "));
    assert_true(asked(f, asked_before + 1, "Round 7, answering: 5:00 left, 0 of 3 done."));
}

static void a_phase_is_one_message_that_is_edited_and_ended(void **state)
{
    struct fixture *f = *state;
    begin(f);
    f->now += 20000;
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$edit\"}");
    tell(f, "answer", 300, 1);
    AWAIT(f, asked(f, 2, "* Round 7, answering: 4:40 left, 1 of 3 done."));
    assert_true(asked(f, 2, "\"event_id\":\"$first\""));
    /* The next phase ends this one, and has a message of its own. */
    f->now += 20000;
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$last\"}");
    tell(f, "vote", 600, 0);
    AWAIT(f, f->note_count == 0);
    assert_true(asked(f, 3, "Round 7: answering is over."));
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$vote\"}");
    f->now += 20000;
    tell(f, "vote", 600, 0);
    AWAIT(f, f->note_count == 1);
    assert_true(asked(f, 4, "/hs-db7-round-7-vote "));
    assert_true(asked(f, 4, "Round 7, grading: 9:00 left"));
    assert_int_equal(fake_http_count(f->fake), 5);
}

static void it_is_not_said_too_often(void **state)
{
    struct fixture *f = *state;
    begin(f);
    f->now += 5000;
    for (unsigned done = 1; done <= 3; done++)
        tell(f, "answer", 300, done);
    uv_run(&f->loop, UV_RUN_NOWAIT);
    f->now += 5000;
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$edit\"}");
    tell(f, "answer", 300, 3);
    AWAIT(f, asked(f, 2, "3 of 3 done"));
    assert_int_equal(fake_http_count(f->fake), 3);
}

static void after_a_restart_it_goes_on_with_the_same_message(void **state)
{
    struct fixture *f = *state;
    begin(f);
    die(f);
    f->now += 60000;
    live(f);
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$edit\"}");
    tell(f, "answer", 300, 2);
    AWAIT(f, asked(f, 2, "* Round 7, answering: 4:00 left, 2 of 3 done."));
    assert_true(asked(f, 2, "\"event_id\":\"$first\""));
    assert_int_equal(f->note_count, 1);
}

/* It died after the message was said and before it was noted. */
static void a_message_that_was_not_noted_is_found(void **state)
{
    struct fixture *f = *state;
    begin(f);
    die(f);
    f->note_count = 0;
    f->now += 60000;
    live(f);
    fake_http_answer(f->fake, 200, "",
                     "{\"chunk\":[{\"event_id\":\"$first\",\"sender\":\"@hotseat:example.org\","
                     "\"content\":{\"net.hotseat.id\":\"hs-db7-round-7-answer\"}}]}");
    tell(f, "answer", 300, 0);
    AWAIT(f, f->note_count == 1);
    assert_int_equal(fake_http_count(f->fake), 3);
    assert_non_null(strstr(f->notes[0].value, "$first"));
}

/* The round ended while the bot was down, and nobody will tell. */
static void a_forgotten_round_ends_by_itself(void **state)
{
    struct fixture *f = *state;
    begin(f);
    die(f);
    f->now += 500000;
    live(f);
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$edit\"}");
    AWAIT(f, f->note_count == 0);
    assert_true(asked(f, 2, "Round 7: answering is over."));
}

static void an_end_before_the_first_message_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    matrix_send_hold(f->send);
    tell(f, "answer", 300, 0);
    tell(f, "answer", 0, 0);
    matrix_send_release(f->send);
    uv_run(&f->loop, UV_RUN_NOWAIT);
    begin(f);
    assert_int_equal(fake_http_count(f->fake), 2);
}

static void a_room_that_is_gone_is_forgotten(void **state)
{
    struct fixture *f = *state;
    begin(f);
    f->now += 60000;
    tell(f, "answer", 300, 2); /* under way */
    matrix_countdown_moved(f->countdown, "!a");
    assert_int_equal(f->note_count, 0);
    fake_http_answer(f->fake, 200, "", "{\"event_id\":\"$edit\"}");
    AWAIT(f, fake_http_count(f->fake) == 3);
    uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_int_equal(f->note_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_phase_is_one_message_that_is_edited_and_ended),
        TEST(it_is_not_said_too_often),
        TEST(after_a_restart_it_goes_on_with_the_same_message),
        TEST(a_message_that_was_not_noted_is_found),
        TEST(a_forgotten_round_ends_by_itself),
        TEST(an_end_before_the_first_message_leaves_nothing),
        TEST(a_room_that_is_gone_is_forgotten),
    };
    log_set_fd(-1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
