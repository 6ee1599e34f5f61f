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
    row.marks = (struct marks){0};
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
    row.seat.parts = (struct parts){0};
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

static bool is_on(const struct memory_store *store, uint64_t member, const struct address *place)
{
    const struct table *identities = &store->tables[TABLE_IDENTITY];
    for (size_t i = 0; i < identities->count; i++) {
        const struct address_row *row = identities->rows[i];
        if (row->id == member && strcmp(row->address.network, place->network) == 0 &&
            strcmp(row->address.transport, place->transport) == 0)
            return true;
    }
    return false;
}

/* Of the places of a room the one where this was earned: on the network of the account. */
static uint64_t place_earned(const struct memory_store *store, const struct ledger_entry *entry)
{
    const struct table *places = &store->tables[TABLE_PLACE];
    uint64_t room = 0;
    for (size_t i = 0; i < places->count; i++) {
        const struct address_row *row = places->rows[i];
        if (memory_whole(store, TABLE_ROOM_LINK, row->id) == entry->room &&
            (room == 0 || row->id < room) && is_on(store, entry->member, &row->address))
            room = row->id;
    }
    return room ? room : entry->room;
}

static int record_ledger(struct memory_store *store, const struct ledger_entry *entry,
                         struct error *error)
{
    struct ledger_row row = {++store->last_number, *entry};
    if (need(store, TABLE_ROOM, entry->room, error) ||
        need(store, TABLE_MEMBER, entry->member, error))
        return -1;
    row.entry.room = place_earned(store, entry);
    return memory_put(store, TABLE_LEDGER, &row, error);
}

static int add_asked(struct memory_store *store, const struct asked_record *asked,
                     struct error *error)
{
    struct asked_row row = {*asked, 1};
    const struct asked_row *known = memory_find(store, TABLE_ASKED, &row);
    if (known)
        row.times = known->times + 1;
    return memory_put(store, TABLE_ASKED, &row, error);
}

/* Each of the rooms that play as one has had it. */
static int record_asked(struct memory_store *store, const struct asked_record *asked,
                        struct error *error)
{
    const struct table *rooms = &store->tables[TABLE_ROOM];
    struct asked_record one = *asked;
    if (!asked->room)
        return add_asked(store, asked, error);
    one.member = 0;
    for (size_t i = 0; i < rooms->count; i++) {
        one.room = ((const struct room_row *)rooms->rows[i])->id;
        if (memory_whole(store, TABLE_ROOM_LINK, one.room) == asked->room &&
            add_asked(store, &one, error))
            return -1;
    }
    return 0;
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

static int record_mark(struct memory_store *store, const struct mark_record *mark,
                       struct error *error)
{
    if (mark->gone)
        return memory_drop(store, TABLE_MARK, mark, error);
    if (need(store, TABLE_ROUND, mark->round, error) ||
        need(store, TABLE_MEMBER, mark->voter, error) ||
        need(store, TABLE_MEMBER, mark->author, error))
        return -1;
    return memory_put(store, TABLE_MARK, mark, error);
}

/* A part of the round; of this member with all their accounts (0 = of anybody), of this number
 * (0 = of any). NULL if there is none. */
static const struct part_record *find_part(const struct memory_store *store, uint64_t round,
                                           uint64_t member, uint32_t number)
{
    const struct table *parts = &store->tables[TABLE_PART];
    const struct part_record first = {.round = round};
    for (size_t i = table_bound(parts, &first); i < parts->count; i++) {
        const struct part_record *part = parts->rows[i];
        if (part->round != round)
            break;
        if ((!number || part->number == number) &&
            (!member || memory_whole(store, TABLE_MEMBER_LINK, part->member) == member))
            return part;
    }
    return NULL;
}

static int drop_parts(struct memory_store *store, uint64_t round, uint64_t member,
                      uint32_t number, struct error *error)
{
    const struct part_record *part;
    while ((part = find_part(store, round, member, number)))
        if (memory_drop(store, TABLE_PART, part, error))
            return -1;
    return 0;
}

static int adopt_parts(struct memory_store *store, const struct part_record *adopt,
                       struct error *error)
{
    const struct part_record *part;
    while ((part = find_part(store, 0, adopt->member, 0))) {
        struct part_record moved = *part;
        moved.round = adopt->round;
        moved.number += adopt->number;
        if (memory_put(store, TABLE_PART, &moved, error) ||
            memory_drop(store, TABLE_PART, part, error))
            return -1;
    }
    return 0;
}

static int record_part(struct memory_store *store, const struct part_record *part,
                       struct error *error)
{
    if (need(store, TABLE_MEMBER, part->member, error))
        return -1;
    if (part->change == PART_ADOPT)
        return adopt_parts(store, part, error);
    if (drop_parts(store, part->round, part->member, part->number, error))
        return -1;
    return part->change == PART_PUT ? memory_put(store, TABLE_PART, part, error) : 0;
}

static int record_over(struct memory_store *store, uint64_t round, struct error *error)
{
    const struct table *marks = &store->tables[TABLE_MARK];
    const struct mark_record first = {.round = round, .event = ""};
    for (;;) {
        size_t at = table_bound(marks, &first);
        const struct mark_record *mark = at < marks->count ? marks->rows[at] : NULL;
        if (!mark || mark->round != round)
            return drop_parts(store, round, 0, 0, error);
        if (memory_drop(store, TABLE_MARK, mark, error))
            return -1;
    }
}

static int record_draft(struct memory_store *store, const struct draft_record *draft,
                        struct error *error)
{
    if (draft->done)
        return drop_parts(store, 0, draft->member, 0, error) ||
                       memory_drop(store, TABLE_DRAFT, draft, error)
                   ? -1
                   : 0;
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
    case RECORD_PART:
        return record_part(store, &effect->as.part, error);
    case RECORD_MARK:
        return record_mark(store, &effect->as.mark, error);
    case RECORD_OVER:
        return record_over(store, effect->as.over, error);
    case RECORD_BECAME:
        return memory_became(store, &effect->as.became, error);
    case RECORD_MAIL:
        return memory_mail(store, &effect->as.mail, error);
    case RECORD_LINK:
        return memory_link_record(store, &effect->as.link, error);
    case RECORD_SANCTION:
        return memory_sanction_record(store, &effect->as.sanction, error);
    case RECORD_LOG:
        return memory_log_record(store, &effect->as.log, error);
    case EFFECT_SAY:
    case EFFECT_TELL:
    case EFFECT_REPLY:
    case EFFECT_ERASE:
    case EFFECT_UNSAY:
    case EFFECT_COUNT:
    case EFFECT_PROGRESS:
        break;
    }
    return error_set(error, ERR_INTERNAL, "effect %d is no record", (int)effect->kind);
}
