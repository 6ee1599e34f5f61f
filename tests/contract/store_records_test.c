/* The store port, over every adapter: every record is read back as it was written. */
#include "stores.h"

#include <stdlib.h>
#include <string.h>

#define FAILS(call) assert_int_equal(call, -1)
#define WORKS(call) assert_int_equal(call, 0)

/* A room with two people, in an open transaction. */
struct scene {
    struct stores *s;
    uint64_t room, ann, bob;
};

static struct scene open_scene(void **state)
{
    struct scene scene = {.s = *state};
    stores_begin(scene.s);
    scene.room = stores_room(scene.s, "#prep");
    scene.ann = stores_member(scene.s, "ann");
    scene.bob = stores_member(scene.s, "bob");
    return scene;
}

static void store_round(struct stores *s, const struct round *round)
{
    stores_record(s, &(struct effect){.kind = RECORD_ROUND, .as.round = round});
}

/* Commits, starts anew and loads; the only open round. */
static struct round *load_one(struct stores *s)
{
    stores_commit(s);
    stores_reopen(s);
    stores_load(s);
    assert_int_equal(s->round_count, 1);
    return s->rounds[0];
}

static struct question question(void)
{
    struct question made = {.body = "{\"id\":\"q1\"}"};
    memset(made.hash, 'a', SHA256_HEX - 1);
    return made;
}

/* ---- the round itself ---- */

static void fill_round(struct round *round, struct question *asked)
{
    round->seed = UINT64_C(0xFEDCBA9876543210);
    round->opened_at = 1001;
    round->phase_at = 1002;
    round->deadline = INT64_C(1764000000123);
    round->remaining = 1004;
    round->paused = round->reminded = round->reveal_names = round->open_ballots = true;
    round->answer_ms = 1005;
    round->vote_ms = 1006;
    round->called_at = 1007;
    round->level = strdup("senior");
    round->topic = strdup("gr\xc3\xa4" "phs");
    round->company = strdup("'; DROP TABLE round;--");
    round->question_id = strdup("q1");
    memcpy(round->question_hash, asked->hash, sizeof asked->hash);
    round->question = asked;
    round->state = memcpy(malloc(5), "\0\1\2\0\377", 5);
    round->state_size = 5;
    round->state_version = 7;
}

static void expect_same_round(const struct round *a, const struct round *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->room, b->room);
    assert_int_equal(a->phase, b->phase);
    assert_string_equal(a->kind, b->kind);
    assert_int_equal(a->host, b->host);
    assert_true(a->seed == b->seed);
    assert_int_equal(a->opened_at, b->opened_at);
    assert_int_equal(a->phase_at, b->phase_at);
    assert_int_equal(a->deadline, b->deadline);
    assert_int_equal(a->remaining, b->remaining);
    assert_int_equal(a->paused, b->paused);
    assert_int_equal(a->reminded, b->reminded);
    assert_int_equal(a->reveal_names, b->reveal_names);
    assert_int_equal(a->open_ballots, b->open_ballots);
    assert_int_equal(a->answer_ms, b->answer_ms);
    assert_int_equal(a->vote_ms, b->vote_ms);
    assert_int_equal(a->called_at, b->called_at);
    assert_string_equal(a->level, b->level);
    assert_string_equal(a->topic, b->topic);
    assert_string_equal(a->company, b->company);
    assert_string_equal(a->question_id, b->question_id);
    assert_string_equal(a->question_hash, b->question_hash);
    assert_int_equal(a->state_size, b->state_size);
    assert_memory_equal(a->state, b->state, b->state_size);
    assert_int_equal(a->state_version, b->state_version);
}

