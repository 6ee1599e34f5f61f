/*
 * A server that sends everything that can be sent. After each of it the bot is
 * heard and hears, mostly on the same connection, and nothing inside has grown.
 */
#include "warp/irc_stand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* It goes on as if nothing had been. */
static void goes_on(struct irc_stand *stand)
{
    irc_stand_works(stand);
    assert_int_equal(stand->visits, 1);
}

/* ---- bytes ---- */

static void empty_lines(void **state)
{
    irc_stand_repeat(*state, 20000, "");
    irc_stand_repeat(*state, 20000, "\r\r");
    irc_stand_repeat(*state, 1000, " ");
    goes_on(*state);
}

static void long_lines(void **state)
{
    struct irc_stand *stand = *state;
    static char line[40001];
    static const size_t sizes[] = {510, 1022, 1023, 1024, 1025, 4096, 8191, 16383, 16384, 20480, 40000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(line, 'y', sizes[i]);
        line[sizes[i]] = '\0';
        irc_stand_repeat(stand, 3, line);
        memcpy(line, ":a!b@c PRIVMSG #prep :", 22);
        irc_stand_repeat(stand, 3, line);
        goes_on(stand);
    }
}

static void bytes_that_are_no_text(void **state)
{
    struct irc_stand *stand = *state;
    static const char nul[] = "\r\n:a\0b!c@d PRIVMSG #prep :nul\r\n\0\0\0\r\n";
    char all[256 + 40];
    for (int at = 0; at < 3; at++) {
        static const char *const lines[] = {":a!b@c PRIVMSG #prep :", ":", ":a!b@c "};
        size_t length = strlen(lines[at]);
        memcpy(all, lines[at], length);
        for (int c = 1; c < 256; c++)
            all[length++] = (char)(c == '\n' ? ' ' : c);
        memcpy(all + length, "\r\n", 2);
        irc_stand_send(stand, all, length + 2);
    }
    irc_stand_send(stand, nul, sizeof nul - 1);
    irc_stand_say(stand, ":\xC3\xA9\xFF!\x80@\xED\xA0\x80 JOIN #prep");
    irc_stand_say(stand, ":\xC3\xA9\xFF!\x80@\xED\xA0\x80 PRIVMSG #prep :\xFF\xC3(\xF5");
    goes_on(stand);
}

static void one_byte_a_second(void **state)
{
    struct irc_stand *stand = *state;
    static const char line[] = ":ann!a@b PRIVMSG #prep :one by one\r\n";
    for (size_t i = 0; i < sizeof line - 1; i++) {
        irc_stand_send(stand, line + i, 1);
        irc_stand_pass(stand, 1000);
    }
    assert_string_equal(stand->text, "one by one");
    goes_on(stand);
}

/* Bytes alone are no sign of life: a line that never ends is none. */
static void a_line_that_never_ends(void **state)
{
    struct irc_stand *stand = *state;
    for (int i = 0; i < 600 && stand->visits < 2; i++) {
        irc_stand_send(stand, "x", 1);
        irc_stand_pass(stand, 1000);
        fake_irc_mute(stand->fake, true);
    }
    assert_int_equal(stand->visits, 2);
    fake_irc_mute(stand->fake, false);
    irc_stand_works(stand);
}

static void thousands_of_tags(void **state)
{
    struct irc_stand *stand = *state;
    static char line[16000];
    size_t length = 1;
    line[0] = '@';
    for (unsigned i = 0; length < 8000; i++)
        length += (size_t)snprintf(line + length, 32, "%sk%u=\\:\\s\\\\v", i ? ";" : "", i);
    snprintf(line + length, 100, ";account=ann;msgid=m%%s%%n :ann!a@b PRIVMSG #prep :tagged");
    irc_stand_repeat(stand, 200, line);
    assert_string_equal(stand->text, "tagged");
    goes_on(stand);
}

/* ---- lines ---- */

static void numerics_with_too_little(void **state)
{
    struct irc_stand *stand = *state;
    static const char *const rest[] = {"", " ", " :", " hotseat", " hotseat :", " hotseat #prep",
                                       " hotseat #prep :", " * * * * * * * * * * * * * * * *", " :%n%s"};
    for (unsigned number = 0; number <= 999; number++) {
        /* These mean what they say: the network closes, or a nick or SASL is refused. */
        if (number == 465 || (number >= 900 && number <= 908))
            continue;
        for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
            irc_stand_say(stand, ":s %03u%s", number, rest[i]);
        irc_stand_say(stand, "%03u", number);
    }
    irc_stand_works(stand);
}

