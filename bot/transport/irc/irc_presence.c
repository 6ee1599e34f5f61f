/* Who comes, goes, changes nick or account. */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

/* Who was waited for can be reached again. */
void irc_presence_back(struct irc *irc)
{
    if (!irc->somebody_waits)
        return;
    irc->somebody_waits = false;
    irc_say_ready(irc);
}

/* What they said before they went counts. */
static void settle(struct irc *irc, struct irc_person *person)
{
    if (person->held)
        irc_identity_assume(irc, person);
}

/* Nothing more reaches them: what is queued for them waits in the outbox, if no other connection
 * of theirs is there. */
static void drop(struct irc *irc, struct irc_person *person, bool unsure)
{
    char account[IRC_MEMBER_MAX];
    snprintf(account, sizeof account, "%s", person->account);
    irc_lookup_cancel(irc, person);
    irc_people_forget(&irc->people, person);
    if (account[0] && (unsure || !irc_people_first(&irc->people, account)))
        irc_flood_drop(&irc->flood, account, unsure, irc_say_lost, irc);
}

void irc_presence_forget(struct irc *irc, struct irc_person *person, bool unsure)
{
    settle(irc, person);
    irc_tell_gone(irc, person);
    drop(irc, person, unsure);
}

void irc_presence_settle_all(struct irc *irc)
{
    for (size_t i = irc->people.count; i > 0; i--)
        settle(irc, irc->people.list[i - 1]);
}

/* Strangers who only wrote privately: nothing tells us when they go. */
void irc_presence_forget_strangers(struct irc *irc)
{
    for (size_t i = irc->people.count; i > 0; i--)
        if (irc->people.list[i - 1]->channels == 0)
            irc_presence_forget(irc, irc->people.list[i - 1], false);
}

static void enter(struct irc *irc, int channel, struct irc_person *person, const char *login)
{
    unsigned bit = 1u << channel;
    person->channels |= bit;
    if (login)
        irc_identity_learn(irc, person, login);
    else if (!person->account[0] && irc_away_expects(irc, person, channel))
        return;
    else if (!person->account[0])
        irc_identity_assume(irc, person);
    if (!login)
        irc_identity_doubt(irc, person);
    if (!(person->told & bit))
        irc_tell_enter(irc, person, bit);
    irc_presence_back(irc);
}

static void leave(struct irc *irc, int channel, const char *nick)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    unsigned bit = 1u << channel;
    if (!person || !(person->channels & bit))
        return;
    if (person->channels == bit)
        settle(irc, person);
    irc_tell_leave(irc, person, bit);
    person->channels &= ~bit;
    irc_modes_clear(person, channel);
    if (person->channels == 0)
        drop(irc, person, false);
}

void irc_presence_lost(struct irc *irc, int channel)
{
    unsigned bit = 1u << channel;
    for (size_t i = irc->people.count; i > 0; i--) {
        struct irc_person *person = irc->people.list[i - 1];
        if (!(person->channels & bit))
            continue;
        if (person->channels == bit)
            settle(irc, person);
        person->channels &= ~bit;
        person->told &= ~bit;
        irc_modes_clear(person, channel);
        if (person->channels == 0)
            drop(irc, person, false);
    }
    irc_away_lost(irc, channel);
    irc_push(irc, EVENT_RESET, channel, NULL);
}

/* Nothing told us whether a stranger went since: the nick may be somebody else's now. */
static struct irc_person *meet_anew(struct irc *irc, const char *nick, const char *userhost)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    if (person && person->channels == 0)
        irc_presence_forget(irc, person, false);
    return irc_identity_meet(irc, nick, userhost);
}

void irc_presence_join(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    int channel = irc_channels_find(irc, line->param[0]);
    if (channel < 0)
        return;
    if (irc_is_self(irc, line->nick)) {
        irc_channels_entered(irc, channel);
        irc_who_joined(irc, channel);
        return;
    }
    struct irc_person *person = meet_anew(irc, line->nick, line->userhost);
    bool extended = irc_cap(irc, IRC_CAP_EXTENDED_JOIN) && line->count >= 2;
    if (person)
        enter(irc, channel, person, extended ? line->param[1] : line->account);
}

