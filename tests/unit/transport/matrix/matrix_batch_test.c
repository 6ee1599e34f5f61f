/* One answer of the server, set aside: in what order it is looked at, and where it is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "transport/matrix/matrix_batch.h"
#include "util/log.h"

static int setup(void **state)
{
    static struct matrix_batch batch;
    matrix_batch_init(&batch);
    *state = &batch;
    return 0;
}

static int teardown(void **state)
{
    matrix_batch_finish(*state);
    return 0;
}

static void feed(struct matrix_batch *batch, const char *json)
{
    struct matrix_sync_calls calls = matrix_batch_calls(batch);
    struct matrix_sync *sync = matrix_sync_create(&calls);
    struct matrix_sync_facts facts;
    struct error error;
    assert_non_null(sync);
    assert_int_equal(matrix_sync_feed(sync, json, strlen(json), &error), 0);
    assert_int_equal(matrix_sync_end(sync, &facts, &error), 0);
    matrix_sync_destroy(sync);
    matrix_batch_sort(batch);
}

/* The values of "n" of all items, in order. */
static void assert_order(const struct matrix_batch *batch, const char *expected)
{
    char order[64] = "";
    for (size_t i = 0; i < batch->item_count; i++) {
        struct buf bytes;
        struct error error;
        buf_init(&bytes);
        assert_int_equal(matrix_batch_read(batch, i, &bytes, &error), 0);
        const char *n = strstr(buf_text(&bytes), "\"n\":");
        assert_non_null(n);
        size_t used = strlen(order);
        snprintf(order + used, sizeof order - used, "%c", n[4]);
        buf_finish(&bytes);
    }
    assert_string_equal(order, expected);
}

#define SAID(n, at) "{\"type\":\"m.room.message\",\"origin_server_ts\":" #at ",\"n\":" #n "}"
#define MEMBER(n) "{\"type\":\"m.room.member\",\"state_key\":\"@a:b\",\"n\":" #n "}"

static void rooms_are_told_in_the_order_in_which_things_happened(void **state)
{
    struct matrix_batch *batch = *state;
    feed(batch, "{\"rooms\":{\"join\":{"
                "\"!a:x\":{\"timeline\":{\"events\":[" SAID(3, 10) "," SAID(5, 30) "]},"
                "\"state\":{\"events\":[" MEMBER(1) "]}},"
                "\"!b:x\":{\"timeline\":{\"events\":[" SAID(4, 20) "," SAID(6, 40) "],"
                "\"limited\":true},\"state\":{\"events\":[" MEMBER(2) "]}}}},"
                "\"account_data\":{\"events\":[{\"type\":\"m.direct\",\"n\":0}]},"
                "\"next_batch\":\"s\"}");
    assert_order(batch, "0123456");
    assert_int_equal(batch->room_count, 2);
    assert_false(batch->rooms[0].limited);
    assert_true(batch->rooms[1].limited);
}

/* A timeline that is as long as it can be may be cut, whatever the server says. */
static void a_full_timeline_counts_as_limited(void **state)
{
    struct matrix_batch *batch = *state;
    struct buf answer;
    for (int length = MATRIX_TIMELINE_MAX - 1; length <= MATRIX_TIMELINE_MAX; length++) {
        buf_init(&answer);
        buf_puts(&answer, "{\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"limited\":false,\"events\":[");
        for (int i = 0; i < length; i++)
            buf_printf(&answer, "%s{\"type\":\"x\",\"n\":%d}", i ? "," : "", i);
        buf_puts(&answer, "]}}}},\"next_batch\":\"s\"}");
        feed(batch, buf_text(&answer));
        buf_finish(&answer);
        assert_int_equal(batch->rooms[0].limited, length == MATRIX_TIMELINE_MAX);
        matrix_batch_clear(batch);
    }
}

static void the_order_within_a_room_stays_whatever_the_clocks_say(void **state)
{
    struct matrix_batch *batch = *state;
    feed(batch, "{\"rooms\":{\"join\":{"
                "\"!a:x\":{\"timeline\":{\"events\":[" SAID(2, 500) "," SAID(3, 10) "," SAID(4, 20) "]}},"
                "\"!b:x\":{\"timeline\":{\"events\":[" SAID(1, 100) "]}}}},\"next_batch\":\"s\"}");
    assert_order(batch, "1234");
}

static void times_that_are_none_do_no_harm(void **state)
{
    struct matrix_batch *batch = *state;
    feed(batch, "{\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"events\":["
                "{\"type\":\"m.reaction\",\"n\":1},"
                "{\"type\":\"m.reaction\",\"origin_server_ts\":\"soon\",\"n\":2},"
                "{\"type\":\"m.reaction\",\"origin_server_ts\":-5,\"n\":3},"
                "{\"type\":\"m.reaction\",\"origin_server_ts\":99999999999999999999999999999,\"n\":4}"
                "]}}}},\"next_batch\":\"s\"}");
    assert_order(batch, "1234");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(batch->items[i].when, 0);
}

static void what_the_bot_does_not_act_on_is_not_kept(void **state)
{
    struct matrix_batch *batch = *state;
    feed(batch, "{\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"events\":["
                "{\"type\":\"m.call.invite\",\"n\":1}," SAID(2, 5) "]}}}},"
                "\"account_data\":{\"events\":[{\"type\":\"m.push_rules\",\"n\":3}]},"
                "\"to_device\":{\"events\":[{\"type\":\"m.room_key\",\"n\":4}]},"
                "\"next_batch\":\"s\"}");
    assert_order(batch, "2");
}

