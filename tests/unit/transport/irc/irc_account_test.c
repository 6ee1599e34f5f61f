/* What the core knows people by: never two for one, never one for two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_account.h"
#include "util/utf8.h"

static const char *login(const char *name)
{
    static char out[2][IRC_MEMBER_MAX];
    static int turn;
    turn = !turn;
    irc_account_of_login(name, out[turn]);
    assert_true(utf8_valid(out[turn], strlen(out[turn])));
    return out[turn];
}

static const char *guest(const char *nick, const char *userhost, unsigned number)
{
    static char out[2][IRC_MEMBER_MAX];
    static int turn;
    turn = !turn;
    irc_account_of_guest(IRC_CASEMAP_RFC1459, nick, irc_account_place(userhost), number, out[turn]);
    return out[turn];
}

static void an_account_is_the_same_in_any_case(void **state)
{
    (void)state;
    assert_string_equal(login("Ann"), "account:ann");
    assert_string_equal(login("ann"), login("ANN"));
    assert_string_not_equal(login("ann["), login("ann{"));
}

static void long_and_odd_names_stay_apart(void **state)
{
    char one[400], other[400];
    (void)state;
    memset(one, 'a', sizeof one);
    one[sizeof one - 1] = '\0';
    memcpy(other, one, sizeof one);
    other[sizeof other - 2] = 'b';
    assert_string_not_equal(login(one), login(other));
    assert_true(strlen(login(one)) <= EVENT_NAME_MAX + 8);
    assert_string_equal(login(one), login(one));
    assert_string_not_equal(login("a\xff"), login("a\xfe"));
    assert_string_not_equal(login("a\xff"), login("a?"));
}

static void a_guest_is_a_nick_at_a_place(void **state)
{
    (void)state;
    assert_string_equal(guest("Ann", "~a@b", 1), guest("ann", "~a@b", 1));
    assert_string_not_equal(guest("ann", "~a@b", 1), guest("ann", "~a@c", 1));
    assert_string_not_equal(guest("ann", "~a@b", 1), guest("bob", "~a@b", 1));
    assert_string_not_equal(guest("ann", "~a@b", 1), guest("ann", "~a@b", 2));
    assert_null(strstr(guest("ann", "~a@secret.example", 1), "secret"));
    assert_memory_equal(guest("ann", "~a@b", 1), "guest:ann~", 10);
}

static void a_trusted_nick(void **state)
{
    char out[IRC_MEMBER_MAX];
    (void)state;
    irc_account_of_nick(IRC_CASEMAP_RFC1459, "Ann[", 1, out);
    assert_string_equal(out, "nick:ann{");
    irc_account_of_nick(IRC_CASEMAP_ASCII, "Ann[", 2, out);
    assert_string_equal(out, "nick:ann[~2");
}

static void each_mapping_of_case(void **state)
{
    static const struct {
        const char *name, *a, *b;
        bool same;
    } cases[] = {
        {"rfc1459", "A[]\\~", "a{}|^", true},       {"strict-rfc1459", "A[]\\", "a{}|", true},
        {"strict-rfc1459", "~", "^", false},        {"ascii", "AZ", "az", true},
        {"ascii", "[", "{", false},                 {"nobody knows", "[", "{", false},
        {"rfc7613", "\xc3\x84" "B", "\xc3\xa4" "b", true}, {"rfc7613", "\xd0\x90", "\xd0\xb0", true},
        {"ascii", "\xc3\x84", "\xc3\xa4", false},   {"rfc7613", "\xff" "A", "\xff" "a", true},
        {"rfc1459", "ann", "anna", false},          {"rfc7613", "ann", "anna", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(irc_casemap_same(irc_casemap_of(cases[i].name), cases[i].a, cases[i].b),
                         cases[i].same);
}

static void what_does_not_fit_is_cut(void **state)
{
    char out[4];
    (void)state;
    assert_int_equal(irc_casemap_fold(IRC_CASEMAP_ASCII, "ABCDEF", out, sizeof out), 3);
    assert_string_equal(out, "abc");
    assert_int_equal(irc_casemap_fold(IRC_CASEMAP_UNICODE, "AB\xc3\x84", out, sizeof out), 2);
    assert_string_equal(out, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_the_same_in_any_case),
        cmocka_unit_test(long_and_odd_names_stay_apart),
        cmocka_unit_test(a_guest_is_a_nick_at_a_place),
        cmocka_unit_test(a_trusted_nick),
        cmocka_unit_test(each_mapping_of_case),
        cmocka_unit_test(what_does_not_fit_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
