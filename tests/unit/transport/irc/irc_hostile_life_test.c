/*
 * A server that behaves badly when the bot registers, joins or stays: it never
 * lets it in, never reads, breaks off wherever it can. After each of it the bot
 * works, and it came back no sooner than its back-off allows.
 */
#include "warp/irc_stand.h"

#include <signal.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

/* It goes on as if nothing had been. */
static void goes_on(struct irc_stand *stand)
{
    irc_stand_works(stand);
    assert_int_equal(stand->visits, 1);
}

static bool came_twice(struct irc_stand *stand)
{
    return stand->visits >= 2;
}

/* ---- a server that does not read ---- */

/* It sends PINGs and reads nothing: what waits to be sent has a bound, and then it is given up. */
static void pings_of_a_server_that_never_reads(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_read(stand->fake, false);
    for (int i = 0; i < 400 && stand->visits < 2; i++) {
        irc_stand_repeat(stand, 1000, "PING :" "0123456789012345678901234567890123456789012345678901234567890123456789"
                            "0123456789012345678901234567890123456789012345678901234567890123456789");
        irc_stand_pass(stand, 1000);
    }
    assert_true(stand->visits >= 2);
    fake_irc_read(stand->fake, true);
    irc_stand_works(stand);
}

/* A server that says nothing and reads nothing is found out when nothing answers. */
static void a_server_that_never_reads(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_read(stand->fake, false);
    for (int i = 0; i < 300; i++)
        irc_stand_post(stand, false);
    irc_stand_bounded(stand);
    assert_true(irc_stand_until(stand, 5 * MINUTE_MS, came_twice));
    assert_true(stand->lost >= 5);
    fake_irc_read(stand->fake, true);
    irc_stand_works(stand);
}

/* ---- registration ---- */

static bool mute_all(void *context, const char *line)
{
    (void)context;
    (void)line;
    return true;
}

static bool taken_for_ever(void *context, const char *line)
{
    struct irc_stand *stand = context;
    if (strncmp(line, "NICK ", 5) != 0 && strncmp(line, "USER ", 5) != 0)
        return false;
    if (line[0] == 'N')
        fake_irc_say(stand->fake, ":s 433 * %.60s :in use", line + 5);
    return true;
}

static void no_nick_is_ever_free(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, taken_for_ever, stand);
    fake_irc_hang_up(stand->fake);
    fake_irc_forget(stand->fake);
    irc_stand_pass(stand, HOUR_MS);
    assert_in_range(stand->visits, 5, 40);
    assert_true(fake_irc_heard(stand->fake, "NICK") <= 12 * stand->visits);
    irc_stand_backed_off(stand, 1);
    fake_irc_on_line(stand->fake, NULL, NULL);
    irc_stand_works(stand);
}

static bool lists_for_ever(void *context, const char *line)
{
    struct irc_stand *stand = context;
    if (strncmp(line, "CAP LS", 6) != 0)
        return true;
    for (int i = 0; i < 5000; i++)
        fake_irc_say(stand->fake, ":s CAP * LS * :multi-prefix message-tags a=b c%d", i);
    return true;
}

static void capabilities_without_end(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, lists_for_ever, stand);
    fake_irc_hang_up(stand->fake);
    irc_stand_pass(stand, HOUR_MS);
    irc_stand_backed_off(stand, 1);
    fake_irc_on_line(stand->fake, NULL, NULL);
    irc_stand_works(stand);
}

static bool challenges(void *context, const char *line)
{
    struct irc_stand *stand = context;
    if (strncmp(line, "AUTHENTICATE", 12) == 0)
        fake_irc_say(stand->fake, "AUTHENTICATE +");
    else if (strncmp(line, "CAP REQ", 7) == 0)
        fake_irc_say(stand->fake, ":s CAP * ACK :sasl not-asked multi-prefix");
    else if (strncmp(line, "CAP LS", 6) == 0)
        fake_irc_say(stand->fake, ":s CAP * LS :sasl=PLAIN,EXTERNAL multi-prefix");
    else
        return false;
    return true;
}

/* Nobody wanted SASL here: an ACK of it and its challenges change nothing. */
static void what_was_not_asked_is_acknowledged(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, challenges, stand);
    fake_irc_hang_up(stand->fake);
    fake_irc_forget(stand->fake);
    irc_stand_works(stand);
    irc_stand_repeat(stand, 5000, "AUTHENTICATE +");
    irc_stand_say(stand, ":s CAP hotseat ACK :sasl");
    irc_stand_say(stand, ":s CAP hotseat NEW :sasl");
    assert_int_equal(fake_irc_heard(stand->fake, "AUTHENTICATE"), 0);
    assert_int_equal(stand->visits, 2);
    irc_stand_works(stand);
}

