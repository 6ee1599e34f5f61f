/* The store port, over every adapter: transactions, the inbox, people and rooms. */
#include "stores.h"

#include <string.h>

#include "util/buf.h"

#define FAILS(call) assert_int_equal(call, -1)
#define WORKS(call) assert_int_equal(call, 0)

static bool is_fresh(struct stores *s, const char *transport, const char *network, const char *id,
                     int64_t at)
{
    bool fresh = false;
    WORKS(s->ops->inbox_add(s->store, transport, network, id, at, &fresh, &s->error));
    return fresh;
}

/* ---- transactions ---- */

static void a_commit_keeps(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    assert_true(is_fresh(s, "irc", "net", "1", 5));
    stores_commit(s);
    s->ops->rollback(s->store); /* without a transaction it does nothing */
    stores_reopen(s);
    stores_begin(s);
    assert_false(is_fresh(s, "irc", "net", "1", 5));
    stores_commit(s);
}

static void a_rollback_takes_everything_back(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t ann = stores_member(s, "ann");
    stores_commit(s);

    stores_begin(s);
    struct address who = {"irc", "net", "ann"};
    uint64_t id;
    WORKS(s->ops->member(s->store, &who, "Ann B.", 2000, &id, &s->error));
    uint64_t room = stores_room(s, "#prep");
    struct round *round = stores_round(s, 1, room, ann);
    stores_seat(s, round, ann, "ann");
    round_destroy(round);
    s->ops->rollback(s->store);

    stores_load(s);
    assert_int_equal(s->round_count, 0);
    FAILS(s->ops->room_find(s->store, "#prep", &room, NULL, &s->error));
    assert_int_equal(s->error.code, ERR_MISSING);
    stores_begin(s);
    assert_int_equal(stores_member(s, "ann"), ann);
    stores_commit(s);
}

static void a_savepoint_takes_back_its_own_part_only(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    assert_true(is_fresh(s, "irc", "net", "before", 5));
    WORKS(s->ops->savepoint(s->store, &s->error));
    assert_true(is_fresh(s, "irc", "net", "inside", 5));
    WORKS(s->ops->rollback_to(s->store, &s->error));
    WORKS(s->ops->savepoint(s->store, &s->error));
    assert_true(is_fresh(s, "irc", "net", "released", 5));
    WORKS(s->ops->release(s->store, &s->error));
    assert_true(is_fresh(s, "irc", "net", "after", 5));
    stores_commit(s);

    stores_begin(s);
    assert_false(is_fresh(s, "irc", "net", "before", 6));
    assert_true(is_fresh(s, "irc", "net", "inside", 6));
    assert_false(is_fresh(s, "irc", "net", "released", 6));
    assert_false(is_fresh(s, "irc", "net", "after", 6));
    stores_commit(s);
}

static void a_rollback_takes_released_savepoints_along(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    WORKS(s->ops->savepoint(s->store, &s->error));
    assert_true(is_fresh(s, "irc", "net", "1", 5));
    WORKS(s->ops->release(s->store, &s->error));
    s->ops->rollback(s->store);
    stores_begin(s);
    assert_true(is_fresh(s, "irc", "net", "1", 5));
    s->ops->rollback(s->store);
}

/* What is dropped and put again inside a savepoint is as before. */
static void a_savepoint_brings_back_what_was_dropped(void **state)
{
    struct stores *s = *state;
    struct outbox_row row = {.to = {"irc", "net", "#prep"}, .bytes = "x", .size = 1, .collapse = "k"};
    int64_t first, second;
    stores_begin(s);
    WORKS(s->ops->outbox_add(s->store, &row, &first, &s->error));
    WORKS(s->ops->savepoint(s->store, &s->error));
    WORKS(s->ops->outbox_add(s->store, &row, &second, &s->error));
    WORKS(s->ops->outbox_done(s->store, second, &s->error));
    WORKS(s->ops->rollback_to(s->store, &s->error));
    WORKS(s->ops->outbox_add(s->store, &row, &second, &s->error)); /* replaces the first */
    assert_true(second > first);
    stores_commit(s);
}

