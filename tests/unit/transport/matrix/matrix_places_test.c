/* Where the Matrix transport is: private rooms, invitations, moves, encrypted rooms, files. */
#include "matrix_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOT "@hotseat:fake.test"

/* ---- asking the server ---- */

static json_t *ask(struct stage *stage, const char *person, const char *method, const char *path,
                   json_t *body_take)
{
    const char *token = strcmp(person, "hotseat") == 0 ? stage->matrix->bot
                                                       : stage_matrix_token(stage->matrix, person);
    long status = 0;
    json_t *answer = fakehs_ask(stage->matrix->server, token, method, path, body_take, &status);
    if (status != 200)
        fail_msg("%s: %ld", path, status);
    return answer;
}

static void act(struct stage *stage, const char *person, const char *method, const char *path,
                json_t *body_take)
{
    json_decref(ask(stage, person, method, path, body_take));
}

static char *create(struct stage *stage, const char *person, json_t *body_take)
{
    json_t *made = ask(stage, person, "POST", "/createRoom", body_take);
    char *id = strdup(json_string_value(json_object_get(made, "room_id")));
    json_decref(made);
    return id;
}

/* "join", "invite", "leave", ... "" if the server knows nothing of it. */
static void membership(struct stage *stage, const char *room, const char *user, char out[16])
{
    json_t *found = fakehs_control(stage->matrix->server, "room",
                                   json_pack("{s:s}", "room_id", room));
    const char *now = json_string_value(
        json_object_get(json_object_get(found, "members"), user));
    snprintf(out, 16, "%s", now ? now : "");
    json_decref(found);
}

struct wanted {
    const char *room, *user, *membership;
};

static bool has_membership(const struct stage *stage, const void *what)
{
    const struct wanted *wanted = what;
    char now[16];
    membership((struct stage *)(uintptr_t)stage, wanted->room, wanted->user, now);
    return strcmp(now, wanted->membership) == 0;
}

static void await_membership(struct stage *stage, const char *room, const char *user,
                             const char *expected)
{
    struct wanted wanted = {room, user, expected};
    stages_until(stage, has_membership, &wanted);
}

/* The rooms in which the bot and this person are, or are invited, and nobody else. */
static size_t private_rooms(struct stage *stage, const char *user, char *last, size_t size)
{
    size_t count = 0, i;
    json_t *found = fakehs_control(stage->matrix->server, "rooms", NULL), *room;
    json_array_foreach(json_object_get(found, "rooms"), i, room) {
        char all[512] = "";
        size_t k, people = 0;
        json_t *who;
        static const char *const lists[] = {"joined", "invited"};
        for (size_t l = 0; l < 2; l++)
            json_array_foreach(json_object_get(room, lists[l]), k, who) {
                snprintf(all + strlen(all), sizeof all - strlen(all), " %s ", json_string_value(who));
                people++;
            }
        char wanted[64];
        snprintf(wanted, sizeof wanted, " %s ", user);
        if (people == 2 && strstr(all, BOT) && strstr(all, wanted)) {
            count++;
            snprintf(last, size, "%s", json_string_value(json_object_get(room, "room_id")));
        }
    }
    json_decref(found);
    return count;
}

static bool is_said(const struct stage *stage, const void *what)
{
    return stages_seen((struct stage *)(uintptr_t)stage, what) >= 0;
}

/* A room of a person's, which the looking on counts as theirs. */
static void look_into(struct stage *stage, const char *person, const char *room)
{
    for (size_t i = 0; i < stage->matrix->count; i++)
        if (strcmp(stage->matrix->people[i].name, person) == 0) {
            free(stage->matrix->people[i].direct);
            stage->matrix->people[i].direct = strdup(room);
        }
}

/* ---- private rooms ---- */

static bool is_taken(const struct stage *stage, const void *what)
{
    return stages_post((struct stage *)(uintptr_t)stage, 9, what, true, 0, "psst") == POST_TAKEN;
}

