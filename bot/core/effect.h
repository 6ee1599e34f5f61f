/*
 * What goes out: the effects of one event, in order, each a tagged union.
 * Records are stored, messages go to the outbox, both in the transaction of
 * the event; only after the commit is anything sent.
 *
 * The list lives in an arena that it borrows; strings are copied into it.
 * Building is sticky: after a failure effects_ok() is false, and the session
 * rolls the event back.
 */
#ifndef CORE_EFFECT_H
#define CORE_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "core/text.h"
#include "util/arena.h"
#include "util/hash.h"

struct round;
struct seat;

enum effect_kind {
    /* messages */
    EFFECT_SAY,      /* to all places of a room */
    EFFECT_TELL,     /* to one person, privately */
    EFFECT_REPLY,    /* to one place only: where somebody asked something */
    EFFECT_ERASE,    /* what somebody said in a place, where the bot may erase it */
    EFFECT_UNSAY,    /* what waits for one person under a collapse key is dropped */
    EFFECT_PROGRESS, /* the countdown of a round changed */
    EFFECT_COUNT,    /* marks on messages of a round are to be compared with what is stored */
    /* records */
    RECORD_ROUND,  /* the round's own row changed (phase, deadline, pause, question, state, ...) */
    RECORD_SEAT,   /* a seat was taken or changed */
    RECORD_ANSWER, /* a new revision of an answer, or its withdrawal */
    RECORD_BALLOT, /* a ballot was cast or changed */
    RECORD_LEDGER, /* points and score, append-only */
    RECORD_ASKED,  /* a room and its people had this question */
    RECORD_MOTION, /* somebody wants skip, extend, ... of a round */
    RECORD_DRAFT,  /* lines since !begin, or a text whose round is still unclear */
    RECORD_PART,   /* a message that an answer or a draft is made of came, changed or went */
    RECORD_MARK,   /* a mark came or went; what it changes is in a RECORD_BALLOT */
    RECORD_OVER,   /* a round is over: its parts and marks are no longer needed, delete them */
    RECORD_LINK,   /* accounts are linked or unlinked, or a code for that was made, tried or used */
    RECORD_BECAME, /* a guest is an account now: what is of one, in an open round or not in any, moves */
    RECORD_MAIL,   /* private messages that wait for one address are for another now */
    RECORD_SANCTION, /* somebody is ignored or banned in a room, or no longer */
    RECORD_LOG     /* audit: who did what to a round */
};

enum {
    EFFECT_URGENT = 1, /* a receipt or refusal: before long texts */
    EFFECT_ERASES = 2, /* no text: erases event `about` */
    EFFECT_OPEN = 4,   /* nothing in it is secret: if the person cannot be reached privately, it may be
                          said to them in a room */
    EFFECT_FLAGS_ALL = 7
};

struct message {
    uint64_t room;         /* SAY, PROGRESS: room id */
    struct address to;     /* TELL: the person; REPLY: the place */
    const char *bytes;     /* a struct text's stored form */
    size_t size;
    const char *collapse;  /* NULL, or: replaces an unsent message to the same target with this key */
    int64_t due;           /* 0, or: waits until then for a newer one with its key; what is for the
                              same target and does not wait takes it along at once, ahead of it */
    bool instead;          /* only in place of an unsent message with its key; else it is nothing */
    unsigned flags;
    const char *about;   /* NULL, or the id of the event it answers (EFFECT_ERASES: that it erases) */
    const char *mark;    /* NULL, or: a mark on `about` that says the same, for networks that have marks */
    const char *tag;     /* NULL, or: comes back with marks on this message */
    const char *mention; /* NULL, or: the account that a message to a place is for */
};

struct count_request {
    uint64_t room;
    const char *tag; /* of all messages whose tag begins with this */
};

struct progress {
    uint64_t room, round;
    const char *phase;
    int64_t deadline;  /* 0 = the round is over */
    int64_t remaining; /* when paused, else 0 */
    unsigned done, total;
};

struct ledger_entry {
    uint64_t room, round, member;
    const char *kind;   /* of the round */
    const char *reason; /* "answer", "votes", or a plugin's */
    int32_t points;
    bool scored;        /* score counts in the mean */
    double score;       /* 1 .. 5 */
    int64_t at;
};

struct log_entry {
    uint64_t room, round, member; /* member 0 = the bot itself */
    const char *what;             /* "phase answer -> vote", "extend 120 s", ...; no answers, no votes */
    int64_t at;
};

enum sanction_kind {
    SANCTION_IGNORE, /* the bot does not react to what they say in the room */
    SANCTION_BAN     /* they take no part in rounds of the room */
};
struct sanction_record {
    enum sanction_kind kind;
    uint64_t room;
    uint64_t member;    /* of the account alone */
    uint64_t given_by;
    const char *name;   /* as they were called */
    const char *reason; /* NULL if none was given */
    int64_t until;      /* 0 = until it is lifted */
    int64_t at;
    bool lifted;        /* no longer, for all that counts as this member; the rest does not matter */
};

struct answer_record {
    uint64_t round, member;
    uint32_t revision; /* 1.. */
    bool withdrawn;
    const char *text; /* what graders read; empty if withdrawn */
    size_t length;
    char hash[SHA256_HEX];
    int64_t at;
};

