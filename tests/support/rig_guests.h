/* Somebody who logs in and out beside a rig, and what must hold of guests in its database. */
#ifndef SUPPORT_RIG_GUESTS_H
#define SUPPORT_RIG_GUESTS_H

#include "rig.h"

/* The rig's guest logs in; or this person, whom the rig has no account of then, logs out. */
void rig_guests_toggle(struct rig *rig, const char *person);
/* Guests are not ranked, and what somebody did in a round is of a member with a seat there. Where
 * no accounts are linked. 0, or -1 and what is wrong. */
int rig_guests_right(struct rig *rig, char *why, size_t size);

#endif
