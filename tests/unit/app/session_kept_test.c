/* The session and a network that keeps its past: kept events and notes stay in order, whatever fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session_world.h"
#include "rig.h"
#include "util/buf.h"

#define SECOND 1000

static struct rig rig;
static struct store_ops faulty; /* the store's own operations, some of them failing */
static struct transport_ops noting; /* the transport's own, and it looks at what is noted */
static const struct store_ops *sound;
static unsigned bad_commits, bad_notes;
static const char *bad_answer; /* an answer that cannot be stored */
static struct buf noted;

static int commit(struct store *store, struct error *error)
{
    if (bad_commits == 0)
        return sound->commit(store, error);
    bad_commits--;
    return error_set(error, ERR_FULL, "the disk is full");
}

static int record(struct store *store, const struct effect *effect, struct error *error)
{
    if (effect->kind == RECORD_ANSWER && bad_answer && strcmp(effect->as.answer.text, bad_answer) == 0)
        return error_set(error, ERR_IO, "the disk failed");
    return sound->record(store, effect, error);
}

static int note_set(struct store *store, const char *transport, const char *network,
                    const char *key, const char *value, int64_t at, struct error *error)
{
    if (bad_notes == 0)
        return sound->note_set(store, transport, network, key, value, at, error);
    bad_notes--;
    return error_set(error, ERR_IO, "the disk failed");
}

static void on_noted(struct transport *transport, const char *key)
{
    (void)transport;
    buf_printf(&noted, "%s ", key);
}

static int start_bot(void **state)
{
    struct error error;
    (void)state;
    rig_init(&rig);
    noting = *rig.transport.ops;
    noting.noted = on_noted;
    rig.transport.ops = &noting;
    buf_init(&noted);
    if (rig_up(&rig, &error))
        return -1;
    sound = rig.store->ops;
    faulty = *sound;
    faulty.commit = commit;
    faulty.record = record;
    faulty.note_set = note_set;
    rig.session->store = &faulty;
    bad_commits = bad_notes = 0;
    bad_answer = NULL;
    rig_say(&rig, "ann", "!start coding answer:10m vote:5m", NULL);
    rig_say(&rig, "bob", "!join", NULL);
    rig_say(&rig, "cyd", "!join", NULL);
    rig_enter(&rig, "dan");
    rig_say(&rig, "eve", "!join", NULL);
    rig_settle(&rig, SECOND);
    return session_open_rounds(rig.session) == 1 ? 0 : -1;
}

static int end_bot(void **state)
{
    (void)state;
    buf_finish(&noted);
    rig_finish(&rig);
    return 0;
}

static int note(const char *key, const char *value)
{
    return rig_push(&rig, &(struct event){.kind = EVENT_NOTE, .tag = key, .text = value});
}

static void keep(const char *person, const char *text, const char *id)
{
    struct event event = {.kind = EVENT_TEXT, .id = id, .who.target = person, .text = text,
                          .kept = true};
    assert_int_equal(rig_push(&rig, &event), 0);
}

static void expect_rows(const char *sql, const char *wanted)
{
    char *rows = rig_rows(&rig, sql);
    assert_string_equal(rows, wanted);
    free(rows);
}

#define NOTES "SELECT key, value FROM note ORDER BY key"

static void expect_answers(const char *wanted)
{
    expect_rows("SELECT text FROM answer ORDER BY text", wanted);
}

static bool heard(size_t since, const char *person, const char *text)
{
    return rig_find(&rig, since, person, text) < rig.seen_count;
}

static void wait_for_a_second_try(void)
{
    rig.now += SECOND;
    session_turn(rig.session);
}

/* ---- notes ---- */

static void a_note_is_stored_and_told_after_the_commit(void **state)
{
    (void)state;
    note("since", "s1");
    note("empty", "");
    bad_commits = 1;
    session_turn(rig.session);
    assert_string_equal(buf_text(&noted), "");
    wait_for_a_second_try();
    assert_string_equal(buf_text(&noted), "since empty ");
    expect_rows(NOTES, "empty|\nsince|s1");
    note("empty", NULL);
    session_turn(rig.session);
    expect_rows(NOTES, "since|s1");
    assert_string_equal(buf_text(&noted), "since empty empty ");
}

static void copy_note(void *context, const char *key, const char *value, int64_t at)
{
    buf_printf(context, "%s=%s@%d ", key, value, (int)(at - RIG_START));
}

static void notes_are_recalled_by_what_their_keys_begin_with(void **state)
{
    const struct transport_sink *sink = session_sink(rig.session);
    struct buf found;
    (void)state;
    note("room/b", "2");
    note("room/a", "1");
    note("since", "s1");
    session_turn(rig.session);
    buf_init(&found);
    assert_int_equal(sink->recall(sink->context, "script", "local", "room/", copy_note, &found), 0);
    assert_int_equal(sink->recall(sink->context, "script", "other", "", copy_note, &found), 0);
    assert_string_equal(buf_text(&found), "room/a=1@0 room/b=2@0 ");
    buf_finish(&found);
}

static void a_note_without_bounds_is_not_kept(void **state)
{
    static char key[EVENT_TAG_MAX + 2], value[EVENT_NOTE_MAX + 2];
    (void)state;
    memset(key, 'k', EVENT_TAG_MAX);
    memset(value, 'v', EVENT_NOTE_MAX);
    assert_int_equal(note(key, value), 0);
    value[EVENT_NOTE_MAX] = 'v';
    assert_int_equal(note("long", value), 0);
    key[EVENT_TAG_MAX] = 'k';
    assert_int_equal(note(key, "v"), 0);
    assert_int_equal(note(NULL, "v"), 0);
    session_turn(rig.session);
    expect_rows("SELECT length(key), length(value) FROM note", "256|65536");
}

