/*
 * What holds a phase open past its end. A network may be behind: what was sent
 * there in time still counts when it comes, so the phase waits for it, but not
 * for ever; or a text is still being read (reading.h). And before votes by marks count, the marks are compared with the
 * network. Other events after the end are late as ever.
 */
#ifndef CORE_HOLD_H
#define CORE_HOLD_H

#include "core/hall.h"

/* After the end of a phase; of one that ended while the bot was down, after its start. */
#define HOLD_BEHIND_MS (10 * 60 * 1000)
#define HOLD_COUNT_MS (60 * 1000)       /* for the marks to be counted */

/* EVENT_BEHIND, EVENT_ABREAST, EVENT_COUNTED, EVENT_READING, EVENT_READ. 0 or -1. */
int hold_apply(struct hall *hall, const struct event *event, struct effects *effects);
void hold_finish(struct hall *hall);

/* True if a network of the round's places is behind, or a text for it is still being read. */
bool hold_waits(const struct hall *hall, const struct round *round);
/* When the end of the phase is to be acted on, of a round for which hold_waits(): first to tell the
 * room, then to go on without what is missing. 0 if nothing has come to an end. */
int64_t hold_due(const struct hall *hall, const struct round *round);
/* True until the phase has waited as long as it may. */
bool hold_may_wait(const struct hall *hall, const struct round *round, int64_t now);
/* The room learns, once a phase, what it waits for. */
void hold_tell(const struct hall *hall, struct round *round, int64_t now,
               struct effects *effects);

/* An answer, or a vote by command, of this event counts: it was sent before the end of the phase. */
bool hold_takes_answer(const struct round *round, const struct event *event);
bool hold_takes_vote(const struct round *round, const struct event *event);

/* Grading is over: asks for the marks to be counted where a place of the round has any.
 * 1 = the result waits for that, 0 = it need not (any more), -1 = memory is out. */
int hold_count(struct hall *hall, struct round *round, int64_t now, struct effects *effects);
/* When hold_count() is to be asked again, of a round whose grading is over. */
int64_t hold_count_due(const struct hall *hall, const struct round *round);
/* The phase goes on: somebody gave it more time. */
void hold_lift(struct round *round);

#endif
