/* Strict Transport Security: what servers say, and what is kept of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_sts.h"

static void says(const char *value, unsigned port, int64_t duration)
{
    struct irc_sts_value said = irc_sts_parse(value);
    if (said.port != port || said.duration != duration)
        fail_msg("%s: port %u, duration %lld", value, said.port, (long long)said.duration);
}

static void values_are_read_as_they_are_meant(void **state)
{
    (void)state;
    says("port=6697", 6697, -1);
    says("duration=300", 0, 300);
    says("duration=15552000,port=6697,preload", 6697, 15552000);
    says("preload,unknown=7,port=1", 1, -1);
    says("port=6697,port=9999", 6697, -1);
    says("duration=0", 0, 0);
    says("", 0, -1);
    says("port", 0, -1);
    says("port=", 0, -1);
    says("port=0", 0, -1);
    says("port=65536", 0, -1);
    says("port=-1", 0, -1);
    says("port=6697x,duration=1 2", 0, -1);
    says("xport=6697,duration=+5", 0, -1);
    says("duration=99999999999", 0, 315360000);
    says("duration=99999999999999999999999999", 0, -1);
    says(",,port=5,,", 5, -1);
}

static void a_policy_holds_until_it_ends(void **state)
{
    struct irc_sts_policy policy = {0, 0, 0};
    (void)state;
    assert_false(irc_sts_said(&policy, "port=6697,preload", 6697, 1000));
    assert_false(irc_sts_said(&policy, "duration=0", 6697, 1000));
    assert_false(irc_sts_holds(&policy, 0));
    assert_true(irc_sts_said(&policy, "duration=10,port=1", 6697, 1000));
    assert_int_equal(policy.port, 6697);
    assert_true(irc_sts_holds(&policy, 10999));
    assert_false(irc_sts_holds(&policy, 11000));
    irc_sts_prolong(&policy, 50000);
    assert_true(irc_sts_holds(&policy, 59999));
    assert_true(irc_sts_said(&policy, "duration=0", 6697, 51000));
    assert_false(irc_sts_holds(&policy, 51000));
}

static void a_policy_is_kept_as_text(void **state)
{
    struct irc_sts_policy policy = {6697, 300, INT64_C(1800000000000)}, read = {0, 0, 0};
    static const char *const wrong[] = {"", "6697", "6697 300", "0 300 1", "65536 300 1",
                                        "6697 -1 5", "6697 300 5 6", "6697 300 -5", "a b c"};
    char text[IRC_STS_TEXT];
    (void)state;
    irc_sts_write(&policy, text);
    assert_string_equal(text, "6697 300 1800000000000");
    assert_true(irc_sts_read(text, &read));
    assert_int_equal(read.port, 6697);
    assert_int_equal(read.duration, 300);
    assert_int_equal(read.until, INT64_C(1800000000000));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(irc_sts_read(wrong[i], &read));
    assert_int_equal(read.until, INT64_C(1800000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_as_they_are_meant),
        cmocka_unit_test(a_policy_holds_until_it_ends),
        cmocka_unit_test(a_policy_is_kept_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
