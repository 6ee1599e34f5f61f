/*
 * One event being handled: what the verb handlers share. Private to the core.
 *
 * A handler returns nothing; it appends effects. If memory or the store fails
 * it sets talk->broken (or effects go bad), and hall_apply() tells the session
 * to roll the event back.
 */
#ifndef CORE_TALK_H
#define CORE_TALK_H

#include "core/account.h"
#include "core/ballot.h"
#include "core/command.h"
#include "core/hall.h"

struct talk {
    struct hall *hall;
    const struct event *event;
    struct effects *effects;
    struct command command;
    struct room *room;  /* where it was said; NULL if privately */
    uint64_t member;    /* who said it ... */
    uint64_t own;       /* ... and the member of the account alone, if it is linked with others */
    struct accounts accounts; /* privately: of the speaker, if several are linked */
    const char *origin; /* id of the message: of the one edited, if this is an edit; may be NULL */
    const char *key;    /* the same as event_key() */
    const char *body;   /* said privately: what could be an answer, behind "!answer" or all of it */
    size_t body_length;
    const char *prefix; /* what stands before a command where this was said ... */
    const char *call;   /* ... and in the room it is about */
    bool greet;         /* they took a seat as a guest, and were not told yet what that means */
    struct burst *burst; /* the lines that this one is one of; NULL if it is none */
    bool holding;       /* a refused line is kept, in case that others follow */
    bool refused;       /* it was refused, but could have been an answer or a vote */
    bool broken;
};

/* Something was said, edited or taken back, in the room or (NULL) privately: parses and handles it.
 * 0, or -1 when the event must be rolled back. (hall_hear.c) */
int hall_hear(struct hall *hall, struct room *room, const struct event *event,
              struct effects *effects);

/* The speaker gives more commands than one may: this one is not done. (hall_limit.c) */
bool hall_too_fast(struct talk *talk);

