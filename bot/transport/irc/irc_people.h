/*
 * Who is seen on a network: found by nick, as the server compares nicks, and by the account that
 * the core knows them by. Only the table; what somebody's account is, irc_identity.h says.
 */
#ifndef TRANSPORT_IRC_PEOPLE_H
#define TRANSPORT_IRC_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "transport/irc/irc_account.h"
#include "transport/irc/irc_isupport.h"
#include "transport/irc/irc_lookup.h"
#include "transport/irc/irc_settings.h"

#define IRC_PEOPLE_MAX 20000
#define IRC_MARKS 5 /* sorts of marks that mean something in a channel */

struct irc_person {
    char nick[EVENT_NAME_MAX + 1];
    char account[IRC_MEMBER_MAX]; /* what the core knows them by; "" = not known yet */
    char *former;            /* the account of a guest who has logged in since; NULL = none */
    bool logged_in;
    int64_t sure_at;         /* loop time when it was certain last that they have the nick */
    uint64_t place;          /* of their user and host: irc_account_place(); 0 = not known */
    unsigned channels;       /* bit i: is in channel i of the settings */
    unsigned told;           /* bit i: the core knows that they are */
    int64_t looked_at;       /* when it was said last whether they are logged in; 0 = never */
    enum irc_wish wish;      /* to be looked up */
    struct irc_held *held;   /* what waits for that: irc_hold.c */
    int64_t held_since;
    int64_t away_at;         /* since then split away: irc_away.c */
    unsigned marks[IRC_MARKS]; /* bit i: has that mark in channel i; irc_modes.c */

    /* of the table */
    struct irc_person *nick_next, *account_next; /* in the same bucket */
    size_t index;
    uint64_t spoke; /* greater = said something later; irc_people_spoke() */
};

struct irc_people {
    struct irc_person **list; /* in no order */
    size_t count, capacity;
    struct irc_person **by_nick, **by_account;
    size_t buckets; /* of each; a power of two, or 0 */
    uint64_t speeches;
    enum irc_casemap casemap; /* by which nicks are in their buckets */
    const struct irc_isupport *isupport; /* borrowed */
};

void irc_people_init(struct irc_people *people, const struct irc_isupport *isupport);
void irc_people_finish(struct irc_people *people);
void irc_people_clear(struct irc_people *people);

/* Compares nicks or channels as the server does. */
bool irc_people_same(const struct irc_people *people, const char *a, const char *b);
/* Takes over what the server says of CASEMAPPING. */
void irc_people_refold(struct irc_people *people);

struct irc_person *irc_people_find(const struct irc_people *people, const char *nick);
/* Of the connections with this account that are in a channel with us or were sure after `since` (loop
 * time), the one that spoke last. */
struct irc_person *irc_people_by_account(const struct irc_people *people, const char *account,
                                         int64_t since);
/* Who was that guest before logging in. */
struct irc_person *irc_people_by_former(const struct irc_people *people, const char *account);
/* Another connection with the account of `person` after `person`; NULL = no more. Begin with
 * irc_people_first(). */
struct irc_person *irc_people_first(const struct irc_people *people, const char *account);
struct irc_person *irc_people_next(const struct irc_person *person);

/* Somebody who was not seen before. NULL when out of memory, beyond IRC_PEOPLE_MAX, or for a nick
 * that is empty or longer than EVENT_NAME_MAX. */
struct irc_person *irc_people_add(struct irc_people *people, const char *nick);
void irc_people_rename(struct irc_people *people, struct irc_person *person, const char *nick);
void irc_people_set_account(struct irc_people *people, struct irc_person *person,
                            const char *account);
void irc_people_spoke(struct irc_people *people, struct irc_person *person);
void irc_people_forget(struct irc_people *people, struct irc_person *person);

#endif
