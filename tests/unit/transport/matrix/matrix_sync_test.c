/* An answer to a sync, told as it comes in, in whatever order its members are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_sync.h"
#include "util/buf.h"

static struct buf told; /* one line for each call */
static struct matrix_sync_facts facts;
static struct error error;
static const char *stop_at; /* the call that gives up, NULL = none */

static int result_of(const char *call)
{
    return stop_at && strcmp(stop_at, call) == 0 ? -1 : 0;
}

static const char *const sections[] = {"join", "invite", "knock", "leave"};

static bool wants_room(void *context, enum matrix_section section, const char *room)
{
    (void)context;
    (void)section;
    return strstr(room, "skip") == NULL;
}

static bool wants_event(void *context, const struct matrix_raw *raw)
{
    (void)context;
    return strcmp(raw->type, "m.unwanted") != 0;
}

static int on_room(void *context, enum matrix_section section, const char *room)
{
    (void)context;
    buf_printf(&told, "%s %s\n", sections[section], room);
    return result_of("room");
}

static int on_event(void *context, const struct matrix_raw *raw)
{
    (void)context;
    buf_printf(&told, " %s %s %s %.*s\n", raw->room, raw->part == MATRIX_STATE ? "state" : "timeline",
               raw->type, (int)raw->length, raw->bytes);
    return result_of("event");
}

static int on_room_end(void *context, enum matrix_section section, const char *room, bool limited,
                       const char *prev_batch)
{
    (void)context;
    buf_printf(&told, "%s %s over%s '%s'\n", sections[section], room, limited ? " limited" : "",
               prev_batch);
    return result_of("room_end");
}

static int on_account_data(void *context, const char *type, const char *bytes, size_t length)
{
    (void)context;
    buf_printf(&told, "account %s %.*s\n", type, (int)length, bytes);
    return result_of("account_data");
}

static int on_crypto(void *context, enum matrix_crypto what, const char *bytes, size_t length)
{
    static const char *const names[] = {"to_device", "changed", "left", "counts", "fallback"};
    (void)context;
    buf_printf(&told, "%s %.*s\n", names[what], (int)length, bytes);
    return result_of("crypto");
}

static void on_dropped(void *context, const char *room, const char *why)
{
    (void)context;
    buf_printf(&told, "dropped '%s': %s\n", room, why);
}

static const struct matrix_sync_calls all_calls = {
    NULL, wants_room, wants_event, on_room, on_event, on_room_end, on_account_data, on_crypto, on_dropped};

static int read_with(const struct matrix_sync_calls *calls, const char *text, size_t size)
{
    struct matrix_sync *sync = matrix_sync_create(calls);
    size_t length = strlen(text);
    int result = 0;
    assert_non_null(sync);
    buf_clear(&told);
    memset(&facts, 0, sizeof facts);
    error_clear(&error);
    for (size_t at = 0; at < length && result == 0; at += size)
        result = matrix_sync_feed(sync, text + at, length - at < size ? length - at : size, &error);
    if (result == 0)
        result = matrix_sync_end(sync, &facts, &error);
    matrix_sync_destroy(sync);
    return result;
}

static void check_told(const char *text, const char *expected)
{
    static const size_t sizes[] = {1, 2, 7, 64, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(read_with(&all_calls, text, sizes[i]), 0);
        assert_string_equal(buf_text(&told), expected);
    }
}

static void check_wrong(const char *text, const char *why)
{
    assert_int_equal(read_with(&all_calls, text, 3), -1);
    assert_string_equal(error.why, why);
    assert_int_equal(read_with(&all_calls, text, 100000), -1);
    assert_string_equal(error.why, why);
}

static int finish(void **state)
{
    (void)state;
    buf_finish(&told);
    stop_at = NULL;
    return 0;
}

