/* Values cut out of a JSON document that comes in chunks of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_slice.h"

/* Takes what is under "take" or an element of an entered array; enters "in" and rooms; skips the rest. */
struct owner {
    struct buf log; /* what was told, one line each */
    int stop_after; /* give up at this take; 0 = never */
    int takes;
    bool take_all;  /* the document itself */
    bool enter_elements; /* of arrays */
};

static void log_path(struct buf *log, const struct matrix_path *path)
{
    for (size_t i = 0; i < path->depth; i++)
        buf_printf(log, "/%s", path->key[i] ? path->key[i] : "[]");
}

static enum matrix_choice want(void *context, const struct matrix_path *path)
{
    struct owner *owner = context;
    if (path->depth == 0)
        return owner->take_all ? MATRIX_TAKE : MATRIX_ENTER;
    const char *key = path->key[path->depth - 1];
    if (!key)
        return owner->enter_elements ? MATRIX_ENTER : MATRIX_TAKE;
    if (strcmp(key, "take") == 0)
        return MATRIX_TAKE;
    return strncmp(key, "in", 2) == 0 ? MATRIX_ENTER : MATRIX_SKIP;
}

static int take(void *context, const struct matrix_path *path, const char *bytes, size_t length,
                const char *why)
{
    struct owner *owner = context;
    log_path(&owner->log, path);
    if (bytes)
        buf_printf(&owner->log, "=%.*s\n", (int)length, bytes);
    else
        buf_printf(&owner->log, " dropped: %s\n", why);
    return ++owner->takes == owner->stop_after ? -1 : 0;
}

static int leave(void *context, const struct matrix_path *path)
{
    struct owner *owner = context;
    log_path(&owner->log, path);
    buf_puts(&owner->log, " left\n");
    return 0;
}

static struct owner owner;
static struct error error;

/* Feeds the document in chunks of `size` bytes. */
static int read_in(const char *text, size_t length, size_t size)
{
    struct matrix_slice_calls calls = {&owner, want, take, leave};
    struct matrix_slice *slice = matrix_slice_create(&calls);
    int result = 0;
    assert_non_null(slice);
    buf_clear(&owner.log);
    owner.takes = 0;
    error_clear(&error);
    for (size_t at = 0; at < length && result == 0; at += size)
        result = matrix_slice_feed(slice, text + at, length - at < size ? length - at : size, &error);
    if (result == 0)
        result = matrix_slice_end(slice, &error);
    else
        assert_int_equal(matrix_slice_feed(slice, "{}", 2, NULL), -1);
    matrix_slice_destroy(slice);
    return result;
}

static void check_log(const char *text, const char *log)
{
    for (size_t size = 1; size <= strlen(text) + 1; size++) {
        assert_int_equal(read_in(text, strlen(text), size), 0);
        assert_string_equal(buf_text(&owner.log), log);
    }
}

/* It is refused, for that reason, however it is cut. */
static void check_wrong(const char *text, const char *why)
{
    for (size_t size = 1; size <= strlen(text) + 1; size++) {
        assert_int_equal(read_in(text, strlen(text), size), -1);
        assert_string_equal(error.why, why);
        assert_int_equal(error.code, ERR_INVALID);
    }
}

static int finish(void **state)
{
    (void)state;
    buf_finish(&owner.log);
    memset(&owner, 0, sizeof owner);
    return 0;
}

static void cuts_out_what_is_wanted(void **state)
{
    (void)state;
    check_log("{\"a\":[1,{\"take\":2}],\"in\":{\"take\":{\"x\":[true]},\"b\":3},\"take\":null}",
              "/in/take={\"x\":[true]}\n/in left\n/take=null\n left\n");
    check_log(" {\"in\" : [ {\"a\":1} , 2,\"x\\\"]\", -1.5e+3 ,[ ] ] } \n",
              "/in/[]={\"a\":1}\n/in/[]=2\n/in/[]=\"x\\\"]\"\n/in/[]=-1.5e+3\n/in/[]=[ ]\n/in left\n left\n");
    check_log("{\"in\":{\"in\":{\"take\":0}},\"in2\":{},\"in3\":[],\"in4\":7}",
              "/in/in/take=0\n/in/in left\n/in left\n/in2 left\n/in3 left\n left\n");
    check_log("{\"in\":{\"take\":1},\"in2\":[7]}", "/in/take=1\n/in left\n/in2/[]=7\n/in2 left\n left\n");
    check_log("[[1],2]", "/[]=[1]\n/[]=2\n left\n");
    check_log("{}", " left\n");
    check_log("12", "");
}

