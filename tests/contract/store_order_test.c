/* The store port, over every adapter: sanctions of a room, its log, and who was there. */
#include "stores.h"

#include <stdlib.h>
#include <string.h>

#include "core/round.h"
#include "util/buf.h"

#define WORKS(call) assert_int_equal(call, 0)

struct scene {
    struct stores *s;
    uint64_t room, other, ann, ben, mo;
};

/* Two rooms and three members; the transaction is open. */
static struct scene open_scene(void **state)
{
    struct scene scene = {.s = *state};
    stores_begin(scene.s);
    scene.room = stores_room(scene.s, "#prep");
    scene.other = stores_room(scene.s, "#study");
    scene.ann = stores_member(scene.s, "ann");
    scene.ben = stores_member(scene.s, "ben");
    scene.mo = stores_member(scene.s, "mo");
    return scene;
}

/* ---- sanctions ---- */

static void put(const struct scene *scene, uint64_t room, uint64_t member, enum sanction_kind kind,
                const char *name, const char *reason, int64_t until)
{
    struct sanction_record sanction = {kind, room, member, scene->mo, name, reason, until, 5, false};
    stores_record(scene->s, &(struct effect){.kind = RECORD_SANCTION, .as.sanction = sanction});
}

static void lift(const struct scene *scene, uint64_t room, uint64_t member, enum sanction_kind kind)
{
    struct sanction_record sanction = {.kind = kind, .room = room, .member = member, .lifted = true};
    stores_record(scene->s, &(struct effect){.kind = RECORD_SANCTION, .as.sanction = sanction});
}

static int collect_sanction(void *context, const struct sanction *sanction)
{
    buf_printf(context, "%s %s %d %s %s %d %d; ", sanction->name,
               sanction->kind == SANCTION_BAN ? "ban" : "ignore", (int)sanction->member,
               sanction->reason ? sanction->reason : "-", sanction->given_by, (int)sanction->until,
               (int)sanction->at);
    return 0;
}

static void expect_sanctions(const struct scene *scene, uint64_t room, const char *format,
                             uint64_t first, uint64_t second)
{
    struct buf found, wanted;
    buf_init(&found);
    buf_init(&wanted);
    buf_printf(&wanted, format, (int)first, (int)second);
    WORKS(scene->s->ops->sanctions(scene->s->store, room, collect_sanction, &found,
                                   &scene->s->error));
    assert_string_equal(buf_text(&found), buf_text(&wanted));
    buf_finish(&found);
    buf_finish(&wanted);
}

static void a_sanction_is_of_one_room(void **state)
{
    struct scene scene = open_scene(state);
    put(&scene, scene.room, scene.ann, SANCTION_BAN, "Ann", "spam", 0);
    put(&scene, scene.room, scene.ann, SANCTION_IGNORE, "Ann", NULL, 77);
    stores_commit(scene.s);
    stores_reopen(scene.s);
    expect_sanctions(&scene, scene.room, "Ann ignore %d - mo 77 5; Ann ban %d spam mo 0 5; ",
                     scene.ann, scene.ann);
    expect_sanctions(&scene, scene.other, "", 0, 0);
    stores_begin(scene.s);
    put(&scene, scene.room, scene.ann, SANCTION_BAN, "anna", NULL, 0); /* in place of the first */
    stores_commit(scene.s);
    expect_sanctions(&scene, scene.room, "Ann ignore %d - mo 77 5; anna ban %d - mo 0 5; ",
                     scene.ann, scene.ann);
}

static void it_is_lifted_alone(void **state)
{
    struct scene scene = open_scene(state);
    put(&scene, scene.room, scene.ann, SANCTION_BAN, "ann", NULL, 0);
    put(&scene, scene.room, scene.ben, SANCTION_BAN, "ben", NULL, 0);
    put(&scene, scene.room, scene.ben, SANCTION_IGNORE, "ben", NULL, 9);
    put(&scene, scene.other, scene.ben, SANCTION_BAN, "ben", NULL, 0);
    lift(&scene, scene.room, scene.ben, SANCTION_BAN);
    stores_commit(scene.s);
    expect_sanctions(&scene, scene.room, "ann ban %d - mo 0 5; ben ignore %d - mo 9 5; ", scene.ann,
                     scene.ben);
    expect_sanctions(&scene, scene.other, "ben ban %d - mo 0 5; ", scene.ben, 0);
    stores_begin(scene.s);
    lift(&scene, scene.other, scene.ben, SANCTION_BAN);
    scene.s->ops->rollback(scene.s->store);
    expect_sanctions(&scene, scene.other, "ben ban %d - mo 0 5; ", scene.ben, 0);
}

