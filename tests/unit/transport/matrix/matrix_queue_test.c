/* Whose turn it is to be said, and what limits and refusals do to that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "matrix_desk.h"
#include "util/buf.h"
#include "util/log.h"

static const struct outbound plain = {0};
static const struct outbound urgent = {.flags = EFFECT_URGENT};

static void a_room_keeps_its_order_and_urgent_ones_pass(void **state)
{
    struct desk *desk = *state;
    desk_post(desk, 1, "!a", "one", plain);
    desk_post(desk, 2, "!a", "two", plain);
    desk_post(desk, 3, "!a", "first urgent", urgent);
    desk_post(desk, 4, "!a", "second urgent", urgent);
    desk_run(desk);
    desk_assert_order(desk, (const char *[]){"first urgent", "second urgent", "one", "two"}, 4);
    assert_int_equal(desk->flying_max, 1);
    for (int64_t id = 1; id <= 4; id++)
        assert_int_equal(desk_row(desk, id)->sent, 1);
}

static void what_has_begun_is_finished_before_an_urgent_one(void **state)
{
    struct desk *desk = *state;
    desk_post_long(desk, 1, "!a", plain);
    desk_step(desk);
    desk_post(desk, 2, "!a", "urgent", urgent);
    desk_run(desk);
    assert_in_range(desk->event_count, 3, 6);
    assert_int_equal(desk_find(desk, "!a", "urgent"), desk->event_count - 1);
    assert_int_equal(desk_row(desk, 1)->said, desk->event_count - 1);
}

/* More of one room than of the others: they take turns all the same, a few at once. */
static void rooms_take_turns(void **state)
{
    struct desk *desk = *state;
    char words[16], room[8];
    for (int i = 0; i < 12; i++) {
        snprintf(words, sizeof words, "a%d!", i);
        desk_post(desk, 1 + i, "!a", words, plain);
    }
    for (int i = 0; i < 12; i++) {
        snprintf(words, sizeof words, "b%d!", i);
        desk_post(desk, 50 + i, "!b", words, plain);
    }
    for (int i = 0; i < 8; i++) {
        snprintf(room, sizeof room, "!r%d", i);
        desk_post(desk, 100 + i, room, "other", plain);
    }
    desk_run(desk);
    assert_int_equal(desk->flying_max, MATRIX_SEND_AT_ONCE);
    assert_true(desk_find(desk, "!r7", "other") < desk_find(desk, "!a", "a4!"));
    for (int i = 0; i < 12; i++) {
        snprintf(words, sizeof words, "a%d!", i);
        size_t a = desk_find(desk, "!a", words);
        words[0] = 'b';
        size_t b = desk_find(desk, "!b", words);
        assert_in_range(a > b ? a - b : b - a, 0, 3);
    }
}

static void a_limit_pauses_the_whole_account_as_long_as_it_says(void **state)
{
    struct desk *desk = *state;
    desk_post(desk, 1, "!a", "one", plain);
    desk_post(desk, 2, "!b", "two", plain);
    desk->fault = DESK_LIMITED;
    desk->fault_at = 1;
    desk->fault_times = 2;
    int64_t start = desk->now;
    desk_step(desk);
    desk_step(desk);
    assert_int_equal(desk->event_count, 0);
    desk_post(desk, 3, "!c", "urgent", urgent);
    desk_run(desk);
    assert_int_equal(desk->event_count, 3);
    assert_true(desk->events[0].at >= start + 5000);
    assert_non_null(strstr(desk->events[0].content, "urgent"));
}

/* After a limit one request at a time, until one goes through. */
static void after_a_limit_one_feels_its_way(void **state)
{
    struct desk *desk = *state;
    char room[8];
    desk->fault = DESK_LIMITED;
    desk->fault_at = 1;
    desk->fault_times = 1;
    desk_post(desk, 1, "!a", "one", plain);
    desk_step(desk);
    for (int i = 0; i < 6; i++) {
        snprintf(room, sizeof room, "!r%d", i);
        desk_post(desk, 100 + i, room, "other", plain);
    }
    desk->fault_at = 2;
    desk->flying_max = 0;
    while (desk->requests < 2)
        desk_step(desk);
    assert_int_equal(desk->flying_max, 1);
    desk_run(desk);
    assert_int_equal(desk->flying_max, MATRIX_SEND_AT_ONCE);
}