/* Members as Synapse orders them: next_batch first, the timeline before the state. */
static void a_joined_room(void **state)
{
    (void)state;
    check_told("{\"next_batch\":\"s72_1\",\"presence\":{\"events\":[{\"type\":\"m.presence\"}]},"
               "\"rooms\":{\"join\":{\"!a:x.org\":{\"timeline\":{\"events\":["
               "{\"type\":\"m.room.message\",\"n\":1},{\"n\":2,\"type\":\"m.reaction\"}],"
               "\"prev_batch\":\"p1\",\"limited\":true},"
               "\"state\":{\"events\":[{\"type\":\"m.room.member\",\"state_key\":\"@b:x\"}]},"
               "\"account_data\":{\"events\":[{\"type\":\"m.fully_read\"}]},"
               "\"ephemeral\":{\"events\":[{\"type\":\"m.typing\"}]},"
               "\"unread_notifications\":{\"notification_count\":1},\"summary\":{}}}}}",
               "join !a:x.org\n"
               " !a:x.org timeline m.room.message {\"type\":\"m.room.message\",\"n\":1}\n"
               " !a:x.org timeline m.reaction {\"n\":2,\"type\":\"m.reaction\"}\n"
               " !a:x.org state m.room.member {\"type\":\"m.room.member\",\"state_key\":\"@b:x\"}\n"
               "join !a:x.org over limited 'p1'\n");
    assert_string_equal(facts.next_batch, "s72_1");
    assert_int_equal(facts.rooms, 1);
    assert_int_equal(facts.events, 3);
    assert_int_equal(facts.dropped, 0);
}

static void any_order(void **state)
{
    (void)state;
    check_told("{\"rooms\":{\"leave\":{\"!l\":{\"state\":{\"events\":[]}}},"
               "\"join\":{\"!a\":{\"timeline\":{\"limited\":true,\"prev_batch\":\"p\"}},\"!b\":{"
               "\"timeline\":{\"prev_batch\":\"q\",\"events\":[{\"type\":\"t\"}],\"limited\":false}},\"!c\":{}}},"
               "\"next_batch\":\"s2\"}",
               "leave !l\nleave !l over ''\n"
               "join !a\njoin !a over limited 'p'\n"
               "join !b\n !b timeline t {\"type\":\"t\"}\njoin !b over 'q'\n"
               "join !c\njoin !c over ''\n");
    assert_int_equal(facts.rooms, 4);
}

static void invitations_and_knocks(void **state)
{
    (void)state;
    check_told("{\"next_batch\":\"s\",\"rooms\":{"
               "\"invite\":{\"!i\":{\"invite_state\":{\"events\":[{\"type\":\"m.room.member\"}]},"
               "\"state\":{\"events\":[{\"type\":\"x\"}]}}},"
               "\"knock\":{\"!k\":{\"knock_state\":{\"events\":[{\"type\":\"m.room.name\"}]},"
               "\"invite_state\":{\"events\":[{\"type\":\"x\"}]}}}}}",
               "invite !i\n !i state m.room.member {\"type\":\"m.room.member\"}\ninvite !i over ''\n"
               "knock !k\n !k state m.room.name {\"type\":\"m.room.name\"}\nknock !k over ''\n");
}

static void what_is_not_wanted_is_skipped(void **state)
{
    (void)state;
    check_told("{\"next_batch\":\"s\",\"rooms\":{\"join\":{"
               "\"!skip\":{\"timeline\":{\"events\":[{\"type\":\"a\"}]}},"
               "\"!b\":{\"timeline\":{\"events\":[{\"type\":\"m.unwanted\"},{\"type\":\"a\"}]}}}}}",
               "join !b\n !b timeline a {\"type\":\"a\"}\njoin !b over ''\n");
    assert_int_equal(facts.skipped_rooms, 1);
    assert_int_equal(facts.skipped_events, 1);
    assert_int_equal(facts.events, 1);
}

