/* Who is who: guests and accounts, by what the server offers, through everything that changes it. */
#include "stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODERN "multi-prefix account-tag extended-join account-notify"

static bool has_heard(const struct stage *stage, const void *words)
{
    return fake_irc_heard(stage->fake, words) > 0;
}

/* Everything the server sent so far has been handled. */
static void catch_up(struct stage *stage)
{
    static unsigned number;
    char ping[32], pong[32];
    snprintf(ping, sizeof ping, "PING :i%u", ++number);
    snprintf(pong, sizeof pong, "PONG :i%u", number);
    fake_irc_say(stage->fake, "%s", ping);
    stages_until(stage, has_heard, pong);
}

static int set_up(void **state, const char *capabilities, const char *tokens)
{
    *state = (void *)(uintptr_t)"irc";
    struct stage *stage = stages_make(state);
    stage->irc.trust_nicks = false;
    fake_irc_offer(stage->fake, capabilities, tokens);
    stages_start(stage);
    catch_up(stage);
    return 0;
}

static int modern(void **state)
{
    return set_up(state, MODERN, "CASEMAPPING=rfc1459 PREFIX=(qaohv)~&@%+");
}

static const struct stages_event *last(const struct stage *stage)
{
    assert_true(stage->event_count > 0);
    return &stage->events[stage->event_count - 1];
}

/* The events since the last call: "+ann=account:ann" and so on, with the room as "#" if there is one.
 * The number in a guest's account is left out. */
static const char *told(struct stage *stage)
{
    static char out[4096];
    static const char *const marks[] = {[EVENT_TEXT] = "'", [EVENT_ENTER] = "+", [EVENT_LEAVE] = "-",
                                        [EVENT_RESET] = "reset", [EVENT_BECAME] = "became "};
    catch_up(stage);
    out[0] = '\0';
    for (size_t i = 0; i < stage->event_count; i++) {
        const struct stages_event *one = &stage->events[i];
        size_t used = strlen(out);
        const char *end = strchr(one->account, '~');
        bool guest = strncmp(one->account, "guest:", 6) == 0;
        assert_int_equal(guest, one->event.guest);
        snprintf(out + used, sizeof out - used, "%s%s%s%s=%.*s%s%s ", marks[one->event.kind],
                 one->room ? "#" : "", one->name, one->event.role == ROLE_OWNER ? "!" : one->event.role ? "@" : "",
                 guest ? (int)(end - one->account) : 99, one->account, one->text[0] ? ":" : "", one->text);
    }
    stages_forget_events(stage);
    if (out[0])
        out[strlen(out) - 1] = '\0';
    return out;
}

/* ---- what the server tells ---- */

static void a_guest_and_an_account(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep Ann :real name");
    fake_irc_say(stage->fake, ":bob!a@b JOIN #prep * :real name");
    fake_irc_say(stage->fake, "@account=Ann :ann!a@b PRIVMSG #prep :one");
    fake_irc_say(stage->fake, ":bob!a@b PRIVMSG hotseat :two");
    assert_string_equal(told(stage), "+#ann=account:ann +#bob=guest:bob '#ann=account:ann:one "
                                     "'bob=guest:bob:two");
}

static void a_guest_logs_in_and_out(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep * :real name");
    fake_irc_say(stage->fake, ":ann!a@b ACCOUNT Ann");
    fake_irc_say(stage->fake, ":ann!a@b ACCOUNT Ann");
    assert_string_equal(told(stage), "+#ann=guest:ann became ann=guest:ann:account:ann "
                                     "+#ann=account:ann");
    /* From one account to another is not becoming. */
    fake_irc_say(stage->fake, ":ann!a@b ACCOUNT other");
    assert_string_equal(told(stage), "-ann=account:ann +#ann=account:other");
    fake_irc_say(stage->fake, ":ann!a@b ACCOUNT *");
    assert_string_equal(told(stage), "-ann=account:other +#ann=guest:ann");
    fake_irc_say(stage->fake, "@account=ann :ann!a@b PRIVMSG #prep :tagged");
    assert_string_equal(told(stage), "became ann=guest:ann:account:ann +#ann=account:ann "
                                     "'#ann=account:ann:tagged");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG #prep :without");
    assert_string_equal(told(stage), "-ann=account:ann +#ann=guest:ann '#ann=guest:ann:without");
}