/* The waits double up to a minute, with some chance in them. */
static void an_absent_server_is_asked_less_and_less_often(void **state)
{
    struct desk *desk = *state;
    int64_t last = desk->now, waits[12];
    desk->fault = DESK_REFUSED_CONNECTION;
    desk->fault_at = 1;
    desk->fault_times = 12;
    desk_post(desk, 1, "!a", "one", plain);
    for (size_t i = 0; i < 12;) {
        size_t before = desk->requests;
        desk_step(desk);
        if (desk->requests == before)
            continue;
        waits[i++] = desk->now - last;
        last = desk->now;
    }
    assert_in_range(waits[1], 500, 1100);
    assert_in_range(waits[4], 4000, 8100);
    assert_in_range(waits[11], 30000, 60100);
    desk_run(desk);
    assert_int_equal(desk->event_count, 1);
}

/* Four requests that fail together are one failure. */
static void an_outage_counts_once(void **state)
{
    struct desk *desk = *state;
    desk->fault = DESK_REFUSED_CONNECTION;
    desk->fault_at = 1;
    desk->fault_times = MATRIX_SEND_AT_ONCE;
    for (int i = 0; i < MATRIX_SEND_AT_ONCE; i++) {
        char room[8];
        snprintf(room, sizeof room, "!r%d", i);
        desk_post(desk, 1 + i, room, "words", plain);
    }
    int64_t start = desk->now;
    while (desk->requests <= MATRIX_SEND_AT_ONCE)
        desk_step(desk);
    assert_in_range(desk->now - start, 500, 1200);
}

/* Of three under way the second succeeds: the third is no long row of failures. */
static void a_failure_after_a_success_is_the_first_again(void **state)
{
    struct desk *desk = *state;
    for (int i = 0; i < 3; i++) {
        char room[8];
        snprintf(room, sizeof room, "!r%d", i);
        desk_post(desk, 1 + i, room, "words", plain);
    }
    int64_t start = desk->now;
    desk->fault = DESK_REFUSED_CONNECTION;
    desk->fault_at = 1;
    desk_step(desk);
    desk_step(desk);
    desk->fault_at = 3;
    desk_run(desk);
    assert_int_equal(desk->event_count, 3);
    assert_in_range(desk->now - start, 500, 1200);
}

static void trouble_in_one_room_does_not_stop_the_others(void **state)
{
    struct desk *desk = *state;
    desk->fault = DESK_INTERNAL;
    desk->fault_at = 1;
    desk->fault_times = 1;
    desk_post(desk, 1, "!a", "one", plain);
    desk_step(desk);
    desk_post(desk, 2, "!b", "two", plain);
    int64_t start = desk->now;
    desk_step(desk);
    assert_int_equal(desk_count(desk, "!b", "two"), 1);
    assert_in_range(desk->now - start, 0, 100);
    desk_run(desk);
    assert_int_equal(desk_count(desk, "!a", "one"), 1);
}

/* ---- marks, mentions, replies ---- */

static void a_mark_says_it_alone(void **state)
{
    struct desk *desk = *state;
    desk_post(desk, 1, "!a", "Stored.", (struct outbound){.about = "$m", .mark = "+", .tag = "r1"});
    desk_post(desk, 2, "!a", "No such event.", (struct outbound){.about = "m", .mark = "+"});
    desk_run(desk);
    assert_int_equal(desk->event_count, 2);
    assert_string_equal(desk->events[0].type, "m.reaction");
    assert_null(strstr(desk->events[0].content, "Stored"));
    assert_string_equal(desk->events[1].type, "m.room.message");
    assert_int_equal(desk_row(desk, 1)->said, 1);
}

