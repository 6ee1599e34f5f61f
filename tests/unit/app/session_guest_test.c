/* Guests who log in: what waits for them, when it counts, and what happens if it cannot be stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "app/session_world.h"
#include "core/presence.h"
#include "rig.h"

#define GUEST "nick:gus"
#define ACCOUNT "account:gus"

static struct rig rig;
static struct store_ops faulty;
static const struct store_ops *sound;
static unsigned bad_records; /* of RECORD_BECAME */

static int record(struct store *store, const struct effect *effect, struct error *error)
{
    if (effect->kind != RECORD_BECAME || bad_records == 0)
        return sound->record(store, effect, error);
    bad_records--;
    return error_set(error, ERR_FULL, "the disk is full");
}

static void up(void)
{
    struct error error;
    assert_int_equal(rig_up(&rig, &error), 0);
    sound = rig.store->ops;
    faulty = *sound;
    faulty.record = record;
    rig.session->store = &faulty;
}

static void push(struct event event)
{
    event.who.target = event.guest ? GUEST : ACCOUNT;
    event.name = "gus";
    assert_int_equal(rig_push(&rig, &event), 0);
}

static void guest_tells(const char *text)
{
    push((struct event){.kind = EVENT_TEXT, .text = text, .guest = true});
}

static void log_in(int64_t at)
{
    push((struct event){.kind = EVENT_BECAME, .text = ACCOUNT, .guest = true, .at = at});
}

/* Ann opens a round; the guest is in the room and has answered. */
static int start_bot(void **state)
{
    (void)state;
    rig_init(&rig);
    bad_records = 0;
    up();
    rig_say(&rig, "ann", "!start coding answer:10m vote:5m", NULL);
    push((struct event){.kind = EVENT_ENTER, .room.target = RIG_ROOM, .guest = true});
    rig_settle(&rig, 0);
    guest_tells("my answer");
    rig_settle(&rig, 0);
    return rig_number(&rig, "SELECT count(*) FROM seat WHERE guest") == 1 ? 0 : -1;
}

static int end_bot(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static int64_t ledger(void)
{
    return rig_number(&rig, "SELECT count(*) FROM ledger l JOIN identity i ON i.member = l.member"
                            " WHERE i.account LIKE '%gus'");
}

static bool told(size_t since, const char *target, const char *text)
{
    return rig_find(&rig, since, target, text) < rig.seen_count;
}

/* Both have answered, ann grades the guest's answer. */
static void grade(void)
{
    rig_tell(&rig, "ann", "A stack.", NULL);
    rig_settle(&rig, 0);
    rig_tell(&rig, "ann", "!vote A 4 4 4 4", NULL);
    rig_settle(&rig, 0);
}

static void what_waits_for_the_guest_reaches_the_account(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    rig.deaf = true;
    guest_tells("and more");
    rig_settle(&rig, 0);
    log_in(0);
    rig_settle(&rig, 0);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM outbox WHERE target = '" GUEST "'"), 0);
    rig.deaf = false;
    const struct transport_sink *sink = session_sink(rig.session);
    sink->ready(sink->context, "script", "local");
    rig_settle(&rig, 0);
    assert_true(told(before, ACCOUNT, "Stored: 2 lines"));
    assert_true(told(before, ACCOUNT, "so you are ranked in round 1"));
    assert_false(told(before, GUEST, ""));
    assert_int_equal(rig.twice, 0);
}

static void where_the_guest_was_present_the_account_is(void **state)
{
    (void)state;
    const struct room *room = rig.session->hall.rooms[0];
    struct address guest = {"script", "local", GUEST}, account = {"script", "local", ACCOUNT};
    assert_true(presence_has(room, &guest));
    log_in(0);
    rig_settle(&rig, 0);
    assert_false(presence_has(room, &guest));
    assert_true(presence_has(room, &account));
    /* Nobody is left who could still be writing: no last call, grading begins. */
    rig.session->hall.rounds[0]->last_call_ms = 30000;
    size_t before = rig.seen_count;
    rig_tell(&rig, "ann", "A stack.", NULL);
    rig_settle(&rig, 0);
    assert_true(told(before, NULL, "answering is over"));
}

static void what_was_done_as_a_guest_is_ranked(void **state)
{
    (void)state;
    grade();
    log_in(0);
    push((struct event){.kind = EVENT_TEXT, .text = "!vote A 3 3 3 3"});
    rig_settle(&rig, 0);
    assert_int_equal(ledger(), 2);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM asked WHERE scope = 'member' AND who ="
                                      " (SELECT member FROM identity WHERE account = '" ACCOUNT "')"),
                     1);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM log WHERE what LIKE 'logged in%'"), 1);
}

static void a_guest_is_not(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    grade();
    guest_tells("!vote A 3 3 3 3");
    rig_settle(&rig, 0);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM ledger"), 2); /* ann's */
    assert_int_equal(ledger(), 0);
    assert_true(told(before, GUEST, "No points: you play as a guest."));
}

/* The round was over when they logged in, though nobody had looked at the clock. */
static void too_late_is_too_late(void **state)
{
    (void)state;
    grade();
    rig.now += 6 * 60000;
    log_in(rig.now);
    rig_settle(&rig, 0);
    assert_int_equal(session_open_rounds(rig.session), 0);
    assert_int_equal(ledger(), 0);
}

