/* The accounts of a member: one, or several that were linked (verb_link.c). */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "core/hall.h"
#include "util/arena.h"

#define ACCOUNTS_MAX 8 /* of one member */

struct account {
    struct address who;
    uint64_t own; /* the member of this account alone */
    const char *name;
};
struct accounts {
    struct arena *arena; /* of the strings; borrowed */
    struct account list[ACCOUNTS_MAX];
    size_t count;
};

/* Those of the member that this one counts for; the first ACCOUNTS_MAX. None if accounts are never linked. 0 or -1. */
int accounts_read(const struct hall *hall, uint64_t member, struct arena *arena,
                  struct accounts *out);
/* The member that somebody counts for, without making them known; 0 if they are not known, or
 * accounts are never linked. -1 when the store failed. */
int account_member(const struct hall *hall, const struct address *who, uint64_t *own,
                   uint64_t *member);
/* "ann on irc (libera)" */
void account_put(const struct account *account, struct text *text);
/* In memory, all that is open of member `from` is of `to` from now on. */
void account_move(struct hall *hall, uint64_t from, uint64_t to, struct effects *effects);

#endif
