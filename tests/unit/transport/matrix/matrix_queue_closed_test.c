/* Rooms where we may not speak, rooms that are gone, and times without a login. */
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

/* ---- closed rooms ---- */

static void a_closed_room_gives_its_messages_back_and_is_tried_again(void **state)
{
    struct desk *desk = *state;
    desk->shut = "!a";
    desk_post(desk, 1, "!a", "one", plain);
    desk_post(desk, 2, "!a", "two", plain);
    desk_post(desk, 3, "!b", "elsewhere", plain);
    int64_t start = desk->now;
    while (desk->requests < 2)
        desk_step(desk);
    assert_int_equal(desk_row(desk, 1)->lost, 1);
    assert_int_equal(desk_row(desk, 2)->lost, 1);
    assert_int_equal(desk_row(desk, 3)->sent, 1);
    assert_int_equal(desk_post(desk, 4, "!a", "three", plain), POST_BUSY);
    while (desk->requests < 3)
        desk_step(desk);
    assert_true(desk->now >= start + MATRIX_ROOM_CLOSED_FIRST);
    assert_true(desk->readies > 0);
    /* The next time is later. */
    start = desk->now;
    while (desk->requests < 4)
        desk_step(desk);
    assert_true(desk->now >= start + 2 * MATRIX_ROOM_CLOSED_FIRST);
    desk->shut = NULL;
    desk_run(desk);
    desk_assert_order(desk, (const char *[]){"elsewhere", "one", "two", "three"}, 4);
    assert_null(desk->queue.rooms);
}

static void a_change_of_rights_opens_a_closed_room(void **state)
{
    struct desk *desk = *state;
    desk->shut = "!a";
    desk_post(desk, 1, "!a", "one", plain);
    desk_step(desk);
    assert_int_equal(desk_row(desk, 1)->lost, 1);
    desk->shut = NULL;
    unsigned readies = desk->readies;
    int64_t start = desk->now;
    matrix_queue_room_changed(&desk->queue, "!b");
    assert_int_equal(desk->readies, readies);
    matrix_queue_room_changed(&desk->queue, "!a");
    assert_int_equal(desk->readies, readies + 1);
    desk_run(desk);
    assert_int_equal(desk_row(desk, 1)->sent, 1);
    assert_in_range(desk->now - start, 0, 1000);
}

static void a_room_that_is_gone_gives_back_what_waits_and_what_is_under_way(void **state)
{
    struct desk *desk = *state;
    int64_t at;
    desk->forgets = true;
    desk_post_long(desk, 1, "!a", plain);
    desk_post(desk, 2, "!a", "two", plain);
    desk_step(desk);
    assert_int_equal(desk_row(desk, 1)->said, 1);
    struct matrix_item *item = matrix_queue_next(&desk->queue, desk->now, &at);
    desk->flying[desk->flying_count++] = item;
    desk->fault = DESK_CUT;
    desk->fault_at = desk->requests + 1;
    matrix_queue_drop(&desk->queue, "!a");
    assert_int_equal(desk_row(desk, 1)->lost, 0);
    assert_int_equal(desk_row(desk, 2)->lost, 1);
    desk_run(desk);
    /* It came back, and what had been said was found. */
    assert_int_equal(desk_row(desk, 1)->lost, 1);
    assert_int_equal(desk_row(desk, 1)->sent, 1);
    assert_int_equal(desk_count(desk, "!a", "w10000 "), 1);
    assert_true(desk->looks > 0);
}

/* ---- logins ---- */

static void without_a_login_everything_waits(void **state)
{
    struct desk *desk = *state;
    char room[8];
    desk->no_login = true;
    desk->fault = DESK_NO_TOKEN;
    desk->fault_at = 1;
    desk->fault_times = 4;
    for (int i = 0; i < 6; i++) {
        snprintf(room, sizeof room, "!r%d", i);
        desk_post(desk, 1 + i, room, "words", plain);
    }
    desk_run(desk);
    assert_int_equal(desk->tokens, 1);
    assert_int_equal(desk->requests, 4);
    assert_int_equal(matrix_queue_stuck(&desk->queue, desk->now), INT64_MAX);
    matrix_queue_release(&desk->queue);
    desk_run(desk);
    assert_int_equal(desk->event_count, 6);
    assert_int_equal(desk->tokens, 1);
}

/* Two were under way with the old token; the answer to the second comes after the new login. */
static void a_late_word_about_the_old_token_changes_nothing(void **state)
{
    struct desk *desk = *state;
    desk->fault = DESK_NO_TOKEN;
    desk->fault_at = 1;
    desk->fault_times = 2;
    desk_post(desk, 1, "!a", "one", plain);
    desk_post(desk, 2, "!b", "two", plain);
    desk_run(desk);
    assert_int_equal(desk->tokens, 1);
    assert_int_equal(desk->event_count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_closed_room_gives_its_messages_back_and_is_tried_again),
        TEST(a_change_of_rights_opens_a_closed_room),
        TEST(a_room_that_is_gone_gives_back_what_waits_and_what_is_under_way),
        TEST(without_a_login_everything_waits),
        TEST(a_late_word_about_the_old_token_changes_nothing),
    };
    log_set_fd(-1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
