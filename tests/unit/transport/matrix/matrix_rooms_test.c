/* What the state of Matrix rooms means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_rooms.h"

#define ME "@bot:a.org"
#define ANN "@ann:a.org"
#define BOB "@bob:b.org"

struct place {
    struct matrix_rooms rooms;
    struct matrix_room *room;
};

static int setup(void **state)
{
    static struct place place;
    matrix_rooms_init(&place.rooms);
    snprintf(place.rooms.me, sizeof place.rooms.me, ME);
    place.room = matrix_rooms_add(&place.rooms, "!r:a.org");
    assert_non_null(place.room);
    *state = &place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    matrix_rooms_finish(&place->rooms);
    return 0;
}

static unsigned put(struct place *place, const char *sender, const char *type, const char *key,
                    const char *content)
{
    struct matrix_event event;
    const char *why = "";
    char json[2048];
    snprintf(json, sizeof json,
             "{\"event_id\":\"$e\",\"type\":\"%s\",\"sender\":\"%s\",\"origin_server_ts\":1,"
             "\"state_key\":\"%s\",\"content\":%s}",
             type, sender, key, content);
    if (!matrix_event_parse(&event, json, strlen(json), MATRIX_FULL, &why))
        fail_msg("%s: %s", why, json);
    unsigned change = matrix_rooms_apply(&place->rooms, place->room, &event);
    matrix_event_finish(&event);
    return change;
}

static unsigned member(struct place *place, const char *who, const char *membership)
{
    char content[128];
    snprintf(content, sizeof content, "{\"membership\":\"%s\"}", membership);
    return put(place, who, "m.room.member", who, content);
}

static void rooms_are_found_by_id(void **state)
{
    struct place *place = *state;
    struct matrix_room *other = matrix_rooms_add(&place->rooms, "!a:a.org");
    assert_ptr_equal(matrix_rooms_find(&place->rooms, "!a:a.org"), other);
    assert_ptr_equal(matrix_rooms_add(&place->rooms, "!r:a.org"), place->room);
    assert_null(matrix_rooms_find(&place->rooms, "!x:a.org"));
    matrix_rooms_remove(&place->rooms, "!a:a.org");
    matrix_rooms_remove(&place->rooms, "!a:a.org");
    assert_null(matrix_rooms_find(&place->rooms, "!a:a.org"));
    assert_int_equal(place->rooms.count, 1);
}

static void coming_going_and_renaming_is_a_change(void **state)
{
    struct place *place = *state;
    assert_int_equal(member(place, ANN, "invite"), MATRIX_SAME);
    assert_int_equal(member(place, ANN, "join"), MATRIX_CAME);
    assert_int_equal(member(place, ANN, "join"), MATRIX_SAME);
    assert_int_equal(put(place, ANN, "m.room.member", ANN,
                         "{\"membership\":\"join\",\"displayname\":\"Annie\"}"), MATRIX_CAME);
    assert_int_equal(member(place, ANN, "ban"), MATRIX_WENT);
    assert_int_equal(member(place, ANN, "leave"), MATRIX_SAME);
    assert_int_equal(member(place, BOB, "invite"), MATRIX_SAME);
    assert_int_equal(member(place, BOB, "leave"), MATRIX_SAME);
    assert_int_equal(member(place, ME, "join"), MATRIX_RULES | MATRIX_CAME);
}

static void power_levels_give_roles(void **state)
{
    struct place *place = *state;
    put(place, ANN, "m.room.create", "", "{\"room_version\":\"10\",\"creator\":\"" ANN "\"}");
    assert_int_equal(matrix_room_role(place->room, ANN), ROLE_OWNER);
    assert_int_equal(matrix_room_role(place->room, BOB), ROLE_MEMBER);
    assert_int_equal(put(place, ANN, "m.room.power_levels", "",
                         "{\"users\":{\"" ANN "\":99,\"" BOB "\":100},\"kick\":30}"),
                     MATRIX_RULES);
    assert_int_equal(matrix_room_role(place->room, BOB), ROLE_OWNER);
    assert_int_equal(matrix_room_role(place->room, ANN), ROLE_MODERATOR);
    put(place, ANN, "m.room.power_levels", "", "{\"users\":{\"" ANN "\":30},\"kick\":30}");
    assert_int_equal(matrix_room_role(place->room, ANN), ROLE_MODERATOR);
    put(place, ANN, "m.room.power_levels", "", "{\"users\":{\"" ANN "\":29},\"kick\":30}");
    assert_int_equal(matrix_room_role(place->room, ANN), ROLE_MEMBER);
}

static void where_everybody_may_kick_nobody_is_a_moderator(void **state)
{
    struct place *place = *state;
    put(place, ANN, "m.room.power_levels", "", "{\"kick\":0,\"users\":{\"" ANN "\":1}}");
    assert_int_equal(matrix_room_role(place->room, BOB), ROLE_MEMBER);
    assert_int_equal(matrix_room_role(place->room, ANN), ROLE_MODERATOR);
}

static void creators_of_version_12_own_the_room(void **state)
{
    struct place *place = *state;
    put(place, ANN, "m.room.create", "",
        "{\"room_version\":\"12\",\"additional_creators\":[\"" BOB "\"]}");
    put(place, ANN, "m.room.power_levels", "", "{\"users_default\":0}");
    assert_int_equal(matrix_room_role(place->room, ANN), ROLE_OWNER);
    assert_int_equal(matrix_room_role(place->room, BOB), ROLE_OWNER);
    assert_int_equal(matrix_room_role(place->room, ME), ROLE_MEMBER);
    assert_true(matrix_room_may_set(place->room, BOB, "m.room.tombstone"));
    assert_false(matrix_room_may_set(place->room, ME, "m.room.tombstone"));
}

static void erasing_needs_both_levels(void **state)
{
    struct place *place = *state;
    assert_false(matrix_room_may_erase(&place->rooms, place->room));
    put(place, ANN, "m.room.power_levels", "", "{\"users\":{\"" ME "\":50}}");
    assert_true(matrix_room_may_erase(&place->rooms, place->room));
    put(place, ANN, "m.room.power_levels", "",
        "{\"users\":{\"" ME "\":50},\"events\":{\"m.room.redaction\":60}}");
    assert_false(matrix_room_may_erase(&place->rooms, place->room));
    put(place, ANN, "m.room.power_levels", "", "{\"users\":{\"" ME "\":50},\"redact\":51}");
    assert_false(matrix_room_may_erase(&place->rooms, place->room));
}

static void two_in_a_room_without_a_name_talk_privately(void **state)
{
    struct place *place = *state;
    member(place, ME, "join");
    assert_null(matrix_room_partner(&place->rooms, place->room));
    member(place, ANN, "invite");
    assert_string_equal(matrix_room_partner(&place->rooms, place->room)->id, ANN);
    member(place, ANN, "join");
    assert_string_equal(matrix_room_partner(&place->rooms, place->room)->id, ANN);
    member(place, BOB, "invite");
    assert_null(matrix_room_partner(&place->rooms, place->room));
    member(place, BOB, "leave");
    assert_non_null(matrix_room_partner(&place->rooms, place->room));
    place->room->configured = true;
    assert_null(matrix_room_partner(&place->rooms, place->room));
}

static void a_room_with_a_name_is_for_a_group_unless_marked(void **state)
{
    struct place *place = *state;
    member(place, ME, "join");
    member(place, ANN, "join");
    put(place, ANN, "m.room.name", "", "{\"name\":\"Prep\"}");
    assert_null(matrix_room_partner(&place->rooms, place->room));
    put(place, ANN, "m.room.member", BOB, "{\"membership\":\"invite\",\"is_direct\":true}");
    member(place, BOB, "leave");
    assert_non_null(matrix_room_partner(&place->rooms, place->room));
}

static void encryption_is_for_ever(void **state)
{
    struct place *place = *state;
    assert_int_equal(put(place, ANN, "m.room.encryption", "",
                         "{\"algorithm\":\"m.megolm.v1.aes-sha2\"}"), MATRIX_SEALED);
    assert_int_equal(put(place, ANN, "m.room.encryption", "", "{\"algorithm\":\"x\"}"), MATRIX_SAME);
    assert_true(place->room->encrypted);
}

static void a_tombstone_says_where_it_moved(void **state)
{
    struct place *place = *state;
    assert_int_equal(put(place, ANN, "m.room.tombstone", "",
                         "{\"body\":\"bye\",\"replacement_room\":\"!new:a.org\"}"), MATRIX_TOMB);
    assert_string_equal(place->room->successor, "!new:a.org");
    assert_string_equal(place->room->mover, ANN);
    assert_int_equal(put(place, ANN, "m.room.tombstone", "",
                         "{\"body\":\"bye\",\"replacement_room\":\"!new:a.org\"}"), MATRIX_SAME);
}

static void our_own_name_is_the_one_of_the_room(void **state)
{
    struct place *place = *state;
    char name[EVENT_NAME_MAX + 1];
    matrix_room_own_name(&place->rooms, place->room, name);
    assert_string_equal(name, "bot");
    put(place, ME, "m.room.member", ME, "{\"membership\":\"join\",\"displayname\":\"Host\"}");
    put(place, ANN, "m.room.member", ANN, "{\"membership\":\"join\",\"displayname\":\"Host\"}");
    matrix_room_own_name(&place->rooms, place->room, name);
    assert_string_equal(name, "Host");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rooms_are_found_by_id, setup, teardown),
        cmocka_unit_test_setup_teardown(coming_going_and_renaming_is_a_change, setup, teardown),
        cmocka_unit_test_setup_teardown(power_levels_give_roles, setup, teardown),
        cmocka_unit_test_setup_teardown(where_everybody_may_kick_nobody_is_a_moderator, setup, teardown),
        cmocka_unit_test_setup_teardown(creators_of_version_12_own_the_room, setup, teardown),
        cmocka_unit_test_setup_teardown(erasing_needs_both_levels, setup, teardown),
        cmocka_unit_test_setup_teardown(two_in_a_room_without_a_name_talk_privately, setup, teardown),
        cmocka_unit_test_setup_teardown(a_room_with_a_name_is_for_a_group_unless_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(encryption_is_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tombstone_says_where_it_moved, setup, teardown),
        cmocka_unit_test_setup_teardown(our_own_name_is_the_one_of_the_room, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