struct ballot_record {
    uint64_t round, voter, author;
    uint8_t score[5]; /* per axis, 0 = none; all 0 = the vote was taken back */
    const char *comment;
    int64_t at;
    bool marked;   /* it follows from marks, not from a command */
    uint32_t turn; /* unless it follows from marks: as in struct mark_record */
};

struct mark_record {
    uint64_t round, voter, author;
    const char *event, *message; /* event_key() of the mark, and of the message it is on */
    uint8_t score;
    uint32_t turn; /* when it was given among the votes of the round, from 1 */
    int64_t at;
    bool gone; /* it was taken back: delete it */
};

struct asked_record {
    uint64_t room;   /* 0, or the room that had it */
    uint64_t member; /* 0, or the member that had it */
    const char *question;
    int64_t at;
};

struct motion_record {
    uint64_t round, member;
    const char *verb;  /* "skip", ...; NULL = all motions of the round are settled, delete them */
    int64_t amount;    /* seconds for "extend" */
};

struct draft_record {
    uint64_t member;
    uint64_t round;   /* 0 = not yet clear for which */
    bool revise;      /* replaces the answer when it ends */
    bool done;        /* the draft is over: delete it and its parts */
    int64_t at;
};

/* A code that links whoever redeems it with the account that asked for it; kept as a hash only. */
enum link_code_state { LINK_CODE_OPEN, LINK_CODE_USED, LINK_CODE_VOID };
struct link_code {
    uint64_t member; /* of the account alone; 0 = there is no such code */
    int64_t at;
    enum link_code_state state;
};
#define LINK_CODE_KEPT_MS (INT64_C(24) * 3600 * 1000) /* to tell an old code from a wrong one */

enum link_change {
    LINK_OFFER,  /* member (an account alone) has the code `hash` since `at`, in place of another */
    LINK_SETTLE, /* the code `hash` is in `state` */
    LINK_TRIES,  /* the account has tried `tries` wrong codes since `at` */
    LINK_JOIN,   /* all that counts for `member` counts for `whole` */
    LINK_LEAVE   /* the account `member` counts for itself */
};
struct link_record {
    enum link_change change;
    uint64_t member, whole;
    const char *hash;
    enum link_code_state state;
    unsigned tries;
    int64_t at;
};

/* All rows of the round that bear member `from`, alone and never linked, bear `to`, who has none; its
 * seat is stored anew by a RECORD_SEAT behind it. Round 0: the draft with its parts. */
struct became_record {
    uint64_t round, from, to;
};

struct mail_record {
    struct address from, to;
};

enum part_change {
    PART_PUT,  /* the part is new, or has another text */
    PART_DROP, /* the part went; number 0 = all of them */
    PART_ADOPT /* the parts of the member's draft become parts of the answer, `number` added to theirs */
};

struct part_record {
    enum part_change change;
    uint64_t round; /* 0 = of the member's draft */
    uint64_t member;
    uint32_t number;
    const char *event; /* event_key() of the message, or NULL */
    const char *text;  /* as it was typed */
    size_t length;
};

struct effect {
    enum effect_kind kind;
    struct effect *next;
    union {
        struct message message;
        struct progress progress;
        struct count_request count;
        const struct round *round;                              /* RECORD_ROUND: read at once */
        struct { const struct round *round; const struct seat *seat; } seat;
        struct answer_record answer;
        struct ballot_record ballot;
        struct ledger_entry ledger;
        struct asked_record asked;
        struct motion_record motion;
        struct draft_record draft;
        struct part_record part;
        struct mark_record mark;
        struct link_record link;
        struct became_record became;
        struct mail_record mail;
        uint64_t over; /* RECORD_OVER: id of the round */
        struct sanction_record sanction;
        struct log_entry log;
    } as;
};

/* Of one event: enough to send 64 people 63 answers each, with records to spare. */
#define EFFECTS_MAX 16384

struct effects {
    struct arena *arena;
    struct effect *first, **last;
    size_t count;
    bool failed;
};

void effects_init(struct effects *effects, struct arena *arena);
bool effects_ok(const struct effects *effects);
/* Appends a zeroed effect; NULL (and failed) when out of memory or over EFFECTS_MAX. */
struct effect *effects_add(struct effects *effects, enum effect_kind kind);
/* Drops everything after `mark` (a count taken before), for a failed plugin callback. */
void effects_truncate(struct effects *effects, size_t mark);

/* Messages. The text is copied; an invalid text makes the list failed. They give the message, for
 * setting what else it has (strings in the arena); NULL if the list failed. */
struct message *effects_say(struct effects *effects, uint64_t room, const struct text *text);
struct message *effects_tell(struct effects *effects, const struct address *to,
                             const struct text *text, const char *collapse, unsigned flags);
struct message *effects_reply(struct effects *effects, const struct address *place,
                              const struct text *text);
/* Drops what waits for the person under the key. */
void effects_unsay(struct effects *effects, const struct address *to, const char *collapse);
/* Erases what was said in event `about` in the place. */
void effects_erase(struct effects *effects, const struct address *place, const char *about);
/* Copies an address into the arena. */
struct address effects_address(struct effects *effects, const struct address *address);

#endif
