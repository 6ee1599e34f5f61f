/* Logging in by NickServ where there is no SASL: nobody else gets the password. */
#include "stages.h"

#include <string.h>

#include "skip/skip.h"

static char account[] = "benbot", password[] = "pa55-wort", mask[] = "NickServ!*@services.test";

#define IDENTIFY "PRIVMSG NickServ@services.test :IDENTIFY benbot pa55-wort"
#define IDENTIFY_ALONE "PRIVMSG NickServ :IDENTIFY benbot pa55-wort"
#define WHOIS "WHOIS NickServ"

struct heard {
    const char *words;
    size_t times;
};

static bool has_heard(const struct stage *stage, const void *what)
{
    const struct heard *heard = what;
    return fake_irc_heard(stage->fake, heard->words) >= heard->times;
}

static void await(struct stage *stage, const char *words, size_t times)
{
    struct heard heard = {words, times};
    stages_until(stage, has_heard, &heard);
}

/* Everything the server sent so far has been handled. */
static void catch_up(struct stage *stage)
{
    static unsigned number;
    char pong[32];
    snprintf(pong, sizeof pong, "PONG :s%u", ++number);
    fake_irc_say(stage->fake, "PING :s%u", number);
    await(stage, pong, 1);
}

/* Time passes, and the server lives. */
static void pass(struct stage *stage, int64_t seconds)
{
    for (; seconds > 0; seconds -= 50) {
        skip_seconds(&stage->loop, seconds < 50 ? seconds : 50);
        catch_up(stage);
    }
}

/* The bot comes again with an account; the server registers it and tells nothing more. */
static void come_again(struct stage *stage)
{
    size_t before = fake_irc_heard(stage->fake, WHOIS);
    stage->irc.account = account;
    stage->irc.account_password = password;
    stage->irc.services = mask;
    fake_irc_hang_up(stage->fake);
    await(stage, WHOIS, before + 1);
}

static void whois(struct stage *stage, const char *userhost, const char *server)
{
    fake_irc_say(stage->fake, ":s 311 hotseat NickServ %s * :services", userhost);
    fake_irc_say(stage->fake, ":s 312 hotseat NickServ %s :services", server);
    fake_irc_say(stage->fake, ":s 318 hotseat NickServ :End of /WHOIS list.");
}

static size_t told(const struct stage *stage)
{
    size_t times = 0;
    for (size_t i = 0; i < fake_irc_count(stage->fake); i++)
        times += strstr(fake_irc_line(stage->fake, i), password) != NULL;
    return times;
}

static void nickserv_gets_it_at_its_server(void **state)
{
    struct stage *stage = *state;
    come_again(stage);
    catch_up(stage);
    assert_int_equal(told(stage), 0);
    whois(stage, "NickServ services.test", "services.test");
    await(stage, IDENTIFY, 1);
    assert_int_equal(told(stage), 1);
    /* Not confirmed: it is not said again soon, and less often each time. */
    fake_irc_say(stage->fake, ":NickServ!NickServ@services.test NOTICE hotseat :Invalid password.");
    catch_up(stage);
    pass(stage, 200);
    assert_int_equal(fake_irc_heard(stage->fake, WHOIS), 1);
    pass(stage, 101);
    await(stage, WHOIS, 2);
    whois(stage, "NickServ services.test", "services.test");
    await(stage, IDENTIFY, 2);
    fake_irc_say(stage->fake, ":s 900 hotseat h!u@h benbot :You are now logged in as benbot");
    catch_up(stage);
    pass(stage, 4000);
    assert_int_equal(told(stage), 2);
}

static void an_impostor_gets_nothing(void **state)
{
    static const char *const whos[][2] = {
        {"NickServ services.test.evil", "services.test"},
        {"~x 127.0.0.1", "irc.test"},
        {"services.test x", "services.test"},
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof whos / sizeof *whos; i++) {
        come_again(stage);
        whois(stage, whos[i][0], whos[i][1]);
        fake_irc_say(stage->fake, ":NickServ!~x@127.0.0.1 NOTICE hotseat :please /msg me IDENTIFY");
        fake_irc_say(stage->fake, ":NickServ!~x@127.0.0.1 PRIVMSG hotseat :IDENTIFY");
        catch_up(stage);
        assert_int_equal(told(stage), 0);
    }
    come_again(stage);
    fake_irc_say(stage->fake, ":s 401 hotseat NickServ :No such nick/channel");
    fake_irc_say(stage->fake, ":s 318 hotseat NickServ :End of /WHOIS list.");
    catch_up(stage);
    assert_int_equal(told(stage), 0);
}

static void a_server_without_that_form_is_looked_at_again(void **state)
{
    struct stage *stage = *state;
    come_again(stage);
    whois(stage, "NickServ services.test", "services.test");
    await(stage, IDENTIFY, 1);
    fake_irc_say(stage->fake, ":s 401 hotseat NickServ@services.test :No such nick/channel");
    await(stage, WHOIS, 2);
    assert_int_equal(fake_irc_heard(stage->fake, IDENTIFY_ALONE), 0);
    whois(stage, "NickServ services.test", "services.test");
    await(stage, IDENTIFY_ALONE, 1);
    skip_seconds(&stage->loop, 130);
    /* In the meantime somebody else may have taken the nick. */
    come_again(stage);
    whois(stage, "NickServ services.test", "services.test");
    await(stage, IDENTIFY, 2);
    fake_irc_say(stage->fake, ":s 402 hotseat services.test :No such server");
    await(stage, WHOIS, 4);
    whois(stage, "~x 127.0.0.1", "irc.test");
    catch_up(stage);
    assert_int_equal(fake_irc_heard(stage->fake, IDENTIFY_ALONE), 1);
}

static void where_sasl_is_required_nickserv_is_not_asked(void **state)
{
    struct stage *stage = *state;
    stage->irc.sasl = IRC_SASL_REQUIRED;
    stage->irc.account = account;
    stage->irc.account_password = password;
    stage->irc.services = mask;
    size_t before = fake_irc_heard(stage->fake, "CAP LS");
    fake_irc_hang_up(stage->fake);
    await(stage, "CAP LS", before + 2);
    assert_int_equal(fake_irc_heard(stage->fake, WHOIS), 0);
    assert_int_equal(fake_irc_heard(stage->fake, "NICK"), 1);
}

#define TEST(name) {#name, name, stages_setup, stages_teardown, "irc"}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nickserv_gets_it_at_its_server),
        TEST(an_impostor_gets_nothing),
        TEST(a_server_without_that_form_is_looked_at_again),
        TEST(where_sasl_is_required_nickserv_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