static void writing_needs_a_transaction(void **state)
{
    struct stores *s = *state;
    struct address who = {"irc", "net", "ann"};
    struct outbox_row row = {.to = who, .bytes = "x", .size = 1};
    struct draft_record draft = {.member = 1};
    uint64_t id;
    int64_t message;
    bool fresh;
    FAILS(s->ops->member(s->store, &who, "ann", 1, &id, &s->error));
    assert_int_equal(s->error.code, ERR_INTERNAL);
    FAILS(s->ops->room(s->store, &who, 1, &id, &s->error));
    FAILS(s->ops->inbox_add(s->store, "irc", "net", "1", 1, &fresh, &s->error));
    FAILS(s->ops->inbox_trim(s->store, 1, &s->error));
    FAILS(s->ops->note_set(s->store, "irc", "net", "since", "1", 1, &s->error));
    FAILS(s->ops->note_set(s->store, "irc", "net", "since", NULL, 1, &s->error));
    FAILS(s->ops->outbox_add(s->store, &row, &message, &s->error));
    FAILS(s->ops->record(s->store,
                         &(struct effect){.kind = RECORD_DRAFT, .as.draft = draft}, &s->error));
    FAILS(s->ops->boards_rebuild(s->store, &s->error));
    FAILS(s->ops->savepoint(s->store, &s->error));
    FAILS(s->ops->release(s->store, &s->error));
    FAILS(s->ops->rollback_to(s->store, &s->error));
    FAILS(s->ops->commit(s->store, &s->error));
    FAILS(s->ops->commit(s->store, NULL)); /* without wanting to know why */
    stores_begin(s);
    FAILS(s->ops->begin(s->store, &s->error));
    assert_true(is_fresh(s, "irc", "net", "1", 1)); /* still open, and nothing was stored before */
    stores_commit(s);
}

/* ---- inbox ---- */

static void an_event_is_fresh_once(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    assert_true(is_fresh(s, "irc", "net", "id", 5));
    assert_false(is_fresh(s, "irc", "net", "id", 6));
    assert_true(is_fresh(s, "irc", "other", "id", 5));
    assert_true(is_fresh(s, "matrix", "net", "id", 5));
    assert_true(is_fresh(s, "irc", "net", "ID", 5));
    stores_commit(s);
}

static void old_events_are_trimmed(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    is_fresh(s, "irc", "net", "old", 99);
    is_fresh(s, "irc", "net", "edge", 100);
    is_fresh(s, "irc", "net", "new", 101);
    WORKS(s->ops->inbox_trim(s->store, 100, &s->error));
    assert_true(is_fresh(s, "irc", "net", "old", 200));
    assert_false(is_fresh(s, "irc", "net", "edge", 200));
    assert_false(is_fresh(s, "irc", "net", "new", 200));
    stores_commit(s);
}

/* ---- people and rooms ---- */

static void a_person_is_an_account(void **state)
{
    struct stores *s = *state;
    uint64_t ids[4];
    const struct address who[4] = {{"irc", "net", "ann"}, {"irc", "net", "bob"},
                                   {"irc", "other", "ann"}, {"console", "net", "ann"}};
    stores_begin(s);
    for (int i = 0; i < 4; i++) {
        WORKS(s->ops->member(s->store, &who[i], "Same name", 1, &ids[i], &s->error));
        assert_true(ids[i] > 0);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(ids[i], ids[j]);
    }
    stores_commit(s);
    stores_reopen(s);
    stores_begin(s);
    for (int i = 0; i < 4; i++) {
        uint64_t again;
        WORKS(s->ops->member(s->store, &who[i], "Other name", 2, &again, &s->error));
        assert_int_equal(again, ids[i]);
    }
    stores_commit(s);
}

static void a_name_follows_its_person(void **state)
{
    struct stores *s = *state;
    struct board_row row;
    struct address who = {"irc", "net", "ann"};
    uint64_t id;
    stores_begin(s);
    uint64_t ann = stores_member(s, "ann"), room = stores_room(s, "#prep");
    stores_record(s, &(struct effect){
                         .kind = RECORD_LEDGER,
                         .as.ledger = {.room = room, .round = 1, .member = ann, .kind = "coding",
                                       .reason = "answer", .points = 5, .at = 1000}});
    WORKS(s->ops->member(s->store, &who, "Ann \xc3\x84.", 2000, &id, &s->error));
    stores_commit(s);
    WORKS(s->ops->standing(s->store, room, PERIOD_ALL, "all", NULL, ann, &row, &s->error));
    assert_string_equal(row.name, "Ann \xc3\x84.");
}

