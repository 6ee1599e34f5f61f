/* What the Matrix transport hears and tells: words, marks, time, what was left out. */
#include "matrix_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* ---- words ---- */

static void an_edit_is_about_what_was_said(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    char *first = stage_matrix_say(stage->matrix, "ann", stage->room, "teh", 3);
    const struct stages_event *text = stages_await(stage, EVENT_TEXT, "ann", "teh");
    assert_string_equal(text->id, first);
    free(matrix_play_put(stage, "ann", stage->room, "m.room.message",
             "{\"msgtype\":\"m.text\",\"body\":\"* the\",\"m.new_content\":{\"msgtype\":\"m.text\","
             "\"body\":\"the\"},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"%s\"}}",
             first));
    const struct stages_event *edit = stages_await(stage, EVENT_EDIT, "ann", "the");
    assert_string_equal(edit->about, first);
    free(first);
}

static void what_is_taken_back_is_told(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    char *id = stage_matrix_say(stage->matrix, "ann", stage->room, "oops", 4);
    stages_await(stage, EVENT_TEXT, "ann", "oops");
    free(matrix_play_put(stage, "ann", stage->room, "m.room.redaction", "{\"redacts\":\"%s\"}", id));
    const struct stages_event *back = stages_await(stage, EVENT_RETRACT, "ann", NULL);
    assert_string_equal(back->about, id);
    assert_string_equal(back->room, stage->room);
    free(id);
}

static void mentions_and_replies_are_meant_for_the_bot(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    char *ours = matrix_play_bot_says(stage, 1, stage->room, NULL, NULL, "what do you think?");
    matrix_play_say(stage, "ann", "plain");
    free(matrix_play_put(stage, "ann", stage->room, "m.room.message",
             "{\"msgtype\":\"m.text\",\"body\":\"named\",\"m.mentions\":{\"user_ids\":"
             "[\"@hotseat:fake.test\"]}}"));
    free(matrix_play_put(stage, "ann", stage->room, "m.room.message",
             "{\"msgtype\":\"m.text\",\"body\":\"replied\",\"m.relates_to\":{\"m.in_reply_to\":"
             "{\"event_id\":\"%s\"}}}", ours));
    free(matrix_play_put(stage, "ann", stage->room, "m.room.message",
             "{\"msgtype\":\"m.text\",\"body\":"
             "\"[Hot seat](https://matrix.to/#/@hotseat:fake.test) start coding\"}"));
    assert_true(stages_await(stage, EVENT_TEXT, "ann", "replied")->event.to_bot);
    assert_true(stages_await(stage, EVENT_TEXT, "ann", "hotseat: start coding")->event.to_bot);
    assert_true(stages_await(stage, EVENT_TEXT, "ann", "named")->event.to_bot);
    assert_false(stages_await(stage, EVENT_TEXT, "ann", "plain")->event.to_bot);
    free(ours);
}

static void notices_and_ignored_people_are_not_heard(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    matrix_play_enter(stage, "eve");
    json_decref(fakehs_ask(stage->matrix->server, stage->matrix->bot, "PUT",
                           "/user/%40hotseat%3Afake.test/account_data/m.ignored_user_list",
                           json_pack("{s:{s:{}}}", "ignored_users", "@eve:fake.test"), NULL));
    free(matrix_play_put(stage, "ann", stage->room, "m.room.message",
             "{\"msgtype\":\"m.notice\",\"body\":\"beep\"}"));
    matrix_play_say(stage, "eve", "listen");
    matrix_play_say(stage, "ann", "after");
    stages_await(stage, EVENT_TEXT, "ann", "after");
    assert_int_equal(matrix_play_count(stage, EVENT_TEXT, NULL), 1);
}

static void no_event_makes_it_deaf(void **state)
{
    static const char *const contents[] = {
        "null", "[]", "7", "\"x\"", "{}", "{\"msgtype\":7}", "{\"msgtype\":\"m.text\"}",
        "{\"msgtype\":\"m.text\",\"body\":null}", "{\"msgtype\":\"m.file\",\"url\":7}",
        "{\"membership\":7}", "{\"membership\":\"join\",\"displayname\":{}}",
        "{\"m.relates_to\":7}", "{\"m.relates_to\":{\"rel_type\":[],\"event_id\":{}}}",
        "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$x\",\"key\":7}}",
        "{\"redacts\":{}}", "{\"users\":7,\"kick\":\"x\"}", "{\"replacement_room\":[]}",
        "{\"body\":\"\\ud800\\u0000\",\"msgtype\":\"m.text\",\"m.mentions\":{\"user_ids\":[7,null]}}",
    };
    static const char *const types[] = {
        "m.room.message", "m.reaction", "m.room.redaction", "m.room.encrypted", "m.room.member",
        "m.room.power_levels", "m.room.create", "m.room.tombstone", "m.room.name", "x",
    };
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
            free(matrix_play_put(stage, "ann", stage->room, types[t], "%s", contents[i]));
    matrix_play_say(stage, "ann", "still there?");
    stages_await(stage, EVENT_TEXT, "ann", "still there?");
}

