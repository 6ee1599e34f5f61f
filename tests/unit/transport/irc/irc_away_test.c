/* Netsplits: who is gone by one has not left for the core, until it has lasted; and what is no split. */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_netsplit.h"
#include "warp/irc_stand.h"

#define MINUTE 60000

static void reasons(void **state)
{
    static const struct {
        const char *text;
        bool split;
    } cases[] = {
        {"irc.test leaf.test", true},
        {"*.net *.split", true},
        {"hub-1.eu.example.org 2.leaf.example.org", true},
        {"Quit: irc.test leaf.test", false},
        {"irc.test leaf.test ", false},
        {"irc.test  leaf.test", false},
        {"irc.test", false},
        {"irc.test irc.test", false},
        {"good bye", false},
        {"3.14 2.71", false},
        {".a.b c.d", false},
        {"a..bc d.ef", false},
        {"a.bc. d.ef", false},
        {"see you.later at.home", false},
        {"a.bc d.e/f", false},
        {"", false},
        {" ", false},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test leaf.test", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(irc_netsplit_reason(cases[i].text), cases[i].split);
}

static int set_up(void **state, bool trust)
{
    irc_stand_make(state);
    struct irc_stand *stand = *state;
    stand->settings.trust_nicks = trust;
    fake_irc_offer(stand->fake, "account-tag extended-join account-notify", "PREFIX=(ov)@+");
    irc_stand_start(stand);
    irc_stand_pass(stand, 5000);
    return 0;
}

static int guests(void **state)
{
    return set_up(state, false);
}

static void crowd(struct irc_stand *stand, int count, const char *what)
{
    for (int i = 0; i < count; i++)
        irc_stand_say(stand, ":p%d!u%d@h %s", i, i, what);
}

static void a_short_split_is_nothing(void **state)
{
    struct irc_stand *stand = *state;
    crowd(stand, 50, "JOIN #prep * :x");
    irc_stand_say(stand, ":ann!a@b JOIN #prep ann :x");
    irc_stand_say(stand, ":bob!b@b JOIN #prep * :x");
    assert_int_equal(stand->enters, 52);
    size_t heard = fake_irc_count(stand->fake);
    crowd(stand, 50, "QUIT :irc.test leaf.test");
    irc_stand_say(stand, ":ann!a@b QUIT :irc.test leaf.test");
    irc_stand_say(stand, ":bob!b@b QUIT :irc.test leaf.test");
    irc_stand_pass(stand, 4 * MINUTE);
    assert_int_equal(stand->leaves, 0);
    crowd(stand, 50, "JOIN #prep * :x");
    irc_stand_say(stand, ":ann!a@b JOIN #prep ann :x");
    irc_stand_say(stand, ":bob!b@b JOIN #prep * :x");
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->enters, 52);
    assert_int_equal(stand->leaves, 0);
    /* Nobody was looked up or greeted for it. */
    for (; heard < fake_irc_count(stand->fake); heard++)
        assert_memory_equal(fake_irc_line(stand->fake, heard), "PING", 4);
    irc_stand_say(stand, "@account=ann :ann!a@b PRIVMSG hotseat :back");
    assert_string_equal(stand->account, "account:ann");
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, 1000);
}

static void a_long_split_is_leaving(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":ann!a@b JOIN #prep ann :x");
    irc_stand_say(stand, ":bob!a@b JOIN #prep bob :x");
    irc_stand_say(stand, ":ann!a@b QUIT :*.net *.split");
    irc_stand_pass(stand, 4 * MINUTE);
    assert_int_equal(stand->leaves, 0);
    irc_stand_pass(stand, 2 * MINUTE);
    assert_int_equal(stand->leaves, 1);
    irc_stand_say(stand, ":ann!a@b JOIN #prep ann :x");
    assert_int_equal(stand->enters, 3);
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->leaves, 1);
}

static void who_takes_the_nick_of_one_who_is_away(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, "@account=ann :ann!a@b JOIN #prep ann :x");
    irc_stand_say(stand, "@account=ann :ann!a@b PRIVMSG hotseat :here");
    irc_stand_say(stand, ":ann!a@b QUIT :irc.test leaf.test");
    irc_stand_say(stand, ":ann!e@v JOIN #prep * :x");
    assert_int_equal(stand->enters, 2);
    /* To account:ann. */
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_say(stand, ":ann!e@v PRIVMSG hotseat :give me hers");
    assert_memory_equal(stand->account, "guest:ann~", 10);
    /* She is back under another nick. */
    irc_stand_say(stand, ":ann_!a@b JOIN #prep ann :x");
    irc_stand_say(stand, "@account=ann :ann_!a@b PRIVMSG hotseat :here");
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, 1000);
    assert_int_equal(fake_irc_heard(stand->fake, "PRIVMSG ann_ :"), 1);
    assert_int_equal(fake_irc_heard(stand->fake, "PRIVMSG ann :"), 0);
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->leaves, 0);
}

static void what_anybody_can_say(void **state)
{
    struct irc_stand *stand = *state;
    char line[100];
    for (int i = 0; i < 3000; i++) {
        snprintf(line, sizeof line, ":e%d!e@v JOIN #prep acc%d :x\r\n:e%d!e@v QUIT :a.bc d.ef", i, i, i);
        irc_stand_say(stand, "%s", line);
    }
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->enters, 3000);
    assert_int_equal(stand->leaves, 3000);
    irc_stand_works(stand);
}

static void put_out_while_others_are_away(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":ann!a@b JOIN #prep ann :x");
    irc_stand_say(stand, ":ann!a@b QUIT :irc.test leaf.test");
    irc_stand_say(stand, ":x!a@b KICK #prep hotseat :out");
    irc_stand_pass(stand, MINUTE);
    irc_stand_say(stand, ":ann!a@b JOIN #prep ann :x");
    assert_int_equal(stand->enters, 2);
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->leaves, 0);
}

#define GUESTS(test) cmocka_unit_test_setup_teardown(test, guests, irc_stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons),
        GUESTS(a_short_split_is_nothing),
        GUESTS(a_long_split_is_leaving),
        GUESTS(who_takes_the_nick_of_one_who_is_away),
        GUESTS(what_anybody_can_say),
        GUESTS(put_out_while_others_are_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