void irc_presence_part(struct irc *irc, const char *nick)
{
    int channel = irc_channels_find(irc, irc->line.param[0]);
    if (channel < 0)
        return;
    if (!irc_is_self(irc, nick)) {
        leave(irc, channel, nick);
        return;
    }
    irc_channels_put_out(irc, channel, strcmp(irc->line.command, "KICK") == 0);
}

void irc_presence_quit(struct irc *irc)
{
    struct irc_person *person = irc_people_find(&irc->people, irc->line.nick);
    if (person) {
        irc_away_quit(irc, person);
        irc_presence_forget(irc, person, false);
    }
    irc_nick_is_free(irc, irc->line.nick);
}

/* Questions about the old nick are nothing any more, and the new one may be that of an account. */
static void ask_again(struct irc *irc, struct irc_person *person)
{
    irc_lookup_cancel(irc, person);
    irc_identity_hint(irc, person);
    if (person->held && !irc_lookup_want(irc, person, true))
        irc_identity_assume(irc, person);
}

/* The account goes along with the connection. */
static void rename_person(struct irc *irc, struct irc_person *person, const char *nick)
{
    struct irc_person *other = irc_people_find(&irc->people, nick);
    /* Nobody else can have it; if we think so, we missed that they went. */
    if (other && other != person)
        irc_presence_forget(irc, other, false);
    if (strlen(nick) > EVENT_NAME_MAX || !*nick) {
        irc_presence_forget(irc, person, false);
        return;
    }
    irc_people_rename(&irc->people, person, nick);
    ask_again(irc, person);
    irc_tell_enter(irc, person, person->told);
}

void irc_presence_nick(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    if (irc_is_self(irc, line->nick)) {
        irc_nick_changed(irc);
        return;
    }
    struct irc_person *person = irc_people_find(&irc->people, line->nick);
    if (person)
        rename_person(irc, person, line->param[0]);
    if (!irc_people_same(&irc->people, line->nick, line->param[0]))
        irc_nick_is_free(irc, line->nick);
}

void irc_presence_chghost(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    char userhost[sizeof irc->userhost];
    snprintf(userhost, sizeof userhost, "%.100s@%.150s", line->param[0], line->param[1]);
    if (irc_is_self(irc, line->nick)) {
        snprintf(irc->userhost, sizeof irc->userhost, "%s", userhost);
        return;
    }
    struct irc_person *person = irc_people_find(&irc->people, line->nick);
    if (!person || line->count < 2)
        return;
    person->place = irc_account_place(userhost);
    irc_identity_hint(irc, person); /* services give cloaks to who logs in */
}

/* account-notify: "*" is logged out. */
void irc_presence_account(struct irc *irc)
{
    struct irc_person *person = irc_people_find(&irc->people, irc->line.nick);
    if (person && irc->line.count > 0)
        irc_identity_learn(irc, person, irc->line.param[0]);
}

/* 353: "@ann +bob cyd", with multi-prefix "@+ann", with userhost-in-names "ann!u@h". */
void irc_presence_names(struct irc *irc)
{
    char names[IRC_LINE_MAX], *state = NULL;
    int channel = irc_channels_find(irc, irc->line.param[2]);
    snprintf(names, sizeof names, "%s", irc->line.param[3]);
    for (char *name = strtok_r(names, " ", &state); name && channel >= 0;
         name = strtok_r(NULL, " ", &state)) {
        size_t marks = strspn(name, irc->isupport.marks);
        char *nick = name + marks, *userhost = strchr(nick, '!');
        if (userhost)
            *userhost++ = '\0';
        if (!*nick || irc_is_self(irc, nick))
            continue;
        struct irc_person *person = meet_anew(irc, nick, userhost ? userhost : "");
        if (!person)
            continue;
        irc_modes_names(irc, person, channel, name, marks);
        if (irc->channel[channel].who == IRC_WHO_DONE || person->account[0])
            enter(irc, channel, person, NULL);
        else
            person->channels |= 1u << channel;
    }
}