static void takes_the_document_itself(void **state)
{
    (void)state;
    owner.take_all = true;
    check_log("{\"a\":[1,2]} ", "={\"a\":[1,2]}\n");
    check_log("120", "=120\n");
    check_log("0.5E7", "=0.5E7\n");
    check_log("false", "=false\n");
}

static void decodes_keys(void **state)
{
    (void)state;
    check_log("{\"\\u0069n\":{\"t\\u0061ke\":1}}", "/in/take=1\n/in left\n left\n");
    check_log("{\"in\\/\\\"\\\\\\n\":{}}", "/in/\"\\\n left\n left\n");
    check_log("{\"in\\ud83d\\ude00\":{}}", "/in\xF0\x9F\x98\x80 left\n left\n");
    check_log("{\"in\\ud83d\\u0000\\udc00\xff\":{}}",
              "/in\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD left\n left\n");
}

/* 255 bytes are the longest id that Matrix allows. */
static void long_keys(void **state)
{
    (void)state;
    struct buf text, log;
    buf_init(&text);
    buf_init(&log);
    for (int length = 255; length <= 256; length++) {
        buf_clear(&text);
        buf_printf(&text, "{\"in%0*d\":{\"take\":1},\"take\":2}", length - 2, 0);
        buf_clear(&log);
        if (length == 255)
            buf_printf(&log, "/in%0*d/take=1\n/in%0*d left\n", length - 2, 0, length - 2, 0);
        buf_puts(&log, "/take=2\n left\n");
        check_log(buf_text(&text), buf_text(&log));
    }
    buf_clear(&text);
    buf_printf(&text, "{\"in\":[1,2],\"in2\":{\"x%05000d\":1},\"in3\":[3]}", 0);
    check_log(buf_text(&text), "/in/[]=1\n/in/[]=2\n/in left\n/in2 left\n/in3/[]=3\n/in3 left\n left\n");
    buf_clear(&text);
    buf_printf(&text, "{\"in%05000d\":[{\"take\":1}],\"in\":[3]}", 0);
    check_log(buf_text(&text), "/in/[]=3\n/in left\n left\n");
    owner.enter_elements = true;
    buf_clear(&text);
    buf_printf(&text, "[{\"x%05000d\":1},{\"take\":2}]", 0);
    check_log(buf_text(&text), "/[] left\n/[]/take=2\n/[] left\n left\n");
    buf_finish(&text);
    buf_finish(&log);
}

static void says_where_it_is_wrong(void **state)
{
    (void)state;
    check_wrong("", "the document is cut off at byte 0");
    check_wrong("{\"in\":{\"take\":[1,2", "the document is cut off at byte 18");
    check_wrong("<html>", "no value at byte 0");
    check_wrong("{\"a\":1,}", "no key at byte 7");
    check_wrong("{a:1}", "no key at byte 1");
    check_wrong("{\"a\" 1}", "no colon after a key at byte 5");
    check_wrong("[1 2]", "neither a comma nor ] at byte 3");
    check_wrong("[1,]", "no value at byte 3");
    check_wrong("{\"in\":{\"take\":[1}", "neither a comma nor ] at byte 16");
    check_wrong("{\"a\":1]", "neither a comma nor } at byte 6");
    check_wrong("{} {}", "more after the end at byte 3");
    check_wrong("{}\xEF\xBB\xBF", "more after the end at byte 2");
    check_wrong("[\"a\nb\"]", "a control character in a string at byte 3");
    check_wrong("[\"\x1f\"]", "a control character in a string at byte 2");
    check_log("[\"\x7f \"]", "/[]=\"\x7f \"\n left\n");
    check_wrong("[\"\\x\"]", "an unknown escape in a string at byte 3");
    check_wrong("[\"\\u12g4\"]", "no hexadecimal digit after \\u at byte 6");
    check_wrong("{\"a\":trux}", "neither true, false nor null at byte 8");
    check_wrong("[nul]", "neither true, false nor null at byte 4");
    for (size_t size = 1; size < 8; size++) {
        assert_int_equal(read_in("{\"a\0\":1}", 8, size), -1);
        assert_string_equal(error.why, "a control character in a string at byte 3");
        assert_int_equal(read_in("[\"\\\0\"]", 6, size), -1);
        assert_string_equal(error.why, "an unknown escape in a string at byte 3");
    }
}

