/* Rows -> open rounds and drafts. */
#include "store/memory/memory.h"

#include <stdlib.h>
#include <string.h>

static int copy_text(char **slot, const char *text)
{
    if (!text)
        return 0;
    *slot = strdup(text);
    return *slot ? 0 : -1;
}

static int copy_state(struct round *round, const struct round *row)
{
    round->state_version = row->state_version;
    if (row->state_size == 0 || !row->state)
        return 0;
    round->state = malloc(row->state_size);
    if (!round->state)
        return -1;
    memcpy(round->state, row->state, row->state_size);
    round->state_size = row->state_size;
    return 0;
}

static void copy_numbers(struct round *round, const struct round *row)
{
    round->phase = row->phase;
    round->host = row->host;
    round->seed = row->seed;
    round->opened_at = row->opened_at;
    round->phase_at = row->phase_at;
    round->deadline = row->deadline;
    round->remaining = row->remaining;
    round->paused = row->paused;
    round->reminded = row->reminded;
    round->reveal_names = row->reveal_names;
    round->open_ballots = row->open_ballots;
    round->answer_ms = row->answer_ms;
    round->vote_ms = row->vote_ms;
    round->called_at = row->called_at;
    round->held_at = row->held_at;
    round->graded_at = row->graded_at;
    memcpy(round->question_hash, row->question_hash, sizeof round->question_hash);
}

static uint64_t whole_member(const struct memory_store *store, uint64_t member)
{
    return memory_whole(store, TABLE_MEMBER_LINK, member);
}

static struct seat *seat_by_member(struct round *round, uint64_t member)
{
    for (size_t i = 0; i < round->seat_count; i++)
        if (round->seats[i].member == member)
            return &round->seats[i];
    return NULL;
}

static int load_seats(const struct memory_store *store, struct round *round)
{
    const struct table *seats = &store->tables[TABLE_SEAT];
    struct seat_row first = {.round = round->id};
    for (size_t i = table_bound(seats, &first); i < seats->count; i++) {
        const struct seat_row *row = seats->rows[i];
        if (row->round != round->id)
            break;
        struct address who = round_seat_address(&row->seat);
        struct seat *seat = round_sit(round, whole_member(store, row->seat.member), row->seat.name,
                                      &who);
        if (!seat)
            return -1;
        seat->hints_used = row->seat.hints_used;
        seat->left = row->seat.left;
        seat->used_by = row->seat.used_by;
        seat->answered_by = row->seat.answered_by;
        seat->graded_by = row->seat.graded_by;
        seat->guest = row->seat.guest;
    }
    return 0;
}

static int load_answers(const struct memory_store *store, struct round *round)
{
    const struct table *answers = &store->tables[TABLE_ANSWER];
    struct answer_record first = {.round = round->id};
    for (size_t i = table_bound(answers, &first); i < answers->count; i++) {
        const struct answer_record *row = answers->rows[i];
        if (row->round != round->id)
            break;
        struct seat *seat = seat_by_member(round, whole_member(store, row->member));
        /* Of several accounts of one member the last revision counts. */
        if (!seat || row->revision <= seat->revision)
            continue;
        if (round_answer(seat, row->withdrawn ? NULL : row->text, strlen(row->text), row->at))
            return -1;
        seat->revision = row->revision;
    }
    return 0;
}

static int load_ballots(const struct memory_store *store, struct round *round)
{
    const struct table *ballots = &store->tables[TABLE_BALLOT];
    struct ballot_row first = {.ballot = {.round = round->id}};
    for (size_t i = table_bound(ballots, &first); i < ballots->count; i++) {
        const struct ballot_record *row = &((const struct ballot_row *)ballots->rows[i])->ballot;
        if (row->round != round->id)
            break;
        const struct seat *voter = seat_by_member(round, whole_member(store, row->voter));
        const struct seat *author = seat_by_member(round, whole_member(store, row->author));
        if (voter && author && !row->marked &&
            round_cast(round, voter->number, author->number, row->score, row->comment, row->at,
                       row->turn))
            return -1;
    }
    return 0;
}

