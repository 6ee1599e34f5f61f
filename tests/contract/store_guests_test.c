/* The store port, over every adapter: guests, and what becomes of them when they log in. */
#include "stores.h"

#include <stdio.h>
#include <string.h>

#include "util/buf.h"

#define WORKS(call) assert_int_equal(call, 0)

/* Two rounds of ann, bob and a guest, stored, in an open transaction; the account has no seat. */
struct scene {
    struct stores *s;
    uint64_t ann, bob, guest, account;
    struct round *rounds[2];
};

static struct scene open_scene(void **state)
{
    struct scene scene = {.s = *state};
    stores_begin(scene.s);
    uint64_t room = stores_room(scene.s, "#prep");
    scene.ann = stores_member(scene.s, "ann");
    scene.bob = stores_member(scene.s, "bob");
    scene.guest = stores_member(scene.s, "nick:gus");
    scene.account = stores_member(scene.s, "account:gus");
    for (uint64_t i = 0; i < 2; i++) {
        struct round *round = stores_round(scene.s, i + 1, room, scene.guest);
        stores_seat(scene.s, round, scene.ann, "ann");
        stores_seat(scene.s, round, scene.guest, "nick:gus");
        stores_seat(scene.s, round, scene.bob, "bob");
        round->seats[1].guest = true;
        stores_record(scene.s, &(struct effect){.kind = RECORD_SEAT,
                                                .as.seat = {round, &round->seats[1]}});
        scene.rounds[i] = round;
    }
    return scene;
}

static void close_scene(struct scene *scene)
{
    round_destroy(scene->rounds[0]);
    round_destroy(scene->rounds[1]);
}

/* Commits, starts anew and loads. */
static void load(struct stores *s)
{
    stores_commit(s);
    stores_reopen(s);
    stores_load(s);
    assert_int_equal(s->round_count, 2);
}

static void put_answer(struct scene *scene, uint64_t round, uint64_t member, uint32_t revision)
{
    struct answer_record answer = {.round = round, .member = member, .revision = revision,
                                   .text = "words", .length = 5, .hash = "0", .at = 5};
    struct part_record part = {.change = PART_PUT, .round = round, .member = member,
                               .number = revision, .text = "words", .length = 5};
    stores_record(scene->s, &(struct effect){.kind = RECORD_ANSWER, .as.answer = answer});
    stores_record(scene->s, &(struct effect){.kind = RECORD_PART, .as.part = part});
}

static void put_votes(struct scene *scene, uint64_t round, uint64_t voter, uint64_t author)
{
    struct ballot_record ballot = {.round = round, .voter = voter, .author = author,
                                   .score = {4, 4, 4, 4}, .at = 5, .turn = 1};
    char event[64];
    snprintf(event, sizeof event, "e%d-%d-%d", (int)round, (int)voter, (int)author);
    struct mark_record mark = {.round = round, .voter = voter, .author = author, .event = event,
                               .message = "m", .score = 5, .turn = 2, .at = 6};
    stores_record(scene->s, &(struct effect){.kind = RECORD_BALLOT, .as.ballot = ballot});
    stores_record(scene->s, &(struct effect){.kind = RECORD_MARK, .as.mark = mark});
}

static void put_motion(struct scene *scene, uint64_t round, uint64_t member, const char *verb)
{
    struct motion_record motion = {round, member, verb, 0};
    stores_record(scene->s, &(struct effect){.kind = RECORD_MOTION, .as.motion = motion});
}

static void put_draft(struct scene *scene, uint64_t round, uint64_t member)
{
    struct draft_record draft = {.member = member, .round = round, .at = 5};
    struct part_record part = {.change = PART_PUT, .member = member, .number = 1, .text = "line",
                               .length = 4};
    stores_record(scene->s, &(struct effect){.kind = RECORD_DRAFT, .as.draft = draft});
    stores_record(scene->s, &(struct effect){.kind = RECORD_PART, .as.part = part});
}

static void fill(struct scene *scene)
{
    for (uint64_t round = 1; round <= 2; round++) {
        put_answer(scene, round, scene->ann, 1);
        put_answer(scene, round, scene->guest, 1);
        put_answer(scene, round, scene->guest, 2);
        put_votes(scene, round, scene->guest, scene->ann);
        put_votes(scene, round, scene->bob, scene->guest);
        put_votes(scene, round, scene->bob, scene->ann);
        put_motion(scene, round, scene->guest, "skip");
        put_motion(scene, round, scene->guest, "pause");
        put_motion(scene, round, scene->ann, "skip");
    }
}

static void became(struct scene *scene, uint64_t round)
{
    struct became_record record = {round, scene->guest, scene->account};
    stores_record(scene->s, &(struct effect){.kind = RECORD_BECAME, .as.became = record});
}

/* What a round has of its second seat, and whose it all is. */
static void expect_round(const struct round *round, uint64_t holder, bool guest)
{
    const struct seat *seat = &round->seats[1];
    size_t motions = 0;
    assert_int_equal(round->seat_count, 3);
    assert_int_equal(seat->member, holder);
    assert_int_equal(seat->guest, guest);
    assert_false(round->seats[0].guest || round->seats[2].guest);
    assert_int_equal(round->host, holder);
    assert_int_equal(seat->revision, 2);
    assert_string_equal(seat->answer, "words");
    assert_int_equal(seat->parts.count, 2);
    assert_int_equal(round->seats[0].parts.count, 1);
    assert_non_null(round_ballot(round, 1, 0));
    assert_non_null(round_ballot(round, 2, 1));
    assert_non_null(round_ballot(round, 2, 0));
    assert_int_equal(round->ballot_count, 3);
    assert_int_equal(round->marks.count, 3);
    assert_int_equal(round->motion_count, 3);
    for (size_t i = 0; i < round->motion_count; i++)
        motions += round->motions[i].member == holder;
    assert_int_equal(motions, 2);
}