/* They did in time, and only word of it comes late. */
static void in_time_is_in_time(void **state)
{
    (void)state;
    grade();
    int64_t before = rig.now + 60000;
    rig.now += 6 * 60000;
    log_in(before);
    rig_settle(&rig, 0);
    assert_int_equal(session_open_rounds(rig.session), 0);
    assert_int_equal(ledger(), 1);
}

static void what_cannot_be_stored_is_tried_again_as_a_whole(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    bad_records = 1;
    log_in(0);
    session_turn(rig.session);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM seat WHERE guest"), 1);
    assert_true(rig.session->hall.rounds[0]->seats[1].guest);
    assert_false(told(before, ACCOUNT, ""));
    rig_settle(&rig, 5000);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM seat WHERE guest"), 0);
    assert_false(rig.session->hall.rounds[0]->seats[1].guest);
    assert_true(told(before, ACCOUNT, "so you are ranked in round 1"));
}

/* The round is still to be graded: their own new messages are an account's, and a restart forgets nothing. */
static void a_restarted_bot_knows_it(void **state)
{
    (void)state;
    log_in(0);
    rig_settle(&rig, 0);
    rig_down(&rig);
    up();
    size_t before = rig.seen_count;
    push((struct event){.kind = EVENT_TEXT, .text = "!status"});
    rig_settle(&rig, 0);
    assert_true(told(before, ACCOUNT, "Your answer is stored: 9 bytes"));
    assert_int_equal(rig.session->hall.rounds[0]->seats[1].answered_by,
                     rig.session->hall.rounds[0]->seats[1].member);
}

/* With a draft on each side one text cannot be told from the other: the guest's is an answer. */
static void two_drafts(void **state)
{
    (void)state;
    rig_say(&rig, "ann", "!start ml_theory", NULL);
    rig_settle(&rig, 0);
    push((struct event){.kind = EVENT_ENTER, .room.target = RIG_ROOM});
    push((struct event){.kind = EVENT_TEXT, .text = "!begin 1"});
    guest_tells("!begin 2");
    guest_tells("half of it");
    rig_settle(&rig, 0);
    size_t before = rig.seen_count;
    log_in(0);
    rig_settle(&rig, 0);
    assert_true(told(before, ACCOUNT,
                     "You are logged in, so you are ranked in round 2. You had a seat of your own in "
                     "round 1: the guest's stays a guest's, and nobody waits for it. Your lines since "
                     "begin are stored as your answer."));
    assert_int_equal(rig.session->hall.draft_count, 1);
    assert_string_equal(rig.session->hall.rounds[1]->seats[1].answer, "half of it");
    push((struct event){.kind = EVENT_TEXT, .text = "!status 2"});
    rig_settle(&rig, 0);
    assert_true(told(before, ACCOUNT, "Your answer is stored: 10 bytes"));
}

static void nothing_comes_of_what_says_nothing(void **state)
{
    static const char *const texts[] = {"", NULL, GUEST};
    (void)state;
    char *long_name = malloc(EVENT_TARGET_MAX + 2);
    memset(long_name, 'x', EVENT_TARGET_MAX + 1);
    long_name[EVENT_TARGET_MAX + 1] = '\0';
    for (size_t i = 0; i < 3; i++)
        push((struct event){.kind = EVENT_BECAME, .text = texts[i], .guest = true});
    push((struct event){.kind = EVENT_BECAME, .text = long_name, .guest = true});
    /* Of an account nothing moves. */
    push((struct event){.kind = EVENT_BECAME, .text = GUEST});
    push((struct event){.kind = EVENT_BECAME, .text = "account:other"});
    size_t before = rig.seen_count;
    rig_settle(&rig, 0);
    free(long_name);
    assert_int_equal(rig.seen_count, before);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM seat WHERE guest"), 1);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM identity WHERE account = '" GUEST "'"), 1);
}

static void who_never_spoke_only_goes_on_as_the_account(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    rig_push(&rig, &(struct event){.kind = EVENT_ENTER, .room.target = RIG_ROOM, .guest = true,
                                   .who.target = "nick:new"});
    rig_push(&rig, &(struct event){.kind = EVENT_BECAME, .who.target = "nick:new", .guest = true,
                                   .text = "account:new"});
    rig_settle(&rig, 0);
    assert_int_equal(rig.seen_count, before);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM identity WHERE account LIKE '%new'"), 0);
    assert_true(presence_has(rig.session->hall.rooms[0],
                             &(struct address){"script", "local", "account:new"}));
}

#define ALL(test) cmocka_unit_test_setup_teardown(test, start_bot, end_bot)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALL(what_waits_for_the_guest_reaches_the_account),
        ALL(where_the_guest_was_present_the_account_is),
        ALL(what_was_done_as_a_guest_is_ranked),
        ALL(a_guest_is_not),
        ALL(too_late_is_too_late),
        ALL(in_time_is_in_time),
        ALL(what_cannot_be_stored_is_tried_again_as_a_whole),
        ALL(a_restarted_bot_knows_it),
        ALL(two_drafts),
        ALL(nothing_comes_of_what_says_nothing),
        ALL(who_never_spoke_only_goes_on_as_the_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
