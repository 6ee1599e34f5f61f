/* The session: receipts that wait for a newer one, and what they must never wait for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/session_world.h"
#include "core/burst.h"
#include "rig.h"

#define PATIENCE 1000

static struct rig rig;
static struct store_ops faulty; /* the store's own operations, one of them failing */
static const struct store_ops *sound;
static bool failing;

static int record(struct store *store, const struct effect *effect, struct error *error)
{
    if (!failing || effect->kind != RECORD_PART)
        return sound->record(store, effect, error);
    return error_set(error, ERR_IO, "the disk failed");
}

/* ann and bob in a round whose question is out. */
static int start_round(void **state)
{
    struct error error;
    (void)state;
    rig_init(&rig);
    if (rig_up(&rig, &error))
        return -1;
    sound = rig.store->ops;
    faulty = *sound;
    faulty.record = record;
    rig.session->store = &faulty;
    failing = false;
    rig_say(&rig, "ann", "!start coding answer:10m vote:5m", NULL);
    rig_say(&rig, "bob", "!join", NULL);
    rig_settle(&rig, PATIENCE);
    assert_int_equal(session_open_rounds(rig.session), 1);
    return 0;
}

static int end_bot(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static void send_line(const char *person, const char *text)
{
    rig_push(&rig, &(struct event){.kind = EVENT_TEXT, .who.target = person, .text = text,
                                   .line = true});
    rig_settle(&rig, 0);
}

static size_t receipt(size_t since, const char *text)
{
    return rig_find(&rig, since, "ann", text);
}

static void a_receipt_waits_for_the_next_line(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    send_line("ann", "one");
    rig_advance(&rig, BURST_FIRST_MS - 1);
    send_line("ann", "two, O(1)");
    rig_advance(&rig, BURST_NEXT_MS - 1);
    assert_int_equal(rig.seen_count, before);
    assert_int_equal(session_deadline(rig.session), rig.now + 1);
    rig_advance(&rig, 1);
    assert_int_equal(receipt(before, "Stored: 2 lines"), before);
    assert_int_equal(rig.seen_count, before + 1);
}

static void another_event_that_fails_ends_the_wait(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    send_line("ann", "one, O(1)");
    rig.now += 10;
    failing = true;
    send_line("bob", "two");
    failing = false;
    assert_true(receipt(before, "Stored: 1 line") < rig.seen_count);
    rig_advance(&rig, BURST_FIRST_MS);
    assert_int_equal(rig.twice, 0);
}

static void nothing_overtakes_on_a_busy_line(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    rig.deaf = true;
    send_line("ann", "one, O(1)");
    rig_tell(&rig, "ann", "!status", NULL);
    rig_settle(&rig, 0);
    assert_int_equal(rig.seen_count, before);
    rig.deaf = false;
    session_sink(rig.session)->ready(session_sink(rig.session)->context, "script", "local");
    rig_settle(&rig, PATIENCE);
    assert_int_equal(receipt(before, "Stored: 1 line"), before);
    assert_int_equal(receipt(before, "Your answer is stored"), before + 1);
    rig_advance(&rig, BURST_FIRST_MS);
    assert_int_equal(rig.seen_count, before + 2);
}

static void a_clock_that_was_set_back_delays_nothing(void **state)
{
    (void)state;
    size_t before = rig.seen_count;
    send_line("ann", "one, O(1)");
    rig.now -= 3600 * 1000;
    rig_say(&rig, "bob", "!status", NULL);
    rig_settle(&rig, PATIENCE);
    outbox_retry(rig.session->outbox);
    session_turn(rig.session);
    assert_true(receipt(before, "Stored: 1 line") < rig.seen_count);
}

static void those_of_two_rounds_wait_side_by_side(void **state)
{
    (void)state;
    rig_say(&rig, "bob", "!start coding answer:10m vote:5m", NULL);
    rig_settle(&rig, PATIENCE);
    assert_int_equal(session_open_rounds(rig.session), 2);
    size_t before = rig.seen_count;
    send_line("ann", "!answer 1 one, O(1)");
    rig.now += 1000;
    send_line("ann", "!answer 2 two, O(1)");
    rig_advance(&rig, BURST_NEXT_MS);
    assert_int_equal(receipt(before, "Stored for round 1"), before);
    assert_int_equal(receipt(before, "Stored for round 2"), before + 1);
    assert_int_equal(rig.seen_count, before + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_receipt_waits_for_the_next_line, start_round, end_bot),
        cmocka_unit_test_setup_teardown(another_event_that_fails_ends_the_wait, start_round,
                                        end_bot),
        cmocka_unit_test_setup_teardown(nothing_overtakes_on_a_busy_line, start_round, end_bot),
        cmocka_unit_test_setup_teardown(a_clock_that_was_set_back_delays_nothing, start_round,
                                        end_bot),
        cmocka_unit_test_setup_teardown(those_of_two_rounds_wait_side_by_side, start_round,
                                        end_bot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
