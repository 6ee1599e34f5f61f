/* What waits to be said: turns, receipts, new nicks, and that nothing is lost or said twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_queue.h"
#include "util/hash.h"

static struct irc_queue queue;
static char said[4096]; /* "target:line;" each */
static int64_t told[4096];
static size_t told_count;

static int set_up(void **state)
{
    (void)state;
    irc_queue_init(&queue);
    said[0] = '\0';
    told_count = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    irc_queue_clear(&queue, NULL, NULL);
    return 0;
}

static void tell(void *context, int64_t id)
{
    (void)context;
    told[told_count++] = id;
}

static void add(const char *target, const char *lines, int64_t id, bool urgent)
{
    assert_int_equal(irc_queue_add(&queue, target, lines, id, urgent), 0);
}

static void take(size_t count, uint64_t marker)
{
    const char *name, *line;
    for (size_t i = 0; i < count; i++) {
        struct irc_queue_target *target = irc_queue_next(&queue);
        assert_non_null(target);
        size_t bytes = irc_queue_bytes(target), used = strlen(said);
        irc_queue_take(&queue, target, marker, &name, &line);
        assert_int_equal(bytes, strlen(line));
        snprintf(said + used, sizeof said - used, "%s:%s;", name, line);
    }
}

static void whoever_was_just_spoken_to_waits_for_the_others(void **state)
{
    (void)state;
    add("ann", "1", 1, false);
    take(1, 1);
    add("ann", "2", 2, false);
    add("bob", "3", 3, false);
    take(2, 1);
    assert_string_equal(said, "ann:1;bob:3;ann:2;");
    assert_null(irc_queue_next(&queue));
    assert_false(irc_queue_empty(&queue));
    irc_queue_settle(&queue, 1, tell, NULL);
    assert_true(irc_queue_empty(&queue));
    assert_int_equal(told_count, 3);
}

static void receipts_keep_the_order_they_came_in(void **state)
{
    (void)state;
    add("ann", "long\nlonger", 1, false);
    take(1, 1);
    add("bob", "plain", 2, false);
    add("ann", "stored a", 3, true);
    add("cyd", "stored c", 4, true);
    add("bob", "stored b", 5, true);
    take(5, 1);
    assert_string_equal(said, "ann:long;cyd:stored c;bob:stored b;ann:longer;ann:stored a;"
                              "bob:plain;");
    assert_int_equal(queue.urgent, 0);
}

static void a_new_nick_takes_everything_along(void **state)
{
    (void)state;
    add("ann", "1\n2", 1, false);
    add("old", "3\n4", 2, false);
    take(2, 1);
    add("old", "5", 3, true);
    irc_queue_rename(&queue, "old", "ann");
    take(3, 1);
    assert_string_equal(said, "ann:1;old:3;ann:2;ann:5;ann:4;");
    assert_int_equal(queue.lines, 0);
    assert_int_equal(queue.urgent, 0);
    /* What is out is for the new nick, too. */
    irc_queue_rename(&queue, "ann", "eve");
    irc_queue_drop(&queue, "eve", true, tell, NULL);
    assert_int_equal(told_count, 3);
    assert_true(irc_queue_empty(&queue));
}

static void who_goes_loses_what_waits_and_perhaps_what_is_out(void **state)
{
    (void)state;
    add("ann", "out", 1, false);
    add("bob", "out", 2, false);
    take(2, 1);
    add("ann", "1\n2", 3, false);
    add("ann", "3", 4, true);
    irc_queue_drop(&queue, "ann", false, tell, NULL);
    assert_int_equal(told_count, 2);
    assert_int_equal(queue.lines, 0);
    assert_int_equal(queue.urgent, 0);
    irc_queue_drop(&queue, "ann", true, tell, NULL);
    assert_int_equal(told_count, 3);
    assert_int_equal(told[2], 1);
    irc_queue_settle(&queue, 1, tell, NULL);
    assert_int_equal(told[3], 2);
}

static void settled_only_as_far_as_the_marker(void **state)
{
    (void)state;
    add("ann", "1", 1, false);
    add("bob", "2", 2, false);
    take(1, 7);
    take(1, 8);
    irc_queue_settle(&queue, 7, tell, NULL);
    assert_int_equal(told_count, 1);
    irc_queue_settle(&queue, 8, tell, NULL);
    assert_int_equal(told_count, 2);
}

/* One random step; the most that a step adds is one id. */
static void step(uint64_t *chance, int64_t *next_id, uint64_t *marker)
{
    static const char *const names[] = {"ann", "bob", "cyd", "#prep"};
    static const char *const texts[] = {"one", "one\ntwo", "one\ntwo\nthree"};
    const char *name = names[random_below(chance, 4)];
    switch (random_below(chance, 12)) {
    case 0: case 1: case 2: case 3:
        add(name, texts[random_below(chance, 3)], (*next_id)++, random_below(chance, 2));
        break;
    case 4:
        irc_queue_drop(&queue, name, random_below(chance, 2), tell, NULL);
        break;
    case 5:
        irc_queue_rename(&queue, name, names[random_below(chance, 4)]);
        break;
    case 6:
        irc_queue_settle(&queue, (*marker)++, tell, NULL);
        break;
    default:
        said[0] = '\0';
        take(queue.lines > 0, *marker);
    }
}

static int ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void whatever_happens_each_message_is_told_of_once(void **state)
{
    (void)state;
    uint64_t chance = 4, marker = 1;
    int64_t next_id = 1;
    for (int i = 0; i < 6000; i++) {
        step(&chance, &next_id, &marker);
        assert_true((irc_queue_next(&queue) != NULL) == (queue.lines > 0));
    }
    said[0] = '\0';
    while (queue.lines > 0) {
        said[0] = '\0';
        take(1, marker);
    }
    irc_queue_settle(&queue, marker, tell, NULL);
    assert_true(irc_queue_empty(&queue));
    assert_int_equal(queue.urgent, 0);
    assert_int_equal(told_count, next_id - 1);
    qsort(told, told_count, sizeof *told, ascending);
    for (size_t i = 0; i < told_count; i++)
        assert_int_equal(told[i], (int64_t)i + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whoever_was_just_spoken_to_waits_for_the_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(receipts_keep_the_order_they_came_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_nick_takes_everything_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_goes_loses_what_waits_and_perhaps_what_is_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(settled_only_as_far_as_the_marker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whatever_happens_each_message_is_told_of_once, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
