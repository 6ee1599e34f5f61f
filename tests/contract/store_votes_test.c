/* The store port, over every adapter: the messages an answer is made of, and marks. */
#include "stores.h"

#include <stdio.h>
#include <string.h>

#define WORKS(call) assert_int_equal(call, 0)

/* A round of ann and bob, stored, in an open transaction. */
struct scene {
    struct stores *s;
    uint64_t ann, bob;
};

static struct scene open_scene(void **state)
{
    struct scene scene = {.s = *state};
    stores_begin(scene.s);
    uint64_t room = stores_room(scene.s, "#prep");
    scene.ann = stores_member(scene.s, "ann");
    scene.bob = stores_member(scene.s, "bob");
    struct round *round = stores_round(scene.s, 1, room, scene.ann);
    stores_seat(scene.s, round, scene.ann, "ann");
    stores_seat(scene.s, round, scene.bob, "bob");
    round_destroy(round);
    return scene;
}

/* Commits, starts anew and loads; the only open round. */
static const struct round *load_one(struct stores *s)
{
    stores_commit(s);
    stores_reopen(s);
    stores_load(s);
    assert_int_equal(s->round_count, 1);
    return s->rounds[0];
}

/* ---- parts ---- */

static void change_part(struct scene *scene, enum part_change change, uint64_t round,
                        uint64_t member, uint32_t number, const char *event, const char *text)
{
    struct part_record part = {.change = change, .round = round, .member = member,
                               .number = number, .event = event, .text = text,
                               .length = text ? strlen(text) : 0};
    stores_record(scene->s, &(struct effect){.kind = RECORD_PART, .as.part = part});
}

/* "1:e1:text 2:-:text": number, event and text of each. */
static void expect_parts(const struct parts *parts, const char *wanted)
{
    char found[256] = "";
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->part[i];
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%u:%s:%s", used ? " " : "", part->number,
                 part->event ? part->event : "-", part->text);
        assert_int_equal(part->length, strlen(part->text));
    }
    assert_string_equal(found, wanted);
}

static void parts_of_answers_come_back_in_order(void **state)
{
    struct scene scene = open_scene(state);
    change_part(&scene, PART_PUT, 1, scene.ann, 2, NULL, "two");
    change_part(&scene, PART_PUT, 1, scene.bob, 1, "n/m/e3", "bob's\nlines");
    change_part(&scene, PART_PUT, 1, scene.ann, 1, "n/m/e1", "one");
    change_part(&scene, PART_PUT, 1, scene.ann, 10, "n/m/e4", "ten");
    change_part(&scene, PART_PUT, 1, scene.ann, 1, "n/m/e1", "one anew");
    change_part(&scene, PART_PUT, 1, scene.bob, 2, "n/m/e5", "gone");
    change_part(&scene, PART_DROP, 1, scene.bob, 2, NULL, NULL);
    const struct round *round = load_one(scene.s);
    expect_parts(&round->seats[0].parts, "1:n/m/e1:one anew 2:-:two 10:n/m/e4:ten");
    expect_parts(&round->seats[1].parts, "1:n/m/e3:bob's\nlines");

    stores_begin(scene.s);
    change_part(&scene, PART_DROP, 1, scene.ann, 0, NULL, NULL);
    round = load_one(scene.s);
    expect_parts(&round->seats[0].parts, "");
    assert_int_equal(round->seats[1].parts.count, 1);
}

static int take_part(void *context, const struct part_record *part)
{
    char *found = context;
    size_t used = strlen(found);
    snprintf(found + used, 256 - used, "%s%llu:%u:%s:%s", used ? " " : "",
             (unsigned long long)part->member, part->number, part->event ? part->event : "-",
             part->text);
    assert_int_equal(part->length, strlen(part->text));
    return 0;
}

static void expect_draft_parts(struct scene *scene, const char *wanted)
{
    char found[256] = "";
    WORKS(scene->s->ops->draft_parts(scene->s->store, take_part, found, &scene->s->error));
    assert_string_equal(found, wanted);
}

