/* IRC lines as servers send them, well and badly formed; the form libircclient is fed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/irc/irc_line.h"

static struct irc_line line;

static bool parse(const char *text)
{
    return irc_line_parse(&line, text, strlen(text));
}

static void a_message(void **state)
{
    (void)state;
    assert_true(parse(":ann!a@host PRIVMSG #prep :hello there : all"));
    assert_string_equal(line.nick, "ann");
    assert_string_equal(line.userhost, "a@host");
    assert_string_equal(line.command, "PRIVMSG");
    assert_int_equal(line.count, 2);
    assert_string_equal(line.param[0], "#prep");
    assert_string_equal(line.param[1], "hello there : all");
    assert_string_equal(line.param[2], "");
    assert_int_equal(irc_line_numeric(&line), -1);
}

static void without_a_prefix(void **state)
{
    (void)state;
    assert_true(parse("ping :a b"));
    assert_string_equal(line.nick, "");
    assert_string_equal(line.userhost, "");
    assert_string_equal(line.command, "PING");
    assert_string_equal(line.param[0], "a b");
}

static void tags(void **state)
{
    (void)state;
    assert_true(parse("@time=2026-01-01T00:00:00Z;account=al\\:ice\\s2;msgid=x1;+draft= :n NOTICE b :t"));
    assert_string_equal(line.account, "al;ice 2");
    assert_string_equal(line.msgid, "x1");
    assert_string_equal(line.nick, "n");
    assert_true(parse("@account=;msgid :n NOTICE b :t"));
    assert_null(line.account);
    assert_null(line.msgid);
    assert_true(parse("@account=x\\ :n NOTICE b :t"));
    assert_string_equal(line.account, "x");
}

static void numerics(void **state)
{
    (void)state;
    assert_true(parse(":srv 005 bot PREFIX=(ov)@+ :are supported"));
    assert_int_equal(irc_line_numeric(&line), 5);
    assert_true(parse(":srv 0005 bot"));
    assert_int_equal(irc_line_numeric(&line), -1);
    assert_true(parse(":srv 00A bot"));
    assert_int_equal(irc_line_numeric(&line), -1);
}

static void fifteen_parameters(void **state)
{
    (void)state;
    assert_true(parse("X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"));
    assert_int_equal(line.count, IRC_PARAMS_MAX);
    assert_string_equal(line.param[13], "14");
    assert_string_equal(line.param[14], "15 16 17");
}

static void an_empty_last_parameter(void **state)
{
    (void)state;
    assert_true(parse(":ann!a@h AWAY :"));
    assert_int_equal(line.count, 1);
    assert_string_equal(line.param[0], "");
    assert_true(parse(":ann!a@h AWAY"));
    assert_int_equal(line.count, 0);
}

static void no_lines(void **state)
{
    static char big[IRC_LINE_MAX + 1];
    (void)state;
    assert_false(parse(""));
    assert_false(parse("   "));
    assert_false(parse(":ann"));
    assert_false(parse(":ann!a@h "));
    assert_false(parse("@tag=1"));
    assert_false(parse("PRIV-MSG x"));
    assert_false(irc_line_parse(&line, "PING\0x", 6));
    memset(big, 'A', sizeof big);
    assert_false(irc_line_parse(&line, big, sizeof big));
    assert_false(irc_line_parse(&line, big, IRC_LINE_MAX));
    assert_true(irc_line_parse(&line, big, IRC_LINE_MAX - 1));
}

static const char *canonical(const char *text)
{
    static char out[IRC_CANONICAL_MAX];
    assert_true(parse(text));
    return irc_line_canonical(&line, "bot", out, sizeof out) ? out : NULL;
}

static void the_canonical_form(void **state)
{
    (void)state;
    assert_string_equal(canonical("@a=b :ann!a@h PRIVMSG #c :hi"), ":ann!a@h PRIVMSG #c :hi\r\n");
    /* libircclient crashes on a NICK without prefix, and reads what was there before without a parameter. */
    assert_string_equal(canonical("NICK other"), ":bot!x@x NICK :other\r\n");
    assert_string_equal(canonical(":ann!a@h QUIT"), ":ann!a@h QUIT :\r\n");
    assert_string_equal(canonical(":srv 005 a 2 3 4 5 6 7 8 9 10 11 12 :13"),
                        ":srv!x@x 005 a 2 3 4 5 6 7 8 9 :10\r\n");
}

static void what_libircclient_has_no_use_for(void **state)
{
    (void)state;
    assert_null(canonical(":ann!a@h ACCOUNT alice"));
    assert_null(canonical(":ann!a@h AWAY :brb"));
    assert_null(canonical("PING :x"));
    assert_null(canonical(":ann!a@h PRIVMSG #c"));
    assert_null(canonical(":ann!a@h NOTICE :x"));
    assert_null(canonical(":ann!a@h KICK #c"));
    assert_null(canonical(":srv 001"));
    /* It would look for a command instead, and crash. */
    assert_null(canonical(":srv 000 bot :x"));
}

/* Whatever comes in, what goes out is one line that libircclient survives. */
static void always_short_and_clean(void **state)
{
    static char text[IRC_LINE_MAX];
    char out[IRC_CANONICAL_MAX];
    uint32_t chance = 1;
    (void)state;
    for (int n = 0; n < 20000; n++) {
        size_t length = (size_t)snprintf(text, sizeof text, ":x!y@z PRIVMSG ");
        size_t more = (chance >> 8) % 3000;
        for (size_t i = 0; i < more; i++) {
            chance = chance * 1664525u + 1013904223u;
            char c = (char)(chance >> 24);
            text[length++] = c ? c : ' ';
        }
        if (!irc_line_parse(&line, text, length) ||
            !irc_line_canonical(&line, "bot", out, sizeof out))
            continue;
        size_t size = strlen(out);
        assert_true(size >= 2 && size <= IRC_CANONICAL_MAX);
        assert_string_equal(out + size - 2, "\r\n");
        for (size_t i = 0; i < size - 2; i++)
            assert_true((unsigned char)out[i] >= 0x20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message),
        cmocka_unit_test(without_a_prefix),
        cmocka_unit_test(tags),
        cmocka_unit_test(numerics),
        cmocka_unit_test(fifteen_parameters),
        cmocka_unit_test(an_empty_last_parameter),
        cmocka_unit_test(no_lines),
        cmocka_unit_test(the_canonical_form),
        cmocka_unit_test(what_libircclient_has_no_use_for),
        cmocka_unit_test(always_short_and_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