static void a_round_comes_back_whole(void **state)
{
    struct scene scene = open_scene(state);
    struct question asked = question();
    struct round *round = stores_round(scene.s, 41, scene.room, scene.ann);
    struct round *other = stores_round(scene.s, 42, scene.room, scene.bob);
    other->phase = ROUND_CLOSED;
    store_round(scene.s, other);
    round_destroy(other);
    fill_round(round, &asked);
    /* Fields that never change are written once, the rest again and again. */
    struct round *fresh = round_create(43, scene.room, "ml_theory");
    fresh->host = scene.bob;
    fresh->phase = ROUND_ENDED;
    store_round(scene.s, fresh);
    round_destroy(fresh);
    round->id = 44;
    store_round(scene.s, round);
    round->phase = ROUND_VOTE;
    round->deadline++;
    round->remaining = 0;
    round->paused = false;
    store_round(scene.s, round);
    struct round gone = {.id = 41, .room = scene.room, .host = scene.ann, .phase = ROUND_ENDED};
    store_round(scene.s, &gone);
    expect_same_round(load_one(scene.s), round);
    assert_string_equal(scene.s->bodies[0], asked.body);
    assert_null(scene.s->rounds[0]->question);
    assert_null(scene.s->rounds[0]->plugin);
    round->question = NULL;
    round_destroy(round);
}

static void an_empty_round_comes_back_empty(void **state)
{
    struct scene scene = open_scene(state);
    struct round *round = stores_round(scene.s, 1, scene.room, scene.ann);
    round->phase = ROUND_GATHER;
    store_round(scene.s, round);
    round_destroy(round);
    const struct round *loaded = load_one(scene.s);
    assert_int_equal(loaded->phase, ROUND_GATHER);
    assert_null(loaded->level);
    assert_null(loaded->topic);
    assert_null(loaded->company);
    assert_null(loaded->question_id);
    assert_null(loaded->state);
    assert_int_equal(loaded->seat_count, 0);
    assert_null(scene.s->bodies[0]);
}

/* The pack may change while the round is open: each keeps its own text. */
static void each_text_of_a_question_is_kept(void **state)
{
    struct scene scene = open_scene(state);
    struct question old = question(), now = question();
    now.hash[0] = 'b';
    now.body = "{\"id\":\"q1\",\"new\":1}";
    struct question *texts[2] = {&old, &now};
    for (int i = 0; i < 2; i++) {
        struct round *round = stores_round(scene.s, (uint64_t)i + 1, scene.room, scene.ann);
        round->question_id = strdup("q1");
        memcpy(round->question_hash, texts[i]->hash, SHA256_HEX);
        round->question = texts[i];
        store_round(scene.s, round);
        round->question = NULL;
        store_round(scene.s, round); /* without the question at hand it stays */
        round_destroy(round);
    }
    stores_commit(scene.s);
    stores_load(scene.s);
    assert_string_equal(scene.s->bodies[0], old.body);
    assert_string_equal(scene.s->bodies[1], now.body);
}

static void the_next_round_has_a_new_number(void **state)
{
    struct scene scene = open_scene(state);
    uint64_t next = 0;
    WORKS(scene.s->ops->next_round(scene.s->store, &next, &scene.s->error));
    assert_int_equal(next, 1);
    struct round *round = stores_round(scene.s, 8, scene.room, scene.ann);
    round->phase = ROUND_CLOSED;
    store_round(scene.s, round);
    round_destroy(round);
    WORKS(scene.s->ops->next_round(scene.s->store, &next, &scene.s->error));
    assert_int_equal(next, 9);
    stores_commit(scene.s);
}

static int refuse_round(void *context, struct round *round, const char *body)
{
    int *calls = context;
    (void)body;
    (*calls)++;
    round_destroy(round);
    return -1;
}

static void a_refused_round_ends_the_loading(void **state)
{
    struct scene scene = open_scene(state);
    int calls = 0;
    round_destroy(stores_round(scene.s, 1, scene.room, scene.ann));
    round_destroy(stores_round(scene.s, 2, scene.room, scene.ann));
    stores_commit(scene.s);
    FAILS(scene.s->ops->rounds_open(scene.s->store, refuse_round, &calls, &scene.s->error));
    assert_int_equal(calls, 1);
    stores_load(scene.s);
    assert_int_equal(scene.s->round_count, 2);
}

