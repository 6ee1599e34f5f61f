/*
 * Whose account somebody is. What servers tell by themselves goes first: tags of messages,
 * extended-join, account-notify, WHO with accounts when the bot joins. Who speaks to the bot and
 * is not known by these is looked up (irc_lookup.c); until the answer is there what they say waits.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "transport/irc/irc_state.h"

#define FRESH_MS 60000          /* a guest who speaks later than this is looked up again */
#define STRANGER_FRESH_MS 10000 /* the same for who is in no channel of ours: they may go unseen */
#define STRANGER_REACH_MS 15000 /* so long what is for them may go to their nick */

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

/* ---- learning ---- */

static void set_login(struct irc *irc, struct irc_person *person, const char *login)
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

void irc_identity_learn(struct irc *irc, struct irc_person *person, const char *login)
{
    person->looked_at = person->sure_at = irc_now(irc);
    irc_lookup_cancel(irc, person);
    set_login(irc, person, login);
    irc_hold_release(irc, person);
    irc_presence_back(irc);
}

void irc_identity_assume(struct irc *irc, struct irc_person *person)
{
    if (!person->account[0])
        set_login(irc, person, "");
    irc_hold_release(irc, person);
}

/* A guest may have an account all the same. */
void irc_identity_doubt(struct irc *irc, struct irc_person *person)
{
    if (!person->logged_in && person->looked_at == 0 && !irc->settings->trust_nicks)
        irc_lookup_want(irc, person, false);
}

/* Something happened that logging in brings with it. */
void irc_identity_hint(struct irc *irc, struct irc_person *person)
{
    if (!person->logged_in && !irc_cap(irc, IRC_CAP_ACCOUNT_NOTIFY))
        person->looked_at = 0;
}

struct irc_person *irc_identity_meet(struct irc *irc, const char *nick, const char *userhost)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    uint64_t place = irc->settings->trust_nicks ? 0 : irc_account_place(userhost);
    /* Nobody tells us when a stranger goes: who comes from elsewhere is somebody else. */
    if (person && person->channels == 0 && place && place != person->place) {
        irc_presence_forget(irc, person, false);
        person = NULL;
    }
    if (!person && irc->people.count >= IRC_PEOPLE_MAX / 2)
        irc_presence_forget_strangers(irc);
    if (!person)
        person = irc_people_add(&irc->people, nick);
    if (person && place)
        person->place = place;
    return person;
}

struct irc_person irc_identity_past(const char *nick, const char *login)
{
    struct irc_person person = {.logged_in = true};
    snprintf(person.nick, sizeof person.nick, "%s", nick);
    irc_account_of_login(login, person.account);
    return person;
}

/* ---- who speaks ---- */

static bool is_known(const struct irc *irc, const struct irc_person *person)
{
    int64_t age = irc_now(irc) - person->looked_at;
    if (irc->settings->trust_nicks)
        return true;
    if (person->looked_at == 0)
        return false;
    if (person->channels == 0)
        return age < STRANGER_FRESH_MS;
    return person->logged_in || irc_cap(irc, IRC_CAP_ACCOUNT_NOTIFY) || age < FRESH_MS;
}

/* Said to the bot, or perhaps a command: commands begin with a sign, and formatting or a space may
 * stand before it. */
static bool is_for_bot(const struct irc *irc, int channel, const struct irc_said *said)
{
    return channel < 0 || !isalnum((unsigned char)said->text[0]) ||
           strcasestr(said->text, irc->nick) != NULL;
}

bool irc_identity_speaks(struct irc *irc, struct irc_person *person, int channel,
                         const struct irc_said *said)
{
    irc_people_spoke(&irc->people, person);
    if (irc->settings->trust_nicks)
        person->sure_at = irc_now(irc);
    /* Where messages carry accounts, one without is of somebody without. */
    if (said->account || irc_cap(irc, IRC_CAP_ACCOUNT_TAG)) {
        irc_identity_learn(irc, person, said->account ? said->account : "");
        return true;
    }
    bool waits = person->held ||
                 ((is_for_bot(irc, channel, said) || !person->account[0]) &&
                  !is_known(irc, person) &&
                  irc_lookup_want(irc, person, true) && person->wish != IRC_WISH_NONE);
    if (waits && irc_hold(irc, person, channel, said))
        return false;
    irc_identity_assume(irc, person);
    irc_presence_back(irc);
    return true;
}

/* ---- who can be written to ---- */

static const char *login_of(const char *account)
{
    return strncmp(account, "account:", 8) == 0 ? account + 8 : NULL;
}

struct irc_person *irc_identity_reach(struct irc *irc, const char *account)
{
    struct irc_person *person =
        irc_people_by_account(&irc->people, account, irc_now(irc) - STRANGER_REACH_MS);
    if (!person)
        person = irc_people_by_former(&irc->people, account);
    if (person)
        return person;
    irc->somebody_waits = true;
    person = irc_people_first(&irc->people, account);
    /* Most people have the nick that their account is called by. */
    if (!person && login_of(account))
        person = irc_people_find(&irc->people, login_of(account));
    if (person && !irc->settings->trust_nicks &&
        (!is_known(irc, person) || person->channels == 0))
        irc_lookup_soon(irc, person);
    return NULL;
}

void irc_identity_isupport(struct irc *irc)
{
    irc_isupport_line(&irc->isupport, &irc->line);
    irc_people_refold(&irc->people);
    irc_people_refold(&irc->away);
}
