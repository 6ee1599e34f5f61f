/* The store port, over every adapter: places that go on under another name. */
#include "stores.h"

#include <string.h>

#include "util/buf.h"

#define WORKS(call) assert_int_equal(call, 0)

static const struct address old_place = {"irc", "net", "#old"};

static bool move(struct stores *s, const char *from, const char *to)
{
    struct address place = {"irc", "net", from};
    bool moved = true;
    WORKS(s->ops->place_move(s->store, &place, to, &moved, &s->error));
    return moved;
}

static int collect_place(void *context, const struct address *place)
{
    buf_printf(context, "%s/%s/%s;", place->transport, place->network, place->target);
    return 0;
}

static void expect_places(struct stores *s, uint64_t room, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->room_places(s->store, room, collect_place, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static int collect_move(void *context, const struct address *from, const char *now)
{
    buf_printf(context, "%s>%s;", from->target, now);
    return 0;
}

static void expect_moves(struct stores *s, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->moves(s->store, collect_move, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void give_points(struct stores *s, uint64_t room, uint64_t member)
{
    stores_record(s, &(struct effect){
                         .kind = RECORD_LEDGER,
                         .as.ledger = {.room = room, .round = 1, .member = member,
                                       .kind = "coding", .reason = "answer", .points = 5,
                                       .at = 1000}});
}

static void a_place_goes_on_with_its_room(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = stores_room(s, "#old");
    assert_true(move(s, "#old", "#new"));
    stores_commit(s);
    stores_reopen(s);
    expect_places(s, room, "irc/net/#new;");
    stores_begin(s);
    assert_int_equal(stores_room(s, "#new"), room);
    assert_int_not_equal(stores_room(s, "#old"), room); /* whoever is left there is elsewhere */
    stores_commit(s);
}

static void what_is_not_known_does_not_move(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = stores_room(s, "#old");
    assert_false(move(s, "#nowhere", "#new"));
    assert_false(move(s, "#old", "#old"));
    stores_commit(s);
    expect_places(s, room, "irc/net/#old;");
    expect_moves(s, "");
}

static void an_empty_room_makes_way(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = stores_room(s, "#old"), other = stores_room(s, "#new");
    assert_int_not_equal(room, other);
    assert_true(move(s, "#old", "#new"));
    assert_int_equal(stores_room(s, "#new"), room);
    stores_commit(s);
    expect_places(s, room, "irc/net/#new;");
    expect_places(s, other, "");
}

static void a_room_with_a_past_stays(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    uint64_t room = stores_room(s, "#old"), played = stores_room(s, "#played");
    uint64_t earned = stores_room(s, "#earned"), linked = stores_room(s, "#linked");
    uint64_t ann = stores_member(s, "ann");
    round_destroy(stores_round(s, 1, played, ann));
    give_points(s, earned, ann);
    WORKS(s->ops->room_link(s->store, linked, played, &s->error));
    assert_false(move(s, "#old", "#played"));
    assert_false(move(s, "#old", "#earned"));
    assert_false(move(s, "#old", "#linked"));
    stores_commit(s);
    expect_places(s, room, "irc/net/#old;");
    expect_moves(s, "");
}

static void names_that_a_place_went_on_from_are_kept(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    stores_room(s, "#a");
    assert_true(move(s, "#a", "#b"));
    assert_true(move(s, "#b", "#c"));
    stores_commit(s);
    stores_reopen(s);
    expect_moves(s, "#a>#c;#b>#c;");
    stores_begin(s);
    assert_true(move(s, "#c", "#a")); /* back to where it began */
    stores_commit(s);
    expect_moves(s, "#b>#a;#c>#a;");
    stores_begin(s);
    assert_true(move(s, "#a", "#d"));
    s->ops->rollback(s->store);
    expect_moves(s, "#b>#a;#c>#a;");
}

static int collect_target(void *context, const struct outbox_row *row)
{
    buf_printf(context, "%s%s;", row->private_talk ? "to " : "", row->to.target);
    return 0;
}

static void messages_that_wait_go_along(void **state)
{
    struct stores *s = *state;
    struct buf found;
    int64_t id;
    struct outbox_row rows[] = {
        {.to = old_place, .bytes = "x", .size = 1},
        {.to = old_place, .private_talk = true, .bytes = "x", .size = 1},
        {.to = {"irc", "other", "#old"}, .bytes = "x", .size = 1},
        {.to = old_place, .bytes = "x", .size = 1},
    };
    stores_begin(s);
    stores_room(s, "#old");
    for (size_t i = 0; i < 4; i++)
        WORKS(s->ops->outbox_add(s->store, &rows[i], &id, &s->error));
    assert_true(move(s, "#old", "#new"));
    stores_commit(s);
    buf_init(&found);
    WORKS(s->ops->outbox_read(s->store, 0, 9, collect_target, &found, &s->error));
    assert_string_equal(buf_text(&found), "#new;to #old;#old;#new;");
    buf_finish(&found);
}

static void moving_needs_a_transaction(void **state)
{
    struct stores *s = *state;
    bool moved;
    stores_begin(s);
    stores_room(s, "#old");
    stores_commit(s);
    assert_int_equal(s->ops->place_move(s->store, &old_place, "#new", &moved, &s->error), -1);
    assert_int_equal(s->error.code, ERR_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_place_goes_on_with_its_room),
        STORES_ALL(what_is_not_known_does_not_move),
        STORES_ALL(an_empty_room_makes_way),
        STORES_ALL(a_room_with_a_past_stays),
        STORES_ALL(names_that_a_place_went_on_from_are_kept),
        STORES_ALL(messages_that_wait_go_along),
        STORES_ALL(moving_needs_a_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
