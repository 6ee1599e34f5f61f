/* Looking people up: WHO with accounts, WHOIS; what waits for it, and what is no answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "warp/irc_stand.h"

#define SECOND 1000
#define MINUTE 60000

/* How the server answers; what it is asked about is counted by the fake. */
static struct {
    struct irc_stand *stand;
    const char *account;  /* of whoever is asked about; "0" = none, NULL = nothing is said of them */
    const char *place;    /* user and host of them */
    bool silent;          /* questions are not answered */
} server;

static const char *word(const char *line, int number, char out[100])
{
    for (; number > 0 && line; number--)
        line = strchr(line, ' ') ? strchr(line, ' ') + 1 : NULL;
    snprintf(out, 100, "%.*s", line ? (int)strcspn(line, " ") : 0, line ? line : "");
    return out;
}

static bool is_question(const char *line)
{
    return strncmp(line, "WHO", 3) == 0;
}

static bool on_line(void *context, const char *line)
{
    struct fake_irc *fake = server.stand->fake;
    char nick[100], fields[100];
    (void)context;
    if (server.silent && is_question(line))
        return true;
    if (!server.account || strchr(word(line, 1, nick), '#'))
        return false;
    if (strncmp(line, "WHOIS ", 6) == 0) {
        fake_irc_say(fake, ":s 311 hotseat %s %s * :x", nick, server.place);
        fake_irc_say(fake, ":s 307 hotseat %s :is a registered nick", nick);
        if (strcmp(server.account, "0") != 0)
            fake_irc_say(fake, ":s 330 hotseat %s %s :is logged in as", nick, server.account);
    } else if (strncmp(line, "WHO ", 4) == 0) {
        const char *token = strchr(word(line, 2, fields), ',') + 1;
        fake_irc_say(fake, ":s 354 hotseat %s %s %s %s", token, server.place, nick, server.account);
        fake_irc_say(fake, ":s 354 hotseat 1 e v %s wrong", nick);
        fake_irc_say(fake, ":s 354 hotseat %s e v other wrong", token);
    }
    return false;
}

static int start(void **state, const char *capabilities, const char *tokens)
{
    irc_stand_make(state);
    struct irc_stand *stand = *state;
    server.stand = stand;
    server.account = NULL;
    server.place = "a b";
    server.silent = false;
    fake_irc_offer(stand->fake, capabilities, tokens);
    fake_irc_on_line(stand->fake, on_line, NULL);
    irc_stand_start(stand);
    irc_stand_pass(stand, 5 * SECOND);
    return 0;
}

static int plain(void **state)
{
    return start(state, "multi-prefix", "PREFIX=(ov)@+");
}

static int whox(void **state)
{
    return start(state, "multi-prefix", "WHOX PREFIX=(ov)@+");
}

static size_t heard(struct irc_stand *stand, const char *words)
{
    return fake_irc_heard(stand->fake, words);
}

static void by_whois(void **state)
{
    struct irc_stand *stand = *state;
    server.silent = true;
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    assert_int_equal(stand->enters, 1);
    for (int i = 0; i < 10; i++)
        irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :!%d", i);
    /* Only one question, and all waits for it. */
    assert_int_equal(stand->texts, 0);
    assert_int_equal(heard(stand, "WHOIS ann"), 1);
    irc_stand_say(stand, ":s 330 hotseat ann Ann :is logged in as");
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    assert_int_equal(stand->texts, 10);
    assert_string_equal(stand->account, "account:ann");
    assert_string_equal(stand->text, "!9");
    irc_stand_pass(stand, 10 * MINUTE);
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :!more");
    assert_int_equal(stand->texts, 11);
    assert_int_equal(heard(stand, "WHOIS ann"), 1);
}

static void a_registered_nick_is_no_account(void **state)
{
    struct irc_stand *stand = *state;
    server.silent = true;
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :!x");
    irc_stand_say(stand, ":s 307 hotseat ann :is a registered nick");
    irc_stand_say(stand, ":s 330 hotseat bob bob :is logged in as");
    irc_stand_say(stand, ":s 330 hotseat ann :no account here");
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    assert_memory_equal(stand->account, "guest:ann~", 10);
}

