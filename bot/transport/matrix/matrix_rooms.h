/*
 * The rooms that the bot is in, as their state events say: who is there, who
 * may do what, whether it is encrypted, where it has moved. In memory only; it
 * is read anew at every start.
 */
#ifndef TRANSPORT_MATRIX_ROOMS_H
#define TRANSPORT_MATRIX_ROOMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "transport/matrix/matrix_event.h"
#include "transport/matrix/matrix_people.h"

struct matrix_room {
    char *id;
    bool configured; /* one of the rooms that the configuration names, or what it became */
    bool named;      /* has a name or an alias: it was made for a group */
    bool direct;     /* somebody marked it as a talk of two */
    bool encrypted;
    bool sealed_now; /* and that has to be said */
    char *successor; /* where it moved, NULL = it did not */
    char *mover;     /* who said so */
    struct matrix_people people;
    struct matrix_event creation, power; /* root NULL = not known */
    int64_t spoke;   /* grows: when somebody last wrote to us here, among all rooms; 0 = never */
    bool untold;     /* the core does not know who is here */
    size_t told;     /* of `people`, while they are being told */
    bool leaving;    /* we asked to be let out */
    bool newly;      /* we have come in, and that is not noted yet */
    bool fresh;      /* what is read of it is from before we came in, and not for us */
    char *unread;    /* the last private message of theirs that is not marked as read; NULL = none */
};

struct matrix_rooms {
    struct matrix_room **list; /* in order of ids */
    size_t count, capacity;
    char me[MATRIX_ID_MAX + 1];
    int64_t spoken; /* the last number given to `spoke` */
};

void matrix_rooms_init(struct matrix_rooms *rooms);
void matrix_rooms_finish(struct matrix_rooms *rooms);

/* NULL if we are not in it. */
struct matrix_room *matrix_rooms_find(const struct matrix_rooms *rooms, const char *id);
/* Finds or makes it. NULL when out of memory. */
struct matrix_room *matrix_rooms_add(struct matrix_rooms *rooms, const char *id);
void matrix_rooms_remove(struct matrix_rooms *rooms, const char *id);

enum matrix_change {
    MATRIX_SAME = 0,
    MATRIX_CAME = 1,      /* the person of the event has joined, or is called otherwise now */
    MATRIX_WENT = 2,      /* the person of the event is no longer there */
    MATRIX_SEALED = 4,    /* the room is encrypted from now on */
    MATRIX_RULES = 8,     /* who may do what has changed, or our own membership */
    MATRIX_TOMB = 16,     /* it has moved: see successor */
    MATRIX_NO_MEMORY = 32 /* and nothing was changed */
};
/* Applies a state event; any other changes nothing. May take the event's contents. */
unsigned matrix_rooms_apply(struct matrix_rooms *rooms, struct matrix_room *room,
                            struct matrix_event *event);

/* The one person we talk with in this room, if it is a private one: two are in it, or invited, and
 * nothing says that it is meant for a group. NULL: it is not private. */
const struct matrix_person *matrix_room_partner(const struct matrix_rooms *rooms,
                                                const struct matrix_room *room);
/* The power level of a user; creators of a room of version 12 have more than anybody. */
int64_t matrix_room_power(const struct matrix_room *room, const char *user);
enum role matrix_room_role(const struct matrix_room *room, const char *user);
/* May this user send such a state event? */
bool matrix_room_may_set(const struct matrix_room *room, const char *user, const char *type);
/* May we erase what others said? */
bool matrix_room_may_erase(const struct matrix_rooms *rooms, const struct matrix_room *room);
/* How we are called there. */
void matrix_room_own_name(const struct matrix_rooms *rooms, const struct matrix_room *room,
                          char out[EVENT_NAME_MAX + 1]);

#endif