static int collect_place(void *context, const struct address *place)
{
    buf_printf(context, "%s/%s/%s;", place->transport, place->network, place->target);
    return 0;
}

static int refuse_place(void *context, const struct address *place)
{
    (void)context;
    (void)place;
    return -1;
}

static void a_room_knows_its_place(void **state)
{
    struct stores *s = *state;
    struct buf places;
    buf_init(&places);
    stores_begin(s);
    uint64_t prep = stores_room(s, "#prep"), other = stores_room(s, "#other");
    assert_int_not_equal(prep, other);
    assert_int_equal(stores_room(s, "#prep"), prep);
    stores_commit(s);
    WORKS(s->ops->room_places(s->store, prep, collect_place, &places, &s->error));
    assert_string_equal(buf_text(&places), "irc/net/#prep;");
    WORKS(s->ops->room_places(s->store, 999, collect_place, &places, &s->error));
    assert_string_equal(buf_text(&places), "irc/net/#prep;");
    buf_finish(&places);
    FAILS(s->ops->room_places(s->store, prep, refuse_place, NULL, &s->error));
}

/* As an announcement does: each place gets a message while places are read. */
static int write_to_place(void *context, const struct address *place)
{
    struct stores *s = context;
    struct buf again;
    struct outbox_row row = {.to = *place, .bytes = "x", .size = 1};
    int64_t id;
    buf_init(&again);
    WORKS(s->ops->room_places(s->store, 1, collect_place, &again, &s->error));
    assert_string_equal(buf_text(&again), "irc/net/#prep;");
    buf_finish(&again);
    return s->ops->outbox_add(s->store, &row, &id, &s->error);
}

static void places_may_be_written_to_while_read(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    assert_int_equal(stores_room(s, "#prep"), 1);
    WORKS(s->ops->room_places(s->store, 1, write_to_place, s, &s->error));
    stores_commit(s);
}

/* ---- finding a room ---- */

static void expect_room(struct stores *s, const char *key, uint64_t wanted, const char *called)
{
    char name[EVENT_TARGET_MAX] = "";
    uint64_t id = 0;
    if (s->ops->room_find(s->store, key, &id, name, &s->error))
        fail_msg("%s: %s", key ? key : "no key", s->error.why);
    assert_int_equal(id, wanted);
    assert_string_equal(name, called);
    WORKS(s->ops->room_find(s->store, key, &id, NULL, &s->error)); /* without wanting the name */
}

static void expect_no_room(struct stores *s, const char *key, enum error_code code)
{
    uint64_t id;
    FAILS(s->ops->room_find(s->store, key, &id, NULL, &s->error));
    assert_int_equal(s->error.code, code);
    assert_true(s->error.why[0] != '\0');
}

static void a_room_is_found_by_its_name(void **state)
{
    struct stores *s = *state;
    struct address twin = {"irc", "other", "#prep"};
    uint64_t twin_id;
    expect_no_room(s, NULL, ERR_MISSING);
    stores_begin(s);
    uint64_t prep = stores_room(s, "#prep"), slashes = stores_room(s, "#a/b/c");
    stores_commit(s);
    expect_room(s, "#prep", prep, "#prep");
    expect_room(s, "irc/net/#prep", prep, "#prep");
    expect_room(s, "#a/b/c", slashes, "#a/b/c");
    expect_room(s, "irc/net/#a/b/c", slashes, "#a/b/c");
    expect_no_room(s, "#nowhere", ERR_MISSING);
    expect_no_room(s, "irc/net/#nowhere", ERR_MISSING);
    expect_no_room(s, "irc/net", ERR_MISSING);
    expect_no_room(s, "", ERR_MISSING);

    stores_begin(s);
    WORKS(s->ops->room(s->store, &twin, 1, &twin_id, &s->error));
    stores_commit(s);
    expect_no_room(s, "#prep", ERR_INVALID);
    assert_non_null(strstr(s->error.why, "transport/network"));
    expect_room(s, "irc/other/#prep", twin_id, "#prep");
    expect_room(s, "irc/net/#prep", prep, "#prep");
}

