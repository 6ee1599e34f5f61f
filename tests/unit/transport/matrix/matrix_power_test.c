/* Who may what in a room, and who made it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/matrix/matrix_event.h"

static struct matrix_event event;
static const char *why;

/* A state event of that type with that content, by @ann; ' stands for ". */
static bool parse(const char *type, const char *content)
{
    char text[2048];
    snprintf(text, sizeof text, "{'type':'%s','event_id':'$e','sender':'@ann:x','state_key':'','content':%s}",
             type, content);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    matrix_event_finish(&event);
    return matrix_event_parse(&event, text, strlen(text), MATRIX_FULL, &why);
}

static int finish(void **state)
{
    (void)state;
    matrix_event_finish(&event);
    return 0;
}

static void levels(void **state)
{
    (void)state;
    assert_true(parse("m.room.power_levels",
                      "{'users':{'@ann:x':100,'@bob:x':-1},'users_default':5,'events':{'m.reaction':10,"
                      "'m.room.name':60},'events_default':1,'state_default':70,'redact':20,'kick':30,'ban':40,"
                      "'invite':2,'notifications':{'room':3}}"));
    assert_int_equal(matrix_power_of(&event.power, "@ann:x"), 100);
    assert_int_equal(matrix_power_of(&event.power, "@bob:x"), -1);
    assert_int_equal(matrix_power_of(&event.power, "@cat:x"), 5);
    assert_int_equal(matrix_power_needed(&event.power, "m.reaction", false), 10);
    assert_int_equal(matrix_power_needed(&event.power, "m.room.message", false), 1);
    assert_int_equal(matrix_power_needed(&event.power, "m.room.name", true), 60);
    assert_int_equal(matrix_power_needed(&event.power, "m.room.topic", true), 70);
    assert_int_equal(event.power.redact, 20);
    assert_int_equal(event.power.kick, 30);
    assert_int_equal(event.power.ban, 40);
    assert_int_equal(event.power.invite, 2);
    assert_int_equal(event.power.notify_room, 3);
}

static void check_defaults(const struct matrix_power *power)
{
    assert_int_equal(matrix_power_of(power, "@ann:x"), 0);
    assert_int_equal(matrix_power_needed(power, "m.reaction", false), 0);
    assert_int_equal(matrix_power_needed(power, "m.room.name", true), 50);
    assert_int_equal(power->redact, 50);
    assert_int_equal(power->kick, 50);
    assert_int_equal(power->ban, 50);
    assert_int_equal(power->invite, 0);
    assert_int_equal(power->notify_room, 50);
}

static void defaults(void **state)
{
    (void)state;
    struct matrix_power power;
    matrix_power_default(&power);
    check_defaults(&power);
    assert_true(parse("m.room.power_levels", "{}"));
    check_defaults(&event.power);
    assert_true(parse("m.room.power_levels",
                      "{'users':[],'events':7,'users_default':[],'events_default':null,'state_default':'x',"
                      "'redact':1.5,'kick':{},'ban':true,'invite':'','notifications':3}"));
    check_defaults(&event.power);
}

/* Up to room version 9 they may be strings; and whatever a number is, it is bounded. */
static void odd_levels(void **state)
{
    (void)state;
    assert_true(parse("m.room.power_levels", "{'users':{'@a:x':'100','@b:x':' 7','@c:x':'99x','@d:x':9e99,"
                                             "'@e:x':999999999999999999,'@f:x':'-99999999999999999999999',"
                                             "'@g:x':'-999999999999999999'},'users_default':1}"));
    assert_int_equal(matrix_power_of(&event.power, "@a:x"), 100);
    assert_int_equal(matrix_power_of(&event.power, "@b:x"), 7);
    assert_int_equal(matrix_power_of(&event.power, "@c:x"), 1);
    assert_int_equal(matrix_power_of(&event.power, "@d:x"), 1);
    assert_true(matrix_power_of(&event.power, "@e:x") == MATRIX_POWER_MAX);
    assert_int_equal(matrix_power_of(&event.power, "@f:x"), 1);
    assert_true(matrix_power_of(&event.power, "@g:x") == -MATRIX_POWER_MAX);
}

static void who_made_a_room(void **state)
{
    (void)state;
    static const struct { const char *content, *version, *creator; bool rule; } cases[] = {
        {"{'creator':'@bob:x'}", "1", "@bob:x", false},
        {"{'creator':'@bob:x','room_version':'10'}", "10", "@bob:x", false},
        {"{'creator':7,'room_version':'10'}", "10", "@ann:x", false},
        {"{'creator':'@bob:x','room_version':'11'}", "11", "@ann:x", false},
        {"{'creator':'@bob:x','room_version':'12','additional_creators':['@cat:x',4]}", "12", "@ann:x", true},
        {"{'room_version':'13'}", "13", "@ann:x", true},
        {"{'room_version':'org.matrix.hydra.11'}", "org.matrix.hydra.11", "@ann:x", true},
        {"{'creator':'@bob:x','room_version':'org.example'}", "org.example", "@ann:x", false},
        {"{'creator':'@bob:x','room_version':'-3'}", "-3", "@ann:x", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(parse("m.room.create", cases[i].content));
        assert_string_equal(event.creation.version, cases[i].version);
        assert_string_equal(event.creation.creator, cases[i].creator);
        assert_int_equal(event.creation.creators_rule, cases[i].rule);
        assert_true(matrix_creation_by(&event.creation, cases[i].creator));
        assert_false(matrix_creation_by(&event.creation, "@dan:x"));
        assert_int_equal(matrix_creation_by(&event.creation, "@cat:x"),
                         strstr(cases[i].content, "@cat") != NULL);
    }
    assert_true(parse("m.room.create", "{'type':'m.space'}"));
    assert_string_equal(event.creation.type, "m.space");
}

/* Before version 12 the list gives nobody anything. */
static void more_creators_need_version_12(void **state)
{
    (void)state;
    assert_true(parse("m.room.create", "{'room_version':'11','additional_creators':['@cat:x']}"));
    assert_false(matrix_creation_by(&event.creation, "@cat:x"));
    assert_true(parse("m.room.create", "{'room_version':'12','additional_creators':'@cat:x'}"));
    assert_false(matrix_creation_by(&event.creation, "@cat:x"));
}

static void no_room_version(void **state)
{
    (void)state;
    assert_false(parse("m.room.create", "{'room_version':12}"));
    assert_string_equal(why, "a room version that is none");
    assert_false(parse("m.room.create", "{'room_version':'a version of more than 32 bytes, yes'}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(levels, finish),
        cmocka_unit_test_teardown(defaults, finish),
        cmocka_unit_test_teardown(odd_levels, finish),
        cmocka_unit_test_teardown(who_made_a_room, finish),
        cmocka_unit_test_teardown(more_creators_need_version_12, finish),
        cmocka_unit_test_teardown(no_room_version, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
