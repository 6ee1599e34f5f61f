/*
 * Chat text -> command. Pure: knows the words and their shape, not the state.
 *
 * A text is addressed to the bot if it starts with the prefix ("!start"), with
 * the bot's name ("hotseat: start", "hotseat, start", "@hotseat start"), or if
 * it was said privately. Any text may carry arguments in words, and options
 * such as topic:T, company:C, answer:5m, vote:3m, gather:30s, round:12.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* verb, word, where it may be said (R room, P private, B both), usage, what it does */
#define COMMAND_VERBS(X)                                                                           \
    X(HELP, "help", "B", "help [COMMAND]", "what you can do now, or what one command does")        \
    X(START, "start", "R",                                                                         \
      "start KIND [LEVEL] [topic:T] [company:C] [answer:5m] [vote:3m] [gather:30s]",               \
      "opens a round")                                                                             \
    X(JOIN, "join", "B", "join [ROUND]", "takes a seat in the open round")                         \
    X(STATUS, "status", "B", "status [ROUND]", "phase, time left, who still owes what")            \
    X(HINT, "hint", "B", "hint [ROUND]", "sends you the next hint, at the cost it names")          \
    X(EXTEND, "extend", "R", "extend TIME [ROUND]", "adds time to this phase")                     \
    X(PAUSE, "pause", "R", "pause [ROUND]", "stops the clock")                                     \
    X(RESUME, "resume", "R", "resume [ROUND]", "starts the clock again")                           \
    X(SKIP, "skip", "R", "skip [ROUND]", "ends this phase now")                                    \
    X(END, "end", "B", "end [ROUND]", "in the room: ends the round unscored; privately: ends !begin")\
    X(TOP, "top", "B", "top [day|week|month|all] [KIND]", "the board")                             \
    X(ME, "me", "B", "me", "your own scores, by direct message")                                   \
    X(ANSWER, "answer", "P", "answer [ROUND] TEXT", "stores your answer")                          \
    X(BEGIN, "begin", "P", "begin [ROUND]", "starts an answer of many lines, up to !end")          \
    X(CANCEL, "cancel", "P", "cancel", "drops the lines since !begin")                             \
    X(REVISE, "revise", "P", "revise [ROUND] TEXT", "replaces your answer")                        \
    X(WITHDRAW, "withdraw", "P", "withdraw [ROUND]", "takes your answer back")                     \
    X(VOTE, "vote", "P", "vote [ROUND] LABEL SCORES [COMMENT]",                                    \
      "grades one answer: a score of 1 to 5 for each criterion")                                   \
    X(VOTES, "votes", "P", "votes [ROUND]", "what you still owe, and what you gave")               \
    X(LEAVE, "leave", "B", "leave [ROUND]", "gives up your seat")                                  \
    X(LOG, "log", "B", "log [ROUND]", "what was done here lately, and by whom")                    \
    X(BANS, "bans", "R", "bans", "who is ignored or banned here")                                  \
    X(IGNORE, "ignore", "R", "ignore NAME [TIME]",                                                 \
      "for moderators: I do not react to them here, for 1h if you give no time")                   \
    X(UNIGNORE, "unignore", "R", "unignore NAME", "for moderators: I do again")                    \
    X(BAN, "ban", "R", "ban NAME [REASON]",                                                        \
      "for moderators: they take no part in rounds here until unban")                              \
    X(UNBAN, "unban", "R", "unban NAME", "for moderators: they may again")                         \
    X(LINK, "link", "P", "link [CODE]",                                                            \
      "makes you one person with your account on another network")                                 \
    X(UNLINK, "unlink", "P", "unlink", "undoes that for this account")

enum command_verb {
    COMMAND_NONE,    /* not addressed to the bot: plain talk, or an answer if private */
    COMMAND_UNKNOWN, /* addressed, but no such word; see `word` and `meant` */
#define X(id, word, where, usage, what) COMMAND_##id,
    COMMAND_VERBS(X)
#undef X
    COMMAND_COUNT
};

#define COMMAND_WORDS_MAX 16

struct command {
    enum command_verb verb;
    bool named;          /* addressed by the bot's name, not only by the prefix */
    char word[32];       /* the word as typed, lower case, cut */
    const char *meant;   /* for COMMAND_UNKNOWN: the nearest verb's word, or NULL */
    const char *rest;    /* all after the verb, trimmed at both ends; points into the text */
    size_t rest_length;
    /* The rest in words, options apart. Words point into `space`. */
    const char *words[COMMAND_WORDS_MAX];
    size_t word_count;
    const char *topic, *company, *answer, *vote, *gather, *round; /* option values, or NULL */
    const char *bad_option; /* an option that no command has, "topi:graphs", or NULL */
    char space[512];
};

/*
 * Parses `text` (valid, cleaned UTF-8, `length` bytes). `prefix` is 1 to 4
 * bytes, `name` the bot's name in that place ("" if none). A private text
 * without the prefix is COMMAND_NONE, unless it is a name-addressed command.
 */
void command_parse(struct command *command, const char *text, size_t length, const char *prefix,
                   const char *name, bool private_talk);

/*
 * Parses a text that answers a message of the bot, as good as called by name.
 * People also answer it in talk ("leave it to me"), hence only what can hardly
 * be anything else is a command; else the verb is COMMAND_NONE.
 */
void command_parse_called(struct command *command, const char *text, size_t length);

/* The verb's word, usage and description; where = 'R', 'P' or 'B'. */
const char *command_word(enum command_verb verb);
const char *command_usage(enum command_verb verb);
const char *command_what(enum command_verb verb);
char command_where(enum command_verb verb);
/* The verb of a word ("start", "!start"), COMMAND_UNKNOWN if there is none. */
enum command_verb command_find(const char *word);

/* "12", "#12" or "round:12" style number, > 0; 0 if it is none. */
uint64_t command_round_number(const char *word);

#endif
