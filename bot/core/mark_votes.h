/* Votes by marks, for hall_apply(). Functions return 0, or -1 when the event must be rolled back. */
#ifndef CORE_MARK_VOTES_H
#define CORE_MARK_VOTES_H

#include "core/hall.h"

/* EVENT_MARK */
int mark_give(struct hall *hall, const struct event *event, struct effects *effects);
/* EVENT_RETRACT: true if it was about a mark; that is taken back, and what stood before it counts. */
bool mark_retract(struct hall *hall, const struct event *event, struct effects *effects);
/* EVENT_TALLY: marks on the message that are not listed are taken back. */
int mark_tally(struct hall *hall, const struct event *event, struct effects *effects);

/* Takes back all that a seat gave, by marks and by commands. */
void mark_drop_all(struct round *round, uint32_t voter, int64_t at, struct effects *effects);

#endif
