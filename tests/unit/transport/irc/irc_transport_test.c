/* What the IRC transport does that no other has: a server that is hostile, slow, or gone. */
#include "stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_heard(const struct stage *stage, const void *words)
{
    return fake_irc_heard(stage->fake, words) > 0;
}

static void enter(struct stage *stage, const char *person)
{
    stages_enter(stage, person);
    stages_await(stage, EVENT_ENTER, person, NULL);
}

/* Everything the server sent so far has been handled. */
static void catch_up(struct stage *stage)
{
    static unsigned number;
    char ping[32], pong[32];
    snprintf(ping, sizeof ping, "PING :s%u", ++number);
    snprintf(pong, sizeof pong, "PONG :s%u", number);
    fake_irc_say(stage->fake, "%s", ping);
    stages_until(stage, has_heard, pong);
}

/* ---- what a server may send ---- */

static void no_line_makes_it_deaf(void **state)
{
    struct stage *stage = *state;
    static const char *const lines[] = {
        "", " ", ":", ": ", "@a=b", "@a=b :x", ":x", "AWAY", "NICK x", "NICK", ":hotseat NICK",
        ":x!y@z PRIVMSG", ":x!y@z PRIVMSG #prep", "PRIVMSG #prep :hi", ":x!y@z JOIN", "JOIN #prep",
        ":x KICK #prep", ":x MODE #prep", ":x MODE #prep +o", ":s 353", ":s 353 a b", ":s 005 x",
        ":s 005 x PREFIX=(ov @ :y", ":s 005 x PREFIX=()", ":s 005 x CHANMODES= :y", ":s 433",
        ":s 401", ":s 404", ":s 471 hotseat #prep :full", "NOTICE", "CAP", "CAP x LS", "ACCOUNT",
        ":a ACCOUNT", "CHGHOST", "PING", ":x QUIT", "\x01", "PONG :hs99999999999999999999",
        ":hotseat!a@b QUIT", ":%n%s!%n@%n PRIVMSG #prep :%n%s",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        fake_irc_send(stage->fake, lines[i], strlen(lines[i]));
        fake_irc_send(stage->fake, "\r\n", 2);
    }
    static const char nul[] = "\r\n:a\0b!c@d PRIVMSG #prep :nul\r\n";
    static const char smuggled[] = ":ann!a@b PRIVMSG #prep :smuggled";
    static const size_t huge = 40000;
    char *long_line = malloc(huge);
    assert_non_null(long_line);
    memset(long_line, ' ', huge);
    memcpy(long_line + huge - sizeof smuggled + 1, smuggled, sizeof smuggled - 1);
    fake_irc_send(stage->fake, long_line, huge);
    fake_irc_send(stage->fake, nul, sizeof nul - 1);
    free(long_line);
    enter(stage, "ann");
    stages_say(stage, "ann", "still there?", 12);
    stages_await(stage, EVENT_TEXT, "ann", "still there?");
    assert_null(stages_find(stage, EVENT_TEXT, "a", NULL));
    assert_null(stages_find(stage, EVENT_TEXT, NULL, "smuggled"));
    assert_int_equal(fake_irc_visits(stage->fake), 1);
}

static void ping_is_answered_and_a_notice_is_not(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_say(stage->fake, ":ann!a@b NOTICE hotseat :!help");
    fake_irc_say(stage->fake, ":ann!a@b NOTICE #prep :!help");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG #prep :\x01" "ACTION waves\x01");
    fake_irc_say(stage->fake, "PING :a b:c");
    stages_until(stage, has_heard, "PONG :a b:c");
    size_t texts = 0;
    for (size_t i = 0; i < stage->event_count; i++)
        texts += stage->events[i].event.kind == EVENT_TEXT;
    assert_int_equal(texts, 1);
    assert_non_null(stages_find(stage, EVENT_TEXT, "ann", "waves"));
    assert_int_equal(fake_irc_heard(stage->fake, "NOTICE"), 0);
}