static void a_mark_that_cannot_be_is_said_in_words(void **state)
{
    static const enum desk_fault reasons[] = {DESK_FORBIDDEN, DESK_INVALID, DESK_TOO_LARGE};
    struct desk *desk = *state;
    for (size_t i = 0; i < 3; i++) {
        desk->fault = reasons[i];
        desk->fault_at = desk->requests + 1;
        desk_post(desk, 1 + (int64_t)i, "!a", "Stored.", (struct outbound){.about = "$m", .mark = "+"});
        desk_run(desk);
        assert_int_equal(desk_row(desk, 1 + (int64_t)i)->sent, 1);
        assert_int_equal(desk_count(desk, "!a", "Stored."), i + 1);
        assert_int_equal(desk_count(desk, "!a", "m.annotation"), 0);
    }
}

/* The words were said in place of a mark, then the bot died: neither comes again. */
static void words_in_place_of_a_mark_are_found_again(void **state)
{
    struct desk *desk = *state;
    desk->forgets = true;
    desk->fault = DESK_FORBIDDEN;
    desk->fault_at = 1;
    desk_post(desk, 1, "!a", "Stored.", (struct outbound){.about = "$m", .mark = "+"});
    desk_step(desk);
    desk->fault = DESK_NO_REPLY;
    desk->fault_at = 2;
    desk_step(desk);
    assert_int_equal(desk_count(desk, "!a", "Stored."), 1);
    desk_crash(desk);
    desk_run(desk);
    assert_int_equal(desk_row(desk, 1)->sent, 1);
    assert_int_equal(desk->event_count, 1);
}

static void a_mark_that_is_there_is_enough(void **state)
{
    static const struct matrix_reply there = {.status = 400, .errcode = "M_DUPLICATE_ANNOTATION",
                                              .retry_ms = -1, .why = ""};
    struct desk *desk = *state;
    int64_t at;
    desk_post(desk, 1, "!a", "Stored.", (struct outbound){.about = "$m", .mark = "+"});
    struct matrix_item *item = matrix_queue_next(&desk->queue, desk->now, &at);
    matrix_queue_reply(&desk->queue, item, &there, desk->now);
    assert_int_equal(desk_row(desk, 1)->sent, 1);
    assert_int_equal(desk_row(desk, 1)->said, 0);
}

static void the_first_part_answers_and_mentions(void **state)
{
    struct desk *desk = *state;
    desk_post_long(desk, 1, "!a", (struct outbound){.about = "$q", .mention = "@ann:x"});
    desk_post(desk, 2, "!p", "private", (struct outbound){.about = "$q", .private_talk = true});
    desk_run(desk);
    assert_int_equal(desk_count(desk, "!a", "\"m.in_reply_to\":{\"event_id\":\"$q\"}"), 1);
    assert_int_equal(desk_count(desk, "!a", "@ann:x"), 1);
    assert_int_equal(desk_count(desk, "!p", "m.in_reply_to"), 0);
}

static void the_tag_is_told_with_the_event(void **state)
{
    struct desk *desk = *state;
    desk_post(desk, 1, "!a", "ballot", (struct outbound){.tag = "round 3 answer 2"});
    desk_run(desk);
    assert_string_equal(desk->tag_last, "round 3 answer 2");
    assert_string_equal(desk->said_last, desk->events[0].id);
}

/* ---- what is too much ---- */

static void what_is_too_large_is_cut_smaller(void **state)
{
    struct desk *desk = *state;
    desk->content_max = 12000;
    desk_post_long(desk, 1, "!a", plain);
    desk_run(desk);
    assert_int_equal(desk_row(desk, 1)->sent, 1);
    assert_int_equal(desk_row(desk, 1)->said, desk->event_count);
    assert_in_range(desk->event_count, 7, 12);
    for (int i = 0; i < 4000; i += 50) {
        char word[16];
        snprintf(word, sizeof word, "w%d", 10000 + i);
        assert_int_equal(desk_count(desk, "!a", word), 1);
    }
    desk->content_max = 100;
    desk_post(desk, 2, "!a", "it can never be said", plain);
    desk_run(desk);
    assert_int_equal(desk_row(desk, 2)->sent, 1);
}