static void commands_with_too_little(void **state)
{
    struct irc_stand *stand = *state;
    static const char *const commands[] = {
        "JOIN", "PART", "KICK", "QUIT", "NICK", "MODE", "TOPIC", "PRIVMSG", "NOTICE", "INVITE", "PING",
        "PONG", "CAP", "ACCOUNT", "CHGHOST", "AWAY", "SETNAME", "BATCH", "TAGMSG", "FAIL", "AUTHENTICATE"};
    static const char *const prefixes[] = {"", ": ", ":ann ", ":ann!a@b ", ":! ", ":@ ", ":s ",
                                           "@a=b ", "@ ", "@account= :ann!a@b "};
    static const char *const rest[] = {"", " ", " :", " x", " #prep", " #prep :", " :x", " #prep x"};
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++)
        for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++)
            for (size_t r = 0; r < sizeof rest / sizeof *rest; r++) {
                /* Without a prefix it is about us. */
                if (p == 0 && c <= 4)
                    continue;
                irc_stand_say(stand, "%s%s%s", prefixes[p], commands[c], rest[r]);
            }
    goes_on(stand);
}

static void a_nick_without_a_prefix(void **state)
{
    irc_stand_say(*state, "NICK other");
    irc_stand_say(*state, "NICK :hotseat");
    irc_stand_say(*state, "NICK");
    goes_on(*state);
}

static void prefixes_like_our_own(void **state)
{
    struct irc_stand *stand = *state;
    static const char *const nicks[] = {"hotseat2", "hotsea", "hotseatt", "h", "xhotseat"};
    for (size_t i = 0; i < sizeof nicks / sizeof *nicks; i++) {
        irc_stand_say(stand, ":%s!a@b JOIN #prep", nicks[i]);
        irc_stand_say(stand, ":%s!a@b NICK evil%zu", nicks[i], i);
        irc_stand_say(stand, ":evil%zu!a@b PART #prep", i);
        irc_stand_say(stand, ":%s!a@b QUIT :x", nicks[i]);
        irc_stand_say(stand, ":s KICK #prep %s :x", nicks[i]);
    }
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat2 :not for us");
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :for us");
    assert_string_equal(stand->text, "for us");
    assert_int_equal(stand->texts, 1);
    assert_int_equal(stand->resets, 0);
    goes_on(stand);
}

static void a_flood_of_005(void **state)
{
    struct irc_stand *stand = *state;
    static const char *const tokens[] = {
        "PREFIX=(ov)@+", "PREFIX=(ov", "PREFIX=", "CHANMODES=b,k,l,i", "CHANMODES=", "NICKLEN=-1", "NICKLEN=",
        "CASEMAPPING=", "LINELEN=0", "A B C D E F G H I J K L M N O P Q R S T", "-PREFIX", "=", "STATUSMSG="};
    for (int i = 0; i < 300; i++)
        for (size_t t = 0; t < sizeof tokens / sizeof *tokens; t++)
            fake_irc_say(stand->fake, ":s 005 hotseat %s :are supported", tokens[t]);
    irc_stand_say(stand, ":s 005 hotseat PREFIX=(%0500d)%0500d :are", 7, 7);
    irc_stand_say(stand, ":s 005 hotseat CHANMODES=%01500d,%01500d,x,y :are", 7, 7);
    goes_on(stand);
}

static void mode_lines(void **state)
{
    struct irc_stand *stand = *state;
    static const char *const modes[] = {
        "+", "-", "+-+-+-", "+ooooooooooooooooooooooooooooooooooo", "+o", "-o", "+\x01\x02", "o", "+k", "-k",
        "+ovqa ann ann ann ann", "+b *!*@* *!*@*", "+l", "+l x y z", "+q hotseat", "%n%s", "+oooo ann bob"};
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        irc_stand_say(stand, ":s MODE #prep %s", modes[i]);
        irc_stand_say(stand, ":s MODE hotseat %s", modes[i]);
        irc_stand_say(stand, ":s MODE #elsewhere %s", modes[i]);
    }
    goes_on(stand);
}

