/* Who is ignored or banned in a room. Stored; asked of the world each time, so that linked rooms and
 * accounts count as one as they are linked now. */
#ifndef CORE_SANCTION_H
#define CORE_SANCTION_H

#include "core/talk.h"

/* The sanction that a member is under in a room; member 0 = none, or it is over. Its strings are in
 * the arena of the event. 0 or -1. */
int sanction_of(struct talk *talk, uint64_t room, uint64_t member, enum sanction_kind kind,
                struct sanction *out);
/* The speaker spoke in a room where they are ignored. 0 or -1. */
int sanction_ignores(struct talk *talk, bool *ignored);
/* The speaker is banned from the rounds of the room, and is told so. Also true when the store failed
 * (talk->broken is set). */
bool sanction_bars(struct talk *talk, uint64_t room);

#endif