static void a_full_queue_says_so_and_tells_when_there_is_place(void **state)
{
    struct desk *desk = *state;
    int64_t id = 1;
    desk->no_login = true;
    matrix_queue_hold(&desk->queue);
    while (desk_post(desk, id, "!a", "words", plain) == POST_TAKEN)
        id++;
    assert_int_equal(id, MATRIX_SEND_MAX + 1);
    assert_int_equal(desk->readies, 0);
    matrix_queue_release(&desk->queue);
    desk_run(desk);
    assert_int_equal(desk->readies, 1);
    assert_int_equal(desk->event_count, MATRIX_SEND_MAX + 1);
}

static void what_is_no_message_is_refused(void **state)
{
    struct desk *desk = *state;
    struct outbound garbage = {.id = 1, .bytes = "garbage", .size = 7};
    assert_int_equal(matrix_queue_add(&desk->queue, "!a", &garbage, false), POST_REFUSED);
    assert_int_equal(desk_post(desk, 2, "!a", "", (struct outbound){.flags = EFFECT_ERASES}), POST_REFUSED);
    assert_int_equal(desk_post(desk, 3, "!a", "", (struct outbound){.flags = EFFECT_ERASES, .about = "x"}),
                     POST_REFUSED);
    assert_int_equal(desk->queue.count, 0);
}

/* ---- what was said already ---- */

static void somebody_elses_event_with_our_mark_is_not_ours(void **state)
{
    struct desk *desk = *state;
    desk->no_filter = true;
    desk_write(desk, "!a", "{\"net.hotseat.id\":\"hs-db7-1-0\"}");
    desk_post(desk, 1, "!a", "words", plain);
    desk_crash(desk);
    desk_run(desk);
    assert_int_equal(desk->looks, 1);
    assert_int_equal(desk_count(desk, "!a", "words"), 1);
}

/* It was said, then much else: it is found some pages back. */
static void looking_goes_back_some_pages(void **state)
{
    struct desk *desk = *state;
    desk->no_filter = desk->forgets = true;
    desk_post(desk, 1, "!a", "words", plain);
    desk->fault = DESK_NO_REPLY;
    desk->fault_at = 1;
    desk_step(desk);
    assert_int_equal(desk_count(desk, "!a", "words"), 1);
    for (int i = 0; i < 70; i++)
        desk_write(desk, "!a", "{\"body\":\"chatter\"}");
    desk_crash(desk);
    desk_run(desk);
    assert_int_equal(desk->looks, 4);
    assert_int_equal(desk_count(desk, "!a", "words"), 1);
    assert_int_equal(desk_row(desk, 1)->said, 1);
    assert_string_equal(desk->said_last, "$e0");
}

/* A notice past the outbox is not looked for: its id is of this life alone. */
static void notices_of_two_lives_have_ids_of_their_own(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(desk_post(desk, 0, "!a", "not stored", plain), POST_TAKEN);
    desk_run(desk);
    desk_crash(desk);
    assert_int_equal(desk_post(desk, 0, "!a", "not stored", plain), POST_TAKEN);
    desk_run(desk);
    assert_int_equal(desk_count(desk, "!a", "not stored"), 2);
    assert_int_equal(desk->looks, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_room_keeps_its_order_and_urgent_ones_pass),
        TEST(what_has_begun_is_finished_before_an_urgent_one),
        TEST(rooms_take_turns),
        TEST(a_limit_pauses_the_whole_account_as_long_as_it_says),
        TEST(after_a_limit_one_feels_its_way),
        TEST(an_absent_server_is_asked_less_and_less_often),
        TEST(an_outage_counts_once),
        TEST(a_failure_after_a_success_is_the_first_again),
        TEST(trouble_in_one_room_does_not_stop_the_others),
        TEST(a_mark_says_it_alone),
        TEST(a_mark_that_cannot_be_is_said_in_words),
        TEST(words_in_place_of_a_mark_are_found_again),
        TEST(a_mark_that_is_there_is_enough),
        TEST(the_first_part_answers_and_mentions),
        TEST(the_tag_is_told_with_the_event),
        TEST(what_is_too_large_is_cut_smaller),
        TEST(a_full_queue_says_so_and_tells_when_there_is_place),
        TEST(what_is_no_message_is_refused),
        TEST(somebody_elses_event_with_our_mark_is_not_ours),
        TEST(looking_goes_back_some_pages),
        TEST(notices_of_two_lives_have_ids_of_their_own),
    };
    log_set_fd(-1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