/* ---- marks ---- */

static char *react(struct stage *stage, const char *person, const char *room, const char *message,
                   const char *key)
{
    static unsigned number;
    char what[64];
    const char *token = strcmp(person, "hotseat") == 0 ? stage->matrix->bot
                                                       : stage_matrix_token(stage->matrix, person);
    snprintf(what, sizeof what, "send/m.reaction/t%u", ++number);
    json_t *sent = fakehs_ask(stage->matrix->server, token, "PUT", stage_matrix_path(room, what),
                              json_pack("{s:{s:s,s:s,s:s}}", "m.relates_to", "rel_type",
                                        "m.annotation", "event_id", message, "key", key),
                              NULL);
    char *id = strdup(json_string_value(json_object_get(sent, "event_id")));
    json_decref(sent);
    return id;
}

static void a_mark_on_a_tagged_message_comes_with_the_tag(void **state)
{
    struct stage *stage = *state;
    const char *room = stage_matrix_direct(stage->matrix, "ann");
    char *plain = matrix_play_bot_says(stage, 1, room, "@ann:fake.test", NULL, "no ballot");
    char *ballot = matrix_play_bot_says(stage, 2, room, "@ann:fake.test", "vote 1 0", "a ballot");
    free(react(stage, "ann", room, plain, "3"));
    free(react(stage, "hotseat", room, ballot, "5"));
    char *mark = react(stage, "ann", room, ballot, "4\xef\xb8\x8f\xe2\x83\xa3");
    const struct stages_event *heard = stages_await(stage, EVENT_MARK, "ann", "4");
    assert_string_equal(heard->id, mark);
    assert_string_equal(heard->about, ballot);
    assert_string_equal(heard->tag, "vote 1 0");
    assert_null(heard->room);
    assert_int_equal(matrix_play_count(stage, EVENT_MARK, NULL), 1);
    free(plain);
    free(ballot);
    free(mark);
}

static void a_mark_from_another_room_does_not_count(void **state)
{
    struct stage *stage = *state;
    const char *room = stage_matrix_direct(stage->matrix, "ann");
    char *ballot = matrix_play_bot_says(stage, 2, room, "@ann:fake.test", "vote 1 0", "a ballot");
    free(react(stage, "bob", stage_matrix_direct(stage->matrix, "bob"), ballot, "5"));
    free(react(stage, "ann", room, ballot, "2"));
    stages_await(stage, EVENT_MARK, "ann", "2");
    assert_int_equal(matrix_play_count(stage, EVENT_MARK, NULL), 1);
    free(ballot);
}

/* A new database on an account that was in use a moment ago: the server may still have its first answer. */
static void a_bot_without_a_past_begins_now(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    matrix_play_halt(stage);
    stages_forget_notes(stage);
    char *old = stage_matrix_say(stage->matrix, "ann", stage->room, "!start coding", 13);
    matrix_play_begin(stage);
    matrix_play_say(stage, "ann", "after");
    stages_await(stage, EVENT_TEXT, "ann", "after");
    assert_int_equal(matrix_play_count(stage, EVENT_TEXT, "!start coding"), 0);
    free(old);
}

static void tags_outlive_a_restart(void **state)
{
    struct stage *stage = *state;
    const char *room = stage_matrix_direct(stage->matrix, "ann");
    char *ballot = matrix_play_bot_says(stage, 2, room, "@ann:fake.test", "vote 1 0", "a ballot");
    matrix_play_halt(stage);
    free(react(stage, "ann", room, ballot, "2"));
    matrix_play_begin(stage);
    assert_string_equal(stages_await(stage, EVENT_MARK, "ann", "2")->tag, "vote 1 0");
    free(ballot);
}

static void counting_reads_all_marks_again(void **state)
{
    struct stage *stage = *state;
    const char *room = stage_matrix_direct(stage->matrix, "ann");
    char *first = matrix_play_bot_says(stage, 1, room, "@ann:fake.test", "vote 1 0", "one");
    char *second = matrix_play_bot_says(stage, 2, room, "@ann:fake.test", "vote 1 1", "two");
    char *other = matrix_play_bot_says(stage, 3, room, "@ann:fake.test", "vote 2 0", "three");
    char *mark = react(stage, "ann", room, first, "4");
    free(react(stage, "hotseat", room, second, "4"));
    stages_await(stage, EVENT_MARK, "ann", "4");
    json_decref(fakehs_control(stage->matrix->server, "fault",
                               json_pack("{s:s,s:s,s:i}", "kind", "page", "path", "/relations/",
                                         "count", 2)));
    stage->transport->ops->count(stage->transport, stage->room, "vote 1 ");
    const struct stages_event *counted = stages_await(stage, EVENT_COUNTED, NULL, NULL);
    assert_string_equal(counted->tag, "vote 1 ");
    assert_string_equal(counted->room, stage->room);
    assert_int_equal(matrix_play_count(stage, EVENT_TALLY, NULL), 2);
    assert_int_equal(matrix_play_count(stage, EVENT_MARK, "4"), 2);
    assert_string_equal(stages_find(stage, EVENT_TALLY, NULL, mark)->about, first);
    assert_string_equal(stages_find(stage, EVENT_TALLY, NULL, "")->about, second);
    free(first);
    free(second);
    free(other);
    free(mark);
}