static void a_nick_of_500_bytes(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":%0500d!a@b JOIN #prep", 7);
    irc_stand_say(stand, ":%0500d!a@b PRIVMSG #prep :hi", 7);
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b NICK %0500d", 7);
    irc_stand_say(stand, ":s 353 hotseat = #prep :@%0500d +%0400d", 7, 7);
    irc_stand_say(stand, ":s KICK #prep %0500d :x", 7);
    goes_on(stand);
}

/* ---- many ---- */

static void a_storm_of_nicks(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":p0!a@b JOIN #prep");
    for (unsigned i = 0; i < 20000; i++)
        fake_irc_say(stand->fake, ":p%u!a@b NICK p%u", i, i + 1);
    irc_stand_say(stand, ":p20000!a@b PRIVMSG hotseat :still me");
    assert_string_equal(stand->text, "still me");
    goes_on(stand);
}

/* More than are kept: those who are not are heard all the same when others go. */
static void thirty_thousand_people(void **state)
{
    struct irc_stand *stand = *state;
    for (unsigned i = 0; i < 15000; i++)
        fake_irc_say(stand->fake, ":p%u!a@b JOIN #prep", i);
    for (unsigned i = 15000; i < 30000; i += 20) {
        char names[400] = "";
        for (unsigned n = i; n < i + 20; n++)
            snprintf(names + strlen(names), sizeof names - strlen(names), "+p%u ", n);
        fake_irc_say(stand->fake, ":s 353 hotseat = #prep :%s", names);
    }
    irc_stand_pass(stand, 0);
    irc_stand_bounded(stand);
    assert_true(stand->enters >= 15000);
    for (unsigned i = 0; i < 30000; i++)
        fake_irc_say(stand->fake, ":p%u!a@b %s :bye", i, i % 2 ? "QUIT" : "PART #prep");
    goes_on(stand);
}

static void a_flood_of_pings(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_repeat(stand, 20000, "PING :are you there");
    goes_on(stand);
    assert_int_equal(fake_irc_heard(stand->fake, "PONG :are you there"), 20000);
}

/* ---- what is said ---- */

/* Neither a nick nor a text makes one line two, or one target several. */
static void nothing_is_injected(void **state)
{
    struct irc_stand *stand = *state;
    static const char *const nicks[] = {"n,m", "NickServ,ann", "#prep,ann", "a\rQUIT", "a\x0bQUIT"};
    for (size_t i = 0; i < sizeof nicks / sizeof *nicks; i++) {
        irc_stand_say(stand, "@account=u%zu :%s!a@b PRIVMSG hotseat :answer me", i, nicks[i]);
        irc_stand_post(stand, true);
        irc_stand_pass(stand, 1000);
    }
    irc_stand_post_text(stand, "one\r\nQUIT :two\nNICK three\rJOIN 0");
    irc_stand_pass(stand, 1000);
    for (size_t i = 0; i < fake_irc_count(stand->fake); i++) {
        const char *line = fake_irc_line(stand->fake, i);
        if (strncmp(line, "PRIVMSG ", 8) == 0)
            assert_null(memchr(line + 8, ',', strcspn(line + 8, " ")));
    }
    assert_int_equal(fake_irc_heard(stand->fake, "QUIT") + fake_irc_heard(stand->fake, "NICK three") +
                         fake_irc_heard(stand->fake, "JOIN 0"), 0);
    assert_true(fake_irc_heard(stand->fake, "PRIVMSG #prep :") > 0);
    goes_on(stand);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, irc_stand_setup, irc_stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(empty_lines), TEST(long_lines), TEST(bytes_that_are_no_text),
        TEST(one_byte_a_second), TEST(a_line_that_never_ends), TEST(thousands_of_tags),
        TEST(numerics_with_too_little), TEST(commands_with_too_little),
        TEST(a_nick_without_a_prefix), TEST(prefixes_like_our_own), TEST(a_flood_of_005),
        TEST(mode_lines), TEST(a_nick_of_500_bytes), TEST(a_storm_of_nicks),
        TEST(thirty_thousand_people), TEST(a_flood_of_pings), TEST(nothing_is_injected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
