/* Whose account somebody is. */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"

#define STRANGER_MS 15000 /* for an answer to who is in no channel with us */

bool irc_is_guest(const struct irc *irc, const struct irc_person *person)
{
    return person->account[0] && !person->logged_in && !irc->settings->trust_nicks;
}

/* What somebody is without an account. Two connections at once are never one guest. */
static void account_of_guest(const struct irc *irc, const struct irc_person *person,
                             char out[IRC_MEMBER_MAX])
{
    enum irc_casemap map = irc->people.casemap;
    for (unsigned number = 1; number < 100; number++) {
        if (irc->settings->trust_nicks)
            irc_account_of_nick(map, person->nick, number, out);
        else
            irc_account_of_guest(map, person->nick, person->place, number, out);
        if (!irc_people_first(&irc->people, out))
            return;
    }
}

void irc_identity_learn(struct irc *irc, struct irc_person *person, const char *login)
{
    char account[IRC_MEMBER_MAX];
    bool logged_in = *login && strcmp(login, "*") != 0;
    if (logged_in)
        irc_account_of_login(login, account);
    else if (person->account[0] && !person->logged_in)
        return;
    else
        account_of_guest(irc, person, account);
    if (strcmp(account, person->account) != 0)
        irc_tell_account(irc, person, account, logged_in);
}

struct irc_person *irc_identity_meet(struct irc *irc, const char *nick, const char *userhost)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    if (!person && irc->people.count >= IRC_PEOPLE_MAX / 2)
        irc_presence_forget_strangers(irc);
    if (!person)
        person = irc_people_add(&irc->people, nick);
    if (person && *userhost)
        person->place = irc_account_place(userhost);
    return person;
}

struct irc_person irc_identity_past(const char *nick, const char *login)
{
    struct irc_person person = {.logged_in = true};
    snprintf(person.nick, sizeof person.nick, "%s", nick);
    irc_account_of_login(login, person.account);
    return person;
}

/* Of who is in no channel with us nothing tells us when they go, or who has the nick then. */
struct irc_person *irc_identity_reach(const struct irc *irc, const char *account)
{
    return irc_people_by_account(&irc->people, account, irc_now(irc) - STRANGER_MS);
}

void irc_identity_speaks(struct irc *irc, struct irc_person *person, const struct irc_said *said)
{
    irc_people_spoke(&irc->people, person);
    person->spoke_at = irc_now(irc);
    /* Where messages carry accounts, one without is of somebody without. */
    if (said->account || irc_cap(irc, IRC_CAP_ACCOUNT_TAG) || !person->account[0])
        irc_identity_learn(irc, person, said->account ? said->account : "");
    irc_presence_back(irc);
}

void irc_identity_isupport(struct irc *irc)
{
    irc_isupport_line(&irc->isupport, &irc->line);
    irc_people_refold(&irc->people);
    irc_people_refold(&irc->away);
}