static void a_guest_takes_the_nick_of_an_account(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep ann :x");
    catch_up(stage);
    fake_irc_mute(stage->fake, true);
    for (int i = 1; i <= 7; i++)
        assert_int_equal(stages_post(stage, i, "account:ann", true, 0, "secret"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    /* Five are out. She goes, and a thief comes, before the rest may go. */
    fake_irc_say(stage->fake, ":ann!a@b NICK ann2");
    fake_irc_say(stage->fake, ":eve!e@v JOIN #prep * :x");
    fake_irc_say(stage->fake, ":eve!e@v NICK ann");
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await_sent(stage, 7);
    assert_int_equal(fake_irc_heard(stage->fake, "PRIVMSG ann :secret"), 5);
    assert_int_equal(fake_irc_heard(stage->fake, "PRIVMSG ann2 :secret"), 2);
    fake_irc_say(stage->fake, ":ann2!a@b QUIT :bye");
    catch_up(stage);
    assert_int_equal(stages_post(stage, 8, "account:ann", true, 0, "secret"), POST_BUSY);
}

static void what_is_queued_goes_on_to_who_logs_in(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep * :x");
    catch_up(stage);
    char *guest = strdup(last(stage)->account);
    fake_irc_mute(stage->fake, true);
    for (int i = 1; i <= 7; i++)
        assert_int_equal(stages_post(stage, i, guest, true, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":ann!a@b ACCOUNT ann");
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await_sent(stage, 7);
    assert_int_equal(stage->lost_count, 0);
    assert_int_equal(stages_post(stage, 8, guest, true, 0, "for the guest"), POST_TAKEN);
    stages_await_sent(stage, 8);
    assert_int_equal(fake_irc_heard(stage->fake, "PRIVMSG ann :for the guest"), 1);
    free(guest);
}

static void two_connections_are_one_member(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep ann :x");
    fake_irc_say(stage->fake, ":phone!a@c JOIN #prep ann :x");
    fake_irc_say(stage->fake, "@account=ann :phone!a@c PRIVMSG hotseat :here");
    catch_up(stage);
    assert_int_equal(stages_post(stage, 1, "account:ann", true, 0, "one"), POST_TAKEN);
    stages_await_sent(stage, 1);
    assert_int_equal(fake_irc_heard(stage->fake, "PRIVMSG phone :one"), 1);
    told(stage);
    fake_irc_say(stage->fake, ":phone!a@c QUIT :bye");
    assert_string_equal(told(stage), "");
    assert_int_equal(stages_post(stage, 2, "account:ann", true, 0, "two"), POST_TAKEN);
    stages_await_sent(stage, 2);
    assert_int_equal(fake_irc_heard(stage->fake, "PRIVMSG ann :two"), 1);
    fake_irc_say(stage->fake, ":ann!a@b PART #prep");
    assert_string_equal(told(stage), "-#ann=account:ann");
}

/* ---- changes of nick ---- */

static void people_swap_nicks(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep ann :x");
    fake_irc_say(stage->fake, ":bob!a@b JOIN #prep * :x");
    fake_irc_say(stage->fake, ":ann!a@b NICK tmp");
    fake_irc_say(stage->fake, ":bob!a@b NICK ann");
    fake_irc_say(stage->fake, ":tmp!a@b NICK bob");
    fake_irc_say(stage->fake, ":bob!a@b NICK BOB");
    told(stage);
    fake_irc_say(stage->fake, "@account=ann :BOB!a@b PRIVMSG #prep :one");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG #prep :two");
    assert_string_equal(told(stage), "'#BOB=account:ann:one '#ann=guest:bob:two");
}

static void who_takes_a_free_nick_is_another_guest(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep * :x");
    catch_up(stage);
    char *first = strdup(last(stage)->account);
    fake_irc_say(stage->fake, ":ann!a@b QUIT :bye");
    fake_irc_say(stage->fake, ":ann!e@v JOIN #prep * :x");
    catch_up(stage);
    assert_string_not_equal(last(stage)->account, first);
    fake_irc_say(stage->fake, ":ann!e@v PART #prep :bye");
    /* Who comes back from the same place is the same. */
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep * :x");
    catch_up(stage);
    assert_string_equal(last(stage)->account, first);
    /* But not while they are still here under another nick. */
    fake_irc_say(stage->fake, ":ann!a@b NICK ann2");
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep * :x");
    catch_up(stage);
    assert_string_not_equal(last(stage)->account, first);
    free(first);
}

/* A nick that we think is somebody's, and the server gives to another. */
static void what_we_missed(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep ann :x");
    fake_irc_say(stage->fake, ":bob!a@b JOIN #prep bob :x");
    told(stage);
    fake_irc_say(stage->fake, ":bob!a@b NICK ann");
    assert_string_equal(told(stage), "-ann=account:ann +#ann=account:bob");
    fake_irc_say(stage->fake, ":ann!a@b NICK :");
    fake_irc_say(stage->fake, ":ann!a@b KICK #prep nobody :x");
    fake_irc_say(stage->fake, ":nobody!a@b QUIT :x");
    fake_irc_say(stage->fake, ":nobody!a@b ACCOUNT x");
    fake_irc_say(stage->fake, ":nobody!a@b NICK somebody");
    told(stage);
}

/* Of a message in many lines only its beginning says where it comes from. */
static void many_lines_are_of_whoever_began_them(void **state)
{
    struct stage *stage = *state;
    static const char *const places[] = {"a@b", "e@v"};
    char account[2][EVENT_TARGET_MAX + 1];
    for (size_t i = 0; i < 2; i++) {
        fake_irc_say(stage->fake, ":bob!%s BATCH +x draft/multiline hotseat", places[i]);
        fake_irc_say(stage->fake, "@batch=x :bob!%s PRIVMSG hotseat :many", places[i]);
        fake_irc_say(stage->fake, ":s BATCH -x");
        snprintf(account[i], sizeof account[i], "%s",
                 stages_await(stage, EVENT_TEXT, "bob", "many")->account);
        fake_irc_say(stage->fake, ":bob!%s PRIVMSG hotseat :one", places[i]);
        assert_string_equal(stages_await(stage, EVENT_TEXT, "bob", "one")->account, account[i]);
        stages_forget_events(stage);
    }
    assert_string_not_equal(account[0], account[1]);
}

/* ---- roles ---- */

static void roles_by_modes(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":s 353 hotseat = #prep :~@own &adm @ope %%hal +voi two");
    fake_irc_say(stage->fake, ":s 366 hotseat #prep :End");
    assert_string_equal(told(stage), "+#own!=guest:own +#adm@=guest:adm +#ope@=guest:ope "
                                     "+#hal@=guest:hal +#voi=guest:voi +#two=guest:two");
    fake_irc_say(stage->fake, ":x!a@b MODE #prep -q+b-ah+o own *!*@* adm hal two");
    fake_irc_say(stage->fake, ":x!a@b MODE #prep +lk-l+v 5 key voi");
    fake_irc_say(stage->fake, ":x!a@b MODE #prep +oooooooo");
    fake_irc_say(stage->fake, ":x!a@b MODE #prep +o nobody");
    fake_irc_say(stage->fake, ":x!a@b MODE #prep");
    fake_irc_say(stage->fake, ":x!a@b MODE #elsewhere +o voi");
    static const char *const people[] = {"own", "adm", "ope", "hal", "voi", "two"};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        fake_irc_say(stage->fake, ":%s!a@b PRIVMSG #prep :x", people[i]);
    assert_string_equal(told(stage), "'#own@=guest:own:x '#adm=guest:adm:x '#ope@=guest:ope:x "
                                     "'#hal=guest:hal:x '#voi=guest:voi:x '#two@=guest:two:x");
    fake_irc_say(stage->fake, ":own!a@b PRIVMSG hotseat :y");
    assert_string_equal(told(stage), "'own=guest:own:y");
}

static int old_prefix(void **state)
{
    return set_up(state, "account-tag", "PREFIX=(Yqaohv)!~&@%+");
}

static void roles_without_multi_prefix(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":s 353 hotseat = #prep :~own @ope !joi");
    fake_irc_say(stage->fake, ":x!a@b MODE #prep -q own");
    stages_until(stage, has_heard, "NAMES #prep");
    fake_irc_say(stage->fake, ":s 353 hotseat = #prep :@own +ope !joi");
    told(stage);
    fake_irc_say(stage->fake, ":own!a@b PRIVMSG #prep :x");
    fake_irc_say(stage->fake, ":ope!a@b PRIVMSG #prep :x");
    fake_irc_say(stage->fake, ":joi!a@b PRIVMSG #prep :x");
    assert_string_equal(told(stage), "'#own@=guest:own:x '#ope=guest:ope:x '#joi@=guest:joi:x");
    /* What is known to be left needs no question; and there are not many. */
    fake_irc_say(stage->fake, ":x!a@b MODE #prep +a-a own own");
    for (int i = 0; i < 50; i++)
        fake_irc_say(stage->fake, ":x!a@b MODE #prep -o+o own own");
    catch_up(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "NAMES #prep"), 1);
}

#define MODERN_TEST(test) cmocka_unit_test_setup_teardown(test, modern, stages_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODERN_TEST(a_guest_and_an_account),
        MODERN_TEST(a_guest_logs_in_and_out),
        MODERN_TEST(a_guest_takes_the_nick_of_an_account),
        MODERN_TEST(what_is_queued_goes_on_to_who_logs_in),
        MODERN_TEST(two_connections_are_one_member),
        MODERN_TEST(people_swap_nicks),
        MODERN_TEST(who_takes_a_free_nick_is_another_guest),
        MODERN_TEST(what_we_missed),
        MODERN_TEST(many_lines_are_of_whoever_began_them),
        MODERN_TEST(roles_by_modes),
        cmocka_unit_test_setup_teardown(roles_without_multi_prefix, old_prefix, stages_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