/* ---- time ---- */

static void what_was_said_before_the_first_start_is_not_answered(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    matrix_play_halt(stage);
    for (size_t i = 0; i < stage->note_count; i++) {
        free(stage->notes[i].value);
        stage->notes[i].value = NULL;
    }
    matrix_play_say(stage, "ann", "old");
    matrix_play_begin(stage);
    matrix_play_say(stage, "ann", "new");
    stages_await(stage, EVENT_TEXT, "ann", "new");
    assert_int_equal(matrix_play_count(stage, EVENT_TEXT, NULL), 1);
}

static void a_server_that_lost_our_place_is_followed_from_now_on(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    matrix_play_halt(stage);
    for (size_t i = 0; i < stage->note_count; i++)
        if (strcmp(stage->notes[i].key, "since") == 0) {
            free(stage->notes[i].value);
            stage->notes[i].value = strdup("nonsense\n1700000000000");
        }
    matrix_play_say(stage, "ann", "lost");
    matrix_play_begin(stage);
    matrix_play_say(stage, "ann", "new");
    stages_await(stage, EVENT_TEXT, "ann", "new");
    assert_int_equal(matrix_play_count(stage, EVENT_TEXT, NULL), 1);
}

static void what_happened_in_the_meantime_comes_once_and_in_order(void **state)
{
    struct stage *stage = *state;
    char words[32];
    matrix_play_enter(stage, "ann");
    matrix_play_say(stage, "ann", "before");
    stages_await(stage, EVENT_TEXT, "ann", "before");
    /* Its place is noted after what it heard. */
    stages_until(stage, matrix_play_is_abreast, NULL);
    matrix_play_say(stage, "ann", "marker");
    stages_await(stage, EVENT_TEXT, "ann", "marker");
    matrix_play_halt(stage);
    size_t heard = stage->event_count;
    /* More than a server gives at once: the rest comes page by page. */
    for (int i = 0; i < 250; i++) {
        snprintf(words, sizeof words, "n%d", i);
        free(stage_matrix_say(stage->matrix, "ann", stage_matrix_direct(stage->matrix, "ann"),
                              words, strlen(words)));
    }
    json_decref(fakehs_control(stage->matrix->server, "pages",
                               json_pack("{s:s,s:i}", "room_id",
                                         stage_matrix_direct(stage->matrix, "ann"), "empty", 2)));
    matrix_play_begin(stage);
    int next = 0;
    for (size_t i = heard; i < stage->event_count; i++)
        if (stage->events[i].event.kind == EVENT_TEXT && stage->events[i].text[0] == 'n') {
            snprintf(words, sizeof words, "n%d", next++);
            assert_string_equal(stage->events[i].text, words);
        }
    assert_int_equal(next, 250);
    assert_null(stages_note(stage, "gap/"));
}

static void say_many(struct stage *stage, int from, int to)
{
    const char *room = stage_matrix_direct(stage->matrix, "ann");
    char words[32];
    for (int i = from; i < to; i++) {
        snprintf(words, sizeof words, "n%d", i);
        free(stage_matrix_say(stage->matrix, "ann", room, words, strlen(words)));
    }
}

static bool is_noted(const struct stage *stage, const void *what)
{
    return stages_note(stage, what) != NULL;
}

static void a_gap_outlives_a_restart_and_grows(void **state)
{
    struct stage *stage = *state;
    char key[300], words[32];
    int next = 0;
    matrix_play_halt(stage);
    say_many(stage, 0, 150);
    json_decref(fakehs_control(stage->matrix->server, "fault",
                               json_pack("{s:s,s:s,s:i}", "kind", "page", "path", "/messages",
                                         "count", 0)));
    matrix_play_start(stage);
    snprintf(key, sizeof key, "gap/%s", stage_matrix_direct(stage->matrix, "ann"));
    stages_until(stage, is_noted, key);
    matrix_play_halt(stage);
    say_many(stage, 150, 300);
    matrix_play_start(stage);
    stages_until(stage, is_noted, key);
    json_decref(fakehs_control(stage->matrix->server, "clear", NULL));
    stages_until(stage, matrix_play_is_abreast, NULL);
    for (size_t i = 0; i < stage->event_count; i++)
        if (stage->events[i].event.kind == EVENT_TEXT) {
            snprintf(words, sizeof words, "n%d", next++);
            assert_string_equal(stage->events[i].text, words);
        }
    assert_int_equal(next, 300);
    assert_null(stages_note(stage, key));
}