/* ---- seats and answers ---- */

static void seats_come_back_in_order(void **state)
{
    struct scene scene = open_scene(state);
    struct address moved = {"console", "local", "bob2"};
    struct round *round = stores_round(scene.s, 1, scene.room, scene.ann);
    stores_seat(scene.s, round, scene.bob, "bob");
    stores_seat(scene.s, round, scene.ann, "ann");
    struct seat *bob = round_seat_of(round, scene.bob);
    WORKS(round_seat_touch(bob, "Bob", &moved));
    bob->hints_used = 2;
    bob->left = true;
    stores_record(scene.s, &(struct effect){.kind = RECORD_SEAT, .as.seat = {round, bob}});
    round_destroy(round);

    const struct round *loaded = load_one(scene.s);
    assert_int_equal(loaded->seat_count, 2);
    const struct seat *first = &loaded->seats[0], *second = &loaded->seats[1];
    assert_int_equal(first->member, scene.bob);
    assert_int_equal(first->number, 0);
    assert_string_equal(first->name, "Bob");
    assert_string_equal(first->transport, "console");
    assert_string_equal(first->network, "local");
    assert_string_equal(first->account, "bob2");
    assert_int_equal(first->hints_used, 2);
    assert_true(first->left);
    assert_int_equal(second->member, scene.ann);
    assert_string_equal(second->account, "ann");
    assert_false(second->left);
    assert_null(second->answer);
    assert_int_equal(second->revision, 0);
}

static void put_answer(struct scene *scene, uint64_t member, uint32_t revision, const char *text)
{
    struct answer_record answer = {.round = 1, .member = member, .revision = revision,
                                   .withdrawn = !text, .text = text ? text : "",
                                   .length = text ? strlen(text) : 0, .at = 1000 + revision};
    stores_record(scene->s, &(struct effect){.kind = RECORD_ANSWER, .as.answer = answer});
}

static void the_last_revision_of_an_answer_counts(void **state)
{
    struct scene scene = open_scene(state);
    struct round *round = stores_round(scene.s, 1, scene.room, scene.ann);
    stores_seat(scene.s, round, scene.ann, "ann");
    stores_seat(scene.s, round, scene.bob, "bob");
    round_destroy(round);
    put_answer(&scene, scene.ann, 1, "first");
    put_answer(&scene, scene.ann, 2, NULL);
    put_answer(&scene, scene.ann, 3, "line one\nline \xe2\x9c\x93 two");
    put_answer(&scene, scene.bob, 1, "gone");
    put_answer(&scene, scene.bob, 2, NULL);

    const struct round *loaded = load_one(scene.s);
    const struct seat *ann = &loaded->seats[0], *bob = &loaded->seats[1];
    char hash[SHA256_HEX];
    sha256_hex(ann->answer, strlen(ann->answer), hash);
    assert_string_equal(ann->answer, "line one\nline \xe2\x9c\x93 two");
    assert_int_equal(ann->answer_length, strlen(ann->answer));
    assert_string_equal(ann->hash, hash);
    assert_int_equal(ann->revision, 3);
    assert_int_equal(ann->answered_at, 1003);
    assert_null(bob->answer);
    assert_int_equal(bob->revision, 2);
}

static void the_longest_answer_is_kept(void **state)
{
    struct scene scene = open_scene(state);
    struct round *round = stores_round(scene.s, 1, scene.room, scene.ann);
    stores_seat(scene.s, round, scene.ann, "ann");
    round_destroy(round);
    char *text = calloc(1, EVENT_TEXT_MAX + 1);
    memset(text, 'x', EVENT_TEXT_MAX);
    put_answer(&scene, scene.ann, 1, text);
    assert_string_equal(load_one(scene.s)->seats[0].answer, text);
    free(text);
}