static void what_belongs_to_encryption_comes_first_if_it_is_wanted(void **state)
{
    struct matrix_batch *batch = *state;
    batch->crypto = true;
    feed(batch, "{\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"events\":[" SAID(2, 5) "]}}}},"
                "\"to_device\":{\"events\":[{\"type\":\"m.room_key\",\"n\":1}]},"
                "\"next_batch\":\"s\"}");
    assert_order(batch, "12");
    assert_int_equal(batch->items[0].room, MATRIX_BATCH_CRYPTO + MATRIX_TO_DEVICE);
}

static void of_the_first_answer_only_invitations_are_kept(void **state)
{
    struct matrix_batch *batch = *state;
    batch->first_ever = true;
    feed(batch, "{\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"events\":[" SAID(1, 5) "]},"
                "\"state\":{\"events\":[" MEMBER(2) "]}}},"
                "\"invite\":{\"!b:x\":{\"invite_state\":{\"events\":[" MEMBER(3) "]}}}},"
                "\"next_batch\":\"s\"}");
    assert_order(batch, "3");
    assert_int_equal(batch->rooms[batch->items[0].room].section, MATRIX_INVITE);
}

static void a_large_answer_does_not_stay_in_memory(void **state)
{
    struct matrix_batch *batch = *state;
    static char event[100 * 1024];
    memset(event, ' ', sizeof event);
    assert_int_equal(matrix_batch_begin_room(batch, MATRIX_JOIN, "!a:x"), 0);
    for (int i = 0; i < 100; i++) {
        snprintf(event, 64, "{\"type\":\"m.room.message\",\"n\":%d", i % 10);
        event[strlen(event)] = ' ';
        event[sizeof event - 1] = '}';
        struct matrix_raw raw = {MATRIX_JOIN, MATRIX_TIMELINE, "", "m.room.message", event,
                                 sizeof event};
        assert_int_equal(matrix_batch_add(batch, &raw), 0);
    }
    assert_true(batch->spool.file >= 0);
    assert_true(batch->spool.bytes.capacity <= 2 * MATRIX_SPOOL_MEMORY);
    for (size_t i = 0; i < 100; i++) {
        struct buf bytes;
        struct error error;
        buf_init(&bytes);
        assert_int_equal(matrix_batch_read(batch, i, &bytes, &error), 0);
        assert_int_equal(bytes.length, sizeof event);
        assert_int_equal(strstr(buf_text(&bytes), "\"n\":")[4], '0' + (int)(i % 10));
        buf_finish(&bytes);
    }
    matrix_batch_clear(batch);
    assert_int_equal(batch->spool.file, -1);
}

static void without_room_on_the_disk_it_says_so(void **state)
{
    struct matrix_batch *batch = *state;
    static char event[MATRIX_SPOOL_MEMORY];
    struct matrix_raw raw = {MATRIX_JOIN, MATRIX_STATE, "", "m.room.member", event, sizeof event};
    char *before = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;
    setenv("TMPDIR", "/nonexistent", 1);
    assert_int_equal(matrix_batch_begin_room(batch, MATRIX_JOIN, "!a:x"), 0);
    assert_int_equal(matrix_batch_add(batch, &raw), 0);
    assert_int_equal(matrix_batch_add(batch, &raw), -1);
    assert_non_null(strstr(batch->error.why, "/nonexistent"));
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
}

/* One line for each answer, however much of it makes no sense. */
static void what_is_left_out_is_in_the_log(void **state)
{
    struct matrix_batch *batch = *state;
    char log[1024];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    log_set_fd(ends[1]);
    for (int answer = 0; answer < 2; answer++) {
        matrix_batch_clear(batch);
        feed(batch, "{\"rooms\":{\"join\":{\"!a:x\":{\"timeline\":{\"events\":[7,{\"type\":8}]}}}},"
                    "\"next_batch\":\"s\"}");
        assert_int_equal(batch->dropped, 2);
    }
    log_set_fd(2);
    close(ends[1]);
    ssize_t length = read(ends[0], log, sizeof log - 1);
    close(ends[0]);
    assert_true(length > 0);
    log[length] = '\0';
    size_t lines = 0;
    for (const char *line = log; (line = strstr(line, " of !a:x was left out: an event that is no object")); line++)
        lines++;
    assert_int_equal(lines, 2);
    assert_null(strstr(log, "without a type"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rooms_are_told_in_the_order_in_which_things_happened, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_timeline_counts_as_limited, setup, teardown),
        cmocka_unit_test_setup_teardown(the_order_within_a_room_stays_whatever_the_clocks_say, setup, teardown),
        cmocka_unit_test_setup_teardown(times_that_are_none_do_no_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_bot_does_not_act_on_is_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(what_belongs_to_encryption_comes_first_if_it_is_wanted, setup, teardown),
        cmocka_unit_test_setup_teardown(of_the_first_answer_only_invitations_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_answer_does_not_stay_in_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_left_out_is_in_the_log, setup, teardown),
        cmocka_unit_test_setup_teardown(without_room_on_the_disk_it_says_so, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
