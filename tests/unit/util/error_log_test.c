/* Errors as values, and lines of the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/error.h"
#include "util/log.h"

static void an_error_says_what_where_and_why(void **state)
{
    struct error error;
    (void)state;
    assert_int_equal(error_set(&error, ERR_INVALID, "line %d", 7), -1);
    assert_int_equal(error.code, ERR_INVALID);
    assert_string_equal(error.why, "line 7");
    assert_non_null(strstr(error.file, "error_log_test.c"));
    assert_true(error.line > 0);
    assert_int_equal(error_prefix(&error, "%s", "a.json"), -1);
    assert_string_equal(error.why, "a.json: line 7");
    error_clear(&error);
    assert_int_equal(error.code, ERR_NONE);
    assert_int_equal(error_set(NULL, ERR_IO, "nobody asks"), -1);
    assert_int_equal(error_prefix(NULL, "x"), -1);
}

static void long_words_are_cut(void **state)
{
    struct error error;
    char words[1000];
    (void)state;
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    error_set(&error, ERR_IO, "%s", words);
    assert_int_equal(strlen(error.why), sizeof error.why - 1);
    error_prefix(&error, "%s", words);
    assert_int_equal(strlen(error.why), sizeof error.why - 1);
}

static void every_code_has_a_name(void **state)
{
    (void)state;
    for (int code = ERR_NONE; code <= ERR_INTERNAL; code++)
        assert_string_not_equal(error_code_name((enum error_code)code), "unknown");
    assert_string_equal(error_code_name((enum error_code)99), "unknown");
}

/* What the log writes goes into a pipe; gives what came out of it. */
static size_t logged(char *out, size_t size, enum log_level least, const char *words)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    log_set_level(least);
    log_set_fd(ends[1]);
    log_warn("here", "%s", words);
    log_set_fd(2);
    close(ends[1]);
    ssize_t length = read(ends[0], out, size - 1);
    close(ends[0]);
    assert_true(length >= 0);
    out[length] = '\0';
    return (size_t)length;
}

static void a_line_cannot_be_forged(void **state)
{
    char out[4096], huge[3000];
    (void)state;
    logged(out, sizeof out, LOG_LEVEL_INFO, "name\n2026 error fake\x1B[2J");
    assert_non_null(strstr(out, " warn  here: name\\x0a2026 error fake\\x1b[2J\n"));
    assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
    assert_int_equal(logged(out, sizeof out, LOG_LEVEL_ERROR, "quiet"), 0);
    memset(huge, '\x01', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    size_t length = logged(out, sizeof out, LOG_LEVEL_INFO, huge);
    assert_int_equal(out[length - 1], '\n');
}

static void levels_are_words(void **state)
{
    enum log_level level;
    (void)state;
    assert_int_equal(log_level_parse("debug", &level), 0);
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_int_equal(log_level_parse("loud", &level), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_what_where_and_why),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(every_code_has_a_name),
        cmocka_unit_test(a_line_cannot_be_forged),
        cmocka_unit_test(levels_are_words),
    };
    return cmocka_run_group_tests_name("error and log", tests, NULL, NULL);
}