static void a_draft_becomes_an_answer(void **state)
{
    struct scene scene = open_scene(state);
    struct draft_record draft = {.member = scene.ann, .round = 1, .at = 1};
    stores_record(scene.s, &(struct effect){.kind = RECORD_DRAFT, .as.draft = draft});
    change_part(&scene, PART_PUT, 1, scene.ann, 3, "e0", "before");
    change_part(&scene, PART_PUT, 0, scene.bob, 1, "e3", "bob's");
    change_part(&scene, PART_PUT, 0, scene.ann, 1, "e1", "one");
    change_part(&scene, PART_PUT, 0, scene.ann, 2, NULL, "two");
    expect_draft_parts(&scene, "1:1:e1:one 1:2:-:two 2:1:e3:bob's");
    expect_parts(&load_one(scene.s)->seats[0].parts, "3:e0:before");

    stores_begin(scene.s);
    change_part(&scene, PART_ADOPT, 1, scene.ann, 3, NULL, NULL);
    expect_parts(&load_one(scene.s)->seats[0].parts, "3:e0:before 4:e1:one 5:-:two");
    expect_draft_parts(&scene, "2:1:e3:bob's");
}

static void a_draft_takes_its_parts_along(void **state)
{
    struct scene scene = open_scene(state);
    struct draft_record draft = {.member = scene.ann, .at = 1};
    stores_record(scene.s, &(struct effect){.kind = RECORD_DRAFT, .as.draft = draft});
    change_part(&scene, PART_PUT, 0, scene.ann, 1, "e1", "one");
    change_part(&scene, PART_PUT, 0, scene.bob, 1, "e2", "other");
    draft.done = true;
    stores_record(scene.s, &(struct effect){.kind = RECORD_DRAFT, .as.draft = draft});
    expect_draft_parts(&scene, "2:1:e2:other");
    stores_commit(scene.s);
}

/* ---- marks ---- */

static struct mark_record mark_of(const struct scene *scene, const char *event, uint8_t score,
                                  uint32_t turn)
{
    return (struct mark_record){.round = 1, .voter = scene->ann, .author = scene->bob,
                                .event = event, .message = "n/m/b1", .score = score,
                                .turn = turn, .at = 100 + turn};
}

static void put_mark(struct scene *scene, const char *event, uint8_t score, uint32_t turn)
{
    stores_record(scene->s, &(struct effect){.kind = RECORD_MARK,
                                             .as.mark = mark_of(scene, event, score, turn)});
}

static void put_ballot(struct scene *scene, uint8_t score, bool marked, uint32_t turn)
{
    struct ballot_record ballot = {.round = 1, .voter = scene->ann, .author = scene->bob,
                                   .comment = "so so", .at = 100 + turn, .marked = marked,
                                   .turn = turn};
    ballot.score[0] = ballot.score[1] = ballot.score[2] = score;
    stores_record(scene->s, &(struct effect){.kind = RECORD_BALLOT, .as.ballot = ballot});
}

static void marks_come_back(void **state)
{
    struct scene scene = open_scene(state);
    put_mark(&scene, "n/m/e9", 3, 1);
    put_mark(&scene, "n/m/e1", 4, 2);
    const struct round *round = load_one(scene.s);
    assert_int_equal(round->marks.count, 2);
    const struct mark *mark = marks_find(&round->marks, "n/m/e1");
    assert_string_equal(mark->message, "n/m/b1");
    assert_int_equal(mark->voter, 0);
    assert_int_equal(mark->author, 1);
    assert_int_equal(mark->score, 4);
    assert_int_equal(mark->turn, 2);
    assert_int_equal(mark->at, 102);
    assert_int_equal(round->turns, 2);
    assert_int_equal(round_ballot(round, 0, 1)->score[0], 4);
    assert_int_equal(round->seats[0].given, 1);

    stores_begin(scene.s);
    struct mark_record gone = mark_of(&scene, "n/m/e1", 4, 2);
    gone.gone = true;
    stores_record(scene.s, &(struct effect){.kind = RECORD_MARK, .as.mark = gone});
    round = load_one(scene.s);
    assert_int_equal(round->marks.count, 1);
    assert_int_equal(round_ballot(round, 0, 1)->score[0], 3);
}

