/* Who may not be spoken to, and until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "transport/irc/irc_blocked.h"

static void the_waits_grow_and_end(void **state)
{
    (void)state;
    struct irc_blocks blocks;
    int64_t now = 1000, wait = IRC_BLOCKED_MIN_MS;
    irc_blocks_init(&blocks);
    assert_false(irc_blocks_holds(&blocks, "account:ann"));
    for (int i = 0; i < 10; i++) {
        struct irc_blocked *blocked = irc_blocks_refused(&blocks, "account:ann", now);
        assert_int_equal(blocked->until, now + wait);
        /* Further lines of the same message. */
        assert_ptr_equal(irc_blocks_refused(&blocks, "account:ann", now + 50), blocked);
        assert_int_equal(blocked->until, now + wait);
        assert_false(irc_blocks_due(&blocks, now + wait - 1));
        assert_true(irc_blocks_holds(&blocks, "account:ann"));
        assert_true(irc_blocks_due(&blocks, now + wait));
        assert_false(irc_blocks_holds(&blocks, "account:ann"));
        now += wait;
        wait = wait * 2 < IRC_BLOCKED_MOST_MS ? wait * 2 : IRC_BLOCKED_MOST_MS;
    }
    assert_int_equal(blocks.count, 1);
    now += 2 * IRC_BLOCKED_TELL_MS;
    assert_int_equal(irc_blocks_refused(&blocks, "account:ann", now)->until,
                     now + IRC_BLOCKED_MIN_MS);
    irc_blocks_finish(&blocks);
}

static void it_is_told_once_an_hour(void **state)
{
    (void)state;
    struct irc_blocks blocks;
    irc_blocks_init(&blocks);
    struct irc_blocked *blocked = irc_blocks_refused(&blocks, "#prep", 1000);
    assert_true(irc_blocked_tell(blocked, 1000));
    assert_false(irc_blocked_tell(blocked, 1000 + IRC_BLOCKED_TELL_MS - 1));
    assert_true(irc_blocked_tell(blocked, 1000 + IRC_BLOCKED_TELL_MS));
    irc_blocks_finish(&blocks);
}

static void what_may_have_changed_is_tried_at_once(void **state)
{
    (void)state;
    struct irc_blocks blocks;
    irc_blocks_init(&blocks);
    irc_blocks_refused(&blocks, "account:ann", 1000);
    assert_false(irc_blocks_lift(&blocks, "account:bob", 60000));
    assert_false(irc_blocks_lift(&blocks, "account:ann", 1001));
    assert_true(irc_blocks_lift(&blocks, "account:ann", 10000));
    assert_false(irc_blocks_holds(&blocks, "account:ann"));
    assert_false(irc_blocks_lift(&blocks, "account:ann", 10000));
    irc_blocks_finish(&blocks);
}

static void a_crowd_is_bounded(void **state)
{
    (void)state;
    struct irc_blocks blocks;
    char key[32];
    irc_blocks_init(&blocks);
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "nick:n%d", i);
        assert_non_null(irc_blocks_refused(&blocks, key, 1000 + i));
    }
    assert_int_equal(blocks.count, IRC_BLOCKED_MAX);
    assert_false(irc_blocks_holds(&blocks, "nick:n0"));
    assert_true(irc_blocks_holds(&blocks, "nick:n999"));
    irc_blocks_finish(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_waits_grow_and_end),
        cmocka_unit_test(it_is_told_once_an_hour),
        cmocka_unit_test(what_may_have_changed_is_tried_at_once),
        cmocka_unit_test(a_crowd_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
