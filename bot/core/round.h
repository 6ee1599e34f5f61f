/*
 * One round: its phases, seats, answers and ballots. round_enter() alone
 * changes the phase, along the table below; every change is logged.
 */
#ifndef CORE_ROUND_H
#define CORE_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/effect.h"
#include "core/event.h"
#include "core/marks.h"
#include "core/parts.h"
#include "core/question.h"
#include "hotseat/plugin.h"
#include "util/hash.h"

/* phase, stored and shown word */
#define ROUND_PHASES(X)                                                                            \
    X(GATHER, "gather") /* people take seats, the question is not out */                           \
    X(ANSWER, "answer") /* the question is out, answers are sealed */                              \
    X(VOTE, "vote")     /* answers are locked, ballots are open */                                 \
    X(REVEAL, "reveal") /* scores are being told; left in the same event */                        \
    X(CLOSED, "closed") /* scored and over */                                                      \
    X(ENDED, "ended")   /* over without a score */

enum round_phase {
#define X(id, word) ROUND_##id,
    ROUND_PHASES(X)
#undef X
    ROUND_PHASE_COUNT
};

/* legal transitions: from, to */
#define ROUND_TRANSITIONS(X)                                                                       \
    X(GATHER, ANSWER) X(GATHER, ENDED)                                                             \
    X(ANSWER, VOTE) X(ANSWER, REVEAL) X(ANSWER, ENDED)                                             \
    X(VOTE, REVEAL) X(VOTE, ENDED)                                                                 \
    X(REVEAL, CLOSED) X(REVEAL, ENDED)

#define ROUND_SEATS_MAX 64
#define ROUND_NAME_MAX EVENT_NAME_MAX
#define ROUND_COMMENT_MAX 2000 /* bytes */
#define ROUND_STATE_MAX (64 * 1024)

struct seat {
    uint32_t number; /* index in round->seats */
    uint64_t member;
    char *name;                  /* display name when the seat was taken or last used */
    char *transport, *network, *account; /* where private messages go: where they last spoke from */
    /* Which of the member's accounts it was last used from, and its answer and its votes came
     * from: that account's own member; 0 = the member itself. */
    uint64_t used_by, answered_by, graded_by;
    bool guest;                  /* last used by a guest: it plays and is not ranked */
    uint32_t hints_used;
    bool left;                   /* gave up the seat; an answer it stored stays */
    char *answer;                /* NULL if none is stored; `parts`, cleaned for blind reading */
    size_t answer_length;
    uint32_t revision;           /* 0 = never answered */
    char hash[SHA256_HEX];
    int64_t answered_at;
    struct parts parts;          /* the messages that the answer is made of */
    uint32_t given;              /* ballots that count; kept by round_cast() and round_mark() */
};

/*
 * What one voter gives one author: the newest of what stands, which is their
 * last vote by command and the marks they did not take back.
 */
struct ballot {
    uint32_t voter, author;     /* seat numbers */
    uint8_t score[HS_AXES_MAX]; /* what counts: 1..5 in the rubric's order; all 0 = nothing */
    uint8_t said[HS_AXES_MAX];  /* by the last command; all 0 = there was none */
    uint32_t said_turn;         /* as `turn` of a mark */
    int64_t said_at;
    char *comment;              /* NULL if none */
    struct mark *newest;        /* the newest mark that stands, NULL if none */
    int64_t at;                 /* of what counts; of nothing, when it was taken back */
};

/* verb, stored and shown word */
#define ROUND_MOTIONS(X)                                                                           \
    X(EXTEND, "extend") X(PAUSE, "pause") X(RESUME, "resume") X(SKIP, "skip") X(END, "end")

enum motion_verb {
#define X(id, word) MOTION_##id,
    ROUND_MOTIONS(X)
#undef X
    MOTION_COUNT
};

struct motion {
    enum motion_verb verb;
    uint64_t member;
    int64_t amount; /* seconds, for MOTION_EXTEND */
};

struct round {
    uint64_t id, room;
    enum round_phase phase;
    char kind[HS_KIND_MAX + 1];
    uint64_t host;          /* member who started it */
    uint64_t seed;
    int64_t opened_at, phase_at;
    int64_t deadline;       /* of the phase; while paused the time left is `remaining` */
    int64_t remaining;      /* > 0 only while paused */
    bool paused;
    bool reminded;          /* the last-minute reminder of this phase is out */
    bool reveal_names;      /* authors are named after the close */
    bool open_ballots;      /* answers are graded in the room, under labels common to all */
    int64_t answer_ms, vote_ms;
    int64_t called_at;      /* when the last call of this phase went out, 0 = not yet */
    int64_t held_at;        /* when the room was told that this phase is held open, 0 = not; see hold.h */
    int64_t graded_at;      /* VOTE: when grading was over and marks were to be counted, 0 = not yet */
    int64_t count_at;       /* when their count was asked for; not stored: after a restart it is again */
    uint32_t counted;       /* which places have counted, as bits; not stored */
    int64_t settle_ms;      /* wait after everyone has answered, for second thoughts; not stored */
    int64_t last_call_ms;   /* see struct room_settings; not stored */
    char *level, *topic, *company; /* what was asked for; NULL = any */

