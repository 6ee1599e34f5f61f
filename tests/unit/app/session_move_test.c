/* A place that goes on under another name keeps its room, its round, its settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "app/session_world.h"
#include "rig.h"

static struct rig rig;
static struct store_ops faulty;
static unsigned bad_commits;
static const struct store_ops *sound;

static int commit(struct store *store, struct error *error)
{
    if (bad_commits == 0)
        return sound->commit(store, error);
    bad_commits--;
    return error_set(error, ERR_FULL, "the disk is full");
}

/* Only the room that the rig began with is configured. */
static void settings(void *context, const struct address *place, struct room_settings *out)
{
    (void)context;
    *out = (struct room_settings){.prefix = "!", .reveal_names = true, .rounds_max = 3};
    out->configured = strcmp(place->target, RIG_ROOM) == 0;
    if (out->configured)
        out->prefix[0] = '?';
}

static void up(void)
{
    struct error error;
    assert_int_equal(rig_up(&rig, &error), 0);
    rig.session->parts.settings = settings;
    sound = rig.store->ops;
    faulty = *sound;
    faulty.commit = commit;
    rig.session->store = &faulty;
}

static int start_bot(void **state)
{
    (void)state;
    rig_init(&rig);
    bad_commits = 0;
    up();
    rig_say(&rig, "ann", "?start coding answer:10m", NULL);
    rig_say(&rig, "bob", "?join", NULL);
    rig_settle(&rig, 0);
    return session_open_rounds(rig.session) == 1 ? 0 : -1;
}

static int end_bot(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static void move(const char *from, const char *to)
{
    struct event event = {.kind = EVENT_MOVED, .room.target = from, .text = to, .kept = true};
    assert_int_equal(rig_push(&rig, &event), 0);
}

static void say_in(const char *room, const char *person, const char *text)
{
    struct event event = {.kind = EVENT_TEXT, .room.target = room, .who.target = person,
                          .text = text};
    assert_int_equal(rig_push(&rig, &event), 0);
    rig_settle(&rig, 0);
}

static bool answered_in(size_t since, const char *room, const char *text)
{
    for (size_t at = since; (at = rig_find(&rig, at, NULL, text)) < rig.seen_count; at++)
        if (strcmp(rig.seen[at].room, room) == 0)
            return true;
    return false;
}

static void expect_round_in(const char *room)
{
    size_t before = rig.seen_count;
    say_in(room, "ann", "?status");
    assert_true(answered_in(before, room, "Round 1"));
    rig_tell(&rig, "ann", "Answer A.", NULL);
    rig_tell(&rig, "bob", "Answer B.", NULL);
    rig_settle(&rig, 0);
    assert_true(answered_in(before, room, "answering is over, 2 answers"));
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM room"), 1);
}

static void the_round_goes_on_in_the_new_place(void **state)
{
    (void)state;
    move(RIG_ROOM, "#new");
    rig_settle(&rig, 0);
    expect_round_in("#new");
}

static void people_may_be_in_the_new_place_first(void **state)
{
    (void)state;
    struct event enter = {.kind = EVENT_ENTER, .room.target = "#new", .who.target = "ann"};
    rig_push(&rig, &enter);
    say_in("#new", "bob", "!help");
    move(RIG_ROOM, "#new");
    rig_settle(&rig, 0);
    expect_round_in("#new");
}

static void a_restarted_bot_finds_it_there(void **state)
{
    (void)state;
    move(RIG_ROOM, "#mid");
    move("#mid", "#new");
    rig_settle(&rig, 0);
    rig_down(&rig);
    up();
    rig_settle(&rig, 0);
    expect_round_in("#new");
}

static void a_failed_turn_moves_nothing_and_the_next_one_does(void **state)
{
    (void)state;
    bad_commits = 1;
    move(RIG_ROOM, "#new");
    session_turn(rig.session);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM moved"), 0);
    rig_settle(&rig, 2000);
    expect_round_in("#new");
}

static void it_does_not_take_another_rooms_place(void **state)
{
    (void)state;
    say_in("#other", "cyd", "!start coding");
    move(RIG_ROOM, "#other");
    move("#unheard", "#of");
    rig_push(&rig, &(struct event){.kind = EVENT_MOVED, .room.target = RIG_ROOM, .kept = true});
    rig_settle(&rig, 0);
    size_t before = rig.seen_count;
    say_in(RIG_ROOM, "ann", "?status");
    assert_true(answered_in(before, RIG_ROOM, "Round 1"));
    say_in("#other", "cyd", "!status");
    assert_true(answered_in(before, "#other", "Round 2"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start_bot, end_bot)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_round_goes_on_in_the_new_place),
        CASE(people_may_be_in_the_new_place_first),
        CASE(a_restarted_bot_finds_it_there),
        CASE(a_failed_turn_moves_nothing_and_the_next_one_does),
        CASE(it_does_not_take_another_rooms_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
