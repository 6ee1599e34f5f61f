/* Which URLs may be asked, and how text goes into them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "transport/matrix/matrix_http.h"
#include "util/buf.h"

static void test_bases(void **state)
{
    struct error error;
    (void)state;
    static const char *const good[] = {"https://example.org",   "https://example.org:8448/matrix/",
                                       "http://localhost:8008", "http://127.9.0.1",
                                       "http://[::1]:80",       "https://[2001:db8::1]"};
    static const char *const bad[] = {"",
                                      "example.org",
                                      "ftp://example.org",
                                      "https://",
                                      "https:///x",
                                      "https://a b",
                                      "https://u:p@example.org",
                                      "https://example.org:99999",
                                      "https://example.org:8008x",
                                      "https://exa\nmple.org",
                                      "http://example.org",
                                      "http://127.0.0.1.example.org",
                                      "http://localhost.example.org",
                                      "http://[::1].example.org",
                                      "https://[::1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (matrix_http_check_base(good[i], false, &error))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (matrix_http_check_base(bad[i], false, &error) == 0)
            fail_msg("%s is taken", bad[i]);
    assert_int_equal(matrix_http_check_base("http://example.org", false, &error), -1);
    assert_non_null(strstr(error.why, "https://"));
    assert_int_equal(matrix_http_check_base("http://example.org", true, &error), 0);
}

static void test_escape(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out);
    matrix_http_escape(&out, "!a b:x.org/~_-%\xC3\xA4");
    assert_string_equal(buf_text(&out), "%21a%20b%3Ax.org%2F~_-%25%C3%A4");
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bases), cmocka_unit_test(test_escape)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
