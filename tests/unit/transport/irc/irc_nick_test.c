/* The bot's nick is taken: it asks services a few times, tries at growing intervals, and never fights. */
#include "warp/irc_stand.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

/* Another one has the nick; NickServ is there, and does not let it go. */
static bool holds_the_nick(void *context, const char *line)
{
    struct irc_stand *stand = context;
    if (strcmp(line, "NICK hotseat") == 0) {
        fake_irc_say(stand->fake, ":s 433 * hotseat :in use");
        return true;
    }
    if (strcmp(line, "NICK hotseat1") == 0)
        fake_irc_say(stand->fake, ":s 001 hotseat1 :Welcome");
    if (strncmp(line, "JOIN ", 5) == 0) {
        fake_irc_say(stand->fake, ":hotseat1!~bot@127.0.0.1 JOIN #prep");
        return true;
    }
    if (strcmp(line, "WHOIS NickServ") == 0) {
        fake_irc_say(stand->fake, ":s 311 hotseat1 NickServ NickServ services.test * :services");
        fake_irc_say(stand->fake, ":s 312 hotseat1 NickServ services.test :services");
        fake_irc_say(stand->fake, ":s 318 hotseat1 NickServ :End");
        return true;
    }
    return strncmp(line, "USER ", 5) == 0; /* nobody is welcome before their nick is */
}

/* NickServ puts the holder out. */
static bool gives_it_up(void *context, const char *line)
{
    struct irc_stand *stand = context;
    static bool freed;
    if (strncmp(line, "CAP LS", 6) == 0)
        freed = false;
    if (strcmp(line, "NICK hotseat") == 0 && freed) {
        fake_irc_say(stand->fake, ":hotseat1!~bot@127.0.0.1 NICK :hotseat");
        return true;
    }
    if (strcmp(line, "PRIVMSG NickServ@services.test :GHOST hotseat") == 0) {
        freed = true;
        fake_irc_say(stand->fake, ":NickServ!NickServ@services.test NOTICE hotseat1 :has been ghosted");
        return true;
    }
    return holds_the_nick(context, line);
}

static int set_up(void **state)
{
    if (irc_stand_make(state))
        return -1;
    struct irc_stand *stand = *state;
    stand->settings.account = (char *)"hotseat";
    stand->settings.services = (char *)"NickServ!*@services.test";
    return 0;
}

static void services_free_it_and_it_is_taken_back(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, gives_it_up, stand);
    irc_stand_start(stand);
    irc_stand_pass(stand, MINUTE_MS);
    assert_int_equal(fake_irc_heard(stand->fake, "PRIVMSG NickServ@services.test :GHOST hotseat"), 1);
    assert_int_equal(fake_irc_heard(stand->fake, "NICK hotseat"), 3); /* refused, hotseat1, taken */
    irc_stand_pass(stand, HOUR_MS);
    assert_int_equal(fake_irc_heard(stand->fake, "NICK hotseat"), 3);
    fake_irc_on_line(stand->fake, NULL, NULL);
    irc_stand_works(stand);
}

static void it_is_never_fought_for(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, holds_the_nick, stand);
    irc_stand_start(stand);
    irc_stand_pass(stand, 24 * HOUR_MS);
    assert_int_equal(fake_irc_heard(stand->fake, "PRIVMSG NickServ@services.test :GHOST hotseat"), 3);
    assert_in_range(fake_irc_heard(stand->fake, "NICK hotseat"), 10, 36);
    assert_int_equal(fake_irc_heard(stand->fake, "PRIVMSG NickServ :"), 0);
    assert_int_equal(fake_irc_visits(stand->fake), 1);
}

static void without_services_it_only_tries(void **state)
{
    struct irc_stand *stand = *state;
    stand->settings.services = NULL;
    fake_irc_on_line(stand->fake, holds_the_nick, stand);
    irc_stand_start(stand);
    irc_stand_pass(stand, HOUR_MS);
    assert_int_equal(fake_irc_heard(stand->fake, "WHOIS"), 0);
    assert_in_range(fake_irc_heard(stand->fake, "NICK hotseat"), 6, 12);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, irc_stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(services_free_it_and_it_is_taken_back),
                                       TEST(it_is_never_fought_for),
                                       TEST(without_services_it_only_tries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