static void a_guest_comes_back_as_one(void **state)
{
    struct scene scene = open_scene(state);
    fill(&scene);
    load(scene.s);
    expect_round(scene.s->rounds[0], scene.guest, true);
    close_scene(&scene);
}

static void all_of_one_round_becomes_the_accounts(void **state)
{
    struct scene scene = open_scene(state);
    fill(&scene);
    became(&scene, 1);
    scene.rounds[0]->seats[1].guest = false;
    scene.rounds[0]->seats[1].member = scene.account;
    stores_record(scene.s, &(struct effect){.kind = RECORD_SEAT,
                                            .as.seat = {scene.rounds[0], &scene.rounds[0]->seats[1]}});
    load(scene.s);
    expect_round(scene.s->rounds[0], scene.account, false);
    expect_round(scene.s->rounds[1], scene.guest, true);
    close_scene(&scene);
}

static int take_draft(void *context, const struct draft_record *draft)
{
    buf_printf(context, "%d in %d; ", (int)draft->member, (int)draft->round);
    return 0;
}

static int take_part(void *context, const struct part_record *part)
{
    buf_printf(context, "%d: %s; ", (int)part->member, part->text);
    return 0;
}

static void expect_drafts(struct scene *scene, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(scene->s->ops->drafts(scene->s->store, take_draft, &found, &scene->s->error));
    WORKS(scene->s->ops->draft_parts(scene->s->store, take_part, &found, &scene->s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void so_does_a_draft_by_itself(void **state)
{
    struct scene scene = open_scene(state);
    char wanted[64];
    put_draft(&scene, 1, scene.guest);
    put_draft(&scene, 2, scene.bob);
    became(&scene, 1);
    snprintf(wanted, sizeof wanted, "%d in 2; %d in 1; %d: line; %d: line; ", (int)scene.bob,
             (int)scene.guest, (int)scene.bob, (int)scene.guest);
    expect_drafts(&scene, wanted);
    became(&scene, 0);
    load(scene.s);
    snprintf(wanted, sizeof wanted, "%d in 2; %d in 1; %d: line; %d: line; ", (int)scene.bob,
             (int)scene.account, (int)scene.bob, (int)scene.account);
    expect_drafts(&scene, wanted);
    assert_int_equal(scene.s->rounds[1]->host, scene.guest);
    close_scene(&scene);
}

static void it_can_be_taken_back(void **state)
{
    struct scene scene = open_scene(state);
    fill(&scene);
    put_draft(&scene, 1, scene.guest);
    WORKS(scene.s->ops->savepoint(scene.s->store, &scene.s->error));
    became(&scene, 1);
    became(&scene, 0);
    WORKS(scene.s->ops->rollback_to(scene.s->store, &scene.s->error));
    load(scene.s);
    expect_round(scene.s->rounds[0], scene.guest, true);
    close_scene(&scene);
}

/* ---- the outbox ---- */

static void post(struct stores *s, const char *target, bool private_talk, const char *collapse)
{
    struct outbox_row row = {.to = {"irc", "net", target}, .private_talk = private_talk,
                             .collapse = collapse, .bytes = "x", .size = 1, .at = 5};
    int64_t id;
    WORKS(s->ops->outbox_add(s->store, &row, &id, &s->error));
}

static int take_row(void *context, const struct outbox_row *row)
{
    buf_printf(context, "%s/%s/%s%s%s ", row->to.transport, row->to.network, row->to.target,
               row->private_talk ? "" : " (room)", row->collapse ? row->collapse : "");
    return 0;
}

static void expect_outbox(struct stores *s, const char *wanted)
{
    struct buf found;
    buf_init(&found);
    WORKS(s->ops->outbox_read(s->store, 0, 100, take_row, &found, &s->error));
    assert_string_equal(buf_text(&found), wanted);
    buf_finish(&found);
}

static void what_waits_goes_to_the_account_in_the_same_order(void **state)
{
    struct stores *s = *state;
    stores_begin(s);
    post(s, "nick:gus", true, "a");
    post(s, "account:gus", true, NULL);
    post(s, "nick:gus", false, NULL); /* a room of that name */
    post(s, "nick:gusto", true, NULL);
    post(s, "nick:gus", true, NULL);
    struct mail_record mail = {{"irc", "net", "nick:gus"}, {"irc", "net", "account:gus"}};
    stores_record(s, &(struct effect){.kind = RECORD_MAIL, .as.mail = mail});
    /* And what comes later replaces what came before, as ever. */
    post(s, "account:gus", true, "a");
    stores_commit(s);
    stores_reopen(s);
    expect_outbox(s, "irc/net/account:gus irc/net/nick:gus (room) irc/net/nick:gusto "
                     "irc/net/account:gus irc/net/account:gusa ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_guest_comes_back_as_one),
        STORES_ALL(all_of_one_round_becomes_the_accounts),
        STORES_ALL(so_does_a_draft_by_itself),
        STORES_ALL(it_can_be_taken_back),
        STORES_ALL(what_waits_goes_to_the_account_in_the_same_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
