/* Who is in a room: sorted, found by account and network, renamed in place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/hall.h"
#include "core/presence.h"
#include "util/hash.h"

static void enter(struct room *room, const char *network, const char *account, const char *name)
{
    struct presence who = {(char *)"irc", (char *)network, (char *)account, (char *)name, ROLE_MEMBER};
    assert_int_equal(presence_enter(room, &who), 0);
}

static void finish(struct room *room)
{
    presence_clear(room);
    free(room->present);
}

static void one_account_is_in_once(void **state)
{
    struct room room = {0};
    struct address ann = {"irc", "libera", "ann"}, other = {"irc", "oftc", "ann"};
    (void)state;
    enter(&room, "libera", "ann", "ann");
    enter(&room, "libera", "ann", "ann_away");
    assert_int_equal(room.present_count, 1);
    assert_string_equal(room.present[0].name, "ann_away");
    assert_true(presence_has(&room, &ann));
    assert_false(presence_has(&room, &other));
    enter(&room, "oftc", "ann", "ann");
    assert_int_equal(room.present_count, 2);
    presence_leave(&room, &ann);
    presence_leave(&room, &ann);
    assert_false(presence_has(&room, &ann));
    assert_true(presence_has(&room, &other));
    finish(&room);
}

static void a_large_room_stays_in_order(void **state)
{
    struct room room = {0};
    uint64_t chance = 4;
    bool in[300] = {false};
    (void)state;
    for (int i = 0; i < 5000; i++) {
        char account[16];
        uint32_t n = random_below(&chance, 300);
        struct address who = {"irc", "libera", account};
        snprintf(account, sizeof account, "p%u", n);
        assert_int_equal(presence_has(&room, &who), in[n]);
        if (in[n])
            presence_leave(&room, &who);
        else
            enter(&room, "libera", account, "x");
        in[n] = !in[n];
    }
    for (size_t i = 1; i < room.present_count; i++)
        assert_true(strcmp(room.present[i - 1].account, room.present[i].account) < 0);
    finish(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_account_is_in_once),
        cmocka_unit_test(a_large_room_stays_in_order),
    };
    return cmocka_run_group_tests_name("presence", tests, NULL, NULL);
}
