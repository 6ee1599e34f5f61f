#include "transport/irc/irc_account.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util/hash.h"
#include "util/utf8.h"

#define CUT_TO 40 /* and a number behind it */
#define NAME_MAX_BYTES 512

/* Not a cheap hash: nobody should find a user name that makes the number of another place. */
static uint64_t number_of(const char *text)
{
    uint8_t digest[SHA256_BYTES];
    uint64_t number = 0;
    sha256(text, strlen(text), digest);
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | digest[i];
    return number;
}

uint64_t irc_account_place(const char *userhost)
{
    return *userhost ? number_of(userhost) : 0;
}

/* Lower case and clean. A name that had to be changed for that gets a number, so that two names
 * never become one. */
static void make_name(enum irc_casemap map, const char *name, char out[NAME_MAX_BYTES])
{
    size_t length = irc_casemap_fold(map, name, out, NAME_MAX_BYTES);
    bool valid = utf8_valid(out, length);
    for (char *c = out; !valid && *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    if (valid && length <= EVENT_NAME_MAX)
        return;
    size_t kept = utf8_cut(out, length, CUT_TO);
    snprintf(out + kept, NAME_MAX_BYTES - kept, "~%016" PRIx64, number_of(name));
}

void irc_account_of_login(const char *login, char out[IRC_MEMBER_MAX])
{
    char name[NAME_MAX_BYTES];
    /* Services compare names without regard to case, whatever the server does with nicks. */
    make_name(IRC_CASEMAP_ASCII, login, name);
    snprintf(out, IRC_MEMBER_MAX, "account:%.*s", EVENT_NAME_MAX, name);
}

static void put_number(char *out, unsigned number)
{
    size_t length = strlen(out);
    if (number > 1)
        snprintf(out + length, IRC_MEMBER_MAX - length, "~%u", number);
}

void irc_account_of_guest(enum irc_casemap map, const char *nick, uint64_t place, unsigned number,
                          char out[IRC_MEMBER_MAX])
{
    char name[NAME_MAX_BYTES];
    make_name(map, nick, name);
    snprintf(out, IRC_MEMBER_MAX, "guest:%.*s~%016" PRIx64, EVENT_NAME_MAX, name, place);
    put_number(out, number);
}

void irc_account_of_nick(enum irc_casemap map, const char *nick, unsigned number,
                         char out[IRC_MEMBER_MAX])
{
    char name[NAME_MAX_BYTES];
    make_name(map, nick, name);
    snprintf(out, IRC_MEMBER_MAX, "nick:%.*s", EVENT_NAME_MAX, name);
    put_number(out, number);
}