static void old_tags_are_forgotten_while_it_runs(void **state)
{
    (void)state;
    note("tag/$1", "vote 1 2");
    note("since", "s1");
    rig_settle(&rig, SECOND);
    rig.now += INT64_C(31) * 24 * 3600 * SECOND;
    note("tag/$2", "vote 2 1");
    rig_settle(&rig, SECOND);
    expect_rows(NOTES, "since|s1\ntag/$2|vote 2 1");
}

/* ---- one event fails ---- */

static void what_is_behind_a_failed_event_waits_for_it(void **state)
{
    (void)state;
    bad_answer = "Answer B.";
    keep("ann", "Answer A.", "$1");
    note("since", "s1");
    keep("bob", "Answer B.", "$2");
    keep("cyd", "Answer C.", "$3");
    note("since", "s2");
    rig_tell(&rig, "dan", "Answer D.", NULL); /* of no kept kind: he waits for nobody */
    session_turn(rig.session);
    expect_answers("Answer A.\nAnswer D.");
    expect_rows(NOTES, "since|s1");
    assert_string_equal(buf_text(&noted), "since ");
    assert_int_equal(session_deadline(rig.session), rig.now + SECOND);

    /* What comes in between waits, too, and brings no early try. */
    keep("eve", "Answer E.", "$4");
    session_turn(rig.session);
    expect_answers("Answer A.\nAnswer D.");
    bad_answer = NULL;
    session_turn(rig.session);
    expect_answers("Answer A.\nAnswer D.");
    wait_for_a_second_try();
    expect_answers("Answer A.\nAnswer B.\nAnswer C.\nAnswer D.\nAnswer E.");
    expect_rows(NOTES, "since|s2");
    assert_false(heard(0, "bob", "does not count"));
    expect_rows("SELECT group_concat(event, ' ') FROM inbox", "$1 $2 $3 $4");
}

static void an_event_that_always_fails_is_set_aside(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    bad_answer = "Poison.";
    keep("bob", "Poison.", "$1");
    keep("cyd", "Answer C.", "$2");
    note("since", "s1");
    session_turn(rig.session);
    wait_for_a_second_try();
    expect_answers("");
    assert_false(heard(before, "bob", "does not count"));
    wait_for_a_second_try();
    expect_answers("Answer C.");
    expect_rows(NOTES, "since|s1");
    assert_true(heard(before, "bob", "does not count"));
    rig_settle(&rig, 0);
    assert_true(session_deadline(rig.session) > rig.now + SECOND); /* the round's */
}

static void a_note_is_tried_for_ever(void **state)
{
    (void)state;
    note("since", "s1");
    keep("ann", "Answer A.", "$1");
    note("since", "s2");
    bad_notes = 50;
    session_turn(rig.session);
    for (int i = 1; i < 50; i++)
        wait_for_a_second_try();
    expect_answers("");
    wait_for_a_second_try();
    expect_answers("Answer A.");
    assert_string_equal(buf_text(&noted), "since since ");
    expect_rows(NOTES, "since|s2");
}

/* ---- the whole turn fails ---- */

static void a_failed_turn_makes_kept_events_wait_and_nobody_hears_of_it(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    bad_commits = 5; /* more often than an event may fail by itself */
    keep("ann", "Answer A.", "$1");
    rig_tell(&rig, "bob", "Answer B.", NULL);
    note("since", "s1");
    session_turn(rig.session);
    assert_true(heard(before, "bob", "does not count"));
    for (int i = 1; i < 5; i++)
        wait_for_a_second_try();
    expect_answers("");
    wait_for_a_second_try();
    expect_answers("Answer A.");
    expect_rows(NOTES, "since|s1");
    assert_false(heard(before, "ann", "does not count"));
    assert_true(heard(before, "ann", "Stored"));
}

/* ---- bounds ---- */

static void too_much_that_waits_is_refused(void **state)
{
    static char value[EVENT_NOTE_MAX + 1];
    int taken = 0;
    (void)state;
    memset(value, 'v', EVENT_NOTE_MAX);
    bad_commits = 1000;
    while (taken < 1000 && note("since", value) == 0) {
        session_turn(rig.session);
        taken++;
    }
    assert_true(taken > 100 && taken < 1000);
    bad_commits = 0;
    wait_for_a_second_try();
    assert_int_equal(note("since", "s1"), 0);
    rig_settle(&rig, SECOND);
    expect_rows(NOTES, "since|s1");
}

static void more_than_a_turn_holds_keeps_its_order(void **state)
{
    char value[16];
    (void)state;
    bad_commits = 3;
    for (int i = 1; i <= 2500; i++) {
        snprintf(value, sizeof value, "%d", i);
        assert_int_equal(note("since", value), 0);
        if (i % 500 == 0)
            session_turn(rig.session);
    }
    rig_settle(&rig, 10 * SECOND);
    expect_rows(NOTES, "since|2500");
    assert_int_equal(noted.length, 2500 * strlen("since "));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start_bot, end_bot)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_note_is_stored_and_told_after_the_commit),
        CASE(notes_are_recalled_by_what_their_keys_begin_with),
        CASE(a_note_without_bounds_is_not_kept),
        CASE(old_tags_are_forgotten_while_it_runs),
        CASE(what_is_behind_a_failed_event_waits_for_it),
        CASE(an_event_that_always_fails_is_set_aside),
        CASE(a_note_is_tried_for_ever),
        CASE(a_failed_turn_makes_kept_events_wait_and_nobody_hears_of_it),
        CASE(too_much_that_waits_is_refused),
        CASE(more_than_a_turn_holds_keeps_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