static void a_guest_is_looked_up_again_a_minute_later(void **state)
{
    struct irc_stand *stand = *state;
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_pass(stand, 5 * SECOND);
    assert_int_equal(heard(stand, "WHOIS ann"), 1);
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :!one");
    assert_int_equal(stand->texts, 1);
    server.account = "ann";
    irc_stand_pass(stand, 61 * SECOND);
    /* Not for what is not for the bot. */
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :hello all");
    assert_int_equal(heard(stand, "WHOIS ann"), 1);
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :hotseat: two");
    assert_int_equal(heard(stand, "WHOIS ann"), 2);
    irc_stand_pass(stand, SECOND);
    assert_string_equal(stand->text, "hotseat: two");
    assert_string_equal(stand->account, "account:ann");
    /* A command may be bold. */
    server.account = NULL;
    irc_stand_say(stand, ":bob!a@b JOIN #prep");
    irc_stand_pass(stand, 70 * SECOND);
    irc_stand_say(stand, ":bob!a@b PRIVMSG #prep :\x02!join");
    assert_int_equal(heard(stand, "WHOIS bob"), 2);
}

static void after_five_seconds_they_are_guests(void **state)
{
    struct irc_stand *stand = *state;
    server.silent = true;
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!one");
    irc_stand_pass(stand, 4 * SECOND);
    assert_int_equal(stand->texts, 0);
    irc_stand_pass(stand, 2 * SECOND);
    assert_int_equal(stand->texts, 1);
    assert_memory_equal(stand->account, "guest:ann~", 10);
    /* The answer comes after all. */
    irc_stand_say(stand, ":s 330 hotseat ann ann :is logged in as");
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!two");
    assert_string_equal(stand->account, "account:ann");
}

static void whoever_goes_has_said_it(void **state)
{
    struct irc_stand *stand = *state;
    server.silent = true;
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :!one");
    irc_stand_say(stand, ":ann!a@b QUIT :bye");
    assert_int_equal(stand->texts, 1);
    assert_int_equal(stand->leaves, 1);
    irc_stand_say(stand, ":bob!a@b JOIN #prep");
    irc_stand_say(stand, ":bob!a@b PRIVMSG #prep :!two");
    irc_stand_say(stand, ":bob!a@b PART #prep");
    assert_int_equal(stand->texts, 2);
    irc_stand_say(stand, ":cyd!a@b PRIVMSG hotseat :!three");
    fake_irc_hang_up(stand->fake);
    irc_stand_pass(stand, 30 * SECOND);
    assert_int_equal(stand->texts, 3);
}

/* The answer is about who had the nick when it was asked. */
static void somebody_takes_the_nick_meanwhile(void **state)
{
    struct irc_stand *stand = *state;
    server.silent = true;
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :!one");
    irc_stand_say(stand, ":eve!e@v JOIN #prep");
    irc_stand_say(stand, ":ann!a@b NICK ann2");
    irc_stand_say(stand, ":eve!e@v NICK ann");
    irc_stand_say(stand, ":ann!e@v PRIVMSG #prep :!mine");
    assert_int_equal(heard(stand, "WHOIS ann"), 2);
    assert_int_equal(heard(stand, "WHOIS ann2"), 1);
    irc_stand_say(stand, ":s 330 hotseat ann ann :is logged in as");
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    assert_int_equal(stand->texts, 0);
    irc_stand_say(stand, ":s 330 hotseat ann2 ann :is logged in as");
    irc_stand_say(stand, ":s 318 hotseat ann2 :End");
    assert_int_equal(stand->texts, 1);
    assert_string_equal(stand->account, "account:ann");
    irc_stand_pass(stand, SECOND);
    assert_int_equal(heard(stand, "WHOIS ann"), 3);
    irc_stand_say(stand, ":s 318 hotseat ann :End");
    assert_int_equal(stand->texts, 2);
    assert_memory_equal(stand->account, "guest:eve~", 10);
}

static void a_crowd_is_not_looked_up(void **state)
{
    struct irc_stand *stand = *state;
    char line[100];
    for (int i = 0; i < 3000; i++) {
        snprintf(line, sizeof line, ":p%d!u@h%d JOIN #prep", i, i);
        irc_stand_say(stand, "%s", line);
    }
    irc_stand_pass(stand, 60 * MINUTE);
    assert_int_equal(stand->enters, 3000);
    assert_true(heard(stand, "WHOIS ") <= 70);
    for (int i = 1000; i < 1100; i++) {
        snprintf(line, sizeof line, ":p%d!u@h%d PRIVMSG hotseat :!x", i, i);
        irc_stand_say(stand, "%s", line);
    }
    irc_stand_pass(stand, MINUTE);
    assert_int_equal(stand->texts, 100);
    assert_true(heard(stand, "WHOIS ") <= 170);
}

