/* Whom somebody in a room means by a name: people who are there, sit in a round, or have sat in one. */
#ifndef CORE_PERSON_H
#define CORE_PERSON_H

#include "core/talk.h"

#define PEOPLE_MAX 8

struct person {
    uint64_t own, member; /* of the account alone, and of all that counts as one with it */
    const char *name;
    struct address who;   /* target NULL = it is not known where they are */
};
struct people {
    struct person list[PEOPLE_MAX]; /* each member once */
    size_t count;
};

/* The account as people write it: without what the network puts before it. */
const char *person_account(const struct address *who);
/* Those of the room whom the name may mean, by account or by the name that is shown: those who are
 * there or sit in an open round, and only if there are none, those who have sat in one. Makes those
 * who are there known. 0 or -1. */
int person_find(struct talk *talk, const char *name, struct people *people);
/* What they are in the room, by the configuration or as the network showed it last. 0 or -1. */
int person_role(struct talk *talk, const struct person *person, enum role *role);

#endif
