/*
 * What the core remembers of people only while it runs: what they need not be
 * told twice, and which of their messages were refused. Both are bounded; the
 * oldest is forgotten first. A zeroed struct memo is empty.
 */
#ifndef CORE_MEMO_H
#define CORE_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMO_TOLD_MAX 512
#define MEMO_REFUSED_MAX 256
#define MEMO_KEY_MAX 512 /* bytes of an event_key(); longer ones are not remembered */

enum memo_what {
    MEMO_LOCKED = 1, /* answers are locked, a change does not count */
    MEMO_OVER,       /* grading is over, a mark does not count */
    MEMO_NO_SEAT,    /* who has no seat does not grade */
    MEMO_OWN,        /* one's own answer is not graded */
    MEMO_ELSEWHERE   /* answers go to the bot privately */
};

struct memo {
    struct memo_told {
        uint64_t member, round;
        enum memo_what what;
    } told[MEMO_TOLD_MAX];
    size_t next_told;
    struct memo_refused {
        uint64_t member;
        char key[MEMO_KEY_MAX];
    } refused[MEMO_REFUSED_MAX];
    size_t next_refused;
};

/* True if the member was not told this of the round yet; from now on they were. */
bool memo_first(struct memo *memo, uint64_t member, uint64_t round, enum memo_what what);
/* Nobody was told anything: after an event was rolled back. */
void memo_untell(struct memo *memo);
/* The message of this key was refused; said differently it may be taken. */
void memo_refuse(struct memo *memo, uint64_t member, const char *key);
/* True if it was refused; it is forgotten then. */
bool memo_take_refused(struct memo *memo, uint64_t member, const char *key);

#endif
