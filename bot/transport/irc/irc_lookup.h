/*
 * Looking up whose account somebody is: who waits for it, and what was asked. At most three
 * questions are out at a time; a nick is never asked about twice at once, so that no answer is
 * taken for that to another question.
 */
#ifndef TRANSPORT_IRC_LOOKUP_H
#define TRANSPORT_IRC_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

#define IRC_LOOKUP_AT_ONCE 3
#define IRC_LOOKUP_URGENT_MAX 256 /* people who wait for it; more count as guests at once */
#define IRC_LOOKUP_LATER_MAX 64   /* people who have not spoken yet; more are looked up when they do */
#define IRC_LOOKUP_LAPSED_MAX 16

enum irc_wish {
    IRC_WISH_NONE,
    IRC_WISH_LATER,  /* when nothing else is to do */
    IRC_WISH_URGENT, /* what they say waits for it */
    IRC_WISH_ASKED
};

enum irc_question_kind {
    IRC_ASK_NOTHING,
    IRC_ASK_WHO,     /* WHO with fields (WHOX) */
    IRC_ASK_WHOIS,   /* numeric 330 */
    IRC_ASK_SERVICES /* ACC of NickServ */
};

struct irc_person;

struct irc_question {
    enum irc_question_kind kind;
    struct irc_person *person; /* NULL: nobody waits for the answer any more */
    char nick[EVENT_NAME_MAX + 1];
    char login[512];           /* "" = none so far */
    bool seen;                 /* there was an answer, perhaps that there is none */
    uint64_t place;            /* by the answer; 0 = not said */
    unsigned token;
    int64_t asked_at;
};

struct irc_lookups {
    struct irc_person *urgent[IRC_LOOKUP_URGENT_MAX], *later[IRC_LOOKUP_LATER_MAX];
    size_t urgent_count, later_count;
    struct irc_question asked[IRC_LOOKUP_AT_ONCE];
    unsigned token;            /* of the last WHO */
    int64_t later_at;          /* when somebody was looked up without need */
    /* Services never answered about these: a late answer must not be taken for one to a new question. */
    struct {
        char nick[EVENT_NAME_MAX + 1];
        int64_t until;
    } lapsed[IRC_LOOKUP_LAPSED_MAX];
    size_t held;               /* bytes of what waits, of all people */
};

#endif