    char *question_id;      /* NULL while gathering */
    char question_hash[SHA256_HEX];
    struct question *question;        /* counted; NULL while gathering */
    const struct hs_plugin *plugin;   /* acquired from the world; NULL if it is gone */

    struct seat *seats;
    size_t seat_count, seat_capacity;
    struct ballot *ballots;
    size_t ballot_count, ballot_capacity;
    uint16_t ballot_at[ROUND_SEATS_MAX][ROUND_SEATS_MAX]; /* [voter][author]: 1 + index, 0 = none */
    struct marks marks;     /* that stand */
    uint32_t turns;         /* votes given so far, by command or mark */
    struct motion *motions;
    size_t motion_count, motion_capacity;

    void *state;            /* the plugin's */
    size_t state_size;
    uint32_t state_version;
};

/* On the heap, all zero but the fields given. NULL when out of memory. */
struct round *round_create(uint64_t id, uint64_t room, const char *kind);
/* Releases seats, ballots, question; the plugin is the caller's to release. NULL is fine. */
void round_destroy(struct round *round);

const char *round_phase_word(enum round_phase phase);
/* ROUND_PHASE_COUNT if it is none. */
enum round_phase round_phase_parse(const char *word);
bool round_may_enter(enum round_phase from, enum round_phase to);
/* The only writer of round->phase: checks the table, stamps phase_at, sets the
 * deadline to at + length (0 = none), clears pause and motions, appends
 * RECORD_LOG and RECORD_ROUND. -1 if the change is not legal or memory is out. */
int round_enter(struct round *round, enum round_phase to, int64_t at, int64_t length,
                struct effects *effects);
/* Appends RECORD_ROUND unless the event has one for this round already. */
void round_record(const struct round *round, struct effects *effects);
bool round_open(const struct round *round); /* GATHER, ANSWER or VOTE */

/* Takes a seat: the new or existing one; NULL when out of memory or full (ROUND_SEATS_MAX). */
struct seat *round_sit(struct round *round, uint64_t member, const char *name,
                       const struct address *who);
struct seat *round_seat_of(struct round *round, uint64_t member); /* NULL if none, or left */
/* The member to whose account something goes: `by`, or the seat's member if that is 0. */
uint64_t round_user(const struct seat *seat, uint64_t by);
struct address round_seat_address(const struct seat *seat);
/* Sets name and address to the newest. 0, or -1 when out of memory. */
int round_seat_touch(struct seat *seat, const char *name, const struct address *who);

/* Replaces (or with NULL withdraws) the answer of a seat; computes its hash. 0 or -1. */
int round_answer(struct seat *seat, const char *text, size_t length, int64_t at);
/* The ballot of voter on author, NULL if none counts. */
struct ballot *round_ballot(const struct round *round, uint32_t voter, uint32_t author);
/* Casts or changes a ballot by command; `turn` 0 = now, else as it was stored. 0 or -1 when out of
 * memory. */
int round_cast(struct round *round, uint32_t voter, uint32_t author,
               const uint8_t score[HS_AXES_MAX], const char *comment, int64_t at, uint32_t turn);
/* Casts or changes a ballot by a mark, whose event is new; `turn` as with round_cast(). Gives the
 * copy kept, NULL when out of memory. */
struct mark *round_mark(struct round *round, const struct mark *mark);
/* A mark is taken back: what stood before it counts again. */
void round_unmark(struct round *round, struct mark *mark, int64_t at);

const char *round_motion_word(enum motion_verb verb);
/* MOTION_COUNT if it is none. */
enum motion_verb round_motion_parse(const char *word);
/* Notes that a member wants something of the round. 0 or -1 when out of memory. */
int round_move(struct round *round, uint64_t member, enum motion_verb verb, int64_t amount);

/* Time left in the phase at `now`, >= 0; of a paused round, what it was. */
int64_t round_time_left(const struct round *round, int64_t now);

size_t round_answers(const struct round *round);            /* answers stored */
size_t round_owed(const struct round *round, uint32_t voter);  /* answers this seat may grade */
size_t round_given(const struct round *round, uint32_t voter); /* ballots it cast */
bool round_all_answered(const struct round *round); /* everyone seated and not left; nobody seated = false */
bool round_all_voted(const struct round *round);
/* When the phase closes early because everyone who joined is done: ANSWER with
 * at least two answers, settle_ms after the last answer, and last_call_ms after a last call;
 * VOTE at once. 0 = not (yet). */
int64_t round_done_at(const struct round *round);

#endif