/* Whatever the order of the rows, the vote of the last turn counts. */
static void the_newest_vote_counts(void **state)
{
    struct scene scene = open_scene(state);
    put_mark(&scene, "n/m/e9", 2, 1);
    put_ballot(&scene, 2, true, 0);
    put_ballot(&scene, 5, false, 2);
    put_mark(&scene, "n/m/e1", 4, 3);
    put_ballot(&scene, 4, true, 2);
    const struct ballot *ballot = round_ballot(load_one(scene.s), 0, 1);
    assert_int_equal(ballot->score[2], 4);
    assert_int_equal(ballot->said[2], 5);
    assert_string_equal(ballot->comment, "so so");
    assert_int_equal(ballot->at, 103);
    assert_int_equal(scene.s->rounds[0]->turns, 3);

    stores_begin(scene.s);
    struct mark_record gone = mark_of(&scene, "n/m/e1", 4, 3);
    gone.gone = true;
    stores_record(scene.s, &(struct effect){.kind = RECORD_MARK, .as.mark = gone});
    put_ballot(&scene, 5, true, 2);
    ballot = round_ballot(load_one(scene.s), 0, 1);
    assert_int_equal(ballot->score[2], 5);
    assert_int_equal(ballot->at, 102);
}

static void a_vote_taken_back_counts_for_nothing(void **state)
{
    struct scene scene = open_scene(state);
    put_mark(&scene, "n/m/e9", 2, 1);
    put_ballot(&scene, 2, true, 0);
    struct mark_record gone = mark_of(&scene, "n/m/e9", 2, 1);
    gone.gone = true;
    stores_record(scene.s, &(struct effect){.kind = RECORD_MARK, .as.mark = gone});
    put_ballot(&scene, 0, true, 0);
    const struct round *round = load_one(scene.s);
    assert_null(round_ballot(round, 0, 1));
    assert_int_equal(round->seats[0].given, 0);
}

static void a_round_that_is_over_keeps_neither(void **state)
{
    struct scene scene = open_scene(state);
    put_mark(&scene, "n/m/e9", 2, 1);
    change_part(&scene, PART_PUT, 1, scene.ann, 1, "e1", "one");
    change_part(&scene, PART_PUT, 0, scene.ann, 1, "e2", "draft");
    stores_record(scene.s, &(struct effect){.kind = RECORD_OVER, .as.over = 2});
    const struct round *round = load_one(scene.s);
    assert_int_equal(round->marks.count, 1);
    assert_int_equal(round->seats[0].parts.count, 1);

    stores_begin(scene.s);
    stores_record(scene.s, &(struct effect){.kind = RECORD_OVER, .as.over = 1});
    round = load_one(scene.s);
    assert_int_equal(round->marks.count, 0);
    assert_int_equal(round->seats[0].parts.count, 0);
    expect_draft_parts(&scene, "1:1:e2:draft");
}

/* Accounts are linked while the round is open: what one of them stored is the person's. */
static void linked_accounts_have_their_parts_and_marks_together(void **state)
{
    struct scene scene = open_scene(state);
    uint64_t other = stores_member(scene.s, "other");
    struct link_record link = {.change = LINK_JOIN, .member = scene.ann, .whole = other};
    change_part(&scene, PART_PUT, 1, scene.ann, 1, "e1", "one");
    change_part(&scene, PART_PUT, 1, scene.ann, 2, "e2", "two");
    change_part(&scene, PART_PUT, 1, scene.ann, 3, "e3", "three");
    put_mark(&scene, "n/m/e9", 2, 1);
    stores_record(scene.s, &(struct effect){.kind = RECORD_LINK, .as.link = link});
    change_part(&scene, PART_PUT, 1, other, 2, "e2", "two anew");
    change_part(&scene, PART_DROP, 1, other, 1, NULL, NULL);
    change_part(&scene, PART_PUT, 1, other, 4, "e4", "four");
    const struct round *round = load_one(scene.s);
    assert_int_equal(round->seats[0].member, other);
    expect_parts(&round->seats[0].parts, "2:e2:two anew 3:e3:three 4:e4:four");
    assert_int_equal(round_ballot(round, 0, 1)->score[0], 2);

    stores_begin(scene.s);
    change_part(&scene, PART_DROP, 1, other, 0, NULL, NULL);
    expect_parts(&load_one(scene.s)->seats[0].parts, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(parts_of_answers_come_back_in_order),
        STORES_ALL(a_draft_becomes_an_answer),
        STORES_ALL(a_draft_takes_its_parts_along),
        STORES_ALL(marks_come_back),
        STORES_ALL(the_newest_vote_counts),
        STORES_ALL(a_vote_taken_back_counts_for_nothing),
        STORES_ALL(a_round_that_is_over_keeps_neither),
        STORES_ALL(linked_accounts_have_their_parts_and_marks_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
