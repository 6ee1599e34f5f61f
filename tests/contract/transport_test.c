/* The transport port, over every adapter: console, script, IRC, Matrix. */
#include "stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "util/utf8.h"

/* Somebody is in the room, and known by an account. */
static const struct stages_event *let_in(struct stage *stage, const char *person)
{
    stages_enter(stage, person);
    return stages_await(stage, EVENT_ENTER, person, NULL);
}

static bool is_seen(const struct stage *stage, const void *what)
{
    return stages_seen((struct stage *)(uintptr_t)stage, what) >= 0;
}

/* ---- events ---- */

static void talk_in_the_room_comes_with_who_and_where(void **state)
{
    struct stage *stage = *state;
    let_in(stage, "ann");
    stages_say(stage, "ann", "hello é", strlen("hello é"));
    const struct stages_event *text = stages_await(stage, EVENT_TEXT, "ann", "hello é");
    assert_string_equal(text->room, stage->room);
    assert_string_equal(text->event.who.transport, stage->kind);
    assert_string_equal(text->event.who.network, stage->transport->network);
    assert_string_not_equal(text->account, "");
    assert_int_equal(text->event.length, strlen("hello é"));
    assert_true(text->event.at > 0);
    assert_false(text->event.cut);
    assert_string_equal(text->event.bot_name, "hotseat");
    assert_true(stage->wakes > 0);
}

static void private_talk_has_no_room_and_the_same_account(void **state)
{
    struct stage *stage = *state;
    const struct stages_event *enter = let_in(stage, "ann");
    stages_tell(stage, "ann", "a secret", 8);
    const struct stages_event *text = stages_await(stage, EVENT_TEXT, "ann", "a secret");
    assert_null(text->room);
    assert_string_equal(text->account, enter->account);
}

static void two_people_are_two_accounts(void **state)
{
    struct stage *stage = *state;
    const struct stages_event *ann = let_in(stage, "ann"), *bob = let_in(stage, "bob");
    assert_string_not_equal(ann->account, bob->account);
}

static void coming_and_going_is_told(void **state)
{
    struct stage *stage = *state;
    const struct stages_event *enter = let_in(stage, "ann");
    assert_string_equal(enter->room, stage->room);
    stages_leave(stage, "ann");
    const struct stages_event *leave = stages_await(stage, EVENT_LEAVE, "ann", NULL);
    assert_string_equal(leave->account, enter->account);
    assert_true(!leave->room || strcmp(leave->room, stage->room) == 0);
}

static void assert_clean(const struct stages_event *one)
{
    assert_true(utf8_valid(one->text, one->event.length));
    assert_true(utf8_valid(one->name, strlen(one->name)));
    assert_true(utf8_valid(one->account, strlen(one->account)));
    assert_in_range(one->event.length, 0, EVENT_TEXT_MAX + 64);
    for (size_t i = 0; i < one->event.length; i++)
        assert_false((unsigned char)one->text[i] < 0x20 && one->text[i] != '\n' &&
                     one->text[i] != '\t');
}

static void hostile_bytes_come_in_clean(void **state)
{
    static const char bytes[] = "a\xff\xc3(\xed\xa0\x80 \x1b[31m\x07\x02"
                                "b\xe2\x80\xae";
    struct stage *stage = *state;
    let_in(stage, "ann");
    stages_say(stage, "ann", bytes, sizeof bytes - 1);
    stages_say(stage, "ann", "after", 5);
    stages_await(stage, EVENT_TEXT, "ann", "after");
    size_t texts = 0;
    for (size_t i = 0; i < stage->event_count; i++) {
        assert_clean(&stage->events[i]);
        texts += stage->events[i].event.kind == EVENT_TEXT;
    }
    assert_int_equal(texts, 2);
}

static void a_megabyte_does_no_harm(void **state)
{
    struct stage *stage = *state;
    size_t size = 1 << 20;
    char *huge = malloc(size);
    assert_non_null(huge);
    memset(huge, 'x', size);
    let_in(stage, "ann");
    stages_tell(stage, "ann", huge, size);
    free(huge);
    stages_say(stage, "ann", "after", 5);
    stages_await(stage, EVENT_TEXT, "ann", "after");
    for (size_t i = 0; i < stage->event_count; i++) {
        const struct stages_event *one = &stage->events[i];
        assert_clean(one);
        if (one->event.kind == EVENT_TEXT && strcmp(one->text, "after") != 0)
            assert_true(one->event.cut);
    }
}

/* ---- saying ---- */