static void the_account_and_encryption(void **state)
{
    (void)state;
    check_told("{\"account_data\":{\"events\":[{\"type\":\"m.direct\",\"content\":{}},{\"content\":{}},7]},"
               "\"to_device\":{\"events\":[{\"type\":\"m.room_key\"}]},"
               "\"device_lists\":{\"changed\":[\"@a:x\",1],\"left\":[\"@b:x\"],\"other\":[\"@c:x\"]},"
               "\"device_one_time_keys_count\":{\"signed_curve25519\":50},"
               "\"device_unused_fallback_key_types\":[],\"groups\":{\"join\":{}},\"next_batch\":\"s\"}",
               "account m.direct {\"type\":\"m.direct\",\"content\":{}}\n"
               "dropped '': account data without a type\n"
               "dropped '': an event that is no object\n"
               "to_device {\"type\":\"m.room_key\"}\n"
               "changed \"@a:x\"\ndropped '': a user id that is no string\nleft \"@b:x\"\n"
               "counts {\"signed_curve25519\":50}\nfallback []\n");
    assert_int_equal(facts.to_device, 1);
    assert_int_equal(facts.device_changes, 2);
    assert_true(facts.key_counts);
    assert_int_equal(facts.dropped, 3);
}

static void only_event_must_be_there(void **state)
{
    (void)state;
    const struct matrix_sync_calls calls = {.event = on_event};
    assert_int_equal(read_with(&calls,
                               "{\"next_batch\":\"s\",\"rooms\":{\"join\":{\"!a\":{\"timeline\":{\"events\":"
                               "[{\"type\":\"t\"},3]}}}},\"to_device\":{\"events\":[{}]},"
                               "\"account_data\":{\"events\":[{\"type\":\"m.direct\"}]}}", 5), 0);
    assert_string_equal(buf_text(&told), " !a timeline t {\"type\":\"t\"}\n");
    assert_int_equal(facts.to_device, 1);
    assert_int_equal(facts.dropped, 1);
}

static void wrong_types_everywhere(void **state)
{
    (void)state;
    check_told("{\"next_batch\":\"s\",\"rooms\":[1],\"account_data\":true,\"to_device\":{\"events\":\"x\"},"
               "\"device_lists\":{\"changed\":{\"a\":1}},\"device_lists\":null}", "");
    check_told("{\"next_batch\":\"s\",\"rooms\":{\"join\":[{\"!a\":1}],\"invite\":7}}", "");
    check_told("{\"next_batch\":\"s\",\"rooms\":{\"join\":{\"!a\":[],\"\":{},\"#x:y\":{},\"!\":{},\"!a\\n\":{},"
               "\"!b\":{\"timeline\":[],\"state\":\"x\"},"
               "\"!c\":{\"timeline\":{\"events\":{\"a\":{\"type\":\"t\"}},\"limited\":\"true\",\"prev_batch\":4}},"
               "\"!d\":{\"timeline\":{\"events\":[null,[],\"x\",{},{\"type\":3},{\"type\":\"\"}]}}}}}",
               "dropped '': a room that is no object\n"
               "dropped '': no id of a room\ndropped '': no id of a room\ndropped '': no id of a room\n"
               "dropped '': no id of a room\n"
               "join !b\njoin !b over ''\n"
               "join !c\ndropped '!c': a prev_batch that is no token\njoin !c over ''\n"
               "join !d\ndropped '!d': an event that is no object\ndropped '!d': an event that is no object\n"
               "dropped '!d': an event that is no object\ndropped '!d': an event without a type\n"
               "dropped '!d': an event without a type\ndropped '!d': an event without a type\n"
               "join !d over ''\n");
    assert_int_equal(facts.dropped, 12);
}

static void a_huge_event_costs_no_other(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    buf_printf(&text, "{\"next_batch\":\"s\",\"rooms\":{\"join\":{\"!a\":{\"timeline\":{\"events\":["
                      "{\"type\":\"a\",\"x\":\"%0300000d\"},{\"type\":\"b\",\"x\":", 0);
    for (int i = 0; i < 100; i++)
        buf_puts(&text, "[");
    for (int i = 0; i < 100; i++)
        buf_puts(&text, "]");
    buf_puts(&text, "},{\"type\":\"c\"}]}}}}}");
    check_told(buf_text(&text), "join !a\ndropped '!a': longer than 262144 bytes\n"
                                "dropped '!a': nested deeper than 64\n !a timeline c {\"type\":\"c\"}\n"
                                "join !a over ''\n");
    buf_finish(&text);
}

