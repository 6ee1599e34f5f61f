/* The end of a round: scores, ledger, results in the room, feedback to each. Private to the core. */
#ifndef CORE_REVEAL_H
#define CORE_REVEAL_H

#include "core/round.h"

/* Best first; ties keep the order of the seats. */
void reveal_sort(struct hs_result *results, size_t count);
/* The room's table of scores; without names if the room hides them. */
void reveal_say_scores(const struct round *round, const struct hs_result *results, size_t count,
                       struct effects *effects);
/* To each author: score by criterion, comments in a chance order, points. To graders: points. */
void reveal_tell_seats(const struct round *round, const struct hs_result *results, size_t count,
                       struct effects *effects);
/* One ledger entry per answer, one per grader. */
void reveal_record(const struct round *round, const struct hs_result *results, size_t count,
                   int64_t now, struct effects *effects);

#endif