/* Answers where it was asked: in the room, or privately. */
void talk_reply(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));
void talk_reply_text(struct talk *talk, const struct text *text);
/* The same, of a text that could have been an answer or a vote: edited, it counts as said anew. */
void talk_refused(struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* To the speaker, privately, before other messages. Gives the message, NULL if the effects failed. */
struct message *talk_tell(struct talk *talk, const struct text *text, const char *collapse);
/* "Done", where the network has marks. */
#define TALK_DONE_MARK "\xe2\x9c\x85"
/* The same, but where the network has marks a mark on the message may stand for the words. */
struct message *talk_mark(struct talk *talk, const struct text *text, const char *collapse);

/* Sets `body` from the event and the command in it. */
void talk_set_body(struct talk *talk);
/* Makes the speaker known: `member` and `own`. 0 or -1. */
int talk_know(struct talk *talk);
/* Finds `accounts`, without making anybody known. 0 or -1. */
int talk_find_accounts(struct talk *talk);
/* Gives the speaker a seat, from the account they speak from; NULL when out of memory. */
struct seat *talk_sit(struct talk *talk, struct round *round);
/* The speaker graded from the account they speak from. */
void talk_graded(struct talk *talk, const struct round *round, struct seat *seat);

/* The speaker is in this room now, from one of their accounts, as the transport sees it. */
bool talk_present(const struct talk *talk, const struct room *room);
/* The room of a round, in the place that the speaker means by it; NULL if it is not known. */
const struct room *talk_room_of(const struct talk *talk, const struct round *round);
/*
 * What the speaker may do in a room (by its id): the higher of what the network says, which it does
 * of the room that is spoken in, and what the configuration says of the account in any of the
 * room's places. Privately only the latter: of the room that is meant the network said nothing.
 */
enum role talk_role(const struct talk *talk, uint64_t room);
/* May direct the round without asking the others: its host, or a moderator of its room. */
bool talk_may_direct(const struct talk *talk, const struct round *round);

/* Which rounds a command may mean. */
typedef bool talk_fits_fn(const struct talk *talk, struct round *round);
struct talk_choice {
    struct round *round; /* the one meant, NULL if none or not clear */
    size_t fitting;      /* how many fit */
    bool named;          /* a number was given */
    uint64_t number;     /* which */
};
/*
 * Finds the round a command is about: by number (option round:N, or the word
 * at `word`, if it is a number), or the only one that fits. Rounds of the room
 * it was said in; privately, rounds the speaker sits in or may sit in.
 */
struct talk_choice talk_choose(struct talk *talk, size_t word, talk_fits_fn *fits);
/* The refusal for a choice without a round: names the rounds it could be. */
void talk_refuse_choice(struct talk *talk, const struct talk_choice *choice, talk_fits_fn *fits);
/* No round is open for the speaker: begins with `lead` ("I stored nothing: "), says how to get one. */
void talk_refuse_nothing(struct talk *talk, const char *lead);
/* Appends "12 (coding, answer)", ... of the rounds the speaker may know of, fitting ones only if `fits`. */
void talk_list_rounds(const struct talk *talk, talk_fits_fn *fits, struct buf *out);
/* The one loaded kind that is, or contains, the word ("theory"); NULL if none or several. */
const struct hs_plugin *talk_find_kind(const struct talk *talk, const char *word);

/* The handlers, one per verb. */
void verb_help(struct talk *talk);
void verb_unknown(struct talk *talk);
void verb_start(struct talk *talk);
void verb_join(struct talk *talk);
void verb_leave(struct talk *talk);
void verb_status(struct talk *talk);
void verb_hint(struct talk *talk);
void verb_direct(struct talk *talk, enum motion_verb verb); /* extend, pause, resume, skip, end */
void verb_top(struct talk *talk);
void verb_me(struct talk *talk);
void verb_say(struct talk *talk);    /* private plain text, or !answer */
void verb_begin(struct talk *talk);
void verb_finish(struct talk *talk); /* !end, privately */
void verb_unread(struct talk *talk); /* the text that was said could not be read */
void verb_cancel(struct talk *talk);
void verb_revise(struct talk *talk);
void verb_withdraw(struct talk *talk);
void verb_vote(struct talk *talk);
void verb_votes(struct talk *talk);
void verb_log(struct talk *talk);
void verb_bans(struct talk *talk);
void verb_sanction(struct talk *talk, enum sanction_kind kind); /* ignore, ban */
void verb_lift(struct talk *talk, enum sanction_kind kind);     /* unignore, unban */
void verb_link(struct talk *talk);
void verb_unlink(struct talk *talk);
/* A code that was said where others can read it is worth nothing any more. */
void link_spoil(struct talk *talk);

/* Appends what remains to be graded: "2 to go: A, C. 3:00 left." (verb_vote.c) */
void vote_receipt(struct talk *talk, const struct round *round, const struct seat *seat,
                  const struct ballot_order *order, struct text *text);
/* Appends a vote: "B 4 3 5 4", or only its letter if nothing counts. `order`: the voter's own. */
void vote_put(const struct round *round, const struct seat *voter,
              const struct ballot_order *order, uint32_t author, struct text *text);

/* Said in the wrong place (misplaced.c). The command belongs privately, or in the room: told so. */
bool misplaced_command(struct talk *talk);
/* Talk of the room that may be meant as an answer ... */
bool misplaced_may_be_answer(const struct talk *talk);
/* ... and if it looks like one it is erased, where that can be done, or told where answers go. */
void misplaced_answer(struct talk *talk);
/* What was said to the bot by its name in the room, and is no command: true if it was erased. */
bool misplaced_called(struct talk *talk);

/* An edit of a message to the bot: done if it is part of something that is open. True if it counts
 * as said anew: a vote, or what was refused. (verb_edit.c) */
bool edit_counts_anew(struct talk *talk);
/* A message to the bot was taken back. */
void verb_retract(struct talk *talk);

/* Drafts of answers (draft.c). */
struct draft *draft_of(struct hall *hall, uint64_t member);
/* Begins a draft in place of any older one; NULL when out of memory (talk->broken is set). */
struct draft *draft_begin(struct talk *talk, uint64_t round, bool revise, bool pending);
bool draft_has_words(const struct draft *draft);
void draft_add(struct talk *talk, struct draft *draft, const char *text, size_t length);
/* The line that was kept (line_hold()) goes in. */
void draft_add_held(struct talk *talk, struct draft *draft);
size_t draft_lines(const struct draft *draft);
void draft_drop(struct hall *hall, struct draft *draft, struct effects *effects);
/* The draft is given up, but its lines are the answer of whoever has none. *kept tells whether they
 * are. 0, or -1 when the event must be rolled back. */
int draft_give_up(struct hall *hall, struct draft *draft, int64_t now, struct effects *effects,
                  bool *kept);
/* Answering in the round ends: takes the lines of whoever is in the middle of !begin. 0, or -1 when
 * the event must be rolled back. */
int draft_lock(struct hall *hall, struct round *round, int64_t now, struct effects *effects);

/* Lines that come in a burst (verb_line.c). Sets talk->burst; what is no command is text then. */
void line_begin(struct talk *talk);
/* Others came before it in its burst. */
bool line_follows(const struct talk *talk);
/* The line is refused, but should others follow, it was their first: keeps it. */
void line_hold(struct talk *talk);
/* What waits under this key is the refusal of a line that is kept. */
#define LINE_HELD_KEY "held"
/* Bytes that the kept line adds to the text, 0 if there is none. */
size_t line_held(const struct talk *talk);
/* The kept line goes in before this one. NULL when out of memory. */
const struct part *line_take_held(struct talk *talk, struct parts *parts);
/* Plain text would find a round that takes it, or several. (verb_answer.c) */
bool line_would_fit(struct talk *talk);
/* Until when what is said of this line waits, 0 = it does not: never past the end of the phase. */
int64_t line_due(const struct talk *talk, const struct round *round);
/* Bursts that are over: asks the kind of round what it has to say of the answer. 0 or -1. */
int line_advise(struct hall *hall, int64_t now, struct effects *effects);

/* Stores the text as the answer of a seat, or as a further part of it, and sends the receipt. */
void answer_store(struct talk *talk, struct round *round, struct seat *seat, const char *text,
                  size_t length, bool replace);
/* The same with the parts of a draft, which is dropped. */
void answer_adopt(struct talk *talk, struct round *round, struct seat *seat, struct draft *draft,
                  bool replace);
/* Answering is over: what waits to be said of answers is said now. */
void answer_settle(struct hall *hall, struct round *round, int64_t now, struct effects *effects);
/* Lets the kind of round say what it has to say of an answer. 0, or -1 when the event must be rolled
 * back. */
int answer_advise(struct round *round, const struct seat *seat, int64_t now,
                  struct effects *effects);
/* The parts have changed: stores what the answer is now. `lead` begins the receipt ("Stored"). */
void answer_renew(struct talk *talk, struct round *round, struct seat *seat, const char *lead);
/* The round of "12 my text", and where the text begins. A first word that is no
 * round the speaker may know of is a word of the text. */
struct talk_choice answer_choose_round(struct talk *talk, const char **text, size_t *length);
/* Cuts "!end" off that is the last line, as some clients send a paste. False if there is none. */
bool answer_cut_end(const struct talk *talk, const char *text, size_t *length);
/* The answer of a seat goes, without a word. False when out of memory (talk->broken is set). */
bool answer_drop(struct talk *talk, struct round *round, struct seat *seat);
/* Takes the answer back, as a whole. */
void answer_withdraw(struct talk *talk, struct round *round, struct seat *seat);
/* Holds more than blanks. */
bool answer_has_words(const char *text, size_t length);
/* Strips names and signature as graders will read it. False when out of memory. */
bool answer_clean(const struct hall *hall, const struct round *round, const char *text,
                  size_t length, struct buf *out, bool *changed);
/* Appends the record of the answer that a seat now has (or no longer has). */
void answer_record(const struct round *round, const struct seat *seat, int64_t at,
                   struct effects *effects);

#endif