static void a_private_room_is_opened_when_there_is_something_to_say(void **state)
{
    struct stage *stage = *state;
    char room[300];
    matrix_play_enter(stage, "cy");
    assert_int_equal(private_rooms(stage, "@cy:fake.test", room, sizeof room), 0);
    stages_until(stage, is_taken, "@cy:fake.test");
    stages_await_sent(stage, 9);
    assert_int_equal(private_rooms(stage, "@cy:fake.test", room, sizeof room), 1);
    look_into(stage, "cy", room);
    assert_true(stages_seen(stage, "cy\tpsst") >= 0);
    assert_string_equal(stages_note(stage, "dm/@cy:fake.test"), room);
    /* It is the one after a restart, too. */
    matrix_play_halt(stage);
    matrix_play_begin(stage);
    assert_int_equal(stages_post(stage, 10, "@cy:fake.test", true, 0, "again"), POST_TAKEN);
    stages_await_sent(stage, 10);
    assert_int_equal(private_rooms(stage, "@cy:fake.test", room, sizeof room), 1);
    json_t *list = ask(stage, "hotseat", "GET",
                       "/user/%40hotseat%3Afake.test/account_data/m.direct", NULL);
    const char *listed = json_string_value(
        json_array_get(json_object_get(list, "@cy:fake.test"), 0));
    assert_string_equal(listed, room);
    json_decref(list);
}

static void a_room_that_was_being_made_is_not_made_twice(void **state)
{
    struct stage *stage = *state;
    char room[300];
    matrix_play_enter(stage, "cy");
    matrix_play_halt(stage);
    /* The server has made it, and the answer never came. */
    char *made = create(stage, "hotseat",
                        json_pack("{s:b,s:[s],s:s}", "is_direct", 1, "invite", "@cy:fake.test",
                                  "preset", "trusted_private_chat"));
    matrix_play_begin(stage);
    stages_until(stage, is_taken, "@cy:fake.test");
    stages_await_sent(stage, 9);
    assert_int_equal(private_rooms(stage, "@cy:fake.test", room, sizeof room), 1);
    assert_string_equal(room, made);
    free(made);
}

static void a_third_person_ends_the_privacy(void **state)
{
    struct stage *stage = *state;
    const char *direct = stage_matrix_direct(stage->matrix, "ann");
    stages_tell(stage, "ann", "a secret", 8);
    assert_null(stages_await(stage, EVENT_TEXT, "ann", "a secret")->room);
    act(stage, "ann", "POST", stage_matrix_path(direct, "invite"),
        json_pack("{s:s}", "user_id", "@bob:fake.test"));
    stages_tell(stage, "ann", "no secret", 9);
    assert_string_equal(stages_await(stage, EVENT_TEXT, "ann", "no secret")->room, direct);
    /* What is for ann alone is not said there any more. */
    assert_int_equal(stages_post(stage, 4, "@ann:fake.test", true, 0, "psst"), POST_BUSY);
}

static void whoever_cannot_be_invited_hears_it_in_the_room(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "cy");
    json_decref(fakehs_control(stage->matrix->server, "fault",
                               json_pack("{s:s,s:s,s:i,s:{s:s,s:s},s:i}", "kind", "json", "path",
                                         "/createRoom", "status", 403, "body", "errcode",
                                         "M_FORBIDDEN", "error", "no", "count", 0)));
    assert_int_equal(stages_post(stage, 9, "@cy:fake.test", true, 0, "psst"), POST_BUSY);
    stages_until(stage, is_said, "cy: I cannot write to you privately.");
    assert_int_equal(stages_post(stage, 9, "@cy:fake.test", true, 0, "psst"), POST_BUSY);
}

static void whoever_leaves_leaves_nobody_behind(void **state)
{
    struct stage *stage = *state;
    const char *direct = stage_matrix_direct(stage->matrix, "ann");
    matrix_play_enter(stage, "cy");
    act(stage, "ann", "POST", stage_matrix_path(direct, "leave"), json_object());
    await_membership(stage, direct, BOT, "leave");
    /* The room of the group stays, however empty. */
    stages_leave(stage, "cy");
    act(stage, "host", "POST", stage_matrix_path(stage->room, "leave"), json_object());
    stages_tell(stage, "bob", "hello", 5);
    stages_await(stage, EVENT_TEXT, "bob", "hello");
    assert_int_equal(stages_post(stage, 1, stage->room, false, 0, "anybody?"), POST_TAKEN);
    stages_await_sent(stage, 1);
}

/* ---- invitations ---- */

static void strangers_invite_in_vain(void **state)
{
    struct stage *stage = *state;
    char *room = create(stage, "eve", json_pack("{s:b,s:[s]}", "is_direct", 1, "invite", BOT));
    await_membership(stage, room, BOT, "leave");
    free(room);
}

static void people_of_our_rooms_may_talk_privately(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "cy");
    char *room = create(stage, "cy", json_pack("{s:b,s:[s]}", "is_direct", 1, "invite", BOT));
    await_membership(stage, room, BOT, "join");
    free(stage_matrix_say(stage->matrix, "cy", room, "hello", 5));
    assert_null(stages_await(stage, EVENT_TEXT, "cy", "hello")->room);
    char *group = create(stage, "cy", json_pack("{s:s,s:[s]}", "name", "Mine", "invite", BOT));
    await_membership(stage, group, BOT, "leave");
    free(group);
    free(room);
}

