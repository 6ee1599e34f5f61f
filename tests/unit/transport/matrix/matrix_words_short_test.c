/* Keys of reactions in the form that is counted; display names that are safe to show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_words.h"

static void keys(void **state)
{
    (void)state;
    static const struct { const char *key, *counted; } cases[] = {
        {"1", "1"},
        {"1\xEF\xB8\x8F\xE2\x83\xA3", "1"}, /* keycap, as clients send it */
        {"1\xE2\x83\xA3", "1"},
        {"5\xEF\xB8\x8E", "5"},
        {"\xEF\xB8\x8F" "5", "5"},
        {"\xEF\xBC\x93", "3"},         /* full width */
        {"\xE2\x91\xA1", "2"},         /* circled */
        {"\xE2\x9D\xB7", "2"},         /* black circled */
        {"\xF0\x9D\x9F\x92", "4"},     /* bold */
        {"9", "9"},
        {"0\xEF\xB8\x8F\xE2\x83\xA3", "0\xE2\x83\xA3"},
        {"10", "10"},
        {"12", "12"},
        {"1\xE2\x83\xA3\xE2\x83\xA3", "1\xE2\x83\xA3\xE2\x83\xA3"},
        {"\xF0\x9F\x91\x8D", "\xF0\x9F\x91\x8D"},
        {"\xF0\x9F\x91\x8D\xEF\xB8\x8F", "\xF0\x9F\x91\x8D"},
        {"\xE2\x9D\xA4\xEF\xB8\x8F", "\xE2\x9D\xA4"},
        {"\xE2\x80\x8B" "4\xE2\x80\xAE\x01", "4"}, /* zero width space, override, control */
        {"a\nb", "ab"},
        {"12345678901234567890123456789012", "12345678901234567890123456789012"},
        {"123456789012345678901234567890123", NULL},
        {"mxc://example.org/abcdefghijklmnopqrstuvwxyz", NULL},
        {"\xEF\xB8\x8F", NULL},
        {"", NULL},
    };
    char out[MATRIX_KEY_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(matrix_words_key(cases[i].key, out), cases[i].counted != NULL);
        if (cases[i].counted)
            assert_string_equal(out, cases[i].counted);
    }
}

static void names(void **state)
{
    (void)state;
    static const struct { const char *name, *shown; } cases[] = {
        {"Ann", "Ann"},
        {"  Ann\t\n  Lee ", "Ann Lee"},
        {"\xE2\x80\xAE" "nnA\xE2\x80\xAC", "nnA"},       /* right-to-left override */
        {"A\xE2\x80\x8Bn\xE2\x81\xA0n\xEF\xBB\xBF", "Ann"}, /* zero width space, joiner, mark */
        {"A\x1b[31mnn\x07", "A[31mnn"},
        {"Ann\xE2\x80\x8D", "Ann"},                       /* a joiner at the end */
        {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80"},
        {"e\xCC\x81", "e\xCC\x81"},
        {"e\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85", "e\xCC\x81\xCC\x82\xCC\x83"},
        {"\xCC\x81" "Ann \xCC\x81", "Ann"},               /* nothing to stand on */
        {"Ann\xE3\x80\x80\xC2\xA0Lee", "Ann Lee"},        /* other spaces */
        {"\xE3\x85\xA4\xE2\xA0\x80", "bob"},              /* only what looks like space */
        {"\xE2\x80\x8F\xE2\x80\x8D\xCC\x81", "bob"},
        {"", "bob"},
        {"\xFF", "\xEF\xBF\xBD"},
        {NULL, "bob"},
    };
    char out[MATRIX_LABEL_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        matrix_words_name(cases[i].name, "@bob:example.org", out);
        assert_string_equal(out, cases[i].shown);
    }
}

static void long_names(void **state)
{
    (void)state;
    char out[MATRIX_LABEL_MAX + 1], name[100];
    memset(name, 'a', sizeof name);
    name[64] = '\0';
    matrix_words_name(name, "@b:x", out);
    assert_string_equal(out, name);
    memcpy(name + 63, "\xC3\xA9", 3);
    matrix_words_name(name, "@b:x", out);
    assert_int_equal(strlen(out), 63);
    memset(name, 'a', sizeof name);
    name[99] = '\0';
    matrix_words_name(name, "@b:x", out);
    assert_int_equal(strlen(out), 64);
    name[63] = ' ';
    matrix_words_name(name, "@b:x", out);
    assert_int_equal(strlen(out), 63);
    memset(name, ' ', 70);
    matrix_words_name(name, "@b:x", out);
    assert_int_equal(strlen(out), 29);
}

static void ids_that_leave_nothing(void **state)
{
    (void)state;
    char out[MATRIX_LABEL_MAX + 1];
    matrix_words_name(NULL, "@:x", out);
    assert_string_equal(out, "?");
    matrix_words_name("", "@\xE2\x80\xAE:x", out);
    assert_string_equal(out, "?");
    matrix_words_name(NULL, "@ann", out);
    assert_string_equal(out, "ann");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),
        cmocka_unit_test(names),
        cmocka_unit_test(long_names),
        cmocka_unit_test(ids_that_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