static void what_is_taken_is_seen_and_sent_once(void **state)
{
    struct stage *stage = *state;
    const struct stages_event *ann = let_in(stage, "ann");
    assert_int_equal(stages_post(stage, 7, stage->room, false, 0, "to the room"), POST_TAKEN);
    assert_int_equal(stages_post(stage, 8, ann->account, true, 0, "only to ann"), POST_TAKEN);
    stages_await_sent(stage, 7);
    stages_await_sent(stage, 8);
    char expected[128];
    snprintf(expected, sizeof expected, "%s\tto the room", stage->room);
    assert_true(stages_seen(stage, expected) >= 0);
    assert_true(stages_seen(stage, "ann\tonly to ann") >= 0);
    /* Nothing is told twice, later. */
    assert_int_equal(stages_post(stage, 9, stage->room, false, 0, "again"), POST_TAKEN);
    stages_await_sent(stage, 9);
    for (int64_t id = 7; id <= 9; id++)
        assert_int_equal(stages_times_sent(stage, id), 1);
    assert_int_equal(stage->lost_count, 0);
}

static void a_notice_that_nobody_waits_for_is_not_told(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stages_post(stage, 0, stage->room, false, 0, "by the way"), POST_TAKEN);
    assert_int_equal(stages_post(stage, 3, stage->room, false, 0, "an end"), POST_TAKEN);
    stages_await_sent(stage, 3);
    assert_true(stages_seen(stage, "by the way") >= 0);
    assert_int_equal(stage->sent_count, 1);
}

static void messages_to_one_target_keep_their_order(void **state)
{
    struct stage *stage = *state;
    char words[32];
    const struct stages_event *ann = let_in(stage, "ann");
    for (int i = 0; i < 20; i++) {
        snprintf(words, sizeof words, "number <%d>", i);
        assert_int_equal(stages_post(stage, 100 + i, i % 2 ? ann->account : stage->room, i % 2, 0,
                                     words),
                         POST_TAKEN);
    }
    for (int i = 0; i < 20; i++)
        stages_await_sent(stage, 100 + i);
    for (int i = 2; i < 20; i++) {
        int at, before;
        snprintf(words, sizeof words, "number <%d>", i - 2);
        before = stages_seen(stage, words);
        snprintf(words, sizeof words, "number <%d>", i);
        at = stages_seen(stage, words);
        assert_true(before >= 0 && at > before);
    }
}

static void what_can_never_be_said_is_refused(void **state)
{
    struct stage *stage = *state;
    static const char garbage[] = "\x7f\x01not a text\xff";
    struct outbound bad = {.id = 5, .target = stage->room, .bytes = garbage, .size = sizeof garbage};
    assert_int_equal(stages_post(stage, 4, stage->unknown_room, false, 0, "x"), POST_REFUSED);
    assert_int_equal(stage->transport->ops->post(stage->transport, &bad), POST_REFUSED);
    assert_int_equal(stages_post(stage, 6, stage->room, false, 0, "an end"), POST_TAKEN);
    stages_await_sent(stage, 6);
    assert_int_equal(stage->sent_count, 1);
}

static void hostile_targets_reach_nobody(void **state)
{
    static const char *const targets[] = {"ann\r\nQUIT :x", "ann,bob", "#prep,ann", "ann\nbob"};
    struct stage *stage = *state;
    let_in(stage, "ann");
    let_in(stage, "bob");
    for (size_t i = 0; i < 4; i++) {
        enum post_result room = stages_post(stage, 0, targets[i], false, 0, "injected");
        enum post_result person = stages_post(stage, 0, targets[i], true, 0, "injected");
        if (strpbrk(targets[i], "\r\n")) {
            assert_int_not_equal(room, POST_TAKEN);
            assert_int_not_equal(person, POST_TAKEN);
        }
    }
    assert_int_equal(stages_post(stage, 6, stage->room, false, 0, "an end"), POST_TAKEN);
    stages_await_sent(stage, 6);
    assert_int_equal(stages_seen(stage, "ann\tinjected"), -1);
    assert_int_equal(stages_seen(stage, "bob\tinjected"), -1);
}

/* ---- the end ---- */

static void on_done(void *context)
{
    struct stage *stage = context;
    stage->done++;
}

static bool is_done(const struct stage *stage, const void *what)
{
    (void)what;
    return stage->done > 0;
}

static void stopping_says_what_is_posted_first(void **state)
{
    struct stage *stage = *state;
    for (int i = 1; i <= 8; i++)
        assert_int_equal(stages_post(stage, i, stage->room, false, 0, i < 8 ? "words" : "last"),
                         POST_TAKEN);
    stage->transport->ops->stop(stage->transport, 20000, on_done, stage);
    stages_until(stage, is_done, NULL);
    assert_true(stages_seen(stage, "last") >= 0);
    for (int i = 1; i <= 8; i++)
        assert_int_equal(stages_times_sent(stage, i), 1);
    assert_int_equal(stage->done, 1);
}

static void it_may_go_at_any_moment(void **state)
{
    struct stage *stage = *state;
    const struct stages_event *ann = let_in(stage, "ann");
    for (int i = 1; i <= 50; i++)
        stages_post(stage, i, i % 2 ? stage->room : ann->account, !(i % 2), 0, "words");
    stage->transport->ops->destroy(stage->transport);
    stage->transport = NULL;
}