static void a_revision_is_never_written_over(void **state)
{
    struct scene scene = open_scene(state);
    struct round *round = stores_round(scene.s, 1, scene.room, scene.ann);
    struct answer_record again = {.round = 1, .member = scene.ann, .revision = 1, .text = "other"};
    stores_seat(scene.s, round, scene.ann, "ann");
    round_destroy(round);
    put_answer(&scene, scene.ann, 1, "first");
    FAILS(scene.s->ops->record(scene.s->store,
                               &(struct effect){.kind = RECORD_ANSWER, .as.answer = again},
                               &scene.s->error));
    assert_int_equal(scene.s->error.code, ERR_INTERNAL);
    assert_string_equal(load_one(scene.s)->seats[0].answer, "first");
}

/* ---- ballots, motions, drafts, questions asked ---- */

static void put_ballot(struct scene *scene, uint64_t voter, uint64_t author, uint8_t score,
                       const char *comment)
{
    struct ballot_record ballot = {.round = 1, .voter = voter, .author = author,
                                   .comment = comment, .at = 2000 + score};
    ballot.score[0] = score;
    ballot.score[HS_AXES_MAX - 1] = 5;
    stores_record(scene->s, &(struct effect){.kind = RECORD_BALLOT, .as.ballot = ballot});
}

static void the_last_ballot_counts(void **state)
{
    struct scene scene = open_scene(state);
    struct round *round = stores_round(scene.s, 1, scene.room, scene.ann);
    stores_seat(scene.s, round, scene.ann, "ann");
    stores_seat(scene.s, round, scene.bob, "bob");
    round_destroy(round);
    put_ballot(&scene, scene.ann, scene.bob, 1, "too short");
    put_ballot(&scene, scene.bob, scene.ann, 3, NULL);
    put_ballot(&scene, scene.ann, scene.bob, 4, NULL);
    put_ballot(&scene, scene.bob, scene.ann, 2, "\xf0\x9f\x91\x8d");

    const struct round *loaded = load_one(scene.s);
    assert_int_equal(loaded->ballot_count, 2);
    const struct ballot *ann = round_ballot(loaded, 0, 1), *bob = round_ballot(loaded, 1, 0);
    assert_int_equal(ann->score[0], 4);
    assert_int_equal(ann->score[1], 0);
    assert_int_equal(ann->score[HS_AXES_MAX - 1], 5);
    assert_null(ann->comment);
    assert_int_equal(ann->at, 2004);
    assert_int_equal(bob->score[0], 2);
    assert_string_equal(bob->comment, "\xf0\x9f\x91\x8d");
    assert_int_equal(loaded->seats[0].given, 1);
    assert_int_equal(loaded->seats[1].given, 1);
}

static void put_motion(struct scene *scene, uint64_t member, const char *verb, int64_t amount)
{
    struct motion_record motion = {1, member, verb, amount};
    stores_record(scene->s, &(struct effect){.kind = RECORD_MOTION, .as.motion = motion});
}

static void motions_wait_until_settled(void **state)
{
    struct scene scene = open_scene(state);
    round_destroy(stores_round(scene.s, 1, scene.room, scene.ann));
    put_motion(&scene, scene.bob, "skip", 0);
    put_motion(&scene, scene.ann, "extend", 60);
    put_motion(&scene, scene.ann, "extend", 120);
    const struct round *loaded = load_one(scene.s);
    assert_int_equal(loaded->motion_count, 2);
    assert_int_equal(loaded->motions[0].verb, MOTION_EXTEND);
    assert_int_equal(loaded->motions[0].member, scene.ann);
    assert_int_equal(loaded->motions[0].amount, 120);
    assert_int_equal(loaded->motions[1].verb, MOTION_SKIP);
    assert_int_equal(loaded->motions[1].member, scene.bob);

    stores_begin(scene.s);
    put_motion(&scene, 0, NULL, 0);
    assert_int_equal(load_one(scene.s)->motion_count, 0);
}

