/*
 * A whole round of three people that comes to a rig from a network which keeps
 * its past: kept events with ids, a note behind every few of them, the network
 * behind at first and abreast in the end, marks that are counted. After a
 * restart the network goes on where the last note says, as a transport does.
 */
#ifndef SUPPORT_RIG_PAST_H
#define SUPPORT_RIG_PAST_H

#include "rig.h"

#define RIG_PAST 14 /* events */

struct rig_past {
    struct rig *rig;
    struct transport_ops ops; /* the rig's, and it has marks */
    size_t told;         /* events pushed, or covered by a note before */
    bool behind, abreast; /* pushed since the start */
    bool note_due, count_due;
    char tag[64];        /* of the count */
    char trouble[512];   /* "" or the first rule that was broken */
};

/* The rig is up: it gets the network. */
void rig_past_init(struct rig_past *past, struct rig *rig);
/* After the rig was down: reads the note. 0, or -1 if it cannot be read. */
int rig_past_start(struct rig_past *past);
/* Pushes the next thing. 1 = pushed, 0 = nothing is left, -1 = refused; to be tried again. */
int rig_past_step(struct rig_past *past);
/* Pushes all that is left, a few things a turn, and waits for second tries. 0, or -1 with trouble. */
int rig_past_play(struct rig_past *past);
/* No note covers what is not stored: holds at every moment. 0, or -1 with `trouble`. */
int rig_past_honest(struct rig_past *past);
/* In the end: everything counts once, and nobody heard of a failure. 0, or -1 with `trouble`. */
int rig_past_check(struct rig_past *past);

#endif
