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

/* Nothing more reaches them: what is queued for them waits in the outbox, if no other connection
 * of theirs is there. */
static void drop(struct irc *irc, struct irc_person *person, bool unsure)
{
    char account[IRC_MEMBER_MAX];
    snprintf(account, sizeof account, "%s", person->account);
    irc_people_forget(&irc->people, person);
    if (account[0] && (unsure || !irc_people_first(&irc->people, account)))
        irc_flood_drop(&irc->flood, account, unsure, irc_say_lost, irc);
}

void irc_presence_forget(struct irc *irc, struct irc_person *person, bool unsure)
{
    irc_tell_gone(irc, person);
    drop(irc, person, unsure);
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
    if (login || !person->account[0])
        irc_identity_learn(irc, person, login ? login : "");
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
        enter(irc, channel, person, NULL);
    }
}