static void formatting_is_taken_out(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG #prep :\x03" "04,12red\x03 \x02"
                              "bold\x0f \x04" "ff0000hex 3");
    stages_await(stage, EVENT_TEXT, "ann", "red bold hex 3");
}

static void another_bot_cannot_rename_us(void **state)
{
    struct stage *stage = *state;
    enter(stage, "hotseat2");
    fake_irc_say(stage->fake, ":hotseat2!a@b NICK :evil");
    enter(stage, "ann");
    stages_tell(stage, "ann", "psst", 4);
    const struct stages_event *text = stages_await(stage, EVENT_TEXT, "ann", "psst");
    assert_null(text->room);
    assert_string_equal(text->event.bot_name, "hotseat");
}

static void names_of_a_channel_are_people_with_their_roles(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, ":s 353 hotseat = #prep :hotseat ~own @mod +voi cyd @+two!u@h");
    fake_irc_say(stage->fake, ":x!a@b MODE #prep +bo-o *!*@* cyd mod");
    catch_up(stage);
    stages_say(stage, "own", "1", 1);
    stages_say(stage, "mod", "2", 1);
    stages_say(stage, "voi", "3", 1);
    stages_say(stage, "cyd", "4", 1);
    stages_say(stage, "two", "5", 1);
    assert_int_equal(stages_await(stage, EVENT_TEXT, "own", "1")->event.role, ROLE_OWNER);
    assert_int_equal(stages_await(stage, EVENT_TEXT, "mod", "2")->event.role, ROLE_MEMBER);
    assert_int_equal(stages_await(stage, EVENT_TEXT, "voi", "3")->event.role, ROLE_MEMBER);
    assert_int_equal(stages_await(stage, EVENT_TEXT, "cyd", "4")->event.role, ROLE_MODERATOR);
    assert_int_equal(stages_await(stage, EVENT_TEXT, "two", "5")->event.role, ROLE_MODERATOR);
}

static void an_account_is_another_person_than_a_nick(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_say(stage->fake, "@account=ann;msgid=m1 :bob!a@b PRIVMSG #prep :tagged");
    const struct stages_event *text = stages_await(stage, EVENT_TEXT, "bob", "tagged");
    assert_string_equal(text->account, "account:ann");
    assert_string_equal(text->id, "m1");
    assert_string_equal(stages_find(stage, EVENT_ENTER, "ann", NULL)->account, "nick:ann");
}

static bool asks_again(const struct stage *stage, const void *what)
{
    (void)what;
    return fake_irc_visits(stage->fake) == 2 && fake_irc_heard(stage->fake, "CAP LS") == 2;
}

static bool joins_again(const struct stage *stage, const void *what)
{
    (void)what;
    return fake_irc_heard(stage->fake, "JOIN #prep") == 2;
}

static void it_registers_step_by_step(void **state)
{
    struct stage *stage = *state;
    fake_irc_mute(stage->fake, true);
    fake_irc_hang_up(stage->fake);
    stages_until(stage, asks_again, NULL);
    /* A welcome that nobody asked for is not one. */
    fake_irc_say(stage->fake, ":s 001 hotseat :too early");
    catch_up(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "JOIN"), 1);
    fake_irc_say(stage->fake, ":s CAP * LS * :sasl=PLAIN multi-prefix");
    fake_irc_say(stage->fake, ":s CAP * LS :multi-prefixes chghost");
    stages_until(stage, has_heard, "CAP REQ :multi-prefix chghost");
    fake_irc_say(stage->fake, ":s CAP * NAK :multi-prefix chghost");
    /* What is wrong with one of them need not be with the other. */
    stages_until(stage, has_heard, "CAP REQ :chghost");
    assert_int_equal(fake_irc_heard(stage->fake, "CAP END"), 1);
    fake_irc_say(stage->fake, ":s CAP * NAK :multi-prefix\r\n:s CAP * NAK :chghost");
    catch_up(stage);
    assert_int_equal(fake_irc_heard(stage->fake, "CAP END"), 2);
    assert_int_equal(fake_irc_heard(stage->fake, "NICK hotseat"), 2);
    fake_irc_say(stage->fake, ":s 433 * hotseat :in use");
    stages_until(stage, has_heard, "NICK hotseat1");
    fake_irc_say(stage->fake, ":s 432 * hotseat1 :erroneous");
    stages_until(stage, has_heard, "NICK hotseat2");
    fake_irc_say(stage->fake, ":s 001 hotseat2 :welcome");
    stages_until(stage, joins_again, NULL);
    assert_int_equal(fake_irc_visits(stage->fake), 2);
}