static int load_marks(const struct memory_store *store, struct round *round)
{
    const struct table *marks = &store->tables[TABLE_MARK];
    struct mark_record first = {.round = round->id, .event = ""};
    for (size_t i = table_bound(marks, &first); i < marks->count; i++) {
        const struct mark_record *row = marks->rows[i];
        if (row->round != round->id)
            break;
        const struct seat *voter = seat_by_member(round, whole_member(store, row->voter));
        const struct seat *author = seat_by_member(round, whole_member(store, row->author));
        if (!voter || !author)
            continue;
        struct mark mark = {.event = (char *)row->event,
                            .message = (char *)row->message,
                            .voter = voter->number,
                            .author = author->number,
                            .score = row->score,
                            .turn = row->turn,
                            .at = row->at};
        if (!round_mark(round, &mark))
            return -1;
    }
    return 0;
}

static int load_parts(const struct memory_store *store, struct round *round)
{
    const struct table *parts = &store->tables[TABLE_PART];
    struct part_record first = {.round = round->id};
    for (size_t i = table_bound(parts, &first); i < parts->count; i++) {
        const struct part_record *row = parts->rows[i];
        if (row->round != round->id)
            break;
        struct seat *seat = seat_by_member(round, whole_member(store, row->member));
        if (seat && !parts_load(&seat->parts, row->number, row->event, row->text, row->length))
            return -1;
    }
    return 0;
}

static int load_motions(const struct memory_store *store, struct round *round)
{
    const struct table *motions = &store->tables[TABLE_MOTION];
    struct motion_record first = {.round = round->id, .verb = ""};
    for (size_t i = table_bound(motions, &first); i < motions->count; i++) {
        const struct motion_record *row = motions->rows[i];
        if (row->round != round->id)
            break;
        if (round_move(round, whole_member(store, row->member), round_motion_parse(row->verb), row->amount))
            return -1;
    }
    return 0;
}

static struct round *load_round(const struct memory_store *store, const struct round *row)
{
    struct round *round = round_create(row->id, memory_whole(store, TABLE_ROOM_LINK, row->room),
                                       row->kind);
    if (!round)
        return NULL;
    copy_numbers(round, row);
    round->host = whole_member(store, row->host);
    if (copy_text(&round->level, row->level) || copy_text(&round->topic, row->topic) ||
        copy_text(&round->company, row->company) ||
        copy_text(&round->question_id, row->question_id) || copy_state(round, row) ||
        load_seats(store, round) || load_answers(store, round) || load_parts(store, round) ||
        load_ballots(store, round) || load_marks(store, round) || load_motions(store, round)) {
        round_destroy(round);
        return NULL;
    }
    return round;
}

static const char *question_body(const struct memory_store *store, const struct round *round)
{
    if (!round->question_id)
        return NULL;
    struct question_row key = {.id = round->question_id, .hash = round->question_hash};
    const struct question_row *found = memory_find(store, TABLE_QUESTION, &key);
    return found ? found->body : NULL;
}

int memory_rounds_open(struct store *base, round_load_fn *load, void *context, struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *rounds = &store->tables[TABLE_ROUND];
    for (size_t i = 0; i < rounds->count; i++) {
        const struct round *row = rounds->rows[i];
        if (row->phase > ROUND_REVEAL)
            continue;
        struct round *round = load_round(store, row);
        if (!round)
            return error_set(error, ERR_MEMORY, "no memory for a round");
        if (load(context, round, question_body(store, row)))
            return error_set(error, ERR_MEMORY, "an open round could not be loaded");
    }
    return 0;
}

int memory_drafts(struct store *base, draft_load_fn *load, void *context, struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *drafts = &store->tables[TABLE_DRAFT];
    for (size_t i = 0; i < drafts->count; i++) {
        struct draft_record draft = *(const struct draft_record *)drafts->rows[i];
        draft.member = whole_member(store, draft.member);
        if (load(context, &draft))
            return error_set(error, ERR_MEMORY, "no memory for a draft");
    }
    return 0;
}

int memory_draft_parts(struct store *base, part_load_fn *load, void *context, struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *parts = &store->tables[TABLE_PART];
    for (size_t i = 0; i < parts->count; i++) {
        struct part_record part = *(const struct part_record *)parts->rows[i];
        if (part.round > 0)
            break;
        part.member = whole_member(store, part.member);
        if (load(context, &part))
            return error_set(error, ERR_MEMORY, "no memory for a part of a draft");
    }
    return 0;
}
