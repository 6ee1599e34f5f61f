#include "store/memory/rows.h"

#include <string.h>

/* ---- keys ---- */

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_inbox(const void *left, const void *right)
{
    const struct inbox_row *a = left, *b = right;
    int order = strcmp(a->event, b->event);
    if (order == 0)
        order = strcmp(a->network, b->network);
    return order ? order : strcmp(a->transport, b->transport);
}

static int compare_note(const void *left, const void *right)
{
    const struct note_row *a = left, *b = right;
    int order = strcmp(a->transport, b->transport);
    if (order == 0)
        order = strcmp(a->network, b->network);
    return order ? order : strcmp(a->key, b->key);
}

static int compare_address(const void *left, const void *right)
{
    const struct address_row *a = left, *b = right;
    int order = strcmp(a->address.target, b->address.target);
    if (order == 0)
        order = strcmp(a->address.network, b->address.network);
    return order ? order : strcmp(a->address.transport, b->address.transport);
}

static int compare_code(const void *left, const void *right)
{
    const struct code_row *a = left, *b = right;
    return strcmp(a->hash, b->hash);
}

static int compare_question(const void *left, const void *right)
{
    const struct question_row *a = left, *b = right;
    int order = strcmp(a->id, b->id);
    return order ? order : strcmp(a->hash, b->hash);
}

static int compare_seat(const void *left, const void *right)
{
    const struct seat_row *a = left, *b = right;
    int order = by_number(a->round, b->round);
    return order ? order : by_number(a->seat.number, b->seat.number);
}

static int compare_answer(const void *left, const void *right)
{
    const struct answer_record *a = left, *b = right;
    int order = by_number(a->round, b->round);
    if (order == 0)
        order = by_number(a->member, b->member);
    return order ? order : by_number(a->revision, b->revision);
}

static int compare_ballot(const void *left, const void *right)
{
    const struct ballot_row *a = left, *b = right;
    int order = by_number(a->ballot.round, b->ballot.round);
    return order ? order : by_number(a->number, b->number);
}

static int compare_motion(const void *left, const void *right)
{
    const struct motion_record *a = left, *b = right;
    int order = by_number(a->round, b->round);
    if (order == 0)
        order = strcmp(a->verb, b->verb);
    return order ? order : by_number(a->member, b->member);
}

static int compare_part(const void *left, const void *right)
{
    const struct part_record *a = left, *b = right;
    int order = by_number(a->round, b->round);
    if (order == 0)
        order = by_number(a->member, b->member);
    return order ? order : by_number(a->number, b->number);
}

static int compare_mark(const void *left, const void *right)
{
    const struct mark_record *a = left, *b = right;
    int order = by_number(a->round, b->round);
    return order ? order : strcmp(a->event, b->event);
}

static int compare_asked(const void *left, const void *right)
{
    const struct asked_record *a = left, *b = right;
    int order = by_number(a->room, b->room);
    if (order == 0)
        order = by_number(a->member, b->member);
    return order ? order : strcmp(a->question, b->question);
}

/* Rows that begin with their key, a positive number. */
static int compare_id(const void *left, const void *right)
{
    uint64_t a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return by_number(a, b);
}

/* ---- texts and blobs ---- */

#define TEXT(type, field) {offsetof(struct type, field), TABLE_TEXT}
#define BLOB(type, field, length) {offsetof(struct type, field), offsetof(struct type, length)}

static const struct table_part inbox_parts[] = {
    TEXT(inbox_row, event), TEXT(inbox_row, network), TEXT(inbox_row, transport)};
static const struct table_part note_parts[] = {TEXT(note_row, transport), TEXT(note_row, network),
                                               TEXT(note_row, key), TEXT(note_row, value)};
static const struct table_part moved_parts[] = {
    TEXT(moved_row, from.transport), TEXT(moved_row, from.network), TEXT(moved_row, from.target),
    TEXT(moved_row, now)};
static const struct table_part member_parts[] = {TEXT(member_row, name)};
static const struct table_part address_parts[] = {TEXT(address_row, address.target),
                                                  TEXT(address_row, address.network),
                                                  TEXT(address_row, address.transport)};
