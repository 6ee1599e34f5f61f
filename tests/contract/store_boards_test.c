/* The store port, over every adapter: the ledger and its boards. */
#include "stores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/memory/memory_store.h"
#include "util/buf.h"
#include "util/hash.h"

#define FAILS(call) assert_int_equal(call, -1)
#define WORKS(call) assert_int_equal(call, 0)

#define DAY_MS INT64_C(86400000)
#define MONDAY INT64_C(1764547200000) /* 2025-12-01, a Monday, the first of a month */

static void award(struct stores *s, uint64_t room, uint64_t member, const char *kind, int32_t points,
                  double score, int64_t at)
{
    struct ledger_entry entry = {.room = room, .round = 1, .member = member, .kind = kind,
                                 .reason = "answer", .points = points, .scored = score > 0,
                                 .score = score, .at = at};
    stores_record(s, &(struct effect){.kind = RECORD_LEDGER, .as.ledger = entry});
}

static size_t read_board(struct stores *s, uint64_t room, enum period period, const char *kind,
                         int64_t at, struct board_row *rows, size_t limit)
{
    char key[PERIOD_KEY];
    size_t count = 99;
    WORKS(s->ops->board(s->store, room, period, period_key(period, at, key), kind, rows, limit,
                        &count, &s->error));
    return count;
}

static struct board_row read_standing(struct stores *s, uint64_t room, enum period period,
                                      const char *kind, int64_t at, uint64_t member)
{
    char key[PERIOD_KEY];
    struct board_row row;
    WORKS(s->ops->standing(s->store, room, period, period_key(period, at, key), kind, member, &row,
                           &s->error));
    return row;
}

static void a_board_has_the_best_first(void **state)
{
    struct stores *s = *state;
    struct board_row rows[8];
    stores_begin(s);
    uint64_t room = stores_room(s, "#prep"), ann = stores_member(s, "ann");
    uint64_t bob = stores_member(s, "bob"), cyd = stores_member(s, "cyd");
    award(s, room, bob, "coding", 20, 4.5, MONDAY);
    award(s, room, ann, "coding", 5, 2.0, MONDAY);
    award(s, room, ann, "coding", 10, 3.0, MONDAY);
    award(s, room, cyd, "coding", 3, 0, MONDAY); /* votes only: points, no score */
    stores_commit(s);
    assert_int_equal(read_board(s, room, PERIOD_ALL, NULL, MONDAY, rows, 8), 3);
    assert_int_equal(rows[0].member, bob);
    assert_int_equal(rows[1].member, ann);
    assert_int_equal(rows[2].member, cyd);
    assert_int_equal(rows[0].rank, 1);
    assert_int_equal(rows[1].rank, 2);
    assert_int_equal(rows[2].rank, 3);
    assert_string_equal(rows[1].name, "ann");
    assert_int_equal(rows[1].points, 15);
    assert_int_equal(rows[1].rounds, 2);
    assert_true(fabs(rows[1].mean - 2.5) < 1e-12);
    assert_true(rows[1].standing == score_standing(2, 5.0));
    assert_true(rows[1].uncertainty == score_uncertainty(2));
    assert_int_equal(rows[2].rounds, 0);
    assert_true(rows[2].mean == 0 && rows[2].standing == 0);
    assert_int_equal(read_board(s, room, PERIOD_ALL, NULL, MONDAY, rows, 2), 2);
    assert_int_equal(read_board(s, 999, PERIOD_ALL, NULL, MONDAY, rows, 8), 0);
}