static void a_storm_of_speakers(void **state)
{
    struct irc_stand *stand = *state;
    char line[100];
    server.silent = true;
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof line, ":p%d!u@h%d PRIVMSG hotseat :!x", i, i);
        irc_stand_say(stand, "%s", line);
    }
    assert_true(heard(stand, "WHOIS ") <= 3);
    irc_stand_pass(stand, 6 * SECOND);
    assert_int_equal(stand->texts, 1000);
    for (int i = 0; i < 200; i++)
        irc_stand_say(stand, ":p1!u@h1 PRIVMSG hotseat :!y");
    irc_stand_pass(stand, 60 * SECOND);
    assert_int_equal(stand->texts, 1200);
}

/* ---- WHO with accounts ---- */

static void by_whox_on_joining(void **state)
{
    struct irc_stand *stand = *state;
    assert_int_equal(heard(stand, "WHO #prep %tuhna,100"), 1);
    server.silent = true;
    irc_stand_say(stand, ":x!y@z KICK #prep hotseat :again");
    irc_stand_pass(stand, 5 * SECOND);
    assert_int_equal(heard(stand, "WHO #prep %tuhna,100"), 2);
    irc_stand_say(stand, ":s 353 hotseat = #prep :@ann bob cyd dan");
    assert_int_equal(stand->enters, 0);
    irc_stand_say(stand, ":s 354 hotseat 101 a b dan wrong");
    irc_stand_say(stand, ":s 354 hotseat 99 a b dan wrong");
    irc_stand_say(stand, ":s 354 hotseat 100 a b ann Ann");
    irc_stand_say(stand, ":s 354 hotseat 100 a b bob 0");
    irc_stand_say(stand, ":s 354 hotseat 100 a b nobody x");
    assert_int_equal(stand->enters, 2);
    irc_stand_say(stand, ":s 315 hotseat #prep :End");
    assert_int_equal(stand->enters, 4);
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!x");
    assert_int_equal(stand->texts, 1);
    assert_string_equal(stand->account, "account:ann");
    irc_stand_say(stand, ":bob!a@b PRIVMSG hotseat :!x");
    assert_int_equal(stand->texts, 2);
    assert_memory_equal(stand->account, "guest:bob~", 10);
    irc_stand_say(stand, ":dan!a@b PRIVMSG hotseat :!x");
    assert_int_equal(stand->texts, 2);
    assert_int_equal(heard(stand, "WHO dan %tuhna,2"), 1);
}

static void an_answer_that_never_ends(void **state)
{
    struct irc_stand *stand = *state;
    server.silent = true;
    irc_stand_say(stand, ":x!y@z KICK #prep hotseat :again");
    irc_stand_pass(stand, 5 * SECOND);
    irc_stand_say(stand, ":s 353 hotseat = #prep :@ann bob");
    irc_stand_pass(stand, 15 * SECOND);
    assert_int_equal(stand->enters, 2);
}

static void by_whox_of_one(void **state)
{
    struct irc_stand *stand = *state;
    server.account = "Ann";
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!x");
    irc_stand_pass(stand, SECOND);
    assert_string_equal(stand->account, "account:ann");
    assert_int_equal(heard(stand, "WHOIS"), 0);
}

/* Who asks under a nick and gives it up at once to the one whom it belongs to is not taken for them. */
static void the_nick_goes_to_its_owner_before_the_answer(void **state)
{
    struct irc_stand *stand = *state;
    server.account = "Ann";
    irc_stand_say(stand, ":ann!e@v PRIVMSG hotseat :!mine");
    irc_stand_pass(stand, SECOND);
    assert_int_equal(stand->texts, 1);
    assert_memory_equal(stand->account, "guest:ann~", 10);
}

/* ---- strangers: in no channel of ours, so that nobody tells us when they go ---- */

static void a_stranger_goes_unseen(void **state)
{
    struct irc_stand *stand = *state;
    server.account = "ann";
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!x");
    irc_stand_pass(stand, SECOND);
    assert_string_equal(stand->account, "account:ann");
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, MINUTE);
    assert_int_equal(heard(stand, "PRIVMSG ann"), 1);
    /* Is she still there? */
    unsigned ready = (unsigned)stand->ready;
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_pass(stand, SECOND);
    assert_true(stand->ready > ready);
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, MINUTE);
    assert_int_equal(heard(stand, "PRIVMSG ann"), 2);
    /* She went, and somebody else has the nick. */
    server.account = NULL;
    irc_stand_say(stand, ":ann!e@v PRIVMSG hotseat :!mine");
    irc_stand_pass(stand, SECOND);
    assert_memory_equal(stand->account, "guest:ann~", 10);
    snprintf(stand->account, sizeof stand->account, "account:ann");
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_pass(stand, MINUTE);
    assert_int_equal(heard(stand, "PRIVMSG ann"), 2);
}