static void it_may_go_while_it_stops(void **state)
{
    struct stage *stage = *state;
    stages_post(stage, 1, stage->room, false, 0, "words");
    stage->transport->ops->stop(stage->transport, 20000, on_done, stage);
    stage->transport->ops->destroy(stage->transport);
    stage->transport = NULL;
}

static void an_empty_text_is_taken(void **state)
{
    struct stage *stage = *state;
    struct outbound empty = {.id = 5, .target = stage->room, .bytes = ""};
    assert_int_equal(stage->transport->ops->post(stage->transport, &empty), POST_TAKEN);
    stages_await_sent(stage, 5);
    assert_int_equal(stages_post(stage, 6, stage->room, false, 0, "an end"), POST_TAKEN);
    stages_until(stage, is_seen, "an end");
}

/* ---- what not every network can do ---- */

static enum post_result post_with(struct stage *stage, struct outbound message, const char *words)
{
    struct text text;
    text_init(&text);
    text_put(&text, words);
    assert_true(text_ok(&text));
    message.bytes = text_bytes(&text, &message.size);
    stage->posting = true;
    enum post_result result = stage->transport->ops->post(stage->transport, &message);
    stage->posting = false;
    text_finish(&text);
    return result;
}

static void an_answer_and_a_mention_are_said_whatever_the_network_can_do(void **state)
{
    struct stage *stage = *state;
    const struct stages_event *ann = let_in(stage, "ann");
    struct outbound room = {.id = 1, .target = stage->room, .about = "$nothing",
                            .mention = ann->account, .tag = "vote 1 2"};
    struct outbound person = {.id = 2, .target = ann->account, .private_talk = true,
                              .about = "$nothing", .tag = "vote 1 2"};
    assert_int_equal(post_with(stage, room, "for ann"), POST_TAKEN);
    assert_int_equal(post_with(stage, person, "an answer"), POST_TAKEN);
    stages_await_sent(stage, 1);
    stages_await_sent(stage, 2);
    stages_until(stage, is_seen, "for ann");
    stages_until(stage, is_seen, "ann\tan answer");
}

/* Seen as a mark or as the text, but out, once. */
static void a_mark_is_out_in_one_way_or_the_other(void **state)
{
    struct stage *stage = *state;
    const struct stages_event *ann = let_in(stage, "ann");
    struct outbound marked = {.id = 1, .target = ann->account, .private_talk = true,
                              .about = "$nothing", .mark = "ok"};
    assert_int_equal(post_with(stage, marked, "Stored."), POST_TAKEN);
    stages_await_sent(stage, 1);
    assert_int_equal(stages_post(stage, 2, ann->account, true, 0, "an end"), POST_TAKEN);
    stages_until(stage, is_seen, "an end");
    assert_int_equal(stages_times_sent(stage, 1), 1);
}

static void erasing_says_nothing(void **state)
{
    struct stage *stage = *state;
    let_in(stage, "ann");
    struct outbound erasing = {.id = 1, .target = stage->room, .bytes = "", .about = "$nothing",
                               .flags = EFFECT_ERASES | EFFECT_URGENT};
    assert_int_equal(stages_post(stage, 2, stage->room, false, 0, "before"), POST_TAKEN);
    stages_until(stage, is_seen, "before");
    size_t seen = stage->seen_count;
    assert_int_equal(stage->transport->ops->post(stage->transport, &erasing), POST_TAKEN);
    stages_await_sent(stage, 1);
    assert_int_equal(stages_post(stage, 3, stage->room, false, 0, "an end"), POST_TAKEN);
    stages_until(stage, is_seen, "an end");
    assert_int_equal(stage->seen_count, seen + 1);
    assert_int_equal(stages_times_sent(stage, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGES_ALL(talk_in_the_room_comes_with_who_and_where),
        STAGES_ALL(private_talk_has_no_room_and_the_same_account),
        STAGES_ALL(two_people_are_two_accounts),
        STAGES_ALL(coming_and_going_is_told),
        STAGES_ALL(hostile_bytes_come_in_clean),
        STAGES_ALL(a_megabyte_does_no_harm),
        STAGES_ALL(what_is_taken_is_seen_and_sent_once),
        STAGES_ALL(a_notice_that_nobody_waits_for_is_not_told),
        STAGES_ALL(messages_to_one_target_keep_their_order),
        STAGES_ALL(what_can_never_be_said_is_refused),
        STAGES_ALL(hostile_targets_reach_nobody),
        STAGES_ALL(an_empty_text_is_taken),
        STAGES_ALL(an_answer_and_a_mention_are_said_whatever_the_network_can_do),
        STAGES_ALL(a_mark_is_out_in_one_way_or_the_other),
        STAGES_ALL(erasing_says_nothing),
        STAGES_ALL(stopping_says_what_is_posted_first),
        STAGES_ALL(it_may_go_at_any_moment),
        STAGES_ALL(it_may_go_while_it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
