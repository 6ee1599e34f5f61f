/*
 * Who is in which channel, what they may do there, and which account they are.
 *
 * Who somebody is: the services account the server names (account-tag,
 * extended-join, account-notify), as "account:NAME". Many servers, ngircd
 * alone among them, have no accounts at all; there the nick, folded by
 * CASEMAPPING, is the account: "nick:ann". Such people play and are on the
 * boards, for a study group without accounts has nothing better; who takes a
 * free nick is then taken for its former holder. The prefix keeps the two
 * apart: nobody gets at an account by taking its name as a nick.
 */
#ifndef TRANSPORT_IRC_PEOPLE_H
#define TRANSPORT_IRC_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "transport/irc/irc_isupport.h"
#include "transport/irc/irc_settings.h"

#define IRC_PEOPLE_MAX 20000

struct irc_person {
    char nick[EVENT_NAME_MAX + 1];
    char account[EVENT_NAME_MAX + 16];  /* "nick:ann" or "account:ann" */
    unsigned channels;                  /* bit i: is in channel i of the settings */
    unsigned moderator, owner;          /* bit i: is that in channel i */
    uint32_t next;                      /* in the same bucket: 1 + index, 0 = the last */
};

struct irc_people {
    struct irc_person *people;
    size_t count, capacity;
    uint32_t *bucket; /* `capacity` of them, by nick: 1 + index of the first, 0 = none */
    const struct irc_isupport *isupport; /* for CASEMAPPING; borrowed */
};

void irc_people_init(struct irc_people *people, const struct irc_isupport *isupport);
void irc_people_finish(struct irc_people *people);
void irc_people_clear(struct irc_people *people);

/* Compares nicks or channels as the server does. */
bool irc_people_same(const struct irc_people *people, const char *a, const char *b);
struct irc_person *irc_people_find(struct irc_people *people, const char *nick);
struct irc_person *irc_people_by_account(struct irc_people *people, const char *account);

/*
 * Somebody is seen. `account` is the services account the server names, NULL
 * if it names none. Without one, who holds a nick is that nick's account; if
 * its holder only changed nick and is still here, the newcomer is somebody
 * else ("nick:ann~2"), so that nobody inherits another's open ballot. NULL
 * when out of memory, beyond IRC_PEOPLE_MAX, or for a nick that is empty or
 * longer than EVENT_NAME_MAX: cut, it would be somebody else's.
 */
struct irc_person *irc_people_see(struct irc_people *people, const char *nick,
                                  const char *account);
/* Somebody who said something in the past, under an account: not one of the people who are here. */
struct irc_person irc_people_past(const char *nick, const char *account);
/* A nick change: the account goes along. Forgets who has a nick that is too long from now on, and
 * whoever had it before. */
void irc_people_rename(struct irc_people *people, const char *from, const char *to);
void irc_people_forget(struct irc_people *people, struct irc_person *person);

#endif
