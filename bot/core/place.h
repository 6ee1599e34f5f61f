/*
 * The places of a room. A room that is linked has several, on one network or
 * on many; each keeps its own way of calling the bot, and each must learn what
 * was said or done in another.
 */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/talk.h"

struct address place_address(const struct room *place);
/* The place of that room after `after` (NULL: the first); NULL after the last. */
const struct room *place_next(const struct hall *hall, uint64_t room, const struct room *after);
/* The place that a person means by the room: where they are, else one of their network, else the
 * first. NULL if none is known. */
const struct room *place_near(const struct hall *hall, uint64_t room, const struct address *who);
/* Somebody is in one of the places of the room now. */
bool place_has(const struct hall *hall, uint64_t room, const struct address *who);
/* What stands before a command when a person writes privately of that room; "!" if it is not known. */
const char *place_prefix(const struct hall *hall, uint64_t room, const struct address *who);

/* "irc (libera)", for somebody or some place there. */
#define PLACE_WORDS (2 * EVENT_NAME_MAX + 4)
const char *place_words(const struct address *where, char out[PLACE_WORDS]);

/* Says `head`, then the command `verb` as it is called in each place, then `tail`. */
void place_invite(const struct hall *hall, uint64_t room, const struct text *head,
                  const char *verb, const char *tail, struct effects *effects);

/* The places of that room that did not see what the speaker just did: all others; if it was done
 * privately, all where the speaker is not. Goes on as place_next() does. */
const struct room *place_next_other(const struct talk *talk, uint64_t room,
                                    const struct room *after);
/* Tells those "bob joined on irc (libera)"; with the number of the round if several are open, or
 * if it has just been opened. */
void place_tell_others(struct talk *talk, const struct round *round, const char *did, bool opened);

/* The name of somebody in a round, told apart from another of that name: "ann (irc)". */
#define PLACE_NAME (2 * EVENT_NAME_MAX + 16)
const char *place_seat_name(const struct round *round, const struct seat *seat,
                            char out[PLACE_NAME]);
/* The same where it matters who is ranked: guests are always told apart, "ann (guest)". */
const char *place_ranked_name(const struct round *round, const struct seat *seat,
                              char out[PLACE_NAME]);
/* The same for the speaker, seated or not. */
const char *place_speaker(const struct talk *talk, const struct round *round, char out[PLACE_NAME]);

#endif
