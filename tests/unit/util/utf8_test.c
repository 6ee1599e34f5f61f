/* UTF-8: what is valid, what is cleaned, where it may be cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/hash.h"
#include "util/utf8.h"

#define VALID(text) utf8_valid(text, sizeof(text) - 1)

static void good_forms_are_valid(void **state)
{
    (void)state;
    assert_true(VALID(""));
    assert_true(VALID("plain"));
    assert_true(VALID("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
    assert_true(VALID("\xED\x9F\xBF\xEE\x80\x80"));
    assert_true(VALID("\xEF\xBF\xBD")); /* U+FFFD itself */
}

static void bad_forms_are_not(void **state)
{
    (void)state;
    assert_false(VALID("\x80"));
    assert_false(VALID("\xC0\x80"));         /* overlong NUL */
    assert_false(VALID("\xC1\xBF"));
    assert_false(VALID("\xE0\x9F\xBF"));     /* overlong */
    assert_false(VALID("\xED\xA0\x80"));     /* a surrogate */
    assert_false(VALID("\xF0\x8F\xBF\xBF")); /* overlong */
    assert_false(VALID("\xF4\x90\x80\x80")); /* beyond U+10FFFF */
    assert_false(VALID("\xF5\x80\x80\x80"));
    assert_false(VALID("\xFF"));
    assert_false(VALID("ab\xE2\x82"));       /* cut short */
    assert_false(VALID("\xE2\x28\xA1"));
}

static void every_code_point_survives(void **state)
{
    struct buf buf;
    (void)state;
    buf_init(&buf);
    for (uint32_t code = 1; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 61) {
        size_t size;
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        buf_clear(&buf);
        utf8_put(&buf, code);
        assert_int_equal(utf8_decode(buf_text(&buf), buf.length, &size), code);
        assert_int_equal(size, buf.length);
    }
    buf_finish(&buf);
}

static void clean_takes_out_what_harms(void **state)
{
    static const struct {
        const char *in, *lines, *line;
    } cases[] = {
        {"plain", "plain", "plain"},
        {"a\r\nb\rc\nd\te", "a\nb\nc\nd\te", "a b c d e"},
        {"a\x01\x02\x1B[31m\x7F" "b", "a[31mb", "a[31mb"},
        {"a\xC2\x85\xC2\x9F" "b", "ab", "ab"},                       /* C1 controls */
        {"a\xE2\x80\xAE" "b\xE2\x81\xA6" "c\xE2\x80\x8B" "d", "abcd", "abcd"}, /* override, isolate, zero width */
        {"\xEF\xBB\xBFx", "x", "x"},                                 /* byte order mark */
        {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
         "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"},            /* a joiner stays */
        {"\xFF\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    struct buf buf;
    (void)state;
    buf_init(&buf);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&buf);
        utf8_clean(&buf, cases[i].in, strlen(cases[i].in), false);
        assert_string_equal(buf_text(&buf), cases[i].lines);
        buf_clear(&buf);
        utf8_clean(&buf, cases[i].in, strlen(cases[i].in), true);
        assert_string_equal(buf_text(&buf), cases[i].line);
    }
    buf_clear(&buf);
    utf8_clean(&buf, "a\0b", 3, false);
    assert_string_equal(buf_text(&buf), "ab");
    buf_finish(&buf);
}

/* Whatever bytes come, a clean copy is valid, holds no control code, and cleaning it again changes nothing. */
static void clean_of_noise_is_clean(void **state)
{
    struct buf once, twice;
    uint64_t chance = 42;
    (void)state;
    buf_init(&once);
    buf_init(&twice);
    for (int round = 0; round < 2000; round++) {
        char noise[64];
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (char)random_next(&chance);
        buf_clear(&once);
        buf_clear(&twice);
        utf8_clean(&once, noise, sizeof noise, false);
        assert_true(utf8_valid(buf_text(&once), once.length));
        for (size_t i = 0; i < once.length; i++)
            assert_true((unsigned char)once.data[i] >= 0x20 || once.data[i] == '\n' ||
                        once.data[i] == '\t');
        utf8_clean(&twice, buf_text(&once), once.length, false);
        assert_string_equal(buf_text(&once), buf_text(&twice));
    }
    buf_finish(&once);
    buf_finish(&twice);
}

static void a_cut_keeps_characters_whole(void **state)
{
    (void)state;
    assert_int_equal(utf8_cut("abc", 3, 3), 3);
    assert_int_equal(utf8_cut("abc", 3, 2), 2);
    assert_int_equal(utf8_cut("a\xE2\x82\xAC", 4, 3), 1);
    assert_int_equal(utf8_cut("xe\xCC\x81y", 5, 3), 1);  /* e and its accent stay together */
    assert_int_equal(utf8_cut("xe\xCC\x81y", 5, 4), 4);
    assert_int_equal(utf8_cut("e\xCC\x81\xCC\x81", 5, 3), 3); /* a cluster alone is larger than the limit */
    assert_int_equal(utf8_cut("\xE2\x82\xAC", 3, 2), 0);
    assert_int_equal(utf8_cut_word("one two three", 13, 10), 8);
    assert_int_equal(utf8_cut_word("one two", 7, 7), 7);
    assert_int_equal(utf8_cut_word("onetwothree", 11, 5), 5);
    assert_int_equal(utf8_cut_word("one two", 7, 3), 3);
}

static void columns_are_counted(void **state)
{
    (void)state;
    assert_int_equal(utf8_width("abc", 3), 3);
    assert_int_equal(utf8_width("e\xCC\x81", 3), 1);
    assert_int_equal(utf8_width("\xE6\x97\xA5\xE6\x9C\xAC", 6), 4);
    assert_int_equal(utf8_width("\xC2\xB1", 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_forms_are_valid),
        cmocka_unit_test(bad_forms_are_not),
        cmocka_unit_test(every_code_point_survives),
        cmocka_unit_test(clean_takes_out_what_harms),
        cmocka_unit_test(clean_of_noise_is_clean),
        cmocka_unit_test(a_cut_keeps_characters_whole),
        cmocka_unit_test(columns_are_counted),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
