/* The table of people: found by nick and by account, in a crowd, through changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_people.h"

static struct irc_people people;
static struct irc_isupport isupport;

static int set_up(void **state)
{
    (void)state;
    irc_isupport_init(&isupport);
    irc_people_init(&people, &isupport);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    irc_people_finish(&people);
    return 0;
}

static struct irc_person *add(const char *nick, const char *account)
{
    struct irc_person *person = irc_people_add(&people, nick);
    assert_non_null(person);
    irc_people_set_account(&people, person, account);
    return person;
}

static void found_as_the_server_maps_case(void **state)
{
    (void)state;
    struct irc_person *ann = add("Ann[x]", "");
    assert_ptr_equal(irc_people_find(&people, "aNN{X}"), ann);
    isupport.casemap = IRC_CASEMAP_ASCII;
    irc_people_refold(&people);
    assert_null(irc_people_find(&people, "ann{x}"));
    assert_ptr_equal(irc_people_find(&people, "ANN[X]"), ann);
    assert_null(irc_people_find(&people, "ann"));
}

static void nicks_that_are_none(void **state)
{
    char nick[EVENT_NAME_MAX + 2];
    (void)state;
    memset(nick, 'n', sizeof nick);
    nick[EVENT_NAME_MAX + 1] = '\0';
    assert_null(irc_people_add(&people, ""));
    assert_null(irc_people_add(&people, nick));
    assert_null(irc_people_find(&people, nick));
    nick[EVENT_NAME_MAX] = '\0';
    assert_non_null(irc_people_add(&people, nick));
    nick[EVENT_NAME_MAX] = 'n';
    assert_null(irc_people_find(&people, nick));
}

static void the_account_goes_along_with_the_nick(void **state)
{
    (void)state;
    struct irc_person *ann = add("ann", "account:ann"), *bob = add("bob", "account:bob");
    /* They swap nicks. */
    irc_people_rename(&people, ann, "tmp");
    irc_people_rename(&people, bob, "ann");
    irc_people_rename(&people, ann, "bob");
    assert_string_equal(irc_people_find(&people, "ann")->account, "account:bob");
    assert_string_equal(irc_people_find(&people, "bob")->account, "account:ann");
    assert_ptr_equal(irc_people_by_account(&people, "account:ann", -1), ann);
    irc_people_rename(&people, ann, "BOB");
    assert_string_equal(irc_people_find(&people, "bob")->nick, "BOB");
}

static void of_two_connections_the_one_that_spoke_last(void **state)
{
    (void)state;
    struct irc_person *desk = add("ann", "account:ann"), *phone = add("ann_", "account:ann");
    irc_people_spoke(&people, phone);
    assert_ptr_equal(irc_people_by_account(&people, "account:ann", -1), phone);
    irc_people_spoke(&people, desk);
    assert_ptr_equal(irc_people_by_account(&people, "account:ann", -1), desk);
    irc_people_forget(&people, desk);
    assert_ptr_equal(irc_people_by_account(&people, "account:ann", -1), phone);
    assert_ptr_equal(irc_people_first(&people, "account:ann"), phone);
    assert_null(irc_people_next(phone));
}

static void who_has_no_account_is_not_found_by_it(void **state)
{
    (void)state;
    struct irc_person *ann = add("ann", "");
    assert_null(irc_people_by_account(&people, "", -1));
    irc_people_set_account(&people, ann, "account:ann");
    irc_people_set_account(&people, ann, "");
    assert_null(irc_people_by_account(&people, "account:ann", -1));
}

static void a_crowd(void **state)
{
    char nick[16], account[32];
    (void)state;
    for (int i = 0; i < IRC_PEOPLE_MAX; i++) {
        snprintf(nick, sizeof nick, "p%d", i);
        snprintf(account, sizeof account, "account:p%d", i / 2);
        add(nick, account);
    }
    assert_null(irc_people_add(&people, "one too many"));
    for (int i = 0; i < IRC_PEOPLE_MAX; i += 2) {
        snprintf(nick, sizeof nick, "P%d", i);
        irc_people_forget(&people, irc_people_find(&people, nick));
    }
    assert_int_equal(people.count, IRC_PEOPLE_MAX / 2);
    for (int i = 0; i < IRC_PEOPLE_MAX; i++) {
        snprintf(nick, sizeof nick, "p%d", i);
        snprintf(account, sizeof account, "account:p%d", i / 2);
        struct irc_person *person = irc_people_find(&people, nick);
        assert_int_equal(person != NULL, i % 2);
        assert_string_equal(irc_people_by_account(&people, account, -1)->account, account);
    }
    irc_people_clear(&people);
    assert_null(irc_people_find(&people, "p1"));
    assert_null(irc_people_by_account(&people, "account:p1", -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(found_as_the_server_maps_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nicks_that_are_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_account_goes_along_with_the_nick, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_two_connections_the_one_that_spoke_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_has_no_account_is_not_found_by_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_crowd, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