static void those_of_the_list_may_invite_up_to_the_bound(void **state)
{
    struct stage *stage = *state;
    stage->matrix->settings.inviters[0] = (char *)(uintptr_t) "*:fake.test";
    stage->matrix->settings.inviter_count = 1;
    stage->matrix->settings.rooms_max = 1; /* the private rooms of ann and bob do not count */
    char *first = create(stage, "eve", json_pack("{s:s,s:[s]}", "name", "One", "invite", BOT));
    await_membership(stage, first, BOT, "join");
    free(stage_matrix_say(stage->matrix, "eve", first, "hello", 5));
    assert_string_equal(stages_await(stage, EVENT_TEXT, "eve", "hello")->room, first);
    char *second = create(stage, "eve", json_pack("{s:s,s:[s]}", "name", "Two", "invite", BOT));
    await_membership(stage, second, BOT, "leave");
    free(first);
    free(second);
}

static bool is_noted(const struct stage *stage, const void *what)
{
    return stages_note(stage, what) != NULL;
}

static void an_invitation_outlives_a_restart(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "cy");
    char *room = create(stage, "cy", json_pack("{s:b,s:[s]}", "is_direct", 1, "invite", BOT));
    char key[300];
    snprintf(key, sizeof key, "invite/%s", room);
    stages_until(stage, is_noted, key);
    matrix_play_halt(stage);
    matrix_play_begin(stage);
    await_membership(stage, room, BOT, "join");
    free(room);
}

/* ---- coming and going ---- */

static bool is_back(const struct stage *stage, const void *what)
{
    return stages_post((struct stage *)(uintptr_t)stage, 12, what, false, 0, "back") == POST_TAKEN;
}

static bool is_gone(const struct stage *stage, const void *what)
{
    return stages_post((struct stage *)(uintptr_t)stage, 11, what, false, 0, "gone") == POST_BUSY;
}

static void a_kick_is_heard_and_an_invitation_brings_it_back(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    act(stage, "host", "POST", stage_matrix_path(stage->room, "kick"),
        json_pack("{s:s}", "user_id", BOT));
    const struct stages_event *reset = stages_await(stage, EVENT_RESET, NULL, NULL);
    assert_string_equal(reset->room, stage->room);
    stages_until(stage, is_gone, stage->room);
    act(stage, "host", "POST", stage_matrix_path(stage->room, "invite"),
        json_pack("{s:s}", "user_id", BOT));
    stages_until(stage, is_back, stage->room);
    stages_await_sent(stage, 12);
    assert_true(stages_seen(stage, "back") >= 0);
}

/* Upgrades the room; the id of the new one, once the bot is there. To be freed. */
static char *move(struct stage *stage, const char *room)
{
    json_t *made = ask(stage, "host", "POST", stage_matrix_path(room, "upgrade"),
                       json_pack("{s:s}", "new_version", "12"));
    char *moved = strdup(json_string_value(json_object_get(made, "replacement_room")));
    json_decref(made);
    const struct stages_event *event = stages_await(stage, EVENT_MOVED, NULL, moved);
    assert_string_equal(event->room, room);
    return moved;
}

static void a_room_that_moves_twice_is_reached_by_all_its_ids(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    char *second = move(stage, stage->room), *third = move(stage, second);
    matrix_play_halt(stage);
    matrix_play_begin(stage);
    assert_int_equal(stages_post(stage, 1, stage->room, false, 0, "one"), POST_TAKEN);
    assert_int_equal(stages_post(stage, 2, second, false, 0, "two"), POST_TAKEN);
    assert_int_equal(stages_post(stage, 3, third, false, 0, "three"), POST_TAKEN);
    stages_await_sent(stage, 3);
    look_into(stage, "host", third);
    assert_true(stages_seen(stage, "host\tone") >= 0);
    assert_true(stages_seen(stage, "host\ttwo") >= 0);
    assert_true(stages_seen(stage, "host\tthree") >= 0);
    free(second);
    free(third);
}

