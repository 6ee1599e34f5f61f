/* Records of the core -> rows. */
#include "store/memory/memory.h"

#include <string.h>

/* What SQLite's foreign keys and primary keys refuse; both are bugs of the caller. */
static int need(const struct memory_store *store, enum memory_table table, uint64_t id,
                struct error *error)
{
    if (memory_has(store, table, id))
        return 0;
    return error_set(error, ERR_INTERNAL, "a record names something that is not stored");
}

static int record_question(struct memory_store *store, const struct round *round,
                           struct error *error)
{
    struct question_row row = {round->question_id, round->question_hash, round->question->body};
    if (memory_find(store, TABLE_QUESTION, &row))
        return 0;
    return memory_put(store, TABLE_QUESTION, &row, error);
}

static int record_round(struct memory_store *store, const struct round *round, struct error *error)
{
    if (need(store, TABLE_ROOM, round->room, error) || need(store, TABLE_MEMBER, round->host, error))
        return -1;
    if (round->question && record_question(store, round, error))
        return -1;
    struct round row = *round;
    row.settle_ms = 0;
    row.question = NULL;
    row.plugin = NULL;
    row.seats = NULL;
    row.ballots = NULL;
    row.motions = NULL;
    row.seat_count = row.seat_capacity = 0;
    row.ballot_count = row.ballot_capacity = 0;
    row.motion_count = row.motion_capacity = 0;
    return memory_put(store, TABLE_ROUND, &row, error);
}

static int record_seat(struct memory_store *store, uint64_t round, const struct seat *seat,
                       struct error *error)
{
    if (need(store, TABLE_ROUND, round, error) || need(store, TABLE_MEMBER, seat->member, error))
        return -1;
    struct seat_row row = {round, *seat};
    row.seat.answer = NULL;
    return memory_put(store, TABLE_SEAT, &row, error);
}

static int record_answer(struct memory_store *store, const struct answer_record *answer,
                         struct error *error)
{
    if (need(store, TABLE_ROUND, answer->round, error) ||
        need(store, TABLE_MEMBER, answer->member, error))
        return -1;
    if (memory_find(store, TABLE_ANSWER, answer))
        return error_set(error, ERR_INTERNAL, "this revision of an answer is stored already");
    return memory_put(store, TABLE_ANSWER, answer, error);
}

static int record_ballot(struct memory_store *store, const struct ballot_record *ballot,
                         struct error *error)
{
    struct ballot_row row = {++store->last_number, *ballot};
    if (need(store, TABLE_ROUND, ballot->round, error) ||
        need(store, TABLE_MEMBER, ballot->voter, error) ||
        need(store, TABLE_MEMBER, ballot->author, error))
        return -1;
    return memory_put(store, TABLE_BALLOT, &row, error);
}

static int record_ledger(struct memory_store *store, const struct ledger_entry *entry,
                         struct error *error)
{
    struct ledger_row row = {++store->last_number, *entry};
    if (need(store, TABLE_ROOM, entry->room, error) ||
        need(store, TABLE_MEMBER, entry->member, error))
        return -1;
    return memory_put(store, TABLE_LEDGER, &row, error);
}

static int record_asked(struct memory_store *store, const struct asked_record *asked,
                        struct error *error)
{
    struct asked_row row = {*asked, 1};
    if (row.asked.room)
        row.asked.member = 0;
    const struct asked_row *known = memory_find(store, TABLE_ASKED, &row);
    if (known)
        row.times = known->times + 1;
    return memory_put(store, TABLE_ASKED, &row, error);
}

static int clear_motions(struct memory_store *store, uint64_t round, struct error *error)
{
    const struct table *motions = &store->tables[TABLE_MOTION];
    const struct motion_record first = {.round = round, .verb = ""};
    for (;;) {
        size_t at = table_bound(motions, &first);
        const struct motion_record *motion = at < motions->count ? motions->rows[at] : NULL;
        if (!motion || motion->round != round)
            return 0;
        if (memory_drop(store, TABLE_MOTION, motion, error))
            return -1;
    }
}

static int record_motion(struct memory_store *store, const struct motion_record *motion,
                         struct error *error)
{
    if (!motion->verb)
        return clear_motions(store, motion->round, error);
    if (need(store, TABLE_ROUND, motion->round, error) ||
        need(store, TABLE_MEMBER, motion->member, error))
        return -1;
    return memory_put(store, TABLE_MOTION, motion, error);
}

static int record_draft(struct memory_store *store, const struct draft_record *draft,
                        struct error *error)
{
    if (draft->done)
        return memory_drop(store, TABLE_DRAFT, draft, error);
    if (need(store, TABLE_MEMBER, draft->member, error))
        return -1;
    return memory_put(store, TABLE_DRAFT, draft, error);
}

int memory_record(struct store *base, const struct effect *effect, struct error *error)
{
    struct memory_store *store = memory_of(base);
    switch (effect->kind) {
    case RECORD_ROUND:
        return record_round(store, effect->as.round, error);
    case RECORD_SEAT:
        return record_seat(store, effect->as.seat.round->id, effect->as.seat.seat, error);
    case RECORD_ANSWER:
        return record_answer(store, &effect->as.answer, error);
    case RECORD_BALLOT:
        return record_ballot(store, &effect->as.ballot, error);
    case RECORD_LEDGER:
        return record_ledger(store, &effect->as.ledger, error);
    case RECORD_ASKED:
        return record_asked(store, &effect->as.asked, error);
    case RECORD_MOTION:
        return record_motion(store, &effect->as.motion, error);
    case RECORD_DRAFT:
        return record_draft(store, &effect->as.draft, error);
    case RECORD_LOG: /* for people with a database to look into; the port never reads it */
        return 0;
    case EFFECT_SAY:
    case EFFECT_TELL:
    case EFFECT_REPLY:
    case EFFECT_ERASE:
    case EFFECT_COUNT:
    case EFFECT_PROGRESS:
        break;
    }
    return error_set(error, ERR_INTERNAL, "effect %d is no record", (int)effect->kind);
}
