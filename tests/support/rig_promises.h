/* What must hold of every message that was seen: what is said to be stored is, and nobody reads early. */
#ifndef SUPPORT_RIG_PROMISES_H
#define SUPPORT_RIG_PROMISES_H

#include "rig.h"

struct rig_promises {
    struct rig *rig;
    const char *const *people; /* who plays, by name */
    const char *const *tokens; /* what only the answers of each have in them */
    size_t people_count;
    bool one_person;           /* the first two may be linked: what is one's may be stored for the other */
    size_t answers, votes;     /* receipts looked at */
};

/* The rule that this message breaks, NULL if it is as it should be. */
const char *rig_broken_promise(struct rig_promises *promises, const struct rig_seen *one);

#endif
