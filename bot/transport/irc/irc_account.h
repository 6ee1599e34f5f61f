/*
 * What the core knows people by on IRC:
 *
 * - "account:ann": logged in to the network's services as ann;
 * - "guest:ann~1f00b4a2c3d4e5f6": not logged in. The number is made of user and host, so that who takes
 *   a free nick is not taken for its former holder, and who comes back from the same place is;
 * - "nick:ann": not logged in, where nicks are trusted (trust_nicks).
 *
 * The words before the colon keep the three apart: nobody gets at an account by a nick. All are
 * UTF-8, whatever bytes a server allows, and lower case.
 */
#ifndef TRANSPORT_IRC_ACCOUNT_H
#define TRANSPORT_IRC_ACCOUNT_H

#include <stdint.h>

#include "core/event.h"
#include "transport/irc/irc_casemap.h"

#define IRC_MEMBER_MAX (EVENT_NAME_MAX + 48)

/* "user@host" as a number, 0 if it is "". */
uint64_t irc_account_place(const char *userhost);

/* `number`: 1, or more for the number-th connection of the same name at once. */
void irc_account_of_login(const char *login, char out[IRC_MEMBER_MAX]);
void irc_account_of_guest(enum irc_casemap map, const char *nick, uint64_t place, unsigned number,
                          char out[IRC_MEMBER_MAX]);
void irc_account_of_nick(enum irc_casemap map, const char *nick, unsigned number,
                         char out[IRC_MEMBER_MAX]);

#endif
