/*
 * Guests: people for whom the network knows no account. They play like all
 * others and are never ranked, for whoever takes their name is taken for them.
 * A guest who logs in becomes an account, with what they did in open rounds.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include "core/talk.h"

/* What ends a message about a score, in place of points. */
#define GUEST_NO_POINTS "No points: you play as a guest."
/* What a guest hears who asks for boards and scores. */
#define GUEST_UNRANKED                                                                             \
    "You play as a guest and are not ranked; log in to the network's services, and what you play "  \
    "counts."

/* What a guest who just took a seat must know, with a blank before it, for the end of what they are
 * told anyway. "" if there is nothing to say, or it was said. */
const char *guest_greeting(struct talk *talk);
/* Says it by itself, if nothing else did. */
void guest_greet(struct talk *talk);

/*
 * EVENT_BECAME. In open rounds the guest's seat, with answer, ballots and all, is the account's, if
 * that has none there; it is ranked then. Where the account has a seat, too, the guest's stays what
 * it is, as if its holder had left, and what it gave to the account's answer is taken back: nobody
 * grades themselves. A draft goes along, unless the account is writing one. Where the guest was
 * present the account is, and what waits for the one goes to the other. 0 or -1.
 */
int guest_became(struct hall *hall, const struct event *event, struct effects *effects);

#endif
