/* Who is who on a network that tells accounts, and on one that does not. */
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

static const char *account_of(const char *nick)
{
    struct irc_person *person = irc_people_find(&people, nick);
    return person ? person->account : NULL;
}

static void case_as_the_server_maps_it(void **state)
{
    (void)state;
    assert_true(irc_people_same(&people, "Ann[x]^", "aNN{X}~"));
    isupport.rfc1459 = false;
    assert_false(irc_people_same(&people, "Ann[x]", "ann{x}"));
    assert_true(irc_people_same(&people, "ANN", "ann"));
    assert_false(irc_people_same(&people, "ann", "anna"));
}

static void a_nick_without_an_account(void **state)
{
    (void)state;
    irc_people_see(&people, "Ann", NULL);
    irc_people_see(&people, "bob", "*");
    assert_string_equal(account_of("ann"), "nick:ann");
    assert_string_equal(account_of("BOB"), "nick:bob");
    assert_int_equal(people.count, 2);
    irc_people_see(&people, "ANN", NULL);
    assert_int_equal(people.count, 2);
}

static void a_services_account_goes_before_the_nick(void **state)
{
    (void)state;
    irc_people_see(&people, "ann_phone", "ann");
    assert_string_equal(account_of("ann_phone"), "account:ann");
    assert_ptr_equal(irc_people_by_account(&people, "account:ann"),
                     irc_people_find(&people, "ann_phone"));
    /* A message without the tag does not take it away. */
    irc_people_see(&people, "ann_phone", NULL);
    assert_string_equal(account_of("ann_phone"), "account:ann");
}

static void nobody_inherits_by_taking_a_nick(void **state)
{
    (void)state;
    irc_people_see(&people, "ann", NULL);
    irc_people_rename(&people, "ann", "ann_away");
    irc_people_see(&people, "ann", NULL);
    assert_string_equal(account_of("ann_away"), "nick:ann");
    assert_string_equal(account_of("ann"), "nick:ann~2");
}

static void who_went_is_forgotten(void **state)
{
    (void)state;
    irc_people_see(&people, "ann", NULL);
    irc_people_see(&people, "bob", NULL);
    irc_people_forget(&people, irc_people_find(&people, "ann"));
    assert_null(irc_people_find(&people, "ann"));
    assert_non_null(irc_people_find(&people, "bob"));
    irc_people_clear(&people);
    assert_null(irc_people_find(&people, "bob"));
}

static void a_nick_of_odd_bytes(void **state)
{
    (void)state;
    assert_non_null(irc_people_see(&people, "a\xff\xfe", NULL));
    assert_string_equal(account_of("a\xff\xfe"), "nick:a??");
}

static void strangers_do_not_fill_the_memory(void **state)
{
    char nick[16];
    (void)state;
    irc_people_see(&people, "member", NULL)->channels = 1;
    for (int i = 0; i < IRC_PEOPLE_MAX / 2 + 10; i++) {
        snprintf(nick, sizeof nick, "x%d", i);
        assert_non_null(irc_people_see(&people, nick, "same"));
    }
    assert_true(people.count < 20);
    assert_non_null(irc_people_find(&people, "member"));
}

static void nicks_that_are_too_long(void **state)
{
    char nick[501], cut[EVENT_NAME_MAX + 1];
    (void)state;
    memset(nick, 'n', 500);
    nick[500] = '\0';
    snprintf(cut, sizeof cut, "%.*s", EVENT_NAME_MAX, nick);
    assert_null(irc_people_see(&people, nick, NULL));
    assert_non_null(irc_people_see(&people, cut, NULL));
    irc_people_see(&people, "ann", NULL);
    irc_people_rename(&people, "ann", nick);
    assert_int_equal(people.count, 1);
    assert_string_equal(account_of(cut) + 5, cut);
}

static void a_nick_has_one_holder(void **state)
{
    (void)state;
    irc_people_see(&people, "ann", "a");
    irc_people_see(&people, "bob", "b");
    irc_people_rename(&people, "ann", "BOB");
    assert_int_equal(people.count, 1);
    assert_string_equal(account_of("bob"), "account:a");
    irc_people_rename(&people, "bob", "Bob");
    assert_string_equal(people.people[0].nick, "Bob");
}

/* Everybody is found by their nick, and nobody else, whatever came and went. */
static void found_among_many(void **state)
{
    uint32_t chance = 7;
    (void)state;
    for (int n = 0; n < 30000; n++) {
        char nick[16], other[16];
        chance = chance * 1664525u + 1013904223u;
        snprintf(nick, sizeof nick, "p[%u]", (chance >> 8) % 500);
        snprintf(other, sizeof other, "P{%u}", (chance >> 17) % 500);
        struct irc_person *person = irc_people_find(&people, nick);
        if (chance >> 30 == 0 && person)
            irc_people_forget(&people, person);
        else if (chance >> 30 == 1)
            irc_people_rename(&people, nick, other);
        else
            irc_people_see(&people, nick, NULL);
        size_t found = 0;
        for (size_t i = 0; n % 100 == 0 && i < people.count; i++)
            found += irc_people_find(&people, people.people[i].nick) == &people.people[i];
        assert_int_equal(found, n % 100 == 0 ? people.count : 0);
    }
    assert_true(people.count > 100);
    isupport.rfc1459 = false;
    for (size_t i = 0; i < people.count; i++)
        assert_ptr_equal(irc_people_find(&people, people.people[i].nick), &people.people[i]);
    irc_people_clear(&people);
    assert_null(irc_people_find(&people, "p[1]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(case_as_the_server_maps_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_nick_without_an_account, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_services_account_goes_before_the_nick, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_inherits_by_taking_a_nick, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_went_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_nick_of_odd_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_do_not_fill_the_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nicks_that_are_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_nick_has_one_holder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(found_among_many, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
