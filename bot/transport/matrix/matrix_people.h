/*
 * Who is in one Matrix room, joined or invited, and how each is called there.
 *
 * A person is their user id. A display name is what anybody may choose, so it
 * never tells who somebody is: where two people of a room go by names that look
 * alike, or a name looks like a user id, the label has the id beside it
 * (Client-Server API, "Calculating the display name for a user", made stricter:
 * names count as the same if they look the same).
 */
#ifndef TRANSPORT_MATRIX_PEOPLE_H
#define TRANSPORT_MATRIX_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "transport/matrix/matrix_event.h"

#define MATRIX_PEOPLE_MAX 50000 /* of one room; beyond, people are known only while they talk */

struct matrix_person {
    char *id;
    char *name;    /* safe to show */
    uint64_t look; /* equal for names that look the same */
    bool joined;   /* else invited */
};

struct matrix_people {
    struct matrix_person *list; /* in order of ids */
    size_t count, capacity;
    uint64_t *looks; /* of those who joined, in order */
    size_t joined, looks_capacity;
};

void matrix_people_init(struct matrix_people *people);
void matrix_people_finish(struct matrix_people *people);

/* NULL if they are neither joined nor invited. Borrowed until the next change. */
const struct matrix_person *matrix_people_find(const struct matrix_people *people, const char *id);
/* What a member event says; whoever is neither joined nor invited is forgotten. `name` as it came, or
 * NULL. 0; -1 when out of memory or beyond MATRIX_PEOPLE_MAX, and nothing changed then. */
int matrix_people_set(struct matrix_people *people, const char *id,
                      enum matrix_membership membership, const char *name);
/* The other one, if `me` and one more are all that are joined or invited; else NULL. */
const struct matrix_person *matrix_people_other(const struct matrix_people *people,
                                                const char *me);
/* How somebody is called in the room; also for those who are not in it. */
void matrix_people_label(const struct matrix_people *people, const char *id,
                         char out[EVENT_NAME_MAX + 1]);

#endif
