/* Looking people up by services: what counts as their answer, and when it does not. */
#include <stdio.h>
#include <string.h>

#include "warp/irc_stand.h"

#define SECOND 1000

static bool silent; /* the server does not answer WHOIS by itself */

static bool on_line(void *context, const char *line)
{
    (void)context;
    return silent && strncmp(line, "WHOIS ", 6) == 0;
}

static int set_up(void **state)
{
    static char mask[] = "NickServ!*@services.test";
    irc_stand_make(state);
    struct irc_stand *stand = *state;
    silent = false;
    stand->settings.services = mask;
    fake_irc_offer(stand->fake, "multi-prefix", "PREFIX=(ov)@+");
    fake_irc_on_line(stand->fake, on_line, NULL);
    irc_stand_start(stand);
    irc_stand_pass(stand, 5 * SECOND);
    return 0;
}

static size_t heard(struct irc_stand *stand, const char *words)
{
    return fake_irc_heard(stand->fake, words);
}

static void by_services(void **state)
{
    struct irc_stand *stand = *state;
    static const char *const forged[] = {
        ":NickServ!x@evil.test NOTICE hotseat :ann -> boss ACC 3",
        ":Nickserf!x@services.test NOTICE hotseat :ann -> boss ACC 3",
        ":NickServ NOTICE hotseat :ann -> boss ACC 3",
        ":NickServ!s@services.test NOTICE #prep :ann -> boss ACC 3",
        ":NickServ!s@services.test PRIVMSG hotseat :ann -> boss ACC 3",
        ":NickServ!s@services.test NOTICE hotseat :bob -> boss ACC 3",
        ":NickServ!s@services.test NOTICE hotseat :ann",
        ":NickServ!s@services.test NOTICE hotseat :ann is -> boss ACC 3",
        ":NickServ!s@services.test NOTICE hotseat :",
    };
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :!one");
    irc_stand_pass(stand, SECOND);
    assert_int_equal(heard(stand, "PRIVMSG NickServ :ACC ann *"), 1);
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++)
        irc_stand_say(stand, "%s", forged[i]);
    assert_string_not_equal(stand->account, "account:boss");
    size_t texts = stand->texts;
    irc_stand_say(stand, ":NickServ!s@Services.test NOTICE hotseat :ann -> Ann ACC 3");
    assert_int_equal(stand->texts, texts + 1);
    assert_string_equal(stand->account, "account:ann");
}

static void of_a_stranger_services_alone_prove_nothing(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":ann!e@v PRIVMSG hotseat :!mine");
    irc_stand_say(stand, ":s 311 hotseat ann e v * :x");
    irc_stand_pass(stand, SECOND);
    /* Now the nick goes to its owner. */
    silent = true;
    irc_stand_say(stand, ":NickServ!s@services.test NOTICE hotseat :ann -> Ann ACC 3");
    irc_stand_say(stand, ":s 311 hotseat ann a b * :x");
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    assert_int_equal(stand->texts, 1);
    assert_memory_equal(stand->account, "guest:ann~", 10);
    /* She herself is known by it. */
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!x");
    irc_stand_say(stand, ":s 311 hotseat ann a b * :x");
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    irc_stand_say(stand, ":NickServ!s@services.test NOTICE hotseat :ann -> Ann ACC 3");
    irc_stand_say(stand, ":s 311 hotseat ann a b * :x");
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    assert_int_equal(stand->texts, 2);
    assert_string_equal(stand->account, "account:ann");
}

static void a_status_that_is_not_logged_in(void **state)
{
    static const char *const answers[] = {"-> ann ACC 2", "-> ann ACC 1", "-> ann ACC 0", "ACC 0",
                                          "-> * ACC 3", "-> ann ACC 33", "ACC 3"};
    struct irc_stand *stand = *state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char nick[20];
        snprintf(nick, sizeof nick, "p%zu", i);
        irc_stand_say(stand, ":%s!a@b PRIVMSG hotseat :!x", nick);
        irc_stand_pass(stand, SECOND);
        irc_stand_say(stand, ":NickServ!s@services.test NOTICE hotseat :%s %s", nick, answers[i]);
        assert_int_equal(stand->texts, i + 1);
        assert_memory_equal(stand->account, "guest:", 6);
    }
}

static void services_are_gone_or_silent(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!x");
    irc_stand_pass(stand, SECOND);
    irc_stand_say(stand, ":s 401 hotseat NickServ :No such nick");
    assert_int_equal(stand->texts, 1);
    /* They freeze. */
    irc_stand_say(stand, ":bob!a@b PRIVMSG hotseat :!x");
    irc_stand_pass(stand, 6 * SECOND);
    assert_int_equal(stand->texts, 2);
    irc_stand_pass(stand, 40 * SECOND);
    /* An answer as late as this is for nobody, whoever has the nick by now. */
    irc_stand_say(stand, ":bob!e@v PRIVMSG hotseat :!mine");
    irc_stand_pass(stand, SECOND);
    irc_stand_say(stand, ":NickServ!s@services.test NOTICE hotseat :bob -> bob ACC 3");
    irc_stand_pass(stand, 6 * SECOND);
    assert_int_equal(stand->texts, 3);
    assert_memory_equal(stand->account, "guest:bob~", 10);
    assert_int_equal(heard(stand, "PRIVMSG NickServ :ACC bob *"), 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, irc_stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_services),
        TEST(of_a_stranger_services_alone_prove_nothing),
        TEST(a_status_that_is_not_logged_in),
        TEST(services_are_gone_or_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