static void what_was_said_before_it_came_is_not_for_it(void **state)
{
    struct stage *stage = *state;
    stage->matrix->settings.inviters[0] = (char *)(uintptr_t) "@eve:fake.test";
    stage->matrix->settings.inviter_count = 1;
    char *first = create(stage, "eve", json_pack("{s:s}", "name", "Old"));
    char *second = create(stage, "eve", json_pack("{s:s}", "name", "Older"));
    free(stage_matrix_say(stage->matrix, "eve", first, "old", 3));
    act(stage, "eve", "POST", stage_matrix_path(first, "invite"), json_pack("{s:s}", "user_id", BOT));
    await_membership(stage, first, BOT, "join");
    free(stage_matrix_say(stage->matrix, "eve", first, "new", 3));
    stages_await(stage, EVENT_TEXT, "eve", "new");
    assert_int_equal(matrix_play_count(stage, EVENT_TEXT, NULL), 1);
    /* Nor if it came in by another way while it was not there to see it. */
    stages_until(stage, matrix_play_is_abreast, NULL);
    matrix_play_halt(stage);
    act(stage, "eve", "PUT", stage_matrix_path(second, "send/m.room.message/t1"),
        json_pack("{s:s,s:s}", "msgtype", "m.text", "body", "older"));
    act(stage, "eve", "POST", stage_matrix_path(second, "invite"), json_pack("{s:s}", "user_id", BOT));
    act(stage, "hotseat", "POST", stage_matrix_path(second, "join"), json_object());
    matrix_play_begin(stage);
    free(stage_matrix_say(stage->matrix, "eve", second, "newest", 6));
    stages_await(stage, EVENT_TEXT, "eve", "newest");
    assert_null(stages_find(stage, EVENT_TEXT, NULL, "older"));
    free(first);
    free(second);
}

static void a_room_that_moves_is_followed(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    char *moved = move(stage, stage->room);
    /* What was meant for the old one goes to the new one, now and after a restart. */
    stages_until(stage, is_back, stage->room);
    stages_await_sent(stage, 12);
    matrix_play_halt(stage);
    size_t before = matrix_play_count(stage, EVENT_MOVED, NULL);
    matrix_play_begin(stage);
    assert_int_equal(matrix_play_count(stage, EVENT_MOVED, NULL), before);
    assert_int_equal(stages_post(stage, 13, stage->room, false, 0, "later"), POST_TAKEN);
    stages_await_sent(stage, 13);
    look_into(stage, "host", moved);
    assert_true(stages_seen(stage, "back") >= 0);
    assert_true(stages_seen(stage, "later") >= 0);
    free(moved);
}

static void it_knocks_where_that_is_the_way_in(void **state)
{
    struct stage *stage = *state;
    char *room = create(stage, "host",
                        json_pack("{s:s,s:[{s:s,s:s,s:{s:s}}]}", "name", "Closed", "initial_state",
                                  "type", "m.room.join_rules", "state_key", "", "content",
                                  "join_rule", "knock"));
    matrix_play_halt(stage);
    stage->matrix->settings.rooms[1] = room;
    stage->matrix->settings.room_count = 2;
    matrix_play_begin(stage);
    await_membership(stage, room, BOT, "knock");
    act(stage, "host", "POST", stage_matrix_path(room, "invite"),
        json_pack("{s:s}", "user_id", BOT));
    await_membership(stage, room, BOT, "join");
    stages_until(stage, is_back, room);
    stages_await_sent(stage, 12);
    matrix_play_halt(stage);
    free(room);
}

/* ---- what it cannot read ---- */

static char *sealed_room(struct stage *stage, const char *person, bool direct)
{
    return create(stage, person,
                  json_pack("{s:b,s:s*,s:[s],s:[{s:s,s:s,s:{s:s}}]}", "is_direct", direct, "name",
                            direct ? NULL : "Sealed", "invite", BOT, "initial_state", "type",
                            "m.room.encryption", "state_key", "", "content", "algorithm",
                            "m.megolm.v1.aes-sha2"));
}

static void in_an_encrypted_chat_it_says_where_to_answer(void **state)
{
    struct stage *stage = *state;
    char plain[300];
    matrix_play_enter(stage, "cy");
    char *sealed = sealed_room(stage, "cy", true);
    look_into(stage, "cy", sealed);
    stages_until(stage, is_said, "cy\tThis chat is encrypted, and I cannot read it");
    for (int i = 0; i < 2; i++)
        free(matrix_play_put(stage, "cy", sealed, "m.room.encrypted",
                             "{\"algorithm\":\"m.megolm.v1.aes-sha2\",\"ciphertext\":\"x\"}"));
    stages_until(stage, is_taken, "@cy:fake.test");
    stages_await_sent(stage, 9);
    /* The last one, after the encrypted one, is the plain one. */
    assert_int_equal(private_rooms(stage, "@cy:fake.test", plain, sizeof plain), 2);
    assert_string_not_equal(plain, sealed);
    look_into(stage, "cy", plain);
    stages_until(stage, is_said, "cy\tYou wrote in an encrypted room, which I cannot read.");
    assert_true(stages_seen(stage, "cy\tpsst") >= 0);
    free(sealed);
}

