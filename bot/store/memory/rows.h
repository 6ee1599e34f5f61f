/* The tables of the memory store and what their rows hold. Private to it. */
#ifndef STORE_MEMORY_ROWS_H
#define STORE_MEMORY_ROWS_H

#include "app/ports.h"
#include "store/memory/table.h"

struct inbox_row {
    const char *event, *network, *transport;
    int64_t at;
};

struct note_row {
    const char *transport, *network, *key, *value;
    int64_t at;
};

struct moved_row {
    uint64_t number; /* grows */
    struct address from;
    const char *now;
};

struct member_row {
    uint64_t id;
    const char *name;
};

/* A person's account, or a room's place: an address that leads to an id. */
struct address_row {
    struct address address;
    uint64_t id;
};

struct room_row {
    uint64_t id;
};

/* A room or member that counts for another. */
struct link_row {
    uint64_t part, whole;
};

struct code_row {
    const char *hash;
    struct link_code code;
};

struct tries_row {
    uint64_t member;
    unsigned tries;
    int64_t since;
};

struct question_row {
    const char *id, *hash, *body;
};

struct seat_row {
    uint64_t round;
    struct seat seat; /* without its answer */
};

/* Every change of a ballot stays; the last of (round, voter, author) counts. */
struct ballot_row {
    uint64_t number; /* grows */
    struct ballot_record ballot;
};

struct asked_row {
    struct asked_record asked;
    unsigned times;
};

struct ledger_row {
    uint64_t number; /* grows */
    struct ledger_entry entry;
};

struct log_entry_row {
    uint64_t number; /* grows */
    struct log_entry entry;
};

struct message_row {
    struct outbox_row message;
    bool taken; /* known to this process only: no part of a transaction */
};

/* Round, answer, motion, draft, part and mark rows are the core's own structs; a round
 * comes without its seats, ballots and motions, which have tables of their own. */
#define MEMORY_TABLES(X)                                                                           \
    X(INBOX) X(NOTE) X(MOVED) X(MEMBER) X(IDENTITY) X(ROOM) X(PLACE) X(QUESTION) X(ROUND) X(SEAT)           \
    X(ANSWER) X(BALLOT) X(MOTION) X(DRAFT) X(PART) X(MARK) X(ASKED) X(LEDGER) X(OUTBOX) \
    X(ROOM_LINK) X(MEMBER_LINK) X(CODE) X(TRIES) X(LOG) X(SANCTION)

enum memory_table {
#define X(name) TABLE_##name,
    MEMORY_TABLES(X)
#undef X
    TABLE_COUNT
};

extern const struct table_form memory_forms[TABLE_COUNT];

#endif