/* ---- what is queued when things change ---- */

static void a_nick_change_carries_what_is_queued(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_mute(stage->fake, true);
    for (int i = 1; i <= 7; i++)
        assert_int_equal(stages_post(stage, i, "nick:ann", true, 0, i < 7 ? "words" : "seventh"),
                         POST_TAKEN);
    /* Five are out; the marker behind them is not answered yet. */
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":ann!a@b NICK :anna");
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await_sent(stage, 7);
    assert_true(stages_seen(stage, "anna\tseventh") >= 0);
    assert_int_equal(stage->lost_count, 0);
}

static void what_was_for_somebody_who_left_waits_for_them(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_mute(stage->fake, true);
    for (int i = 1; i <= 7; i++)
        assert_int_equal(stages_post(stage, i, "nick:ann", true, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":ann!a@b QUIT :bye");
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await_sent(stage, 5);
    assert_int_equal(stage->lost_count, 2);
    assert_int_equal(stages_post(stage, 6, "nick:ann", true, 0, "words"), POST_BUSY);
    unsigned ready = stage->ready;
    enter(stage, "ann");
    assert_true(stage->ready > ready);
    assert_int_equal(stages_post(stage, 6, "nick:ann", true, 0, "welcome back"), POST_TAKEN);
    stages_await_sent(stage, 6);
}

static void nobody_of_that_nick_is_taken_for_gone(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_mute(stage->fake, true);
    assert_int_equal(stages_post(stage, 1, "nick:ann", true, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":s 401 hotseat ann :No such nick");
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await(stage, EVENT_LEAVE, "ann", NULL);
    assert_int_equal(stage->lost_count, 1);
    assert_int_equal(stage->sent_count, 0);
}

/* The server had not read what we said to them when they went, or changed nick. */
static void what_crossed_a_quit_or_a_nick_change_is_said_again(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    enter(stage, "bob");
    fake_irc_mute(stage->fake, true);
    assert_int_equal(stages_post(stage, 1, "nick:ann", true, 0, "words"), POST_TAKEN);
    assert_int_equal(stages_post(stage, 2, "nick:bob", true, 0, "words"), POST_TAKEN);
    assert_int_equal(stages_post(stage, 3, "#prep", false, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":ann!a@b QUIT :bye");
    fake_irc_say(stage->fake, ":bob!a@b NICK bobby");
    fake_irc_say(stage->fake, ":s 401 hotseat ann :No such nick");
    fake_irc_say(stage->fake, ":s 401 hotseat bob :No such nick");
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await_sent(stage, 3);
    assert_int_equal(stage->sent_count, 1);
    assert_int_equal(stage->lost_count, 2);
}

static bool came_again(const struct stage *stage, const void *what)
{
    (void)what;
    return fake_irc_heard(stage->fake, "JOIN #prep") > 1;
}

static void a_kick_is_a_reset_and_it_comes_back(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_say(stage->fake, ":ann!a@b KICK #prep hotseat :out");
    stages_await(stage, EVENT_RESET, NULL, NULL);
    assert_int_equal(stages_post(stage, 1, "#prep", false, 0, "words"), POST_BUSY);
    unsigned ready = stage->ready;
    stages_until(stage, came_again, NULL);
    catch_up(stage);
    assert_true(stage->ready > ready);
    assert_int_equal(stages_post(stage, 1, "#prep", false, 0, "back"), POST_TAKEN);
    stages_await_sent(stage, 1);
}

static bool visits_again(const struct stage *stage, const void *what)
{
    return stage->ready > *(const unsigned *)what && fake_irc_visits(stage->fake) == 2;
}

static void a_lost_connection_loses_what_is_not_confirmed(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    assert_int_equal(stages_post(stage, 1, "#prep", false, 0, "confirmed"), POST_TAKEN);
    stages_await_sent(stage, 1);
    fake_irc_mute(stage->fake, true);
    for (int i = 2; i <= 9; i++)
        assert_int_equal(stages_post(stage, i, "#prep", false, 0, "words"), POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs2");
    unsigned ready = stage->ready;
    fake_irc_mute(stage->fake, false);
    fake_irc_send(stage->fake, ":ann!a@b PRIVM", 14);
    fake_irc_hang_up(stage->fake);
    stages_until(stage, visits_again, &ready);
    stages_await(stage, EVENT_RESET, NULL, NULL);
    assert_int_equal(stage->lost_count, 8);
    assert_int_equal(stage->sent_count, 1);
    assert_int_equal(fake_irc_heard(stage->fake, "NICK hotseat"), 2);
    assert_int_equal(stages_post(stage, 2, "#prep", false, 0, "once more"), POST_TAKEN);
    stages_await_sent(stage, 2);
}

static void a_receipt_passes_long_texts(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_mute(stage->fake, true);
    for (int i = 1; i <= 20; i++)
        assert_int_equal(stages_post(stage, i, "#prep", false, 0, i < 20 ? "text" : "the last"),
                         POST_TAKEN);
    assert_int_equal(stages_post(stage, 21, "nick:ann", true, EFFECT_URGENT, "Stored"),
                     POST_TAKEN);
    stages_until(stage, has_heard, "PING :hs1");
    assert_int_equal(stages_seen(stage, "ann\tStored"), 0);
    fake_irc_mute(stage->fake, false);
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await_sent(stage, 20);
    assert_true(stages_seen(stage, "the last") > 0);
}

static void the_queue_is_bounded_and_says_when_it_has_room(void **state)
{
    struct stage *stage = *state;
    enum post_result result = POST_TAKEN;
    char words[8000];
    memset(words, 'x', sizeof words);
    for (size_t i = 3; i < sizeof words; i += 4)
        words[i] = ' ';
    words[sizeof words - 1] = '\0';
    fake_irc_mute(stage->fake, true);
    int64_t id = 1;
    while (id < 200 && (result = stages_post(stage, id, "#prep", false, 0, words)) == POST_TAKEN)
        id++;
    assert_int_equal(result, POST_BUSY);
    unsigned ready = stage->ready;
    fake_irc_mute(stage->fake, false);
    stages_until(stage, has_heard, "PING :hs1");
    fake_irc_say(stage->fake, ":s PONG s :hs1");
    stages_await_sent(stage, id - 1);
    assert_true(stage->ready > ready);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGES_IRC(no_line_makes_it_deaf),
        STAGES_IRC(ping_is_answered_and_a_notice_is_not),
        STAGES_IRC(formatting_is_taken_out),
        STAGES_IRC(another_bot_cannot_rename_us),
        STAGES_IRC(names_of_a_channel_are_people_with_their_roles),
        STAGES_IRC(an_account_is_another_person_than_a_nick),
        STAGES_IRC(it_registers_step_by_step),
        STAGES_IRC(a_nick_change_carries_what_is_queued),
        STAGES_IRC(what_was_for_somebody_who_left_waits_for_them),
        STAGES_IRC(nobody_of_that_nick_is_taken_for_gone),
        STAGES_IRC(what_crossed_a_quit_or_a_nick_change_is_said_again),
        STAGES_IRC(a_kick_is_a_reset_and_it_comes_back),
        STAGES_IRC(a_lost_connection_loses_what_is_not_confirmed),
        STAGES_IRC(a_receipt_passes_long_texts),
        STAGES_IRC(the_queue_is_bounded_and_says_when_it_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