static void a_welcome_that_comes_too_early(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, mute_all, NULL);
    fake_irc_hang_up(stand->fake);
    assert_true(irc_stand_until(stand, MINUTE_MS, came_twice));
    fake_irc_forget(stand->fake);
    irc_stand_say(stand, ":s 001 hotseat :too early");
    irc_stand_say(stand, ":hotseat!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :into the void");
    assert_int_equal(fake_irc_heard(stand->fake, "JOIN"), 0);
    assert_int_equal(stand->texts, 0);
    fake_irc_on_line(stand->fake, NULL, NULL);
    irc_stand_works(stand);
}

static void a_second_welcome(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":s 001 hotseat :welcome again");
    irc_stand_say(stand, ":s 001 other :welcome, other");
    irc_stand_say(stand, ":s 001 :welcome");
    irc_stand_say(stand, ":s 001");
    goes_on(stand);
}

/* ---- ends ---- */

static void an_error_inside_a_burst(void **state)
{
    struct irc_stand *stand = *state;
    for (int i = 0; i < 50; i++)
        irc_stand_post(stand, false);
    for (int i = 0; i < 200; i++)
        fake_irc_say(stand->fake, ":ann!a@b PRIVMSG #prep :words %d", i);
    fake_irc_say(stand->fake, "ERROR :Closing Link: %%n%%s");
    for (int i = 0; i < 200; i++)
        fake_irc_say(stand->fake, ":ann!a@b PRIVMSG #prep :more words %d", i);
    fake_irc_say(stand->fake, "ERROR");
    fake_irc_hang_up(stand->fake);
    irc_stand_works(stand);
    assert_int_equal(stand->visits, 2);
    irc_stand_backed_off(stand, 1);
}

static void killed(void **state)
{
    struct irc_stand *stand = *state;
    for (unsigned i = 0; i < 5; i++) {
        irc_stand_say(stand, ":oper!o@p KILL hotseat :oper!o@p (out)");
        irc_stand_say(stand, "ERROR :Closing Link: hotseat (Killed)");
        fake_irc_hang_up(stand->fake);
        irc_stand_works(stand);
    }
    assert_int_equal(stand->visits, 6);
}

static void cut_in_the_middle_of_a_line(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_send(stand, ":ann!a@b PRIVMSG #prep :half a li", 33);
    for (int i = 0; i < 3; i++)
        irc_stand_post(stand, false);
    fake_irc_hang_up(stand->fake);
    fake_irc_forget(stand->fake);
    assert_true(irc_stand_until(stand, MINUTE_MS, came_twice));
    irc_stand_pass(stand, 1000);
    /* Nothing of the old connection, in either direction. */
    assert_string_equal(fake_irc_line(stand->fake, 0), "CAP LS 302");
    for (size_t i = 0; i < fake_irc_count(stand->fake); i++)
        assert_null(strstr(fake_irc_line(stand->fake, i), "words"));
    assert_int_equal(stand->texts, 0);
    irc_stand_works(stand);
}

static void turned_away_at_the_door(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_turn_away(stand->fake, true);
    fake_irc_hang_up(stand->fake);
    irc_stand_pass(stand, 2 * HOUR_MS);
    /* 1, 2, 4, ... 256 s, then every 300 s, a quarter more at most. */
    assert_in_range(stand->visits, 8 + 18, 10 + 24);
    irc_stand_backed_off(stand, 1);
    fake_irc_turn_away(stand->fake, false);
    irc_stand_works(stand);
}

static bool close_at(void *context, const char *line)
{
    struct irc_stand *stand = context;
    static unsigned number;
    (void)line;
    if (++number % 7 != 0)
        return false;
    fake_irc_hang_up(stand->fake);
    return true;
}

/* The connection breaks at the first line, the second, ...: wherever it is, it comes back. */
static void cut_at_any_line(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, close_at, stand);
    for (int i = 0; i < 60; i++) {
        irc_stand_post(stand, false);
        irc_stand_pass(stand, MINUTE_MS);
    }
    assert_true(stand->visits > 10);
    fake_irc_on_line(stand->fake, NULL, NULL);
    irc_stand_works(stand);
}

static void silence(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_mute(stand->fake, true);
    assert_false(irc_stand_until(stand, 80000, came_twice));
    assert_true(irc_stand_until(stand, MINUTE_MS, came_twice));
    fake_irc_mute(stand->fake, false);
    irc_stand_works(stand);
}

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

