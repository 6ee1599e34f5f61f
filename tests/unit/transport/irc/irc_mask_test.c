/* Masks of people: what they stand for, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_mask.h"

static bool fits(const char *mask, const char *who)
{
    return irc_mask_fits(IRC_CASEMAP_RFC1459, mask, who);
}

static void plain_masks_are_one_person(void **state)
{
    (void)state;
    assert_true(fits("NickServ!s@services.test", "NickServ!s@services.test"));
    assert_true(fits("nickserv!S@SERVICES.test", "NickServ!s@services.test"));
    assert_false(fits("NickServ!s@services.test", "NickServ!s@services.test.evil.example"));
    assert_false(fits("NickServ!s@services.test", "xNickServ!s@services.test"));
    assert_false(fits("NickServ!s@services.test", "NickServ!s@services.tes"));
    assert_false(fits("NickServ!s@services.test", ""));
}

static void stars_are_anything_and_marks_one_byte(void **state)
{
    (void)state;
    assert_true(fits("NickServ!*@services.test", "NickServ!@services.test"));
    assert_true(fits("NickServ!*@services.test", "NickServ!a@b@services.test"));
    assert_false(fits("NickServ!*@services.test", "NickServ!s@services.test.example"));
    assert_true(fits("*", ""));
    assert_true(fits("*!*@*.test", "a!b@c.test.test"));
    assert_true(fits("Serv?!*@*", "Serv1!x@y"));
    assert_false(fits("Serv?!*@*", "Serv!x@y"));
    assert_true(fits("a*b*c", "a-b-b-c"));
    assert_false(fits("a*b*c", "a-b-b-c-"));
}

static void case_is_the_servers(void **state)
{
    (void)state;
    assert_true(irc_mask_fits(IRC_CASEMAP_RFC1459, "s[1]!*@*", "S{1}!x@y"));
    assert_false(irc_mask_fits(IRC_CASEMAP_ASCII, "s[1]!*@*", "S{1}!x@y"));
}

static void many_stars_take_no_time_to_speak_of(void **state)
{
    char mask[500], who[500];
    (void)state;
    for (size_t i = 0; i < sizeof mask - 1; i++)
        mask[i] = i % 2 ? 'a' : '*';
    mask[sizeof mask - 1] = '\0';
    mask[sizeof mask - 2] = 'b';
    memset(who, 'a', sizeof who - 1);
    who[sizeof who - 1] = '\0';
    assert_false(fits(mask, who));
    who[sizeof who - 2] = 'b';
    assert_true(fits(mask, who));
}

static void what_is_too_long_fits_nothing(void **state)
{
    char mask[600], who[600];
    (void)state;
    memset(mask, 'a', sizeof mask - 1);
    memset(who, 'a', sizeof who - 1);
    mask[sizeof mask - 1] = who[sizeof who - 1] = '\0';
    assert_false(fits(mask, who));
    assert_false(fits("*", who));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_masks_are_one_person),
        cmocka_unit_test(stars_are_anything_and_marks_one_byte),
        cmocka_unit_test(case_is_the_servers),
        cmocka_unit_test(many_stars_take_no_time_to_speak_of),
        cmocka_unit_test(what_is_too_long_fits_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
