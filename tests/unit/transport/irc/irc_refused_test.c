/* What the server does not pass on is not lost, and who is meant learns what to do; the bot's own
 * place and nick: kicked, invited, led astray, renamed. */
#include "stages.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool has_heard(const struct stage *stage, const void *words)
{
    return fake_irc_heard(stage->fake, words) > 0;
}

static void enter(struct stage *stage, const char *person)
{
    stages_enter(stage, person);
    stages_await(stage, EVENT_ENTER, person, NULL);
}

static bool is_heard_again(const struct stage *stage, const void *words)
{
    return fake_irc_heard(stage->fake, words) > 1;
}

/* Everything the server sent so far has been handled. */
static void catch_up(struct stage *stage)
{
    static unsigned number;
    char pong[32];
    fake_irc_say(stage->fake, "PING :r%u", ++number);
    snprintf(pong, sizeof pong, "PONG :r%u", number);
    stages_until(stage, has_heard, pong);
}

static bool is_marked(const struct stage *stage, const void *batch)
{
    return fake_irc_heard(stage->fake, "PING :hs") >= *(const size_t *)batch;
}

/* A message for ann is out, the server says this of it, and then takes the batch in. */
static void refuse(struct stage *stage, int64_t id, const char *numeric)
{
    size_t batch = fake_irc_heard(stage->fake, "PING :hs") + 1;
    fake_irc_mute(stage->fake, true);
    assert_int_equal(stages_post(stage, id, "nick:ann", true, 0, "words"), POST_TAKEN);
    stages_until(stage, is_marked, &batch);
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, "%s", numeric);
    fake_irc_say(stage->fake, ":s PONG s :hs%zu", batch);
    catch_up(stage);
}

static void pass_a_second(struct stage *stage)
{
    uv_update_time(&stage->loop);
    uint64_t until = uv_now(&stage->loop) + 1100;
    while (uv_now(&stage->loop) < until) {
        uv_run(&stage->loop, UV_RUN_NOWAIT);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static bool is_ready_again(const struct stage *stage, const void *before)
{
    return stage->ready > *(const unsigned *)before;
}

static void who_keeps_us_out_is_told_in_the_channel_once(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    refuse(stage, 1, ":s 716 hotseat ann :is in +g mode (server-side ignore.)");
    assert_int_equal(stage->lost_count, 1);
    assert_int_equal(stage->sent_count, 0);
    stages_until(stage, has_heard, "PRIVMSG #prep :ann: your settings keep my private messages out. "
                                   "Type /accept hotseat, then");
    assert_int_equal(stages_post(stage, 1, "nick:ann", true, 0, "words"), POST_BUSY);
    pass_a_second(stage);
    unsigned ready = stage->ready;
    stages_tell(stage, "ann", "now?", 4);
    stages_until(stage, is_ready_again, &ready);
    assert_int_equal(stages_post(stage, 1, "nick:ann", true, 0, "what waited"), POST_TAKEN);
    stages_await_sent(stage, 1);
    assert_int_equal(fake_irc_heard(stage->fake, "PRIVMSG #prep :ann:"), 1);
}

static void a_receipt_is_said_aloud_rather_than_not_at_all(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    refuse(stage, 1, ":s 716 hotseat ann :is in +g mode (server-side ignore.)");
    assert_int_equal(stages_post(stage, 2, "nick:ann", true, 0, "secret"), POST_BUSY);
    assert_int_equal(stages_post(stage, 3, "nick:ann", true, EFFECT_URGENT | EFFECT_OPEN, "Stored."),
                     POST_TAKEN);
    stages_await_sent(stage, 3);
    assert_true(stages_seen(stage, "#prep\tann: Stored.") >= 0);
    /* Who is in no channel with us is not spoken to in one. */
    fake_irc_say(stage->fake, ":ann!a@b PART #prep");
    stages_await(stage, EVENT_LEAVE, "ann", NULL);
    assert_int_equal(stages_post(stage, 4, "nick:ann", true, EFFECT_URGENT | EFFECT_OPEN, "Stored."),
                     POST_BUSY);
}

static void it_says_that_it_is_a_bot_where_that_can_be_said(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":s 376 hotseat :End of MOTD");
    catch_up(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "MODE"), 0);
    fake_irc_say(stage->fake, ":s 005 hotseat BOT=B :are supported");
    fake_irc_say(stage->fake, ":s 422 hotseat :MOTD File is missing");
    stages_until(stage, has_heard, "MODE hotseat +B");
}

static void each_refusal_says_what_helps(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    refuse(stage, 1, ":s 477 hotseat ann :You need to be identified");
    stages_until(stage, has_heard,
                 "PRIVMSG #prep :ann: your settings let only registered people write to you, so I "
                 "cannot. Type /mode ann -R, then");
}

static void haste_is_nobodys_fault(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    refuse(stage, 1, ":s 707 hotseat ann :Targets changing too fast, message dropped");
    assert_int_equal(stage->lost_count, 1);
    assert_int_equal(stages_post(stage, 1, "nick:ann", true, 0, "words"), POST_BUSY);
    catch_up(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "PRIVMSG #prep"), 0);
}

