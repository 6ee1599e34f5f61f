/* Numeric 005 as servers send it, and as none should. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_isupport.h"

static struct irc_isupport isupport;
static struct irc_line line;

static int set_up(void **state)
{
    (void)state;
    irc_isupport_init(&isupport);
    return 0;
}

static void tell(const char *tokens)
{
    char text[2048];
    int length = snprintf(text, sizeof text, ":s 005 bot %s :are supported by this server", tokens);
    assert_true(irc_line_parse(&line, text, (size_t)length));
    irc_isupport_line(&isupport, &line);
}

static void before_anything_is_said(void **state)
{
    (void)state;
    assert_string_equal(isupport.modes, "ov");
    assert_string_equal(isupport.marks, "@+");
    assert_int_equal(isupport.casemap, IRC_CASEMAP_RFC1459);
    assert_int_equal(irc_isupport_targets(&isupport, "PRIVMSG"), 1);
}

/* What InspIRCd 3.15 and ngircd 26.1 said. */
static void real_servers(void **state)
{
    (void)state;
    tell("ACCEPT=30 AWAYLEN=200 BOT=B CALLERID=g CASEMAPPING=rfc1459 CHANLIMIT=#:20 "
         "CHANMODES=b,k,l,Rimnpst CHANNELLEN=64 CHANTYPES=# ELIST=CMNTU HOSTLEN=64");
    tell("LINELEN=512 MAXLIST=b:100 MODES=20 MONITOR=30 NAMELEN=128 NAMESX NETWORK=Test\\x20Net "
         "NICKLEN=30 PREFIX=(qaohv)~&@%+ SAFELIST STATUSMSG=~&@%+ USERLEN=10 WHOX");
    assert_int_equal(isupport.bot, 'B');
    assert_string_equal(isupport.value_modes, "bk");
    assert_string_equal(isupport.set_modes, "l");
    assert_int_equal(isupport.linelen, 512);
    assert_string_equal(isupport.network, "Test Net");
    assert_int_equal(isupport.nicklen, 30);
    assert_string_equal(isupport.modes, "qaohv");
    assert_string_equal(isupport.marks, "~&@%+");
    assert_true(isupport.whox);
    irc_isupport_init(&isupport);
    tell("RFC2812 IRCD=ngIRCd CHARSET=UTF-8 CASEMAPPING=ascii PREFIX=(qaohv)~&@%+ CHANTYPES=#&+ "
         "CHANMODES=beI,k,l,imMnOPQRstVz CHANLIMIT=#&+:10");
    tell("CHANNELLEN=50 NICKLEN=9 TOPICLEN=490 AWAYLEN=127 KICKLEN=400 MODES=5 MAXLIST=beI:50 "
         "EXCEPTS=e INVEX=I FNC PENALTY STATUSMSG=~&@%+");
    assert_int_equal(isupport.casemap, IRC_CASEMAP_ASCII);
    assert_string_equal(isupport.value_modes, "beIk");
    assert_int_equal(isupport.nicklen, 9);
    assert_false(isupport.whox);
}

static void prefixes(void **state)
{
    static const struct {
        const char *token, *modes, *marks;
    } cases[] = {
        {"PREFIX=(ov)@+", "ov", "@+"}, {"PREFIX=(Yqaohv)!~&@%+", "Yqaohv", "!~&@%+"},
        {"PREFIX=", "", ""},           {"PREFIX=()", "", ""},
        {"PREFIX", "", ""},            {"-PREFIX", "ov", "@+"},
        /* Nonsense changes nothing. */
        {"PREFIX=(ov)@", "x", "!"},    {"PREFIX=ov@+", "x", "!"},
        {"PREFIX=(ov@+", "x", "!"},    {"PREFIX=(o)@+", "x", "!"},
        {"PREFIX=(abcdefghijklmnopqrstuvwxyzABCDEF)abcdefghijklmnopqrstuvwxyzABCDEF", "x", "!"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tell("PREFIX=(x)!");
        tell(cases[i].token);
        assert_string_equal(isupport.modes, cases[i].modes);
        assert_string_equal(isupport.marks, cases[i].marks);
    }
}

static void what_is_taken_back(void **state)
{
    (void)state;
    tell("WHOX UTF8ONLY MONITOR=100 NICKLEN=20 BOT=B CALLERID NETWORK=N CASEMAPPING=ascii");
    tell("-WHOX -UTF8ONLY -MONITOR -NICKLEN -BOT -CALLERID -NETWORK -CASEMAPPING -EXCEPTS -");
    assert_false(isupport.whox);
    assert_int_equal(isupport.nicklen, 0);
    assert_int_equal(isupport.bot, 0);
    assert_string_equal(isupport.network, "");
    assert_int_equal(isupport.casemap, IRC_CASEMAP_RFC1459);
}

static void how_many_targets(void **state)
{
    (void)state;
    tell("MAXTARGETS=7 TARGMAX=NAMES:1,LIST:1,KICK:1,WHOIS:2,PRIVMSG:4,ACCEPT:,MONITOR:");
    assert_int_equal(irc_isupport_targets(&isupport, "PRIVMSG"), 4);
    assert_int_equal(irc_isupport_targets(&isupport, "WHOIS"), 2);
    assert_int_equal(irc_isupport_targets(&isupport, "ACCEPT"), UINT_MAX);
    assert_int_equal(irc_isupport_targets(&isupport, "MONITOR"), UINT_MAX);
    assert_int_equal(irc_isupport_targets(&isupport, "NOTICE"), 7);
    tell("-TARGMAX -MAXTARGETS");
    assert_int_equal(irc_isupport_targets(&isupport, "PRIVMSG"), 1);
}

static void values_that_are_no_good(void **state)
{
    (void)state;
    tell("NICKLEN=999999999999999999999 CHANNELLEN=-5 LINELEN=x MODES= BOT=7 NETWORK=\\x1b\\x\\xzz\\x4");
    assert_int_equal(isupport.nicklen, 1000000);
    assert_int_equal(isupport.linelen, 0);
    assert_int_equal(isupport.bot, 0);
    assert_string_equal(isupport.network, "\\x\\xzz\\x4");
    char long_value[1900];
    memset(long_value, 'n', sizeof long_value);
    memcpy(long_value, "NETWORK=", 8);
    long_value[sizeof long_value - 1] = '\0';
    tell(long_value);
    assert_int_equal(strlen(isupport.network), sizeof isupport.network - 1);
}

static void a_flood_is_not_read_for_ever(void **state)
{
    (void)state;
    for (int i = 0; i < IRC_ISUPPORT_LINES_MAX; i++)
        tell("NICKLEN=10");
    tell("NICKLEN=20");
    assert_int_equal(isupport.nicklen, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(before_anything_is_said, set_up),
        cmocka_unit_test_setup(real_servers, set_up),
        cmocka_unit_test_setup(prefixes, set_up),
        cmocka_unit_test_setup(what_is_taken_back, set_up),
        cmocka_unit_test_setup(how_many_targets, set_up),
        cmocka_unit_test_setup(values_that_are_no_good, set_up),
        cmocka_unit_test_setup(a_flood_is_not_read_for_ever, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
