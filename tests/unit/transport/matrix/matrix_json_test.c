/* JSON of a server: what is bounded, what is mended, what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_answer.h"
#include "transport/matrix/matrix_json.h"

static json_t *parse(const char *text, const char **why)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    json_t *whole = matrix_json_parse(copy, strlen(copy), why);
    free(copy);
    return whole;
}

/* The member "a" of an object that holds this text as a value. */
static void check_string(const char *escaped, const char *expected)
{
    struct buf text;
    const char *why = "";
    buf_init(&text);
    buf_printf(&text, "{\"b\":\"x\",\"a\":\"%s\"}", escaped);
    json_t *whole = parse(buf_text(&text), &why);
    if (!whole)
        fail_msg("%s: %s", buf_text(&text), why);
    assert_string_equal(matrix_json_string(whole, "a"), expected);
    json_decref(whole);
    buf_finish(&text);
}

static void test_strings(void **state)
{
    (void)state;
    check_string("plain \\\"q\\\" \\\\", "plain \"q\" \\");
    check_string("\\u00e4\\ud83d\\ude00", "\xC3\xA4\xF0\x9F\x98\x80");
    check_string("\\ud83d", "\xEF\xBF\xBD");
    check_string("\\ude00 \\ud83dx", "\xEF\xBF\xBD \xEF\xBF\xBDx");
    check_string("\\ud83d\\ud83d\\ude00", "\xEF\xBF\xBD\xF0\x9F\x98\x80");
    check_string("a\\u0000b", "a\xEF\xBF\xBD"
                              "b");
    check_string("\\\\u0000", "\\u0000");
    check_string("\xC3\xA4 \xEF\xBF\xBD", "\xC3\xA4 \xEF\xBF\xBD");
    check_string("a\xC3 \xFF\xC0\x80\xED\xA0\x80\xE2\x82", "a? ????????");
}

static long long number(const char *text)
{
    struct buf whole;
    const char *why = "";
    buf_init(&whole);
    buf_printf(&whole, "{\"a\":%s}", text);
    json_t *object = parse(buf_text(&whole), &why);
    if (!object)
        fail_msg("%s: %s", text, why);
    long long value = matrix_json_number(object, "a", -7);
    json_decref(object);
    buf_finish(&whole);
    return value;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_true(number("12") == 12);
    assert_true(number("-999999999999999999") == -999999999999999999);
    assert_true(number("99999999999999999999999") == 0);
    assert_true(number("-99999999999999999999999") == 0);
    assert_true(number("1e999") == 0);
    assert_true(number("1.5") == -7);
    assert_true(number("1e5") == -7);
    assert_true(number("\"9\"") == -7);
}

static void test_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "[]",
                                        "\"a\"",
                                        "{",
                                        "{\"a\":\"\\u12",
                                        "{\"a\":\"\\",
                                        "{\"a\":1}x",
                                        "<html>",
                                        "{\"a\":--1}",
                                        "{\"a\":\"\x01\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *why = NULL;
        assert_null(parse(texts[i], &why));
        assert_non_null(why);
    }
}

static json_t *nested(int depth, const char **why)
{
    struct buf text;
    buf_init(&text);
    buf_puts(&text, "{\"a\":");
    for (int i = 1; i < depth; i++)
        buf_putc(&text, '[');
    for (int i = 1; i < depth; i++)
        buf_putc(&text, ']');
    buf_putc(&text, '}');
    json_t *whole = parse(buf_text(&text), why);
    buf_finish(&text);
    return whole;
}

static void test_depth(void **state)
{
    const char *why = "";
    (void)state;
    json_t *whole = nested(MATRIX_JSON_DEPTH_MAX, &why);
    assert_non_null(whole);
    json_decref(whole);
    assert_null(nested(MATRIX_JSON_DEPTH_MAX + 1, &why));
    assert_string_equal(why, "JSON nested too deeply");
    assert_null(nested(100000, &why));
    check_string("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                 "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
}

static void test_wrong_types(void **state)
{
    const char *why = "";
    (void)state;
    json_t *whole = parse("{\"a\":[],\"b\":{},\"c\":null}", &why);
    assert_non_null(matrix_json_array(whole, "a"));
    assert_null(matrix_json_array(whole, "b"));
    assert_non_null(matrix_json_object(whole, "b"));
    assert_null(matrix_json_object(whole, "a"));
    assert_null(matrix_json_object(NULL, "a"));
    assert_string_equal(matrix_json_string(whole, "c"), "");
    assert_string_equal(matrix_json_string(NULL, "c"), "");
    json_decref(whole);
}

static long allocations, failing;

static void *allocate(size_t size)
{
    return ++allocations == failing ? NULL : malloc(size);
}

/* Whichever allocation fails, the text is whole or there is none. */
static void test_dump_without_memory(void **state)
{
    (void)state;
    json_t *value = json_pack("{s:s,s:[i,b]}", "refresh_token", "syr_abcdefghijklmnop", "b", 1, 1);
    bool failed = true;
    json_set_alloc_funcs(allocate, free);
    for (failing = 1; failed; failing++) {
        allocations = 0;
        char *text = matrix_json_dump(value, JSON_COMPACT);
        failed = allocations >= failing;
        assert_true(text || failed);
        if (text)
            assert_string_equal(text,
                                "{\"refresh_token\":\"syr_abcdefghijklmnop\",\"b\":[1,true]}");
        free(text);
    }
    json_set_alloc_funcs(malloc, free);
    assert_true(failing > 3);
    json_decref(value);
}

static int64_t wait_text(const char *value)
{
    return matrix_answer_wait(value, strlen(value));
}

static void test_retry_after(void **state)
{
    (void)state;
    assert_true(wait_text(" 120\r\n") == 120000);
    assert_true(wait_text("0") == 0);
    assert_true(wait_text("-5") == 0);
    assert_true(wait_text("99999999999999999999") == 366LL * 24 * 3600 * 1000);
    assert_true(wait_text("Wed, 21 Oct 2015 07:28:00 GMT\r\n") == 0);
    assert_true(wait_text("Wed, 21 Oct 2099 07:28:00 GMT\r\n") == 366LL * 24 * 3600 * 1000);
    assert_true(wait_text("soon") == -1);
    assert_true(wait_text("") == -1);
    assert_true(
        wait_text("12 monkeys and a text that is much longer than any date that one knows of") ==
        -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_dump_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