static void without_a_name_the_last_used_room_is_found(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t ann = stores_member(s, "ann"), one = stores_room(s, "#one");
    stores_commit(s);
    expect_room(s, NULL, one, "#one");
    stores_begin(s);
    uint64_t two = stores_room(s, "#two");
    stores_commit(s);
    expect_room(s, NULL, two, "#two");
    stores_begin(s);
    round_destroy(stores_round(s, 1, two, ann));
    round_destroy(stores_round(s, 2, one, ann));
    stores_commit(s);
    expect_room(s, NULL, one, "#one");
}

/* ---- what is refused ---- */

static void expect_refused(struct stores *s, const struct effect *effect)
{
    error_clear(&s->error);
    FAILS(s->ops->record(s->store, effect, &s->error));
    assert_int_equal(s->error.code, ERR_INTERNAL);
    assert_true(s->error.why[0] != '\0');
}

static void records_of_what_is_not_there_are_refused(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = stores_room(s, "#prep"), ann = stores_member(s, "ann");
    struct round lost = {.id = 1, .room = 99, .host = ann, .kind = "coding"};
    struct address who = {"irc", "net", "ann"};
    expect_refused(s, &(struct effect){.kind = RECORD_ROUND, .as.round = &lost});
    lost.room = room;
    lost.host = 99;
    expect_refused(s, &(struct effect){.kind = RECORD_ROUND, .as.round = &lost});

    struct round *round = round_create(5, room, "coding");
    struct seat *seat = round_sit(round, ann, "ann", &who);
    expect_refused(s, &(struct effect){.kind = RECORD_SEAT, .as.seat = {round, seat}});
    round_destroy(round);
    expect_refused(s, &(struct effect){.kind = RECORD_ANSWER,
                                       .as.answer = {.round = 5, .member = ann,
                                                     .revision = 1, .text = "x"}});
    expect_refused(s, &(struct effect){.kind = RECORD_BALLOT,
                                       .as.ballot = {.round = 5, .voter = ann,
                                                     .author = ann}});
    expect_refused(s, &(struct effect){.kind = RECORD_MOTION,
                                       .as.motion = {5, ann, "skip", 0}});
    expect_refused(s, &(struct effect){.kind = RECORD_DRAFT,
                                       .as.draft = {.member = 99}});
    expect_refused(s, &(struct effect){.kind = RECORD_PART,
                                       .as.part = {.member = 99, .number = 1, .text = "x"}});
    expect_refused(s, &(struct effect){.kind = RECORD_MARK,
                                       .as.mark = {.round = 5, .voter = ann, .author = ann,
                                                   .event = "e", .message = "m", .score = 1}});
    expect_refused(s, &(struct effect){.kind = RECORD_LEDGER,
                                       .as.ledger = {.room = room, .member = 99,
                                                     .kind = "coding", .reason = "answer"}});
    expect_refused(s, &(struct effect){.kind = EFFECT_SAY});
    stores_commit(s);
    stores_load(s);
    assert_int_equal(s->round_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_commit_keeps),
        STORES_ALL(a_rollback_takes_everything_back),
        STORES_ALL(a_savepoint_takes_back_its_own_part_only),
        STORES_ALL(a_rollback_takes_released_savepoints_along),
        STORES_ALL(a_savepoint_brings_back_what_was_dropped),
        STORES_ALL(writing_needs_a_transaction),
        STORES_ALL(an_event_is_fresh_once),
        STORES_ALL(old_events_are_trimmed),
        STORES_ALL(a_person_is_an_account),
        STORES_ALL(a_name_follows_its_person),
        STORES_ALL(a_room_knows_its_place),
        STORES_ALL(places_may_be_written_to_while_read),
        STORES_ALL(a_room_is_found_by_its_name),
        STORES_ALL(without_a_name_the_last_used_room_is_found),
        STORES_ALL(records_of_what_is_not_there_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
