/*
 * Texts that members named by a link and that are still being read. What was
 * said in time counts when it comes, so the end of answering waits for it: for
 * some seconds, of which nobody needs to hear.
 */
#ifndef CORE_READING_H
#define CORE_READING_H

#include "core/hall.h"

/* Longer than reading takes at its longest, with the wait for its turn. */
#define READING_MS 12000

/* EVENT_READING, EVENT_READ. 0 or -1. */
int reading_apply(struct hall *hall, const struct event *event, struct effects *effects);
void readings_finish(struct hall *hall);

/* How long the end of the phase, which is at `end` (0 = when all have answered), waits for what
 * is being read; 0 = nothing that was said before concerns the round. */
int64_t reading_until(const struct hall *hall, const struct round *round, int64_t end);

#endif
