/* Roles: what the network says of the room that is spoken in, and what the configuration says everywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "app/session_world.h"
#include "core/talk.h"
#include "rig.h"

static struct rig rig;
static const char *named, *named_in; /* a moderator by configuration, and where */

static enum role role(void *context, const struct address *who, const struct address *place)
{
    (void)context;
    return strcmp(who->target, named) == 0 && strcmp(place->target, named_in) == 0 ? ROLE_MODERATOR
                                                                                   : ROLE_MEMBER;
}

static int start_bot(void **state)
{
    struct error error;
    (void)state;
    rig_init(&rig);
    assert_int_equal(rig_up(&rig, &error), 0);
    rig.session->parts.role = role;
    named = "mod";
    named_in = RIG_ROOM;
    rig_enter(&rig, "mod");
    rig_say(&rig, "ann", "!start coding answer:10m", NULL);
    rig_settle(&rig, 0);
    return session_open_rounds(rig.session) == 1 ? 0 : -1;
}

static int end_bot(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

/* Pauses round 1, which only its host and moderators may do alone, or seats decide. */
static bool pauses(const struct event *event)
{
    struct event pause = *event;
    size_t before = rig.seen_count;
    pause.kind = EVENT_TEXT;
    pause.text = "!pause 1";
    rig_push(&rig, &pause);
    rig_settle(&rig, 0);
    return rig_find(&rig, before, NULL, "is paused") < rig.seen_count;
}

static void the_configuration_makes_a_moderator_in_the_room(void **state)
{
    (void)state;
    assert_true(pauses(&(struct event){.room.target = RIG_ROOM, .who.target = "mod"}));
}

static void nobody_else(void **state)
{
    (void)state;
    assert_false(pauses(&(struct event){.room.target = RIG_ROOM, .who.target = "bob"}));
    named_in = RIG_OTHER;
    assert_false(pauses(&(struct event){.room.target = RIG_ROOM, .who.target = "mod"}));
    rig.session->parts.role = NULL;
    assert_false(pauses(&(struct event){.room.target = RIG_ROOM, .who.target = "mod"}));
}

static void a_guest_is_never_configured(void **state)
{
    (void)state;
    assert_false(pauses(&(struct event){.room.target = RIG_ROOM, .who.target = "mod", .guest = true}));
}

static void an_operator_of_the_channel_is_a_moderator_even_as_a_guest(void **state)
{
    (void)state;
    assert_true(pauses(&(struct event){.room.target = RIG_ROOM, .who.target = "nick:bob",
                                       .role = ROLE_MODERATOR, .guest = true}));
}

static void the_lower_word_does_not_count(void **state)
{
    (void)state;
    assert_true(pauses(&(struct event){.room.target = RIG_ROOM, .who.target = "mod",
                                       .role = ROLE_OWNER}));
}

static void a_place_that_moved_keeps_its_moderators(void **state)
{
    (void)state;
    rig_push(&rig, &(struct event){.kind = EVENT_MOVED, .room.target = RIG_ROOM, .text = "#new"});
    rig_settle(&rig, 0);
    assert_true(pauses(&(struct event){.room.target = "#new", .who.target = "mod"}));
}

static enum role role_privately(const char *account, enum role network, bool guest)
{
    struct event event = {.who = {"script", "local", account}, .role = network, .guest = guest};
    struct talk talk = {.hall = &rig.session->hall, .event = &event};
    return talk_role(&talk, rig.session->hall.rounds[0]->room);
}

/* Whoever opens a private room on Matrix owns that one, and no other. */
static void privately_the_configuration_counts_and_the_network_does_not(void **state)
{
    (void)state;
    assert_int_equal(role_privately("mod", ROLE_MEMBER, false), ROLE_MODERATOR);
    assert_int_equal(role_privately("mod", ROLE_MEMBER, true), ROLE_MEMBER);
    assert_int_equal(role_privately("bob", ROLE_OWNER, false), ROLE_MEMBER);
}

#define ALL(test) cmocka_unit_test_setup_teardown(test, start_bot, end_bot)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALL(the_configuration_makes_a_moderator_in_the_room),
        ALL(nobody_else),
        ALL(a_guest_is_never_configured),
        ALL(an_operator_of_the_channel_is_a_moderator_even_as_a_guest),
        ALL(the_lower_word_does_not_count),
        ALL(a_place_that_moved_keeps_its_moderators),
        ALL(privately_the_configuration_counts_and_the_network_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