static void numbers(void **state)
{
    (void)state;
    static const char *const good[] = {"0", "-0", "10", "1.0", "0.25", "1e5", "1E-5", "0e+1", "-1.25e10"};
    static const char *const bad[] = {"-", "01", "1.", ".5", "1e", "1e+", "+1", "--1", "1.e5", "0x1", "1a"};
    char text[32], log[64];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "[%s]", good[i]);
        snprintf(log, sizeof log, "/[]=%s\n left\n", good[i]);
        check_log(text, log);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "[%s]", bad[i]);
        assert_int_equal(read_in(text, strlen(text), 1), -1);
        assert_int_equal(read_in(text, strlen(text), 32), -1);
        assert_int_equal(read_in(bad[i], strlen(bad[i]), 1), -1);
    }
}

/* A document that is one wanted string of `length` bytes, then another. */
static void long_slice(struct buf *text, int length)
{
    buf_clear(text);
    buf_printf(text, "{\"in\":[\"%0*d\",7]}", length - 2, 0);
}

static void a_long_slice_is_dropped(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 4096, MATRIX_SLICE_MAX, 4 * MATRIX_SLICE_MAX};
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        long_slice(&text, MATRIX_SLICE_MAX);
        assert_int_equal(read_in(buf_text(&text), text.length, sizes[i]), 0);
        assert_int_equal(owner.takes, 2);
        assert_null(strstr(buf_text(&owner.log), "dropped"));
        assert_int_equal(owner.log.length, MATRIX_SLICE_MAX + strlen("/in/[]=\n/in/[]=7\n/in left\n left\n"));
        long_slice(&text, MATRIX_SLICE_MAX + 1);
        assert_int_equal(read_in(buf_text(&text), text.length, sizes[i]), 0);
        assert_string_equal(buf_text(&owner.log), "/in/[] dropped: longer than 262144 bytes\n"
                                                  "/in/[]=7\n/in left\n left\n");
    }
    buf_finish(&text);
}

/* `depth` brackets within each other as the wanted value, then another. */
static void nested(struct buf *text, size_t depth)
{
    buf_clear(text);
    buf_puts(text, "{\"take\":");
    for (size_t i = 0; i < depth; i++)
        buf_puts(text, i % 2 ? "[" : "{\"a\":");
    buf_puts(text, "1");
    for (size_t i = depth; i > 0; i--)
        buf_puts(text, (i - 1) % 2 ? "]" : "}");
    buf_puts(text, ",\"in\":[8]}");
}

static void a_deep_slice_is_dropped(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    nested(&text, MATRIX_SLICE_DEPTH);
    assert_int_equal(read_in(buf_text(&text), text.length, 7), 0);
    assert_null(strstr(buf_text(&owner.log), "dropped"));
    nested(&text, MATRIX_SLICE_DEPTH + 1);
    check_log(buf_text(&text), "/take dropped: nested deeper than 64\n/in/[]=8\n/in left\n left\n");
    nested(&text, MATRIX_SLICE_NEST - 1);
    assert_int_equal(read_in(buf_text(&text), text.length, 1000), 0);
    assert_string_equal(buf_text(&owner.log),
                        "/take dropped: nested deeper than 64\n/in/[]=8\n/in left\n left\n");
    nested(&text, MATRIX_SLICE_NEST);
    assert_int_equal(read_in(buf_text(&text), text.length, 1000), -1);
    assert_non_null(strstr(error.why, "nested too deep"));
    buf_finish(&text);
}

static void entered_too_deep(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    for (int i = 0; i < MATRIX_SLICE_LEVELS; i++)
        buf_puts(&text, "{\"in\":");
    assert_int_equal(read_in(buf_text(&text), text.length, 3), -1);
    assert_string_equal(error.why, "the document is cut off at byte 48");
    buf_puts(&text, "{\"in\":");
    assert_int_equal(read_in(buf_text(&text), text.length, 3), -1);
    assert_int_equal(error.code, ERR_INTERNAL);
    buf_finish(&text);
}