static void a_room_that_becomes_encrypted_is_told_once(void **state)
{
    struct stage *stage = *state;
    matrix_play_enter(stage, "ann");
    act(stage, "host", "PUT", stage_matrix_path(stage->room, "state/m.room.encryption"),
        json_pack("{s:s}", "algorithm", "m.megolm.v1.aes-sha2"));
    stages_until(stage, is_said, "This room is encrypted, and I cannot read encrypted messages");
    matrix_play_halt(stage);
    matrix_play_begin(stage);
    assert_int_equal(stages_post(stage, 5, stage->room, false, 0, "an end"), POST_TAKEN);
    stages_await_sent(stage, 5);
    size_t times = 0;
    assert_true(stages_seen(stage, "an end") >= 0);
    for (size_t i = 0; i < stage->seen_count; i++)
        times += strstr(stage->seen[i], "This room is encrypted") != NULL;
    assert_int_equal(times, 1);
}

/* ---- files ---- */

static void send_file(struct stage *stage, const char *bytes, size_t length)
{
    char *uri = fakehs_upload(stage->matrix->server, stage_matrix_token(stage->matrix, "ann"),
                              bytes, length);
    free(matrix_play_put(stage, "ann", stage_matrix_direct(stage->matrix, "ann"), "m.room.message",
                         "{\"msgtype\":\"m.file\",\"body\":\"answer.py\",\"url\":\"%s\"}", uri));
    free(uri);
}

static void a_text_file_is_an_answer(void **state)
{
    struct stage *stage = *state;
    send_file(stage, "def f():\n    return 1\n", 22);
    assert_null(stages_await(stage, EVENT_TEXT, "ann", "def f():\n    return 1\n")->room);
}

static void a_file_that_is_none_is_answered_with_what_would_do(void **state)
{
    static char huge[EVENT_TEXT_MAX + 1];
    struct stage *stage = *state;
    memset(huge, 'x', sizeof huge);
    send_file(stage, "\x89PNG\0\1", 6);
    stages_until(stage, is_said, "ann\tI could not take that file: it is not plain text.");
    send_file(stage, huge, sizeof huge);
    stages_until(stage, is_said, "ann\tI could not take that file: it is too large.");
    free(matrix_play_put(stage, "ann", stage_matrix_direct(stage->matrix, "ann"), "m.room.message",
                         "{\"msgtype\":\"m.file\",\"body\":\"x\",\"url\":\"mxc://fake.test/none\"}"));
    stages_until(stage, is_said, "ann\tI could not take that file: the server does not give it");
    free(matrix_play_put(stage, "ann", stage_matrix_direct(stage->matrix, "ann"), "m.room.message",
                         "{\"msgtype\":\"m.image\",\"body\":\"x\",\"url\":\"mxc://fake.test/none\"}"));
    stages_until(stage, is_said, "ann\tI can read text only");
    assert_int_equal(matrix_play_count(stage, EVENT_TEXT, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MATRIX_TEST(a_private_room_is_opened_when_there_is_something_to_say),
        MATRIX_TEST(a_room_that_was_being_made_is_not_made_twice),
        MATRIX_TEST(a_third_person_ends_the_privacy),
        MATRIX_TEST(whoever_cannot_be_invited_hears_it_in_the_room),
        MATRIX_TEST(whoever_leaves_leaves_nobody_behind),
        MATRIX_TEST(strangers_invite_in_vain),
        MATRIX_TEST(people_of_our_rooms_may_talk_privately),
        MATRIX_TEST(those_of_the_list_may_invite_up_to_the_bound),
        MATRIX_TEST(an_invitation_outlives_a_restart),
        MATRIX_TEST(a_kick_is_heard_and_an_invitation_brings_it_back),
        MATRIX_TEST(a_room_that_moves_is_followed),
        MATRIX_TEST(a_room_that_moves_twice_is_reached_by_all_its_ids),
        MATRIX_TEST(what_was_said_before_it_came_is_not_for_it),
        MATRIX_TEST(it_knocks_where_that_is_the_way_in),
        MATRIX_TEST(in_an_encrypted_chat_it_says_where_to_answer),
        MATRIX_TEST(a_room_that_becomes_encrypted_is_told_once),
        MATRIX_TEST(a_text_file_is_an_answer),
        MATRIX_TEST(a_file_that_is_none_is_answered_with_what_would_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