static void equal_standings_share_a_rank(void **state)
{
    struct stores *s = *state;
    static const double scores[5] = {4, 3, 3, 3, 2};
    static const unsigned ranks[5] = {1, 2, 2, 2, 5};
    struct board_row rows[8];
    uint64_t members[5];
    stores_begin(s);
    uint64_t room = stores_room(s, "#prep");
    for (int i = 0; i < 5; i++) {
        char name[8];
        snprintf(name, sizeof name, "m%d", i);
        members[i] = stores_member(s, name);
        award(s, room, members[i], "coding", i == 3 ? 50 : 10, scores[i], MONDAY);
    }
    stores_commit(s);
    assert_int_equal(read_board(s, room, PERIOD_ALL, NULL, MONDAY, rows, 8), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(rows[i].rank, ranks[i]);
    assert_int_equal(rows[1].member, members[3]); /* of equals, the one with more points */
    assert_int_equal(rows[2].member, members[1]); /* then the one known longer */
    for (int i = 0; i < 5; i++)
        assert_int_equal(read_standing(s, room, PERIOD_ALL, NULL, MONDAY, members[i]).rank,
                         ranks[i]);
}

static void boards_are_of_a_time_and_a_kind(void **state)
{
    struct stores *s = *state;
    struct board_row rows[4];
    stores_begin(s);
    uint64_t room = stores_room(s, "#prep"), other = stores_room(s, "#other");
    uint64_t ann = stores_member(s, "ann");
    award(s, room, ann, "coding", 1, 4, MONDAY);
    award(s, room, ann, "ml_theory", 10, 3, MONDAY + DAY_MS - 1);
    award(s, room, ann, "coding", 100, 2, MONDAY + DAY_MS);
    award(s, room, ann, "coding", 1000, 5, MONDAY + 7 * DAY_MS);
    award(s, room, ann, "coding", 10000, 5, MONDAY + 31 * DAY_MS);
    award(s, room, ann, "coding", 100000, 5, MONDAY - 1);
    award(s, other, ann, "coding", 1000000, 5, MONDAY);
    stores_commit(s);
    static const struct {
        enum period period;
        const char *kind;
        int64_t points;
    } wanted[] = {{PERIOD_DAY, NULL, 11},     {PERIOD_DAY, "coding", 1},
                  {PERIOD_DAY, "ml_theory", 10}, {PERIOD_WEEK, NULL, 111},
                  {PERIOD_WEEK, "coding", 101}, {PERIOD_MONTH, NULL, 1111},
                  {PERIOD_ALL, NULL, 111111}, {PERIOD_ALL, "coding", 111101}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_int_equal(read_board(s, room, wanted[i].period, wanted[i].kind, MONDAY, rows, 4), 1);
        assert_int_equal(rows[0].points, wanted[i].points);
        struct board_row own =
            read_standing(s, room, wanted[i].period, wanted[i].kind, MONDAY, ann);
        assert_memory_equal(&own, &rows[0], sizeof own);
    }
    assert_int_equal(read_board(s, room, PERIOD_DAY, "behavioral", MONDAY, rows, 4), 0);
    assert_int_equal(read_board(s, room, PERIOD_DAY, NULL, MONDAY + 2 * DAY_MS, rows, 4), 0);
}

static void who_has_nothing_has_no_rank(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = stores_room(s, "#prep"), ann = stores_member(s, "ann");
    award(s, room, ann, "coding", 1, 4, MONDAY);
    stores_commit(s);
    struct board_row none = read_standing(s, room, PERIOD_ALL, NULL, MONDAY, ann + 1);
    assert_int_equal(none.rank, 0);
    assert_int_equal(none.points, 0);
    none = read_standing(s, room, PERIOD_ALL, "behavioral", MONDAY, ann);
    assert_int_equal(none.rank, 0);
    none = read_standing(s, room + 1, PERIOD_ALL, NULL, MONDAY, ann);
    assert_int_equal(none.rank, 0);
}

static void points_taken_back_take_back_the_board(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = stores_room(s, "#prep"), ann = stores_member(s, "ann");
    award(s, room, ann, "coding", 1, 4, MONDAY);
    stores_commit(s);
    stores_begin(s);
    award(s, room, ann, "coding", 10, 5, MONDAY);
    WORKS(s->ops->savepoint(s->store, &s->error));
    award(s, room, ann, "coding", 100, 5, MONDAY);
    WORKS(s->ops->rollback_to(s->store, &s->error));
    assert_int_equal(read_standing(s, room, PERIOD_ALL, NULL, MONDAY, ann).points, 11);
    s->ops->rollback(s->store);
    assert_int_equal(read_standing(s, room, PERIOD_ALL, NULL, MONDAY, ann).points, 1);
}

/* ---- random ledgers ---- */

#define PEOPLE 40

static const char *const kinds[3] = {"coding", "ml_theory", "behavioral"};

/* The same awards for any store, from a seed. */
static void fill_ledger(struct stores *s, uint64_t seed, int count)
{
    char name[16];
    stores_begin(s);
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(name, sizeof name, "m%d", i);
        stores_member(s, name);
    }
    stores_room(s, "#one");
    stores_room(s, "#two");
    for (int i = 0; i < count; i++) {
        uint64_t room = 1 + random_below(&seed, 2), member = 1 + random_below(&seed, PEOPLE);
        const char *kind = kinds[random_below(&seed, 3)];
        int32_t points = (int32_t)random_below(&seed, 30) - 3;
        double score = random_below(&seed, 4) ? 1 + random_below(&seed, 401) / 100.0 : 0;
        award(s, room, member, kind, points, score,
              MONDAY + (int64_t)random_below(&seed, 40) * DAY_MS / 3);
    }
    stores_commit(s);
}

static void expect_same_boards(struct stores *a, struct stores *b)
{
    struct board_row left[PEOPLE], right[PEOPLE];
    for (uint64_t room = 1; room <= 2; room++)
        for (int period = 0; period < PERIOD_COUNT; period++)
            for (int kind = -1; kind < 3; kind++) {
                const char *word = kind < 0 ? NULL : kinds[kind];
                int64_t at = MONDAY + 2 * DAY_MS;
                size_t count = read_board(a, room, (enum period)period, word, at, left, PEOPLE);
                assert_int_equal(
                    read_board(b, room, (enum period)period, word, at, right, PEOPLE), count);
                assert_memory_equal(left, right, count * sizeof *left);
                for (size_t i = 0; i < count; i++) {
                    struct board_row own = read_standing(a, room, (enum period)period, word, at,
                                                         left[i].member);
                    assert_memory_equal(&own, &left[i], sizeof own);
                }
            }
}

/* What is maintained with each award is what a count of the ledger gives, and so is what is rebuilt. */
static void boards_are_the_sum_of_the_ledger(void **state)
{
    struct stores *s = *state, counted = {0};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        counted.store = memory_store_create(NULL);
        counted.ops = counted.store->ops;
        for (uint64_t part = 1; part <= seed; part++)
            fill_ledger(&counted, part, 400);
        fill_ledger(s, seed, 400);
        expect_same_boards(s, &counted);
        stores_begin(s);
        WORKS(s->ops->boards_rebuild(s->store, &s->error));
        stores_commit(s);
        expect_same_boards(s, &counted);
        counted.ops->destroy(counted.store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_board_has_the_best_first),
        STORES_ALL(equal_standings_share_a_rank),
        STORES_ALL(boards_are_of_a_time_and_a_kind),
        STORES_ALL(who_has_nothing_has_no_rank),
        STORES_ALL(points_taken_back_take_back_the_board),
        STORES_ALL(boards_are_the_sum_of_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
