/* A guest who is an account now: what is open of the one is the other's. */
#include <string.h>

#include "store/memory/memory.h"

/* A row that is found by its member, or only bears it; the round it is of; where the members are. */
struct bearer {
    enum memory_table table;
    size_t row_size;
    bool keyed;
    size_t round, member, second; /* second: of another member, 0 = there is none */
};

union row {
    struct seat_row seat;
    struct ballot_row ballot;
    struct answer_record answer;
    struct part_record part;
    struct motion_record motion;
    struct mark_record mark;
    struct draft_record draft;
    struct round round;
};

static const struct bearer bearers[] = {
    {TABLE_ROUND, sizeof(struct round), false, offsetof(struct round, id),
     offsetof(struct round, host), 0},
    {TABLE_SEAT, sizeof(struct seat_row), false, offsetof(struct seat_row, round),
     offsetof(struct seat_row, seat.member), 0},
    {TABLE_ANSWER, sizeof(struct answer_record), true, offsetof(struct answer_record, round),
     offsetof(struct answer_record, member), 0},
    {TABLE_PART, sizeof(struct part_record), true, offsetof(struct part_record, round),
     offsetof(struct part_record, member), 0},
    {TABLE_MOTION, sizeof(struct motion_record), true, offsetof(struct motion_record, round),
     offsetof(struct motion_record, member), 0},
    {TABLE_BALLOT, sizeof(struct ballot_row), false, offsetof(struct ballot_row, ballot.round),
     offsetof(struct ballot_row, ballot.voter), offsetof(struct ballot_row, ballot.author)},
    {TABLE_MARK, sizeof(struct mark_record), false, offsetof(struct mark_record, round),
     offsetof(struct mark_record, voter), offsetof(struct mark_record, author)},
};
static const struct bearer draft = {TABLE_DRAFT, sizeof(struct draft_record), true,
                                    0, offsetof(struct draft_record, member), 0};

static uint64_t *number_at(union row *row, size_t offset)
{
    return (uint64_t *)(void *)((char *)row + offset);
}

static bool rename_member(union row *row, size_t offset, const struct became_record *became)
{
    uint64_t *member = number_at(row, offset);
    if (*member != became->from)
        return false;
    *member = became->to;
    return true;
}

/* Gives the row another member, if it bears that one. 1 = done, 0 = it does not, -1 = failed. */
static int move_row(struct memory_store *store, const struct bearer *bearer, const void *old,
                    const struct became_record *became, struct error *error)
{
    union row row;
    memcpy(&row, old, bearer->row_size);
    if (bearer != &draft && *number_at(&row, bearer->round) != became->round)
        return 0;
    bool changed = rename_member(&row, bearer->member, became);
    if (bearer->second)
        changed |= rename_member(&row, bearer->second, became);
    if (!changed)
        return 0;
    if (memory_put(store, bearer->table, &row, error) ||
        (bearer->keyed && memory_drop(store, bearer->table, old, error)))
        return -1;
    return 1;
}

static int move_rows(struct memory_store *store, const struct bearer *bearer,
                     const struct became_record *became, struct error *error)
{
    const struct table *table = &store->tables[bearer->table];
    for (size_t i = 0; i < table->count; i++) {
        int moved = move_row(store, bearer, table->rows[i], became, error);
        if (moved < 0)
            return -1;
        /* A row with another key stands elsewhere: from the beginning. */
        if (moved && bearer->keyed)
            i = (size_t)-1;
    }
    return 0;
}

int memory_became(struct memory_store *store, const struct became_record *became,
                  struct error *error)
{
    if (!memory_has(store, TABLE_MEMBER, became->to))
        return error_set(error, ERR_INTERNAL, "a record names something that is not stored");
    for (size_t i = 0; i < sizeof bearers / sizeof *bearers; i++)
        if (move_rows(store, &bearers[i], became, error))
            return -1;
    return became->round == 0 ? move_rows(store, &draft, became, error) : 0;
}

int memory_mail(struct memory_store *store, const struct mail_record *mail, struct error *error)
{
    const struct table *outbox = &store->tables[TABLE_OUTBOX];
    for (size_t i = 0; i < outbox->count; i++) {
        struct message_row row = *(const struct message_row *)outbox->rows[i];
        if (!row.message.private_talk || !address_same(&row.message.to, &mail->from))
            continue;
        row.message.to = mail->to;
        if (memory_put(store, TABLE_OUTBOX, &row, error))
            return -1;
    }
    return 0;
}
