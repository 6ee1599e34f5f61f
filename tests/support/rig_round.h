/*
 * A whole round of three people on a rig: start, join, sealed answers with and
 * without !begin, blind votes, reveal, board. Whoever is told that something
 * was not stored sends it again, as people do; what is acknowledged is noted,
 * and must be in the store in the end.
 */
#ifndef SUPPORT_RIG_ROUND_H
#define SUPPORT_RIG_ROUND_H

#include "rig.h"

#define RIG_PEOPLE 3
#define RIG_TOLD_MAX 8 /* acknowledged parts of one answer */

/* Odd names, so that a name in a message is no chance; a token of each in what they write. */
extern const char *const rig_people[RIG_PEOPLE];
extern const char *const rig_tokens[RIG_PEOPLE];

struct rig_round {
    struct rig *rig;
    size_t step;                /* the next one; a round can be continued after a crash */
    char answer[RIG_PEOPLE][512]; /* as acknowledged */
    unsigned revision[RIG_PEOPLE];
    char vote[RIG_PEOPLE][RIG_PEOPLE][8]; /* voter, author: "4354" as acknowledged */
    size_t apologies;
    char trouble[1024];         /* "" or the first rule that was broken */
};

void rig_round_init(struct rig_round *round, struct rig *rig);
size_t rig_round_steps(void);
/* Plays from the step it is at to the end. 0, or -1 with `trouble`. */
int rig_round_play(struct rig_round *round);
/* One step; `tries` = how often somebody sends again what was not stored. */
int rig_round_step(struct rig_round *round, int tries);
/* After a crash. `doubtful`: it came in the step the round is at, and what was seen
 * from `since` on may have the acknowledgement. Everyone is in the room again. */
void rig_round_resume(struct rig_round *round, size_t since, bool doubtful);
/* What must hold after a round: acknowledged answers and votes are in the store, the
 * ledger sums to the boards, nobody saw who wrote what, nothing went out twice. */
int rig_round_check(struct rig_round *round);

/* The boards are what the ledger sums to. 0, or -1 with what differs in `why`. */
int rig_boards_right(struct rig *rig, char *why, size_t size);
/* NULL, or the message that shows somebody else's token too early or beside their name. */
const struct rig_seen *rig_unblind(const struct rig *rig);

#endif
