/* What every transport promises (struct transport_ops, struct transport_sink), over all of them. */
#include "transports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

static void it_gets_ready(void **state)
{
    const struct transports *t = *state;
    assert_true(t->ready_count >= 1);
    assert_string_equal(t->transport->ops->name, t->kind->name);
}

static void said_in_the_room(void **state)
{
    struct transports *t = *state;
    transports_say(t, "ann", "!start coding  (now)");
    const struct transports_event *event = transports_last_text(t);
    assert_non_null(event);
    assert_string_equal(event->room, t->room);
    assert_string_equal(event->name, "ann");
    assert_true(strlen(event->who) > 0);
    assert_string_equal(event->text, "!start coding  (now)");
    assert_false(event->cut);
}

static void told_privately(void **state)
{
    struct transports *t = *state;
    transports_tell(t, "ann", "my answer");
    const struct transports_event *event = transports_last_text(t);
    assert_non_null(event);
    assert_null(event->room);
    assert_string_equal(event->text, "my answer");
}

static void one_person_is_one_account(void **state)
{
    struct transports *t = *state;
    transports_say(t, "ann", "one");
    const struct transports_event *first = transports_last_text(t);
    transports_tell(t, "ann", "two");
    assert_string_equal(first->who, transports_last_text(t)->who);
    transports_say(t, "bob", "three");
    assert_string_not_equal(first->who, transports_last_text(t)->who);
}

static void the_room_sees_what_is_posted(void **state)
{
    struct transports *t = *state;
    assert_int_equal(transports_post(t, NULL, "Round 1: 5:00 to answer.", 41, 0), POST_TAKEN);
    t->kind->settle(t);
    assert_int_equal(transports_seen(t, t->room, "Round 1: 5:00 to answer."), 1);
    assert_int_equal(t->sent_count, 1);
    assert_int_equal(t->sent[0], 41);
    assert_int_equal(t->lost_count, 0);
}

static void one_person_sees_what_is_told(void **state)
{
    struct transports *t = *state;
    transports_tell(t, "ann", "hello");
    const char *account = transports_last_text(t)->who;
    assert_int_equal(transports_post(t, account, "Stored.", 7, EFFECT_URGENT), POST_TAKEN);
    t->kind->settle(t);
    assert_int_equal(transports_seen(t, "ann", "Stored."), 1);
    assert_int_equal(transports_seen(t, t->room, "Stored."), 0);
    assert_int_equal(t->sent_count, 1);
}

static void a_notice_outside_the_outbox_is_not_reported(void **state)
{
    struct transports *t = *state;
    assert_int_equal(transports_post(t, NULL, "Sorry.", 0, 0), POST_TAKEN);
    t->kind->settle(t);
    assert_int_equal(transports_seen(t, t->room, "Sorry."), 1);
    assert_int_equal(t->sent_count, 0);
}

static void each_target_keeps_its_order(void **state)
{
    struct transports *t = *state;
    char words[16];
    for (int i = 0; i < 100; i++) {
        snprintf(words, sizeof words, "number %d", i);
        assert_int_equal(transports_post(t, NULL, words, i + 1, 0), POST_TAKEN);
    }
    t->kind->settle(t);
    assert_int_equal(t->sent_count, 100);
    const char *at = buf_text(&t->seen);
    for (int i = 0; i < 100; i++) {
        snprintf(words, sizeof words, "number %d\n", i);
        at = strstr(at, words);
        assert_non_null(at);
    }
}

static void what_cannot_be_sent_is_refused(void **state)
{
    struct transports *t = *state;
    struct outbound message = {.id = 5, .target = t->room, .bytes = "\xff not a text", .size = 11};
    assert_int_equal(t->transport->ops->post(t->transport, &message), POST_REFUSED);
    message.bytes = NULL;
    message.size = 0;
    message.target = "";
    assert_int_equal(t->transport->ops->post(t->transport, &message), POST_REFUSED);
    t->kind->settle(t);
    assert_int_equal(t->sent_count, 0);
}

/* Nothing that people write reaches the core unclean, or is taken for more than one line. */
static void hostile_text_comes_in_clean(void **state)
{
    static const char *const texts[] = {
        "\xff\xfe broken", "caf\xc3", "bell \x07 and escape \x1b[31m", "\x02" "bold \x03" "04red",
        "nul-free \xe2\x80\xae turned \xe2\x80\x8b hidden", "tab\there", "\xf4\x90\x80\x80 too far"};
    struct transports *t = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        transports_tell(t, "ann", texts[i]);
        const struct transports_event *event = transports_last_text(t);
        assert_non_null(event);
        assert_true(utf8_valid(event->text, event->length));
        for (size_t c = 0; c < event->length; c++)
            assert_true((unsigned char)event->text[c] >= 0x20 || event->text[c] == '\t' ||
                        event->text[c] == '\n');
    }
}

static void a_huge_text_is_bounded(void **state)
{
    struct transports *t = *state;
    size_t size = 1024 * 1024;
    char *huge = malloc(size);
    assert_non_null(huge);
    memset(huge, 'x', size);
    t->kind->tell(t, "ann", huge, size);
    t->kind->settle(t);
    free(huge);
    for (size_t i = 0; i < t->event_count; i++)
        assert_true(t->events[i].length <= EVENT_TEXT_MAX);
    /* And the next one is heard as ever. */
    transports_tell(t, "ann", "still there?");
    const struct transports_event *event = transports_last_text(t);
    assert_non_null(event);
    assert_string_equal(event->text, "still there?");
}

static void on_done(void *context)
{
    struct transports *t = context;
    t->done_count++;
}

static void stopping_says_what_was_posted(void **state)
{
    struct transports *t = *state;
    assert_int_equal(transports_post(t, NULL, "the last words", 9, 0), POST_TAKEN);
    t->transport->ops->stop(t->transport, 1000, on_done, t);
    for (int i = 0; i < 100 && t->done_count == 0; i++)
        t->kind->settle(t);
    assert_int_equal(t->done_count, 1);
    assert_int_equal(transports_seen(t, t->room, "the last words"), 1);
    assert_int_equal(t->sent_count, 1);
    t->kind->settle(t);
    assert_int_equal(t->done_count, 1);
}

static void it_may_go_with_messages_queued(void **state)
{
    struct transports *t = *state;
    for (int i = 0; i < 50; i++)
        transports_post(t, NULL, "never seen, perhaps", i + 1, 0);
    t->transport->ops->destroy(t->transport);
    t->transport = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRANSPORTS_ALL(it_gets_ready),
        TRANSPORTS_ALL(said_in_the_room),
        TRANSPORTS_ALL(told_privately),
        TRANSPORTS_ALL(one_person_is_one_account),
        TRANSPORTS_ALL(the_room_sees_what_is_posted),
        TRANSPORTS_ALL(one_person_sees_what_is_told),
        TRANSPORTS_ALL(a_notice_outside_the_outbox_is_not_reported),
        TRANSPORTS_ALL(each_target_keeps_its_order),
        TRANSPORTS_ALL(what_cannot_be_sent_is_refused),
        TRANSPORTS_ALL(hostile_text_comes_in_clean),
        TRANSPORTS_ALL(a_huge_text_is_bounded),
        TRANSPORTS_ALL(stopping_says_what_was_posted),
        TRANSPORTS_ALL(it_may_go_with_messages_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
