/* The store port, over every adapter: the outbox, the ledger and its boards. */
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

/* ---- outbox ---- */

static int64_t put_message(struct stores *s, const char *target, bool private_talk,
                           const char *collapse, const char *body)
{
    struct outbox_row row = {.to = {"irc", "net", target}, .private_talk = private_talk,
                             .flags = EFFECT_URGENT, .collapse = collapse, .bytes = body,
                             .size = strlen(body), .at = 77};
    int64_t id = 0;
    WORKS(s->ops->outbox_add(s->store, &row, &id, &s->error));
    assert_true(id > 0);
    return id;
}

static int collect_message(void *context, const struct outbox_row *row)
{
    buf_printf(context, "%.*s ", (int)row->size, row->bytes);
    return 0;
}

static void expect_outbox(struct stores *s, int64_t after, size_t limit, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->outbox_read(s->store, after, limit, collect_message, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void messages_wait_in_order(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t a = put_message(s, "#prep", false, NULL, "a");
    int64_t b = put_message(s, "ann", true, NULL, "b");
    stores_commit(s);
    stores_begin(s);
    int64_t c = put_message(s, "#prep", false, NULL, "c");
    stores_commit(s);
    assert_true(a < b && b < c);
    stores_reopen(s);
    expect_outbox(s, 0, 100, "a b c ");
    expect_outbox(s, 0, 2, "a b ");
    expect_outbox(s, a, 100, "b c ");
    expect_outbox(s, c, 100, "");
    expect_outbox(s, 0, 0, "");
    expect_outbox(s, 0, SIZE_MAX, "a b c ");
}

static int stop_at_once(void *context, const struct outbox_row *row)
{
    int *calls = context;
    (void)row;
    (*calls)++;
    return 1;
}

static void reading_stops_when_told(void **state)
{
    struct stores *s = *state;
    int calls = 0;
    stores_begin(s);
    put_message(s, "#prep", false, NULL, "a");
    put_message(s, "#prep", false, NULL, "b");
    stores_commit(s);
    WORKS(s->ops->outbox_read(s->store, 0, 100, stop_at_once, &calls, &s->error));
    assert_int_equal(calls, 1);
}

static int keep_message(void *context, const struct outbox_row *row)
{
    static char transport[16], network[16], target[16];
    struct outbox_row *kept = context;
    *kept = *row;
    snprintf(transport, sizeof transport, "%s", row->to.transport);
    snprintf(network, sizeof network, "%s", row->to.network);
    snprintf(target, sizeof target, "%s", row->to.target);
    kept->to = (struct address){transport, network, target};
    assert_memory_equal(row->bytes, "\0\1\377", 3);
    assert_null(row->collapse);
    return 0;
}

/* Its words beside the text, "-" for none. */
static int collect_words(void *context, const struct outbox_row *row)
{
    const char *words[] = {row->about, row->mark, row->tag, row->mention};
    for (size_t i = 0; i < 4; i++)
        buf_printf(context, "%s ", words[i] ? words[i] : "-");
    return 0;
}

static void a_message_keeps_what_it_answers_and_is_for(void **state)
{
    struct stores *s = *state;
    struct buf found;
    const struct address ann = {"irc", "net", "ann"};
    const struct outbox_row rows[] = {
        {.to = ann, .bytes = "x", .size = 1},
        {.to = ann, .bytes = "x", .size = 1, .about = "$event", .mark = "ok", .tag = "vote 1 2",
         .mention = "@ann:example.org"},
        {.to = ann, .bytes = "x", .size = 1, .about = "", .mention = "@bob:example.org"},
    };
    int64_t id;
    stores_begin(s);
    for (size_t i = 0; i < 3; i++)
        WORKS(s->ops->outbox_add(s->store, &rows[i], &id, &s->error));
    stores_commit(s);
    stores_reopen(s);
    buf_init(&found);
    WORKS(s->ops->outbox_read(s->store, 0, 9, collect_words, &found, &s->error));
    assert_string_equal(buf_text(&found), "- - - - $event ok vote 1 2 @ann:example.org "
                                          " - - @bob:example.org ");
    buf_finish(&found);
}

static void a_message_comes_back_whole(void **state)
{
    struct stores *s = *state;
    struct outbox_row row = {.to = {"irc", "net", "ann"}, .private_talk = true,
                             .flags = EFFECT_URGENT, .bytes = "\0\1\377", .size = 3,
                             .at = INT64_C(1764000000123)};
    struct outbox_row kept = {0};
    int64_t id;
    stores_begin(s);
    WORKS(s->ops->outbox_add(s->store, &row, &id, &s->error));
    stores_commit(s);
    WORKS(s->ops->outbox_read(s->store, 0, 1, keep_message, &kept, &s->error));
    assert_int_equal(kept.id, id);
    assert_string_equal(kept.to.transport, "irc");
    assert_string_equal(kept.to.network, "net");
    assert_string_equal(kept.to.target, "ann");
    assert_true(kept.private_talk);
    assert_int_equal(kept.flags, EFFECT_URGENT);
    assert_int_equal(kept.size, 3);
    assert_int_equal(kept.at, row.at);
}

static void a_newer_message_replaces_a_waiting_one(void **state)
{
    struct stores *s = *state;
    struct outbox_row elsewhere = {.to = {"irc", "other", "ann"}, .private_talk = true,
                                   .collapse = "k", .bytes = "other", .size = 5};
    int64_t id;
    stores_begin(s);
    put_message(s, "ann", true, "k", "old");
    put_message(s, "ann", true, NULL, "plain");
    put_message(s, "ann", true, "k2", "key2");
    put_message(s, "ann", false, "k", "public");
    put_message(s, "bob", true, "k", "bob");
    WORKS(s->ops->outbox_add(s->store, &elsewhere, &id, &s->error));
    put_message(s, "ann", true, "k", "new");
    stores_commit(s);
    expect_outbox(s, 0, 100, "plain key2 public bob other new ");
}

static void a_taken_message_is_not_replaced(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t first = put_message(s, "ann", true, "k", "first");
    stores_commit(s);
    s->ops->outbox_taken(s->store, first);
    s->ops->outbox_taken(s->store, first);
    s->ops->outbox_taken(s->store, first + 1000); /* unknown: nothing happens */
    stores_begin(s);
    put_message(s, "ann", true, "k", "second");
    stores_commit(s);
    expect_outbox(s, 0, 100, "first second ");
    stores_begin(s);
    put_message(s, "ann", true, "k", "third");
    WORKS(s->ops->outbox_done(s->store, first, &s->error));
    stores_commit(s);
    expect_outbox(s, 0, 100, "third ");
}

static void a_message_that_is_done_is_gone(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t a = put_message(s, "ann", true, NULL, "a");
    int64_t b = put_message(s, "ann", true, NULL, "b");
    WORKS(s->ops->outbox_done(s->store, a, &s->error));
    WORKS(s->ops->outbox_done(s->store, a, &s->error)); /* twice is fine */
    stores_commit(s);
    expect_outbox(s, 0, 100, "b ");
    stores_begin(s);
    WORKS(s->ops->outbox_done(s->store, b, &s->error));
    stores_commit(s);
    stores_reopen(s);
    stores_begin(s);
    assert_true(put_message(s, "ann", true, NULL, "c") > b); /* no id twice */
    stores_commit(s);
}

/* A transaction that fails after striking a message off leaves it as taken as it was. */
static void a_rollback_leaves_a_message_taken(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    int64_t first = put_message(s, "ann", true, "k", "first");
    stores_commit(s);
    s->ops->outbox_taken(s->store, first);
    stores_begin(s);
    WORKS(s->ops->outbox_done(s->store, first, &s->error));
    s->ops->rollback(s->store);
    expect_outbox(s, 0, 100, "first ");
    stores_begin(s);
    put_message(s, "ann", true, "k", "second");
    stores_commit(s);
    expect_outbox(s, 0, 100, "first second ");
}

/* ---- boards ---- */

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
        STORES_ALL(messages_wait_in_order),
        STORES_ALL(reading_stops_when_told),
        STORES_ALL(a_message_comes_back_whole),
        STORES_ALL(a_message_keeps_what_it_answers_and_is_for),
        STORES_ALL(a_newer_message_replaces_a_waiting_one),
        STORES_ALL(a_taken_message_is_not_replaced),
        STORES_ALL(a_message_that_is_done_is_gone),
        STORES_ALL(a_rollback_leaves_a_message_taken),
        STORES_ALL(a_board_has_the_best_first),
        STORES_ALL(equal_standings_share_a_rank),
        STORES_ALL(boards_are_of_a_time_and_a_kind),
        STORES_ALL(who_has_nothing_has_no_rank),
        STORES_ALL(points_taken_back_take_back_the_board),
        STORES_ALL(boards_are_the_sum_of_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