static void the_type_is_found_without_parsing(void **state)
{
    (void)state;
    char type[MATRIX_TYPE_MAX], text[400];
    const char *nested = "{\"content\":{\"type\":\"inner\"},\"\\u0074ype\":\"m\\u002eouter\"}";
    assert_true(matrix_raw_type(nested, strlen(nested), type));
    assert_string_equal(type, "m.outer");
    snprintf(text, sizeof text, "{\"type\":\"%0255d\"}", 0);
    assert_true(matrix_raw_type(text, strlen(text), type));
    snprintf(text, sizeof text, "{\"type\":\"%0256d\"}", 0);
    assert_false(matrix_raw_type(text, strlen(text), type));
}

static void not_a_whole_answer(void **state)
{
    (void)state;
    check_wrong("<!DOCTYPE html>", "sync: no value at byte 0");
    check_wrong("", "sync: the document is cut off at byte 0");
    check_wrong("{\"next_batch\":\"s\",\"rooms\":{", "sync: the document is cut off at byte 27");
    check_wrong("{\"rooms\":{}}", "sync: an answer without next_batch");
    check_wrong("[{\"next_batch\":\"s\"}]", "sync: an answer without next_batch");
    check_wrong("{\"errcode\":\"M_UNKNOWN\"}", "sync: an answer without next_batch");
    check_wrong("{\"next_batch\":\"\"}", "sync: an answer without next_batch");
    check_wrong("{\"next_batch\":5}", "sync: next_batch is no string of at most 1023 bytes");
    assert_int_equal(read_with(&all_calls, "{", 1), -1);
}

static void a_token_that_is_too_long(void **state)
{
    (void)state;
    char text[1200];
    snprintf(text, sizeof text, "{\"next_batch\":\"%01023d\"}", 0);
    check_told(text, "");
    assert_int_equal(strlen(facts.next_batch), 1023);
    snprintf(text, sizeof text, "{\"next_batch\":\"%01024d\"}", 0);
    check_wrong(text, "sync: next_batch is no string of at most 1023 bytes");
}

static void each_call_may_give_up(void **state)
{
    (void)state;
    static const char *const calls[] = {"room", "event", "room_end", "account_data", "crypto"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        stop_at = calls[i];
        assert_int_equal(read_with(&all_calls,
                                   "{\"next_batch\":\"s\",\"rooms\":{\"join\":{\"!a\":{\"timeline\":{\"events\":"
                                   "[{\"type\":\"t\"}]}}}},\"account_data\":{\"events\":[{\"type\":\"d\"}]},"
                                   "\"to_device\":{\"events\":[{}]}}", 9), -1);
        assert_int_equal(error.code, ERR_BUSY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_joined_room, finish),
        cmocka_unit_test_teardown(any_order, finish),
        cmocka_unit_test_teardown(invitations_and_knocks, finish),
        cmocka_unit_test_teardown(what_is_not_wanted_is_skipped, finish),
        cmocka_unit_test_teardown(the_account_and_encryption, finish),
        cmocka_unit_test_teardown(only_event_must_be_there, finish),
        cmocka_unit_test_teardown(wrong_types_everywhere, finish),
        cmocka_unit_test_teardown(a_huge_event_costs_no_other, finish),
        cmocka_unit_test_teardown(the_type_is_found_without_parsing, finish),
        cmocka_unit_test_teardown(not_a_whole_answer, finish),
        cmocka_unit_test_teardown(a_token_that_is_too_long, finish),
        cmocka_unit_test_teardown(each_call_may_give_up, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