static void what_is_linked_counts_as_one(void **state)
{
    struct scene scene = open_scene(state);
    put(&scene, scene.other, scene.ben, SANCTION_BAN, "ben", NULL, 0);
    WORKS(scene.s->ops->room_link(scene.s->store, scene.other, scene.room, &scene.s->error));
    WORKS(scene.s->ops->member_link(scene.s->store, scene.ben, scene.ann, &scene.s->error));
    stores_commit(scene.s);
    expect_sanctions(&scene, scene.room, "ben ban %d - mo 0 5; ", scene.ann, 0);
    stores_begin(scene.s);
    WORKS(scene.s->ops->member_unlink(scene.s->store, scene.ben, &scene.s->error));
    stores_commit(scene.s);
    expect_sanctions(&scene, scene.room, "ben ban %d - mo 0 5; ", scene.ben, 0);
    stores_begin(scene.s);
    WORKS(scene.s->ops->member_link(scene.s->store, scene.ben, scene.ann, &scene.s->error));
    lift(&scene, scene.room, scene.ann, SANCTION_BAN);
    stores_commit(scene.s);
    expect_sanctions(&scene, scene.room, "", 0, 0);
}

/* ---- the log ---- */

static void write(const struct scene *scene, uint64_t room, uint64_t round, uint64_t member,
                  const char *what, int64_t at)
{
    struct log_entry entry = {room, round, member, what, at};
    stores_record(scene->s, &(struct effect){.kind = RECORD_LOG, .as.log = entry});
}

static int collect_row(void *context, const struct log_row *row)
{
    struct buf *found = context;
    buf_printf(found, "%d %s %s %d; ", (int)row->round, row->name ? row->name : "-", row->what,
               (int)row->at);
    return strcmp(row->what, "stop") == 0;
}

static void expect_log(const struct scene *scene, uint64_t room, uint64_t round, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(scene->s->ops->log_read(scene->s->store, room, round, collect_row, &found,
                                  &scene->s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void the_log_is_read_backwards(void **state)
{
    struct scene scene = open_scene(state);
    write(&scene, scene.room, 1, scene.ann, "opened", 10);
    write(&scene, scene.other, 2, scene.ben, "opened", 11);
    write(&scene, scene.room, 1, 0, "phase answer -> vote", 12);
    write(&scene, scene.room, 0, scene.mo, "ban ben", 13);
    write(&scene, scene.room, 3, scene.ben, "opened", 13);
    stores_commit(scene.s);
    stores_reopen(scene.s);
    expect_log(&scene, scene.room, 0, "3 ben opened 13; 0 mo ban ben 13; "
                                      "1 - phase answer -> vote 12; 1 ann opened 10; ");
    expect_log(&scene, scene.room, 1, "1 - phase answer -> vote 12; 1 ann opened 10; ");
    expect_log(&scene, scene.other, 0, "2 ben opened 11; ");
    expect_log(&scene, scene.other, 1, ""); /* of another room */
    expect_log(&scene, scene.room, 9, "");
}

static void reading_stops_when_told(void **state)
{
    struct scene scene = open_scene(state);
    write(&scene, scene.room, 0, scene.mo, "old", 1);
    write(&scene, scene.room, 0, scene.mo, "stop", 2);
    write(&scene, scene.room, 0, scene.mo, "new", 3);
    stores_commit(scene.s);
    expect_log(&scene, scene.room, 0, "0 mo new 3; 0 mo stop 2; ");
}

static void linked_rooms_have_one_log(void **state)
{
    struct scene scene = open_scene(state);
    write(&scene, scene.room, 1, scene.ann, "a", 1);
    write(&scene, scene.other, 2, scene.ben, "b", 2);
    write(&scene, scene.room, 3, scene.ann, "c", 3);
    WORKS(scene.s->ops->room_link(scene.s->store, scene.other, scene.room, &scene.s->error));
    stores_commit(scene.s);
    expect_log(&scene, scene.room, 0, "3 ann c 3; 2 ben b 2; 1 ann a 1; ");
    expect_log(&scene, scene.room, 2, "2 ben b 2; ");
}

/* ---- people ---- */

static int collect_member(void *context, uint64_t own, uint64_t whole, const char *name,
                          const char *account)
{
    buf_printf(context, "%d %d %s %s; ", (int)own, (int)whole, name, account);
    return 0;
}

static void expect_members(const struct scene *scene, uint64_t room, const char *name,
                           const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(scene->s->ops->room_members(scene->s->store, room, name, collect_member, &found,
                                      &scene->s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void who_sat_in_a_round_is_found(void **state)
{
    struct scene scene = open_scene(state);
    struct buf wanted;
    struct round *round = stores_round(scene.s, 1, scene.room, scene.mo);
    stores_seat(scene.s, round, scene.ben, "account:Ben");
    stores_commit(scene.s);
    buf_init(&wanted);
    buf_printf(&wanted, "%d %d %s account:Ben; ", (int)scene.ben, (int)scene.ben,
               round->seats[0].name);
    expect_members(&scene, scene.room, "BEN", buf_text(&wanted));
    expect_members(&scene, scene.room, "account:ben", buf_text(&wanted));
    expect_members(&scene, scene.room, round->seats[0].name, buf_text(&wanted));
    expect_members(&scene, scene.room, "ann", "");
    expect_members(&scene, scene.other, "ben", "");
    buf_finish(&wanted);
    round_destroy(round);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_sanction_is_of_one_room), STORES_ALL(it_is_lifted_alone),
        STORES_ALL(what_is_linked_counts_as_one), STORES_ALL(the_log_is_read_backwards),
        STORES_ALL(reading_stops_when_told),   STORES_ALL(linked_rooms_have_one_log),
        STORES_ALL(who_sat_in_a_round_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