/* The nick is somebody else's by now, who has not said a word. */
static void the_nick_of_a_guest_unseen(void **state)
{
    struct irc_stand *stand = *state;
    server.account = "0";
    irc_stand_say(stand, ":gus!a@b PRIVMSG hotseat :!x");
    irc_stand_pass(stand, MINUTE);
    assert_memory_equal(stand->account, "guest:gus~", 10);
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_pass(stand, SECOND);
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, MINUTE);
    server.place = "e v";
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_pass(stand, SECOND);
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
}

static void somebody_who_has_not_spoken_is_waited_for(void **state)
{
    struct irc_stand *stand = *state;
    server.silent = true;
    irc_stand_say(stand, ":bob!a@b JOIN #prep");
    irc_stand_pass(stand, 2 * MINUTE);
    server.silent = false;
    server.account = "bob";
    snprintf(stand->account, sizeof stand->account, "account:bob");
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_pass(stand, 5 * SECOND);
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, SECOND);
    assert_int_equal(heard(stand, "PRIVMSG bob"), 1);
}

/* Without extended-join nobody says who comes back after a netsplit. */
static void back_from_a_netsplit(void **state)
{
    struct irc_stand *stand = *state;
    server.account = "ann";
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_say(stand, ":ann!a@b PRIVMSG hotseat :!x");
    irc_stand_pass(stand, SECOND);
    assert_string_equal(stand->account, "account:ann");
    size_t enters = stand->enters, asked = heard(stand, "WHOIS");
    irc_stand_say(stand, ":ann!a@b QUIT :irc.test leaf.test");
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    irc_stand_pass(stand, MINUTE);
    assert_int_equal(stand->enters, enters);
    assert_int_equal(heard(stand, "WHOIS"), asked);
    /* That she is back is found out when something is for her. */
    assert_int_equal(irc_stand_post(stand, true), POST_BUSY);
    irc_stand_pass(stand, SECOND);
    assert_int_equal(irc_stand_post(stand, true), POST_TAKEN);
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->enters, enters);
    assert_int_equal(stand->leaves, 0);
    assert_int_equal(heard(stand, "WHOIS"), asked + 1);
    /* Who only looks like her, and says so, is a guest. */
    irc_stand_say(stand, ":ann!a@b QUIT :irc.test leaf.test");
    irc_stand_say(stand, ":ann!a@b JOIN #prep");
    server.account = NULL;
    irc_stand_say(stand, ":ann!a@b PRIVMSG #prep :hello");
    irc_stand_pass(stand, SECOND);
    assert_memory_equal(stand->account, "guest:ann~", 10);
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->leaves, 1);
    /* And silent ones are guests in the end. */
    server.account = "bob";
    irc_stand_say(stand, ":bob!a@b JOIN #prep");
    irc_stand_pass(stand, MINUTE);
    irc_stand_say(stand, ":bob!a@b QUIT :irc.test leaf.test");
    server.account = NULL;
    irc_stand_say(stand, ":bob!a@b JOIN #prep");
    enters = stand->enters;
    irc_stand_pass(stand, 10 * MINUTE);
    assert_int_equal(stand->enters, enters + 1);
    assert_int_equal(stand->leaves, 2);
}

#define TEST(test, setup) cmocka_unit_test_setup_teardown(test, setup, irc_stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_whois, plain),
        TEST(a_registered_nick_is_no_account, plain),
        TEST(a_guest_is_looked_up_again_a_minute_later, plain),
        TEST(after_five_seconds_they_are_guests, plain),
        TEST(whoever_goes_has_said_it, plain),
        TEST(somebody_takes_the_nick_meanwhile, plain),
        TEST(a_crowd_is_not_looked_up, plain),
        TEST(a_storm_of_speakers, plain),
        TEST(by_whox_on_joining, whox),
        TEST(an_answer_that_never_ends, whox),
        TEST(by_whox_of_one, whox),
        TEST(the_nick_goes_to_its_owner_before_the_answer, whox),
        TEST(a_stranger_goes_unseen, plain),
        TEST(the_nick_of_a_guest_unseen, plain),
        TEST(the_nick_of_a_guest_unseen, whox),
        TEST(somebody_who_has_not_spoken_is_waited_for, plain),
        TEST(back_from_a_netsplit, plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
