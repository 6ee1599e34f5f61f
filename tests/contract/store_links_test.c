/* The store port, over every adapter: rooms and members that count as one, and their boards. */
#include "stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

#define FAILS(call) assert_int_equal(call, -1)
#define WORKS(call) assert_int_equal(call, 0)

#define DAY_MS INT64_C(86400000)
#define MONDAY INT64_C(1764547200000) /* 2025-12-01, a Monday, the first of a month */

/* ---- helpers ---- */

static uint64_t room_on(struct stores *s, const char *network, const char *target)
{
    struct address place = {"irc", network, target};
    uint64_t id = 0;
    WORKS(s->ops->room(s->store, &place, 1000, &id, &s->error));
    return id;
}

static uint64_t member_on(struct stores *s, const char *network, const char *account)
{
    struct address who = {"irc", network, account};
    uint64_t id = 0;
    WORKS(s->ops->member(s->store, &who, account, 1000, &id, &s->error));
    return id;
}

static void award(struct stores *s, uint64_t room, uint64_t member, const char *kind, int32_t points,
                  double score, int64_t at)
{
    struct ledger_entry entry = {.room = room, .round = 1, .member = member, .kind = kind,
                                 .reason = "answer", .points = points, .scored = score > 0,
                                 .score = score, .at = at};
    stores_record(s, &(struct effect){.kind = RECORD_LEDGER, .as.ledger = entry});
}

/* "name rank points rounds mean/...", every row of a board. */
static void read_board(struct stores *s, uint64_t room, enum period period, const char *kind,
                       struct buf *out)
{
    struct board_row rows[16];
    char key[PERIOD_KEY];
    size_t count = 0;
    WORKS(s->ops->board(s->store, room, period, period_key(period, MONDAY, key), kind, rows, 16,
                        &count, &s->error));
    for (size_t i = 0; i < count; i++) {
        struct board_row own;
        WORKS(s->ops->standing(s->store, room, period, key, kind, rows[i].member, &own,
                               &s->error));
        assert_memory_equal(&own, &rows[i], sizeof own); /* a member's rank is the board's */
        buf_printf(out, "%s %u %d %d; ", rows[i].name, rows[i].rank, (int)rows[i].points,
                   (int)rows[i].rounds);
    }
}

