/*
 * Who is who, as this process has read it since the last change. Each message
 * asks several times for the member behind one and the same account, and this
 * store is the only writer of the file. Everything is forgotten when a member
 * comes, is renamed or is linked, and when a transaction is taken back.
 */
#ifndef STORE_SQLITE_KNOWN_H
#define STORE_SQLITE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

#define KNOWN_MAX 256      /* accounts; of two that meet in one place the newer one stays */
#define KNOWN_ACCOUNT 128  /* bytes of an account with its NUL; a longer one is not kept */

struct known_account {
    bool kept;
    bool only; /* no other account counts for the same member */
    uint64_t own, whole;
    char transport[16], network[EVENT_NAME_MAX + 1], target[KNOWN_ACCOUNT];
    char name[EVENT_NAME_MAX + 1];
};

struct known {
    struct known_account account[KNOWN_MAX];    /* by the hash of its address */
    struct known_account *of_member[KNOWN_MAX]; /* the only one of a member, by its number */
};

void known_forget(struct known *known);
/* NULL = it must be read. What it points to is valid until the next known_ call that changes it. */
const struct known_account *known_find(const struct known *known, const struct address *who);
/* What is kept now; NULL if it does not fit. */
struct known_account *known_keep(struct known *known, const struct address *who, uint64_t own,
                                 uint64_t whole, const char *name);
/* The only account of a member; NULL = it must be read. */
const struct known_account *known_only(const struct known *known, uint64_t whole);
/* An account that was kept is the only one of its member. */
void known_keep_only(struct known *known, struct known_account *account);

#endif
