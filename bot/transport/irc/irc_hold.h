/* What somebody said that waits until it is known who they are: irc_hold.c. */
#ifndef TRANSPORT_IRC_HOLD_H
#define TRANSPORT_IRC_HOLD_H

struct irc_held; /* a list */

/* Forgets all of it, without a word. NULL is fine. */
void irc_held_free(struct irc_held *held);

#endif