static void old_commands_in_a_room_are_not_answered(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    matrix_play_halt(stage);
    /* It was away for an hour; what these say about the time is long ago. */
    for (size_t i = 0; i < stage->note_count; i++)
        if (strcmp(stage->notes[i].key, "since") == 0) {
            char *value = stage->notes[i].value, *end = strchr(value, '\n');
            assert_non_null(end);
            snprintf(end, strlen(end) + 1, "\n%d", 5);
        }
    matrix_play_say(stage, "ann", "!start");
    stages_tell(stage, "ann", "an answer", 9);
    matrix_play_begin(stage);
    const struct stages_event *answer = stages_await(stage, EVENT_TEXT, "ann", "an answer");
    assert_int_equal(answer->event.at, 1700000000000);
    assert_int_equal(matrix_play_count(stage, EVENT_TEXT, NULL), 1);
}

static void times_that_are_forged_are_not_believed(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    matrix_play_say(stage, "ann", "live");
    assert_true(stages_await(stage, EVENT_TEXT, "ann", "live")->event.at > 1700000000000);
    matrix_play_halt(stage);
    stages_tell(stage, "ann", "late", 4);
    matrix_play_begin(stage);
    /* Not before what was noted last. */
    assert_true(stages_await(stage, EVENT_TEXT, "ann", "late")->event.at > 1700000000000);
}

static void what_an_answer_leaves_out_is_read(void **state)
{
    struct stage *stage = *state;
    char words[32];
    matrix_play_enter(stage, "ann");
    json_decref(fakehs_control(stage->matrix->server, "fault",
                               json_pack("{s:s,s:s,s:i,s:i}", "kind", "limited", "path", "/sync",
                                         "count", 3, "limit", 1)));
    json_decref(fakehs_control(stage->matrix->server, "fault",
                               json_pack("{s:s,s:s,s:i}", "kind", "page", "path", "/messages",
                                         "count", 1)));
    for (int i = 0; i < 30; i++) {
        snprintf(words, sizeof words, "n%d", i);
        matrix_play_say(stage, "ann", words);
    }
    stages_await(stage, EVENT_TEXT, "ann", "n29");
    for (int i = 0; i < 30; i++) {
        snprintf(words, sizeof words, "n%d", i);
        assert_non_null(stages_find(stage, EVENT_TEXT, "ann", words));
    }
}

static void failures_of_the_server_lose_nothing(void **state)
{
    static const char *const kinds[] = {"page", "cut", "refuse", "drop", "bomb", "redirect", "limit"};
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        json_decref(fakehs_control(stage->matrix->server, "fault",
                                   json_pack("{s:s,s:s,s:i,s:i,s:s}", "kind", kinds[i], "path",
                                             "/sync", "retry_after_ms", 50, "mb", 2, "location",
                                             "http://127.0.0.1:1/")));
        matrix_play_say(stage, "ann", kinds[i]);
        stages_await(stage, EVENT_TEXT, "ann", kinds[i]);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(matrix_play_count(stage, EVENT_TEXT, kinds[i]), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MATRIX_TEST(an_edit_is_about_what_was_said),
        MATRIX_TEST(what_is_taken_back_is_told),
        MATRIX_TEST(mentions_and_replies_are_meant_for_the_bot),
        MATRIX_TEST(notices_and_ignored_people_are_not_heard),
        MATRIX_TEST(no_event_makes_it_deaf),
        MATRIX_TEST(a_mark_on_a_tagged_message_comes_with_the_tag),
        MATRIX_TEST(a_mark_from_another_room_does_not_count),
        MATRIX_TEST(a_bot_without_a_past_begins_now),
        MATRIX_TEST(tags_outlive_a_restart),
        MATRIX_TEST(counting_reads_all_marks_again),
        MATRIX_TEST(what_was_said_before_the_first_start_is_not_answered),
        MATRIX_TEST(a_server_that_lost_our_place_is_followed_from_now_on),
        MATRIX_TEST(what_happened_in_the_meantime_comes_once_and_in_order),
        MATRIX_TEST(a_gap_outlives_a_restart_and_grows),
        MATRIX_TEST(old_commands_in_a_room_are_not_answered),
        MATRIX_TEST(times_that_are_forged_are_not_believed),
        MATRIX_TEST(what_an_answer_leaves_out_is_read),
        MATRIX_TEST(failures_of_the_server_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
