/* Every fault at every request, and a crash after every request: everything is said once, in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "matrix_desk.h"
#include "util/buf.h"
#include "util/log.h"

#define LONG_WORDS 4000 /* of row 1: three parts at least */
#define ROWS 7

static void post_all(struct desk *desk)
{
    struct buf words;
    buf_init(&words);
    for (int i = 0; i < LONG_WORDS; i++)
        buf_printf(&words, "w%d, ", 10000 + i);
    desk_post(desk, 1, "!a", buf_text(&words), (struct outbound){.tag = "tag 1"});
    buf_finish(&words);
    desk_post(desk, 2, "!a", "after the long one", (struct outbound){0});
    desk_post(desk, 3, "!b", "first of b", (struct outbound){.about = "$q", .mention = "@ann:x"});
    desk_post(desk, 4, "!b", "stored", (struct outbound){.about = "$x", .mark = "+", .flags = EFFECT_URGENT});
    desk_post(desk, 5, "!b", "", (struct outbound){.about = "$secret", .flags = EFFECT_ERASES});
    desk_post(desk, 6, "!c", "alone in c", (struct outbound){.private_talk = true});
    desk_post(desk, 7, "!c", "receipt in c", (struct outbound){.flags = EFFECT_URGENT});
}

/* How often something is there; `dropped` may be missing once. */
static void assert_once(const struct desk *desk, const char *room, const char *words, size_t *missing,
                        size_t most)
{
    size_t count = desk_count(desk, room, words);
    assert_in_range(count, 0, most);
    *missing += count == 0;
}

static size_t redactions(const struct desk *desk)
{
    size_t count = 0;
    for (size_t i = 0; i < desk->event_count; i++)
        count += strcmp(desk->events[i].type, "m.room.redaction") == 0;
    return count;
}

static void check_order(const struct desk *desk)
{
    size_t last = 0;
    for (int i = 0; i < LONG_WORDS; i += 100) {
        char word[16];
        snprintf(word, sizeof word, "w%d, ", 10000 + i);
        size_t at = desk_find(desk, "!a", word);
        if (at < desk->event_count) {
            assert_true(at >= last);
            last = at;
        }
    }
    size_t after = desk_find(desk, "!a", "after the long one");
    assert_true(after == desk->event_count || after > last);
}

/* `dropped`: what may be missing: messages, or parts of one. */
static void check_all(struct desk *desk, size_t dropped, size_t redacted_most)
{
    size_t missing = 0, words_missing = 0;
    char word[16];
    for (int64_t id = 1; id <= ROWS; id++)
        assert_int_equal(desk_row(desk, id)->sent, 1);
    for (int i = 0; i < LONG_WORDS; i += 100) {
        snprintf(word, sizeof word, "w%d, ", 10000 + i);
        assert_once(desk, "!a", word, &words_missing, 1);
    }
    assert_once(desk, "!a", "after the long one", &missing, 1);
    assert_once(desk, "!b", "first of b", &missing, 1);
    assert_once(desk, "!c", "alone in c", &missing, 1);
    assert_once(desk, "!c", "receipt in c", &missing, 1);
    size_t marks = desk_count(desk, "!b", "m.annotation"), stored = desk_count(desk, "!b", "stored");
    assert_in_range(marks + stored, 0, 1);
    missing += marks + stored == 0;
    assert_in_range(redactions(desk), 0, redacted_most);
    missing += redactions(desk) == 0;
    assert_in_range(missing + (words_missing > 0), 0, dropped);
    check_order(desk);
    assert_int_equal(desk->queue.count, 0);
    assert_null(desk->queue.rooms);
}

static void every_fault_at_every_request(void **state)
{
    (void)state;
    for (int fault = DESK_WELL + 1; fault < DESK_FAULTS; fault++)
        for (size_t at = 1, requests = 1; at <= requests; at++)
            for (unsigned times = 1; times <= 3; times += 2) {
                struct desk desk;
                bool drops = fault == DESK_INVALID || (fault == DESK_FORBIDDEN) || fault == DESK_TOO_LARGE;
                desk_init(&desk);
                desk.fault = (enum desk_fault)fault;
                desk.fault_at = at;
                desk.fault_times = times;
                desk.forgets = times == 1;
                desk.chance = at;
                post_all(&desk);
                desk_run(&desk);
                check_all(&desk, drops ? times : 0, desk.forgets ? 2 : 1);
                requests = desk.requests;
                desk_finish(&desk);
            }
}

/* The first requests go as they go, then the bot is killed, as it is at that instant. */
static void a_crash_after_every_request(void **state)
{
    (void)state;
    for (int fault = DESK_WELL; fault <= DESK_INTERNAL; fault++)
        for (size_t at = 1, requests = 1; at <= requests; at++)
            for (int forgets = 0; forgets < 2; forgets++) {
                struct desk desk;
                desk_init(&desk);
                desk.fault = (enum desk_fault)fault;
                desk.fault_at = fault == DESK_WELL ? 0 : at;
                desk.forgets = forgets;
                desk.chance = at;
                post_all(&desk);
                while (desk.requests < at && desk_step(&desk))
                    continue;
                desk_crash(&desk);
                desk_run(&desk);
                check_all(&desk, 0, desk.forgets ? 2 : 1);
                requests = desk.requests;
                desk_finish(&desk);
            }
}

/* Parts that were cut smaller are the same parts in the next life. */
static void a_crash_between_parts_that_were_cut_smaller(void **state)
{
    (void)state;
    for (size_t at = 1, requests = 1; at <= requests; at++) {
        struct desk desk;
        desk_init(&desk);
        desk.content_max = 12000;
        desk.forgets = true;
        post_all(&desk);
        while (desk.requests < at && desk_step(&desk))
            continue;
        desk_crash(&desk);
        desk_run(&desk);
        check_all(&desk, 0, 2);
        requests = desk.requests;
        desk_finish(&desk);
    }
}

/* Every few requests, ten lives long. */
static void crash_after_crash(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct desk desk;
        desk_init(&desk);
        desk.forgets = true;
        desk.chance = seed;
        post_all(&desk);
        for (size_t life = 1; life <= 10; life++) {
            size_t until = desk.requests + 1 + (seed + life) % 4;
            desk.fault = (enum desk_fault)(1 + (seed * 7 + life) % DESK_INTERNAL);
            desk.fault_at = until;
            while (desk.requests < until && desk_step(&desk))
                continue;
            desk_crash(&desk);
        }
        desk_run(&desk);
        check_all(&desk, 0, 12);
        desk_finish(&desk);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_at_every_request),
        cmocka_unit_test(a_crash_after_every_request),
        cmocka_unit_test(a_crash_between_parts_that_were_cut_smaller),
        cmocka_unit_test(crash_after_crash),
    };
    log_set_fd(-1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
