/*
 * Everything that is open: rooms, who is in them, their open rounds and the
 * drafts of answers. hall_apply() is the core: event in, effects out. It never
 * sees a socket, a clock, SQL or JSON.
 */
#ifndef CORE_HALL_H
#define CORE_HALL_H

#include "core/burst.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/limit.h"
#include "core/memo.h"
#include "core/round.h"
#include "core/world.h"

struct presence {
    char *transport, *network, *account, *name;
    enum role role; /* as the network showed it last */
};

/* One place of a room. Rooms that are linked have several, of one id. */
struct room {
    uint64_t id;
    char *transport, *network, *target;
    struct room_settings settings;
    char call[EVENT_NAME_MAX + 4]; /* what stands before a command there: "!", or "hotseat: " */
    struct presence *present;
    size_t present_count, present_capacity;
};

/* Lines since !begin, or a private text whose round is not clear yet. */
struct draft {
    uint64_t member;
    uint64_t round; /* 0 = not yet clear */
    bool revise;
    bool pending;   /* a text kept for "!answer ROUND", not a !begin */
    struct parts parts;
    int64_t at;
};

/* A network, and whether events of it are still to come. */
struct lag {
    char *transport, *network;
    bool behind;  /* says the network */
    bool settled; /* the same as of the last commit */
    bool held;    /* events of it wait in the session */
    int64_t since; /* when it was behind first */
};

struct reading;

struct hall {
    const struct world *world;
    struct reading **readings; /* texts that are still being read (reading.c) */
    size_t reading_count;
    struct lag *lags;
    size_t lag_count;
    struct room **rooms;
    size_t room_count, room_capacity;
    struct round **rounds; /* open ones, by id */
    size_t round_count, round_capacity;
    struct draft *drafts;
    size_t draft_count, draft_capacity;
    uint64_t next_round;
    struct memo memo;
    struct bursts bursts;
    struct limits limits;
};

void hall_init(struct hall *hall, const struct world *world);
void hall_finish(struct hall *hall);

/* Applies one event. -1 when memory or the store failed, or effects_ok() is
 * false: the caller rolls the transaction back, calls hall_forget() and loads
 * the open rounds anew. */
int hall_apply(struct hall *hall, const struct event *event, struct effects *effects);

/* Ends the round that the clock is stuck at, when EVENT_CLOCK fails again and
 * again: one round must not hold up all others. 0 or -1. */
int hall_abandon(struct hall *hall, int64_t now, struct effects *effects);

/* When the next EVENT_CLOCK is due (absolute), or 0 if nothing waits for time. */
int64_t hall_deadline(const struct hall *hall);

/* Drops open rounds and drafts (not rooms and presence), for loading them anew. */
void hall_forget(struct hall *hall);
/* Takes a loaded round whose question and plugin are set. 0 or -1. */
int hall_add_round_take(struct hall *hall, struct round *round);
int hall_add_draft(struct hall *hall, const struct draft_record *record);
int hall_add_draft_part(struct hall *hall, const struct part_record *record);
/* Drops rounds that are over; the session calls it after the commit. */
void hall_sweep(struct hall *hall);

/* Makes a network known, so that hall_hold() needs no memory. 0 or -1. */
int hall_know_network(struct hall *hall, const char *transport, const char *network);
/* Events of a network wait in the session: to its rounds it is as good as behind. */
void hall_hold(struct hall *hall, const char *transport, const char *network, bool held);
/* What EVENT_BEHIND and EVENT_ABREAST said is committed; or it is taken back. */
void hall_settle(struct hall *hall);
void hall_unsettle(struct hall *hall);

struct round *hall_round(struct hall *hall, uint64_t id);
/* Makes a room known before anything is heard from it: for open rounds after a restart. 0 or -1. */
int hall_know_room(struct hall *hall, const struct address *place);
/* A place goes on as `target`; if that is known as a place, too, it becomes this one. 0 or -1. */
int hall_move(struct hall *hall, const struct address *place, const char *target);
/* Which rooms places belong to was changed, or taken back: asks for the ids anew. 0 or -1. */
int hall_know_rooms(struct hall *hall);

#endif
