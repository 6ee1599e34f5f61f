/* The growing byte string. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"

static void it_grows_and_stays_a_string(void **state)
{
    struct buf buf;
    (void)state;
    buf_init(&buf);
    assert_string_equal(buf_text(&buf), "");
    for (int i = 0; i < 1000; i++)
        buf_printf(&buf, "%d,", i % 10);
    assert_int_equal(buf.length, 2000);
    assert_int_equal(strlen(buf_text(&buf)), 2000);
    buf_truncate(&buf, 4);
    assert_string_equal(buf_text(&buf), "0,1,");
    buf_truncate(&buf, 400);
    assert_int_equal(buf.length, 4);
    buf_consume(&buf, 2);
    assert_string_equal(buf_text(&buf), "1,");
    buf_consume(&buf, 99);
    assert_string_equal(buf_text(&buf), "");
    buf_putc(&buf, 'x');
    buf_puts(&buf, "yz");
    buf_add(&buf, "", 0);
    assert_string_equal(buf_text(&buf), "xyz");
    buf_finish(&buf);
    assert_string_equal(buf_text(&buf), "");
}

static void bytes_may_be_any(void **state)
{
    struct buf buf;
    (void)state;
    buf_init(&buf);
    buf_add(&buf, "a\0b", 3);
    assert_int_equal(buf.length, 3);
    assert_memory_equal(buf_text(&buf), "a\0b\0", 4);
    buf_finish(&buf);
}

static void a_failure_stays_until_cleared(void **state)
{
    struct buf buf;
    (void)state;
    buf_init(&buf);
    buf_puts(&buf, "kept");
    buf_add(&buf, "x", SIZE_MAX / 2);
    assert_true(buf.failed);
    buf_puts(&buf, "more");
    assert_string_equal(buf_text(&buf), "kept");
    buf_clear(&buf);
    assert_false(buf.failed);
    buf_puts(&buf, "new");
    assert_string_equal(buf_text(&buf), "new");
    buf_finish(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_and_stays_a_string),
        cmocka_unit_test(bytes_may_be_any),
        cmocka_unit_test(a_failure_stays_until_cleared),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