static void expect_board(struct stores *s, uint64_t room, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    read_board(s, room, PERIOD_ALL, NULL, &found);
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

/* Exact numbers of every board of these rooms. */
static char *all_boards(struct stores *s, const uint64_t *rooms, size_t count)
{
    static const char *const kinds[] = {NULL, "coding", "ml_theory"};
    struct buf out;
    buf_init(&out);
    for (size_t r = 0; r < count; r++)
        for (int period = 0; period < PERIOD_COUNT; period++)
            for (size_t k = 0; k < 3; k++) {
                struct board_row rows[16];
                char key[PERIOD_KEY];
                size_t found = 0;
                WORKS(s->ops->board(s->store, rooms[r], (enum period)period,
                                    period_key((enum period)period, MONDAY, key), kinds[k], rows,
                                    16, &found, &s->error));
                for (size_t i = 0; i < found; i++)
                    buf_printf(&out, "%d/%d/%zu: %d %u %d %d %a %a\n", (int)rooms[r], period, k,
                               (int)rows[i].member, rows[i].rank, (int)rows[i].points,
                               (int)rows[i].rounds, rows[i].mean, rows[i].standing);
            }
    assert_false(out.failed);
    return out.data ? out.data : strdup("");
}

/* What was kept up to date is what the ledger gives. */
static void expect_rebuilt(struct stores *s, const uint64_t *rooms, size_t count)
{
    char *kept = all_boards(s, rooms, count);
    WORKS(s->ops->boards_rebuild(s->store, &s->error));
    char *again = all_boards(s, rooms, count);
    assert_string_equal(kept, again);
    free(kept);
    free(again);
}

static unsigned asked(struct stores *s, uint64_t room, uint64_t member, const char *question)
{
    unsigned times = 99;
    WORKS(s->ops->asked(s->store, room, member, question, &times, &s->error));
    return times;
}

static void ask(struct stores *s, uint64_t room, uint64_t member, const char *question)
{
    struct asked_record record = {room, member, question, 5};
    stores_record(s, &(struct effect){.kind = RECORD_ASKED, .as.asked = record});
}

/* ---- rooms ---- */

static int name_place(void *context, const struct address *place)
{
    buf_printf(context, "%s/%s ", place->network, place->target);
    return 0;
}

static void expect_places(struct stores *s, uint64_t room, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->room_places(s->store, room, name_place, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static int name_link(void *context, uint64_t room, uint64_t whole)
{
    buf_printf(context, "%d>%d ", (int)room, (int)whole);
    return 0;
}

static void expect_links(struct stores *s, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->room_links(s->store, name_link, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void linked_rooms_are_one(void **state)
{
    struct stores *s = *state;
    uint64_t own, whole;
    struct address place = {"irc", "b", "#y"};
    char name[EVENT_TARGET_MAX];
    stores_begin(s);
    uint64_t x = room_on(s, "a", "#x"), y = room_on(s, "b", "#y"), z = room_on(s, "c", "#z");
    expect_links(s, "");
    WORKS(s->ops->room_link(s->store, y, x, &s->error));
    WORKS(s->ops->room_link(s->store, y, x, &s->error)); /* twice is once */
    stores_commit(s);
    stores_reopen(s);
    stores_begin(s);
    assert_int_equal(room_on(s, "b", "#y"), x);
    assert_int_equal(room_on(s, "c", "#z"), z);
    WORKS(s->ops->room_own(s->store, &place, 1, &own, &whole, &s->error));
    assert_int_equal(own, y);
    assert_int_equal(whole, x);
    expect_places(s, x, "a/#x b/#y ");
    expect_places(s, z, "c/#z ");
    WORKS(s->ops->room_find(s->store, "#y", &own, name, &s->error));
    assert_int_equal(own, x);
    WORKS(s->ops->room_find(s->store, "irc/b/#y", &own, name, &s->error));
    assert_int_equal(own, x);
    assert_string_equal(name, "#y");
    /* All that counts for a room goes along with it. */
    WORKS(s->ops->room_link(s->store, x, z, &s->error));
    assert_int_equal(room_on(s, "a", "#x"), z);
    assert_int_equal(room_on(s, "b", "#y"), z);
    WORKS(s->ops->room_unlink(s->store, z, &s->error)); /* the whole leaves: the first of the rest is it */
    assert_int_equal(room_on(s, "c", "#z"), z);
    assert_int_equal(room_on(s, "b", "#y"), x);
    WORKS(s->ops->room_unlink(s->store, y, &s->error));
    WORKS(s->ops->room_unlink(s->store, y, &s->error));
    expect_links(s, "");
    stores_commit(s);
}

/* A board that is the same for both places, and what each gets back. */
static void boards_of_linked_rooms_are_one_and_part_again(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t x = room_on(s, "a", "#x"), y = room_on(s, "b", "#y");
    uint64_t rooms[] = {x, y};
    uint64_t ann = member_on(s, "a", "ann"), bob = member_on(s, "b", "bob");
    award(s, x, ann, "coding", 10, 4.1, MONDAY);
    award(s, y, bob, "ml_theory", 7, 3.3, MONDAY);
    award(s, y, ann, "coding", 1, 2.7, MONDAY); /* ann was on both, somehow */
    WORKS(s->ops->room_link(s->store, y, x, &s->error));
    expect_board(s, x, "ann 1 11 2; bob 2 7 1; ");
    expect_board(s, y, "");
    expect_rebuilt(s, rooms, 2);
    award(s, x, bob, "coding", 100, 4.9, MONDAY + 1);
    award(s, x, ann, "coding", 1000, 3.7, MONDAY + 1);
    expect_board(s, x, "bob 1 107 2; ann 2 1011 3; ");
    expect_rebuilt(s, rooms, 2);
    WORKS(s->ops->room_unlink(s->store, y, &s->error));
    /* What was earned together stays where it was earned from. */
    expect_board(s, x, "ann 1 1010 2; ");
    expect_board(s, y, "bob 1 107 2; ann 2 1 1; ");
    expect_rebuilt(s, rooms, 2);
    stores_commit(s);
}

static void linked_rooms_have_had_the_same_questions(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t x = room_on(s, "a", "#x"), y = room_on(s, "b", "#y");
    ask(s, x, 0, "q1");
    ask(s, y, 0, "q2");
    ask(s, y, 0, "q2");
    WORKS(s->ops->room_link(s->store, y, x, &s->error));
    assert_int_equal(asked(s, x, 0, "q1"), 1);
    assert_int_equal(asked(s, x, 0, "q2"), 2);
    ask(s, x, 0, "q3");
    WORKS(s->ops->room_unlink(s->store, y, &s->error));
    assert_int_equal(asked(s, x, 0, "q1"), 1);
    assert_int_equal(asked(s, x, 0, "q2"), 0);
    assert_int_equal(asked(s, x, 0, "q3"), 1);
    assert_int_equal(asked(s, y, 0, "q1"), 0);
    assert_int_equal(asked(s, y, 0, "q2"), 2);
    assert_int_equal(asked(s, y, 0, "q3"), 1);
    stores_commit(s);
}

/* ---- members ---- */

static int name_identity(void *context, const struct address *who, uint64_t own, const char *name)
{
    buf_printf(context, "%d=%s/%s:%s ", (int)own, who->network, who->target, name);
    return 0;
}

static void expect_identities(struct stores *s, uint64_t member, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->identities(s->store, member, name_identity, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void linked_accounts_are_one_member(void **state)
{
    struct stores *s = *state;
    struct address known = {"irc", "b", "ann2"}, unknown = {"irc", "b", "zoe"};
    uint64_t own, whole;
    stores_begin(s);
    uint64_t a = member_on(s, "a", "ann"), b = member_on(s, "b", "ann2"), c = member_on(s, "c", "ann3");
    assert_int_equal(a, 1);
    WORKS(s->ops->member_link(s->store, a, b, &s->error));
    stores_commit(s);
    stores_reopen(s);
    stores_begin(s);
    assert_int_equal(member_on(s, "a", "ann"), b);
    assert_int_equal(member_on(s, "b", "ann2"), b);
    WORKS(s->ops->identity(s->store, &known, &own, &whole, &s->error));
    assert_int_equal(own, b);
    assert_int_equal(whole, b);
    WORKS(s->ops->identity(s->store, &unknown, &own, &whole, &s->error));
    assert_int_equal(own + whole, 0);
    expect_identities(s, b, "1=a/ann:ann 2=b/ann2:ann2 ");
    WORKS(s->ops->member_link(s->store, c, a, &s->error)); /* with one that is linked: with all */
    expect_identities(s, b, "1=a/ann:ann 2=b/ann2:ann2 3=c/ann3:ann3 ");
    WORKS(s->ops->member_unlink(s->store, b, &s->error));
    assert_int_equal(member_on(s, "b", "ann2"), b);
    assert_int_equal(member_on(s, "a", "ann"), a);
    assert_int_equal(member_on(s, "c", "ann3"), a);
    /* A name belongs to the account that bears it. */
    struct address third = {"irc", "c", "ann3"};
    WORKS(s->ops->member(s->store, &third, "Ann III", 1, &own, &s->error));
    expect_identities(s, a, "1=a/ann:ann 3=c/ann3:Ann III ");
    stores_commit(s);
}

static void boards_of_linked_accounts_are_one_and_part_again(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = room_on(s, "a", "#x"), other = room_on(s, "b", "#y");
    uint64_t rooms[] = {room, other};
    uint64_t a = member_on(s, "a", "ann"), b = member_on(s, "b", "anna");
    uint64_t bob = member_on(s, "a", "bob");
    award(s, room, a, "coding", 10, 4.1, MONDAY);
    award(s, room, bob, "coding", 20, 3.9, MONDAY);
    award(s, room, b, "ml_theory", 5, 2.3, MONDAY + 1);
    award(s, other, b, "coding", 3, 4.7, MONDAY - DAY_MS);
    char *before = all_boards(s, rooms, 2);
    WORKS(s->ops->member_link(s->store, b, a, &s->error));
    expect_board(s, room, "bob 1 20 1; ann 2 15 2; ");
    expect_board(s, other, "ann 1 3 1; ");
    expect_rebuilt(s, rooms, 2);
    WORKS(s->ops->member_unlink(s->store, b, &s->error));
    char *after = all_boards(s, rooms, 2);
    assert_string_equal(before, after); /* to the last bit */
    free(before);
    free(after);
    /* What is earned meanwhile goes to the account it was earned from. */
    WORKS(s->ops->member_link(s->store, b, a, &s->error));
    award(s, room, b, "coding", 100, 5.0, MONDAY + 2);
    award(s, room, a, "coding", 1000, 1.1, MONDAY + 3);
    award(s, room, b, "coding", 10000, 0, MONDAY + 3);
    expect_rebuilt(s, rooms, 2);
    expect_board(s, room, "bob 1 20 1; ann 2 11115 4; ");
    WORKS(s->ops->member_unlink(s->store, a, &s->error));
    expect_board(s, room, "anna 1 10105 2; bob 2 20 1; ann 3 1010 2; ");
    expect_rebuilt(s, rooms, 2);
    stores_commit(s);
}

/* Both at once: a linked account in a linked room. */
static void links_of_rooms_and_members_go_together(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t x = room_on(s, "a", "#x"), y = room_on(s, "b", "#y");
    uint64_t rooms[] = {x, y};
    uint64_t a = member_on(s, "a", "ann"), b = member_on(s, "b", "anna");
    WORKS(s->ops->room_link(s->store, y, x, &s->error));
    award(s, x, a, "coding", 1, 3.1, MONDAY);
    award(s, x, b, "coding", 10, 4.3, MONDAY);
    WORKS(s->ops->member_link(s->store, a, b, &s->error));
    expect_board(s, x, "anna 1 11 2; ");
    award(s, x, a, "coding", 100, 4.4, MONDAY);
    expect_rebuilt(s, rooms, 2);
    WORKS(s->ops->room_unlink(s->store, x, &s->error));
    expect_board(s, x, "anna 1 101 2; ");
    expect_board(s, y, "anna 1 10 1; ");
    expect_rebuilt(s, rooms, 2);
    WORKS(s->ops->member_unlink(s->store, a, &s->error));
    expect_board(s, x, "ann 1 101 2; ");
    expect_rebuilt(s, rooms, 2);
    stores_commit(s);
}

static void linked_accounts_have_had_the_same_questions(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t a = member_on(s, "a", "ann"), b = member_on(s, "b", "anna");
    ask(s, 0, a, "q1");
    ask(s, 0, b, "q2");
    WORKS(s->ops->member_link(s->store, b, a, &s->error));
    assert_int_equal(asked(s, 0, a, "q1"), 1);
    assert_int_equal(asked(s, 0, a, "q2"), 1);
    ask(s, 0, b, "q3");
    assert_int_equal(asked(s, 0, a, "q3"), 1);
    WORKS(s->ops->member_unlink(s->store, b, &s->error));
    assert_int_equal(asked(s, 0, a, "q2"), 0);
    assert_int_equal(asked(s, 0, a, "q3"), 0);
    assert_int_equal(asked(s, 0, b, "q3"), 1);
    stores_commit(s);
}

static void links_are_taken_back_with_their_event(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t x = room_on(s, "a", "#x"), y = room_on(s, "b", "#y");
    uint64_t a = member_on(s, "a", "ann"), b = member_on(s, "b", "anna");
    award(s, x, a, "coding", 1, 3.1, MONDAY);
    award(s, y, b, "coding", 10, 4.3, MONDAY);
    WORKS(s->ops->savepoint(s->store, &s->error));
    WORKS(s->ops->room_link(s->store, y, x, &s->error));
    WORKS(s->ops->member_link(s->store, b, a, &s->error));
    WORKS(s->ops->rollback_to(s->store, &s->error));
    expect_board(s, x, "ann 1 1 1; ");
    expect_board(s, y, "anna 1 10 1; ");
    stores_commit(s);
    FAILS(s->ops->room_link(s->store, y, x, &s->error)); /* without a transaction */
    FAILS(s->ops->member_link(s->store, b, a, &s->error));
}

/* ---- records ---- */

static void change(struct stores *s, struct link_record link)
{
    stores_record(s, &(struct effect){.kind = RECORD_LINK, .as.link = link});
}

static void links_come_as_records_of_an_event(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t ann = member_on(s, "a", "ann"), anna = member_on(s, "b", "anna");
    change(s, (struct link_record){.change = LINK_JOIN, .member = anna, .whole = ann});
    assert_int_equal(member_on(s, "b", "anna"), ann);
    expect_identities(s, anna, "1=a/ann:ann 2=b/anna:anna "); /* by the number of either */
    change(s, (struct link_record){.change = LINK_LEAVE, .member = anna});
    assert_int_equal(member_on(s, "b", "anna"), anna);
    stores_commit(s);
}

/* ---- open rounds ---- */

/* What only an open round needs goes along: parts of an answer, marks. */
static void an_open_answer_and_marks_go_to_the_whole(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = room_on(s, "a", "#x");
    uint64_t a = member_on(s, "a", "ann"), b = member_on(s, "b", "anna");
    uint64_t bob = member_on(s, "a", "bob");
    struct round *round = stores_round(s, 1, room, b);
    struct seat *seat = stores_seat(s, round, b, "anna");
    seat->used_by = b;
    seat->answered_by = a;
    seat->graded_by = bob;
    stores_record(s, &(struct effect){.kind = RECORD_SEAT, .as.seat = {round, seat}});
    stores_seat(s, round, bob, "bob");
    for (uint32_t i = 1; i <= 2; i++) {
        struct part_record part = {.change = PART_PUT, .round = 1, .member = b, .number = i,
                                   .text = i == 1 ? "one" : "two", .length = 3};
        stores_record(s, &(struct effect){.kind = RECORD_PART, .as.part = part});
    }
    struct mark_record mark = {.round = 1, .voter = b, .author = bob, .event = "e", .message = "m",
                               .score = 4, .turn = 1, .at = 5};
    stores_record(s, &(struct effect){.kind = RECORD_MARK, .as.mark = mark});
    change(s, (struct link_record){.change = LINK_JOIN, .member = b, .whole = a});
    /* The first part is taken back, under the number of the whole. */
    struct part_record gone = {.change = PART_DROP, .round = 1, .member = a, .number = 1};
    stores_record(s, &(struct effect){.kind = RECORD_PART, .as.part = gone});
    stores_commit(s);
    round_destroy(round);
    stores_load(s);
    assert_int_equal(s->round_count, 1);
    const struct seat *loaded = &s->rounds[0]->seats[0];
    assert_int_equal(loaded->member, a);
    assert_int_equal(loaded->used_by, b);
    assert_int_equal(loaded->answered_by, a);
    assert_int_equal(loaded->graded_by, bob);
    assert_int_equal(loaded->parts.count, 1);
    assert_int_equal(s->rounds[0]->marks.count, 1);
    assert_int_equal(s->rounds[0]->marks.mark[0]->voter, 0);
}

/* A round that a member plays in from two accounts is loaded as one person's. */
static void an_open_round_knows_the_member_as_a_whole(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t x = room_on(s, "a", "#x"), y = room_on(s, "b", "#y");
    uint64_t a = member_on(s, "a", "ann"), b = member_on(s, "b", "anna");
    uint64_t bob = member_on(s, "a", "bob");
    struct round *round = stores_round(s, 1, y, b);
    struct seat *seat = stores_seat(s, round, b, "anna");
    stores_seat(s, round, bob, "bob");
    struct motion_record motion = {1, b, "skip", 0};
    struct draft_record draft = {.member = b, .round = 1};
    stores_record(s, &(struct effect){.kind = RECORD_MOTION, .as.motion = motion});
    stores_record(s, &(struct effect){.kind = RECORD_DRAFT, .as.draft = draft});
    WORKS(s->ops->member_link(s->store, b, a, &s->error));
    WORKS(s->ops->room_link(s->store, y, x, &s->error));
    /* What comes now is stored for the whole. */
    seat->member = a;
    stores_record(s, &(struct effect){.kind = RECORD_SEAT, .as.seat = {round, seat}});
    stores_commit(s);
    round_destroy(round);
    stores_load(s);
    assert_int_equal(s->round_count, 1);
    assert_int_equal(s->rounds[0]->room, x);
    assert_int_equal(s->rounds[0]->host, a);
    assert_int_equal(s->rounds[0]->seat_count, 2);
    assert_int_equal(s->rounds[0]->seats[0].member, a);
    assert_int_equal(s->rounds[0]->motion_count, 1);
    assert_int_equal(s->rounds[0]->motions[0].member, a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(linked_rooms_are_one),
        STORES_ALL(boards_of_linked_rooms_are_one_and_part_again),
        STORES_ALL(linked_rooms_have_had_the_same_questions),
        STORES_ALL(linked_accounts_are_one_member),
        STORES_ALL(boards_of_linked_accounts_are_one_and_part_again),
        STORES_ALL(links_of_rooms_and_members_go_together),
        STORES_ALL(linked_accounts_have_had_the_same_questions),
        STORES_ALL(links_are_taken_back_with_their_event),
        STORES_ALL(links_come_as_records_of_an_event),
        STORES_ALL(an_open_answer_and_marks_go_to_the_whole),
        STORES_ALL(an_open_round_knows_the_member_as_a_whole),
    };
    return cmocka_run_group_tests_name("store links", tests, NULL, NULL);
}