static void the_owner_may_stop_it(void **state)
{
    (void)state;
    owner.stop_after = 2;
    assert_int_equal(read_in("[1,2,3]", 7, 1), -1);
    assert_int_equal(error.code, ERR_BUSY);
    assert_string_equal(buf_text(&owner.log), "/[]=1\n/[]=2\n");
}

static void valid_or_not(void **state)
{
    (void)state;
    assert_true(matrix_slice_valid("{\"a\":[1,\"\xff\\ud800\"]}", 19));
    assert_true(matrix_slice_valid(" 5 ", 3));
    assert_false(matrix_slice_valid("{\"a\":[1}", 9));
    assert_false(matrix_slice_valid("", 0));
}

static void one_member_of_a_slice(void **state)
{
    (void)state;
    static const struct { const char *text, *value; } cases[] = {
        {"{\"type\":\"a\"}", "\"a\""},
        {" { \"x\" : { \"type\" : 1 } , \"type\" : [ \"]\", {} ] , \"y\":2}", "[ \"]\", {} ]"},
        {"{\"a\":\"\\\"type\\\":\",\"ty\\u0070e\":-1.5}", "-1.5"},
        {"{\"type\":1,\"type\":true}", "true"},
        {"{\"type\":null }", "null"},
        {"{\"Type\":1}", NULL},
        {"{\"type2\":1,\"typ\":2}", NULL},
        {"{}", NULL},
        {"[\"type\",1]", NULL},
        {"\"type\"", NULL},
        {"", NULL},
        {"{\"type", NULL},
        {"{\"type\"", NULL},
        {"{\"a\\", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *value = NULL;
        size_t length = 0;
        bool found = matrix_slice_member(cases[i].text, strlen(cases[i].text), "type", &value, &length);
        assert_int_equal(found, cases[i].value != NULL);
        if (found) {
            assert_int_equal(length, strlen(cases[i].value));
            assert_memory_equal(value, cases[i].value, length);
        }
    }
}

static void strings(void **state)
{
    (void)state;
    static const struct { const char *text, *plain; } cases[] = {
        {"\"\"", ""},
        {"\"m.room\"", "m.room"},
        {"\"\\b\\f\\n\\r\\t\\/\\\"\\\\\"", "\b\f\n\r\t/\"\\"},
        {"\"\\u00e9\\u20AC\\uD83D\\uDE00\"", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"\"\\u0000\"", "\xEF\xBF\xBD"},
        {"\"\\ud800x\\udfff\"", "\xEF\xBF\xBDx\xEF\xBF\xBD"},
        {"\"\\ud800\\ud800\\udc00\"", "\xEF\xBF\xBD\xF0\x90\x80\x80"},
        {"\"\xC0\x80\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\"12345678901234567890123\"", "12345678901234567890123"},
        {"\"123456789012345678901234\"", NULL},
        {"12", NULL},
        {"\"", NULL},
        {"", NULL},
    };
    char plain[24];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is = matrix_slice_string(cases[i].text, strlen(cases[i].text), plain, sizeof plain);
        assert_int_equal(is, cases[i].plain != NULL);
        if (is)
            assert_string_equal(plain, cases[i].plain);
    }
    assert_true(matrix_slice_unescape("a\0b", 3, plain, sizeof plain));
    assert_string_equal(plain, "a\xEF\xBF\xBD" "b");
    assert_false(matrix_slice_unescape("", 0, plain, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cuts_out_what_is_wanted, finish),
        cmocka_unit_test_teardown(takes_the_document_itself, finish),
        cmocka_unit_test_teardown(decodes_keys, finish),
        cmocka_unit_test_teardown(long_keys, finish),
        cmocka_unit_test_teardown(says_where_it_is_wrong, finish),
        cmocka_unit_test_teardown(numbers, finish),
        cmocka_unit_test_teardown(a_long_slice_is_dropped, finish),
        cmocka_unit_test_teardown(a_deep_slice_is_dropped, finish),
        cmocka_unit_test_teardown(entered_too_deep, finish),
        cmocka_unit_test_teardown(the_owner_may_stop_it, finish),
        cmocka_unit_test(valid_or_not),
        cmocka_unit_test(one_member_of_a_slice),
        cmocka_unit_test(strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
