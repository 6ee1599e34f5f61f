/* Lists of events: /messages, /relations, /members, /state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_list.h"
#include "util/buf.h"

static struct buf told; /* one line for each call */
static struct matrix_list_facts facts;
static struct error error;
static bool gives_up;

static bool wants_event(void *context, const struct matrix_raw *raw)
{
    (void)context;
    return strcmp(raw->type, "m.unwanted") != 0;
}

static int on_event(void *context, const struct matrix_raw *raw)
{
    (void)context;
    assert_string_equal(raw->room, "");
    assert_int_equal(raw->section, MATRIX_JOIN);
    buf_printf(&told, "%s %s %.*s\n", raw->part == MATRIX_STATE ? "state" : "list", raw->type,
               (int)raw->length, raw->bytes);
    return gives_up ? -1 : 0;
}

static void on_dropped(void *context, const char *room, const char *why)
{
    (void)context;
    assert_string_equal(room, "");
    buf_printf(&told, "dropped: %s\n", why);
}

static int read_in(const char *text, size_t size)
{
    const struct matrix_list_calls calls = {NULL, wants_event, on_event, on_dropped};
    struct matrix_list *list = matrix_list_create(&calls);
    size_t length = strlen(text);
    int result = 0;
    assert_non_null(list);
    buf_clear(&told);
    memset(&facts, 0, sizeof facts);
    error_clear(&error);
    for (size_t at = 0; at < length && result == 0; at += size)
        result = matrix_list_feed(list, text + at, length - at < size ? length - at : size, &error);
    if (result == 0)
        result = matrix_list_end(list, &facts, &error);
    matrix_list_destroy(list);
    return result;
}

static void check_told(const char *text, const char *expected, const char *start, const char *end)
{
    for (size_t size = 1; size <= strlen(text); size++) {
        assert_int_equal(read_in(text, size), 0);
        assert_string_equal(buf_text(&told), expected);
        assert_string_equal(facts.start, start);
        assert_string_equal(facts.end, end);
    }
}

static void check_wrong(const char *text, const char *why)
{
    for (size_t size = 1; size <= strlen(text) + 1; size++) {
        assert_int_equal(read_in(text, size), -1);
        assert_string_equal(error.why, why);
    }
}

static int finish(void **state)
{
    (void)state;
    buf_finish(&told);
    gives_up = false;
    return 0;
}

static void messages(void **state)
{
    (void)state;
    check_told("{\"chunk\":[{\"type\":\"a\"},{\"type\":\"m.unwanted\"},{\"type\":\"b\",\"x\":[]}],"
               "\"start\":\"t1\",\"end\":\"t2\",\"state\":[{\"type\":\"m.room.member\"}]}",
               "list a {\"type\":\"a\"}\nlist b {\"type\":\"b\",\"x\":[]}\n"
               "state m.room.member {\"type\":\"m.room.member\"}\n",
               "t1", "t2");
    assert_int_equal(facts.events, 3);
    assert_int_equal(facts.skipped, 1);
    check_told("{\"start\":\"t1\",\"chunk\":[]}", "", "t1", "");
    check_told("{\"start\":\"t1\",\"end\":null,\"chunk\":[]}", "", "t1", "");
}

static void relations(void **state)
{
    (void)state;
    check_told("{\"next_batch\":\"n\",\"chunk\":[{\"type\":\"m.reaction\"}],\"prev_batch\":\"p\","
               "\"recursion_depth\":1}",
               "list m.reaction {\"type\":\"m.reaction\"}\n", "", "n");
}

static void state_of_a_room(void **state)
{
    (void)state;
    check_told(" [ {\"type\":\"a\"} , {\"type\":\"b\"} ] ", "list a {\"type\":\"a\"}\nlist b {\"type\":\"b\"}\n",
               "", "");
    check_told("[]", "", "", "");
}

static void what_is_no_event_is_dropped(void **state)
{
    (void)state;
    check_told("[1,{\"type\":2},null,{\"type\":\"a\"},[{\"type\":\"b\"}]]",
               "dropped: an event that is no object\ndropped: an event without a type\n"
               "dropped: an event that is no object\nlist a {\"type\":\"a\"}\n"
               "dropped: an event that is no object\n",
               "", "");
    assert_int_equal(facts.dropped, 4);
    check_told("{\"chunk\":[\"x\"],\"state\":{\"a\":{\"type\":\"b\"}}}",
               "dropped: an event that is no object\n", "", "");
}

static void no_list(void **state)
{
    (void)state;
    check_wrong("{}", "list of events: an answer without a list");
    check_wrong("{\"errcode\":\"M_FORBIDDEN\"}", "list of events: an answer without a list");
    check_wrong("{\"chunk\":{}}", "list of events: an answer without a list");
    check_wrong("{\"state\":[]}", "list of events: an answer without a list");
    check_wrong("7", "list of events: an answer without a list");
    check_wrong("<html>", "list of events: no value at byte 0");
    check_wrong("{\"chunk\":[", "list of events: the document is cut off at byte 10");
    check_wrong("{\"chunk\":[],\"end\":7}", "list of events: end is no string of at most 1023 bytes");
}

static void the_owner_may_stop_it(void **state)
{
    (void)state;
    gives_up = true;
    assert_int_equal(read_in("[{\"type\":\"a\"},{\"type\":\"b\"}]", 4), -1);
    assert_int_equal(error.code, ERR_BUSY);
    assert_string_equal(buf_text(&told), "list a {\"type\":\"a\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(messages, finish),
        cmocka_unit_test_teardown(relations, finish),
        cmocka_unit_test_teardown(state_of_a_room, finish),
        cmocka_unit_test_teardown(what_is_no_event_is_dropped, finish),
        cmocka_unit_test_teardown(no_list, finish),
        cmocka_unit_test_teardown(the_owner_may_stop_it, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
