/* What people say, in one line or many, now or played back, and their clients' questions. */
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

/* "time=..." of so many seconds ago. */
static const char *ago(int seconds)
{
    static char tag[4][64];
    static unsigned turn;
    char *out = tag[turn++ % 4];
    time_t then = time(NULL) - seconds;
    struct tm tm;
    assert_non_null(gmtime_r(&then, &tm));
    strftime(out, sizeof tag[0], "time=%Y-%m-%dT%H:%M:%S.000Z", &tm);
    return out;
}

static size_t texts(const struct stage *stage)
{
    size_t count = 0;
    for (size_t i = 0; i < stage->event_count; i++)
        count += stage->events[i].event.kind == EVENT_TEXT;
    return count;
}

static void a_message_in_many_lines_is_one(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_say(stage->fake, "@msgid=m1 :ann!a@b BATCH +x draft/multiline hotseat");
    fake_irc_say(stage->fake, "@batch=x :ann!a@b PRIVMSG hotseat :def f():");
    fake_irc_say(stage->fake, "@batch=x :ann!a@b PRIVMSG hotseat :    return \x02" "1\x02");
    fake_irc_say(stage->fake, ":s BATCH -x");
    const struct stages_event *text =
        stages_await(stage, EVENT_TEXT, "ann", "def f():\n    return 1");
    assert_null(text->room);
    assert_string_equal(text->id, "m1");
    assert_int_equal(texts(stage), 1);
}

static void what_a_bouncer_plays_back_starts_nothing(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, "@%s :s NOTICE hotseat :hello", ago(0));
    enter(stage, "ann");
    fake_irc_say(stage->fake, ":znc BATCH +p znc.in/playback #prep");
    fake_irc_say(stage->fake, "@batch=p;account=ann;%s :ann!a@b PRIVMSG #prep :!start", ago(4000));
    fake_irc_say(stage->fake, "@batch=p :ann!a@b QUIT :gone then");
    fake_irc_say(stage->fake, ":znc BATCH -p");
    fake_irc_say(stage->fake, "@account=ann;%s :ann!a@b PRIVMSG #prep :!start", ago(4000));
    fake_irc_say(stage->fake, "@%s :ann!a@b PRIVMSG hotseat :who can tell", ago(4000));
    fake_irc_say(stage->fake, "@account=ann;%s :ann!a@b PRIVMSG hotseat :two days ago", ago(172800));
    fake_irc_say(stage->fake, "@%s :ann!a@b PRIVMSG #prep :now", ago(1));
    stages_await(stage, EVENT_TEXT, "ann", "now");
    assert_int_equal(texts(stage), 1);
    assert_null(stages_find(stage, EVENT_LEAVE, "ann", NULL));
}

static void what_was_told_while_the_bot_was_away_counts_with_its_time(void **state)
{
    struct stage *stage = *state;
    fake_irc_say(stage->fake, "@%s :s NOTICE hotseat :hello", ago(0));
    /* Whose nick that was then is not who has it now. */
    enter(stage, "ann");
    const char *then = ago(600);
    for (int i = 0; i < 2; i++)
        fake_irc_say(stage->fake, "@account=annie;%s :ann!a@b PRIVMSG hotseat :my answer", then);
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG hotseat :now");
    const struct stages_event *now = stages_await(stage, EVENT_TEXT, "ann", "now");
    const struct stages_event *old = stages_find(stage, EVENT_TEXT, "ann", "my answer");
    assert_non_null(old);
    assert_string_equal(old->account, "account:annie");
    assert_string_not_equal(now->account, "account:annie");
    assert_in_range(now->event.at - old->event.at, 595000, 700000);
    assert_non_null(old->id);
    assert_memory_equal(old->id, "at:", 3);
}

static void a_few_questions_by_ctcp_are_answered(void **state)
{
    struct stage *stage = *state;
    enter(stage, "ann");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG #prep :\x01VERSION\x01");
    fake_irc_say(stage->fake, ":ann!a@b NOTICE hotseat :\x01VERSION\x01");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG hotseat :\x01" "DCC SEND x 1 2\x01");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG hotseat :\x01VERSION\x01");
    stages_until(stage, has_heard, "NOTICE ann :\x01VERSION hotseat ");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG hotseat :\x01PING 12 34\x01");
    stages_until(stage, has_heard, "NOTICE ann :\x01PING 12 34\x01");
    for (int i = 0; i < 50; i++)
        fake_irc_say(stage->fake, ":ann!a@b PRIVMSG hotseat :\x01TIME\x01");
    fake_irc_say(stage->fake, ":ann!a@b PRIVMSG #prep :after that");
    stages_await(stage, EVENT_TEXT, "ann", "after that");
    fake_irc_say(stage->fake, "PING :end");
    stages_until(stage, has_heard, "PONG :end");
    assert_in_range(fake_irc_heard(stage->fake, "NOTICE "), 2, 3);
    assert_int_equal(texts(stage), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGES_IRC(a_message_in_many_lines_is_one),
        STAGES_IRC(what_a_bouncer_plays_back_starts_nothing),
        STAGES_IRC(what_was_told_while_the_bot_was_away_counts_with_its_time),
        STAGES_IRC(a_few_questions_by_ctcp_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
