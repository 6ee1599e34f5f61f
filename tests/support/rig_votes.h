/*
 * People who vote by marks and by command, and what should count in the end: a
 * network's own memory of its marks, some of them unheard by the bot, beside a
 * rig. Exact only while neither disk nor memory fails.
 */
#ifndef SUPPORT_RIG_VOTES_H
#define SUPPORT_RIG_VOTES_H

#include "rig.h"

#define RIG_VOTES_MAX 512

struct rig_vote {
    char id[16];         /* of the mark; "" = by command */
    char message[24];    /* of the bot */
    uint64_t round;
    char voter[24], author[24]; /* names */
    char score[4];       /* of the first three criteria */
    unsigned turn;       /* when the bot heard it; 0 = not yet, or it counts for nothing */
    bool stands;         /* on the network */
};

struct rig_votes {
    struct rig *rig;
    struct rig_vote vote[RIG_VOTES_MAX];
    size_t count;
    unsigned turns, ids;
    struct transport_ops ops; /* the rig's, and it has marks */
};

/* From now on the rig's network has marks. */
void rig_votes_init(struct rig_votes *votes, struct rig *rig);
/* Puts a mark on a message that the person was shown, if there is one; `choice` is random. With
 * `unheard` the bot is not told. */
void rig_votes_mark(struct rig_votes *votes, const char *person, uint32_t choice, bool unheard);
/* The person takes one of their marks back, if there is one. */
void rig_votes_retract(struct rig_votes *votes, const char *person, uint32_t choice, bool unheard);
/* The network brings a mark again. */
void rig_votes_repeat(struct rig_votes *votes, uint32_t choice);
/* The person says something that may be a vote; it counts if the store says so. */
void rig_votes_command(struct rig_votes *votes, const char *person, const char *text,
                       const char *id);
/* The network tells all marks as they are. */
void rig_votes_tally(struct rig_votes *votes);
/* Each pair's last ballot of each closed round is the newest vote that stood. 0, or -1 and why. */
int rig_votes_check(struct rig_votes *votes, char *why, size_t size);

#endif