static const struct table_part code_parts[] = {TEXT(code_row, hash)};
static const struct table_part question_parts[] = {
    TEXT(question_row, id), TEXT(question_row, hash), TEXT(question_row, body)};
static const struct table_part round_parts[] = {TEXT(round, level), TEXT(round, topic),
                                                TEXT(round, company), TEXT(round, question_id),
                                                BLOB(round, state, state_size)};
static const struct table_part seat_parts[] = {
    TEXT(seat_row, seat.name), TEXT(seat_row, seat.transport), TEXT(seat_row, seat.network),
    TEXT(seat_row, seat.account)};
static const struct table_part answer_parts[] = {TEXT(answer_record, text)};
static const struct table_part ballot_parts[] = {TEXT(ballot_row, ballot.comment)};
static const struct table_part motion_parts[] = {TEXT(motion_record, verb)};
static const struct table_part part_parts[] = {TEXT(part_record, event), TEXT(part_record, text)};
static const struct table_part mark_parts[] = {TEXT(mark_record, event),
                                               TEXT(mark_record, message)};
static const struct table_part asked_parts[] = {TEXT(asked_row, asked.question)};
static const struct table_part ledger_parts[] = {TEXT(ledger_row, entry.kind),
                                                 TEXT(ledger_row, entry.reason)};
static const struct table_part message_parts[] = {
    TEXT(message_row, message.to.transport), TEXT(message_row, message.to.network),
    TEXT(message_row, message.to.target), TEXT(message_row, message.collapse),
    TEXT(message_row, message.about), TEXT(message_row, message.mark),
    TEXT(message_row, message.tag), TEXT(message_row, message.mention),
    BLOB(message_row, message.bytes, message.size)};

static const struct table_part log_parts[] = {TEXT(log_entry_row, entry.what)};
static const struct table_part sanction_parts[] = {TEXT(sanction_record, name),
                                                   TEXT(sanction_record, reason)};

static int compare_sanction(const void *a, const void *b)
{
    const struct sanction_record *x = a, *y = b;
    if (x->room != y->room)
        return x->room < y->room ? -1 : 1;
    if (x->member != y->member)
        return x->member < y->member ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

#define FORM(name, type, compare, parts)                                                           \
    [TABLE_##name] = {compare, sizeof(struct type), parts, sizeof parts / sizeof *parts}

const struct table_form memory_forms[TABLE_COUNT] = {
    FORM(INBOX, inbox_row, compare_inbox, inbox_parts),
    FORM(NOTE, note_row, compare_note, note_parts),
    FORM(MOVED, moved_row, compare_id, moved_parts),
    FORM(MEMBER, member_row, compare_id, member_parts),
    FORM(IDENTITY, address_row, compare_address, address_parts),
    [TABLE_ROOM] = {compare_id, sizeof(struct room_row), NULL, 0},
    FORM(PLACE, address_row, compare_address, address_parts),
    FORM(QUESTION, question_row, compare_question, question_parts),
    FORM(ROUND, round, compare_id, round_parts),
    FORM(SEAT, seat_row, compare_seat, seat_parts),
    FORM(ANSWER, answer_record, compare_answer, answer_parts),
    FORM(BALLOT, ballot_row, compare_ballot, ballot_parts),
    FORM(MOTION, motion_record, compare_motion, motion_parts),
    [TABLE_DRAFT] = {compare_id, sizeof(struct draft_record), NULL, 0},
    FORM(PART, part_record, compare_part, part_parts),
    FORM(MARK, mark_record, compare_mark, mark_parts),
    FORM(ASKED, asked_row, compare_asked, asked_parts),
    FORM(LEDGER, ledger_row, compare_id, ledger_parts),
    FORM(OUTBOX, message_row, compare_id, message_parts),
    [TABLE_ROOM_LINK] = {compare_id, sizeof(struct link_row), NULL, 0},
    [TABLE_MEMBER_LINK] = {compare_id, sizeof(struct link_row), NULL, 0},
    FORM(CODE, code_row, compare_code, code_parts),
    FORM(LOG, log_entry_row, compare_id, log_parts),
    FORM(SANCTION, sanction_record, compare_sanction, sanction_parts),
    [TABLE_TRIES] = {compare_id, sizeof(struct tries_row), NULL, 0},
};