static void put_draft(struct scene *scene, uint64_t member, uint64_t round, bool done)
{
    struct draft_record draft = {.member = member, .round = round, .revise = round > 0,
                                 .done = done, .at = 3000};
    stores_record(scene->s, &(struct effect){.kind = RECORD_DRAFT, .as.draft = draft});
}

static int take_draft(void *context, const struct draft_record *draft)
{
    struct draft_record *found = context;
    while (found->member)
        found++;
    *found = *draft;
    return 0;
}

static void a_member_has_one_draft(void **state)
{
    struct scene scene = open_scene(state);
    struct draft_record found[4] = {{0}};
    put_draft(&scene, scene.bob, 0, false);
    put_draft(&scene, scene.ann, 0, false);
    put_draft(&scene, scene.ann, 7, false);
    stores_commit(scene.s);
    stores_reopen(scene.s);
    WORKS(scene.s->ops->drafts(scene.s->store, take_draft, found, &scene.s->error));
    assert_int_equal(found[0].member, scene.ann);
    assert_int_equal(found[0].round, 7);
    assert_true(found[0].revise);
    assert_int_equal(found[0].at, 3000);
    assert_int_equal(found[1].member, scene.bob);
    assert_false(found[1].revise);
    assert_int_equal(found[2].member, 0);

    struct draft_record left[4] = {{0}};
    stores_begin(scene.s);
    put_draft(&scene, scene.ann, 0, true);
    stores_commit(scene.s);
    WORKS(scene.s->ops->drafts(scene.s->store, take_draft, left, &scene.s->error));
    assert_int_equal(left[0].member, scene.bob);
    assert_int_equal(left[1].member, 0);
}

static unsigned times_asked(struct stores *s, uint64_t room, uint64_t member, const char *question_id)
{
    unsigned times = 99;
    WORKS(s->ops->asked(s->store, room, member, question_id, &times, &s->error));
    return times;
}

static void questions_asked_are_counted(void **state)
{
    struct scene scene = open_scene(state);
    struct asked_record of_room = {.room = scene.room, .question = "q1", .at = 1};
    struct asked_record of_ann = {.member = scene.ann, .question = "q1", .at = 1};
    for (int i = 0; i < 2; i++)
        stores_record(scene.s, &(struct effect){.kind = RECORD_ASKED, .as.asked = of_room});
    stores_record(scene.s, &(struct effect){.kind = RECORD_ASKED, .as.asked = of_ann});
    stores_commit(scene.s);
    assert_int_equal(times_asked(scene.s, scene.room, 0, "q1"), 2);
    assert_int_equal(times_asked(scene.s, 0, scene.ann, "q1"), 1);
    assert_int_equal(times_asked(scene.s, 0, scene.bob, "q1"), 0);
    assert_int_equal(times_asked(scene.s, scene.room, 0, "q2"), 0);
}

static void the_log_is_taken(void **state)
{
    struct scene scene = open_scene(state);
    struct log_entry entry = {.room = scene.room, .round = 1, .what = "phase answer -> vote"};
    stores_record(scene.s, &(struct effect){.kind = RECORD_LOG, .as.log = entry});
    stores_commit(scene.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORES_ALL(a_round_comes_back_whole),
        STORES_ALL(an_empty_round_comes_back_empty),
        STORES_ALL(each_text_of_a_question_is_kept),
        STORES_ALL(the_next_round_has_a_new_number),
        STORES_ALL(a_refused_round_ends_the_loading),
        STORES_ALL(seats_come_back_in_order),
        STORES_ALL(the_last_revision_of_an_answer_counts),
        STORES_ALL(the_longest_answer_is_kept),
        STORES_ALL(a_revision_is_never_written_over),
        STORES_ALL(the_last_ballot_counts),
        STORES_ALL(motions_wait_until_settled),
        STORES_ALL(a_member_has_one_draft),
        STORES_ALL(questions_asked_are_counted),
        STORES_ALL(the_log_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