static void a_standard_reply_refuses_as_a_numeric_does(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    refuse(stage, 1, ":s FAIL PRIVMSG CANNOT_SEND ann :not to you");
    assert_int_equal(stage->lost_count, 1);
    stages_until(stage, has_heard, "PRIVMSG #prep :ann: your settings keep");
    fake_irc_say(stage->fake, "FAIL");
    fake_irc_say(stage->fake, "FAIL *");
    fake_irc_say(stage->fake, ":s NOTE * SOMETHING :maintenance at noon");
    fake_irc_say(stage->fake, ":s FAIL PRIVMSG X nobody :text");
    catch_up(stage);
}

static void a_channel_that_is_silent_gets_it_when_we_have_voice(void **state)
{
    struct stage *stage = *state;
    fake_irc_mute(stage->fake, true);
    assert_int_equal(stages_post(stage, 1, "#prep", false, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":s 404 hotseat #prep :Cannot send to channel (+m)");
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    catch_up(stage);
    fake_irc_mute(stage->fake, false);
    assert_int_equal(stage->lost_count, 1);
    assert_int_equal(stages_post(stage, 1, "#prep", false, 0, "words"), POST_BUSY);
    pass_a_second(stage);
    unsigned ready = stage->ready;
    fake_irc_say(stage->fake, ":op!a@b MODE #prep +v hotseat");
    stages_until(stage, is_ready_again, &ready);
    assert_int_equal(stages_post(stage, 1, "#prep", false, 0, "what waited"), POST_TAKEN);
    stages_await_sent(stage, 1);
}

static void kicked_twice_it_stays_away_until_invited(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":ann!a@b KICK #prep hotseat :out");
    stages_until(stage, is_heard_again, "JOIN #prep");
    catch_up(stage);
    fake_irc_say(stage->fake, ":ann!a@b KICK #prep hotseat :I mean it");
    catch_up(stage);
    fake_irc_say(stage->fake, ":ann!a@b INVITE hotseat #other");
    for (int i = 0; i < 5; i++)
        pass_a_second(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "JOIN"), 2);
    fake_irc_say(stage->fake, ":ann!a@b INVITE hotseat #prep");
    catch_up(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "JOIN #prep"), 3);
}

/* The outbox looks at what was lost again only when it is told that something is ready. */
static void what_was_not_delivered_is_asked_for_when_they_are_back(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_mute(stage->fake, true);
    for (int i = 1; i <= 7; i++)
        assert_int_equal(stages_post(stage, i, "nick:ann", true, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":ann!a@b QUIT :gone");
    catch_up(stage);
    assert_int_equal(stage->lost_count, 2);
    unsigned ready = stage->ready;
    fake_irc_say(stage->fake, ":ann!a@b JOIN #prep");
    stages_until(stage, is_ready_again, &ready);
    /* What crossed a change of nick: nobody comes back, for nobody was gone. */
    fake_irc_say(stage->fake, ":ann!a@b NICK ann2");
    catch_up(stage);
    ready = stage->ready;
    fake_irc_say(stage->fake, ":s 401 hotseat ann :No such nick");
    stages_until(stage, is_ready_again, &ready);
    assert_int_equal(stage->lost_count, 7);
}

static void who_left_the_channel_and_keeps_us_out_gets_it_later(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_mute(stage->fake, true);
    assert_int_equal(stages_post(stage, 1, "nick:ann", true, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":ann!a@b PART #prep");
    fake_irc_say(stage->fake, ":s 716 hotseat ann :is in +g mode (server-side ignore.)");
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    catch_up(stage);
    assert_int_equal(stage->lost_count, 1);
    assert_int_equal(stage->sent_count, 0);
}

static void it_leaves_where_it_was_led(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":hotseat!~bot@127.0.0.1 JOIN ##overflow");
    stages_until(stage, has_heard, "PART ##overflow");
}

static void a_nick_taken_by_force_is_not_fought_for(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":hotseat!~bot@127.0.0.1 NICK :Guest123");
    enter(stage, "ann");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG Guest123 :psst");
    assert_null(stages_await(stage, EVENT_TEXT, "ann", "psst")->room);
    pass_a_second(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "NICK "), 1);
    /* Whoever has it gives it up. */
    fake_irc_say(stage->fake, ":hotseat!x@y QUIT :bye");
    stages_until(stage, is_heard_again, "NICK hotseat");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGES_IRC(who_keeps_us_out_is_told_in_the_channel_once),
        STAGES_IRC(a_receipt_is_said_aloud_rather_than_not_at_all),
        STAGES_IRC(it_says_that_it_is_a_bot_where_that_can_be_said),
        STAGES_IRC(each_refusal_says_what_helps),
        STAGES_IRC(haste_is_nobodys_fault),
        STAGES_IRC(a_standard_reply_refuses_as_a_numeric_does),
        STAGES_IRC(a_channel_that_is_silent_gets_it_when_we_have_voice),
        STAGES_IRC(kicked_twice_it_stays_away_until_invited),
        STAGES_IRC(what_was_not_delivered_is_asked_for_when_they_are_back),
        STAGES_IRC(who_left_the_channel_and_keeps_us_out_gets_it_later),
        STAGES_IRC(it_leaves_where_it_was_led),
        STAGES_IRC(a_nick_taken_by_force_is_not_fought_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