static void writing_to_who_has_gone_is_no_signal(void **state)
{
    struct irc_stand *stand = *state;
    signals = 0;
    for (int i = 0; i < 10; i++) {
        irc_stand_works(stand);
        fake_irc_hang_up(stand->fake);
        signal(SIGPIPE, on_signal);
        for (int n = 0; n < 20; n++)
            irc_stand_post(stand, false);
        irc_stand_pass(stand, 1);
        signal(SIGPIPE, SIG_IGN);
    }
    assert_int_equal(signals, 0);
    irc_stand_works(stand);
}

/* ---- channels ---- */

static bool lets_in_and_kicks(void *context, const char *line)
{
    struct irc_stand *stand = context;
    if (strncmp(line, "JOIN ", 5) != 0)
        return false;
    fake_irc_say(stand->fake, ":hotseat!a@b JOIN #prep");
    fake_irc_say(stand->fake, ":s KICK #prep hotseat :out");
    return true;
}

static void kicked_for_ever(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_forget(stand->fake);
    fake_irc_on_line(stand->fake, lets_in_and_kicks, stand);
    irc_stand_say(stand, ":s KICK #prep hotseat :out");
    irc_stand_pass(stand, 8 * HOUR_MS);
    /* After 3 s, then after 1, 2 and 4 hours. */
    assert_int_equal(fake_irc_heard(stand->fake, "JOIN"), 4);
    fake_irc_on_line(stand->fake, NULL, NULL);
    irc_stand_say(stand, ":ann!a@b INVITE hotseat #prep");
    goes_on(stand);
}

static bool refuses(void *context, const char *line)
{
    struct irc_stand *stand = context;
    static const int why[] = {471, 473, 474, 475, 477, 403, 405};
    static unsigned number;
    if (strncmp(line, "JOIN ", 5) != 0)
        return false;
    fake_irc_say(stand->fake, ":s %d hotseat #prep :no", why[number++ % 7]);
    return true;
}

static void refused_for_ever(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_forget(stand->fake);
    fake_irc_on_line(stand->fake, refuses, stand);
    irc_stand_say(stand, ":s KICK #prep hotseat :out");
    irc_stand_pass(stand, HOUR_MS);
    assert_in_range(fake_irc_heard(stand->fake, "JOIN"), 5, 14);
    fake_irc_on_line(stand->fake, NULL, NULL);
    goes_on(stand);
}

/* ---- nicks ---- */

static bool keeps_out(void *context, const char *line)
{
    struct irc_stand *stand = context;
    if (strncmp(line, "JOIN ", 5) != 0)
        return false;
    fake_irc_say(stand->fake, ":s 474 hotseat #prep :banned");
    return true;
}

/* Who wrote privately and is in no channel with us may be gone, and somebody else be there: nothing
 * tells. What is for them waits until it is certain who is who. */
static void whoever_has_the_nick_of_a_stranger_gets_nothing(void **state)
{
    struct irc_stand *stand = *state;
    fake_irc_on_line(stand->fake, keeps_out, stand);
    irc_stand_say(stand, ":s KICK #prep hotseat :out");
    irc_stand_say(stand, "@account=ann :ann!a@b PRIVMSG hotseat :are you there?");
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, MINUTE_MS);
    assert_int_equal(fake_irc_heard(stand->fake, "PRIVMSG ann :"), 1);
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    fake_irc_on_line(stand->fake, NULL, NULL);
    irc_stand_say(stand, ":hotseat!a@b JOIN #prep");
    irc_stand_say(stand, ":s 353 hotseat = #prep :ann hotseat");
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_say(stand, "@account=ann :ann!a@b PRIVMSG #prep :it is me");
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, MINUTE_MS);
    assert_int_equal(fake_irc_heard(stand->fake, "PRIVMSG ann :"), 2);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, irc_stand_setup, irc_stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_nick_is_ever_free), TEST(capabilities_without_end),
        TEST(what_was_not_asked_is_acknowledged), TEST(a_welcome_that_comes_too_early),
        TEST(a_second_welcome), TEST(an_error_inside_a_burst), TEST(killed),
        TEST(cut_in_the_middle_of_a_line), TEST(turned_away_at_the_door), TEST(cut_at_any_line),
        TEST(silence), TEST(writing_to_who_has_gone_is_no_signal), TEST(kicked_for_ever),
        TEST(refused_for_ever), TEST(pings_of_a_server_that_never_reads),
        TEST(a_server_that_never_reads), TEST(whoever_has_the_nick_of_a_stranger_gets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
