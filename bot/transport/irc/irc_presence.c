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

/* Nothing more reaches the nick: what is queued for it waits in the outbox. */
void irc_presence_forget(struct irc *irc, struct irc_person *person, bool unsure)
{
    irc_flood_drop(&irc->flood, person->nick, unsure, irc_say_lost, irc);
    irc_people_forget(&irc->people, person);
}

static void enter(struct irc *irc, int channel, const char *nick, const char *account)
{
    struct irc_person *person = irc_people_see(&irc->people, nick, account);
    if (!person)
        return;
    person->channels |= 1u << channel;
    irc_push(irc, EVENT_ENTER, channel, person);
    irc_presence_back(irc);
}

static void leave(struct irc *irc, int channel, const char *nick)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    if (!person || !(person->channels & 1u << channel))
        return;
    irc_push(irc, EVENT_LEAVE, channel, person);
    person->channels &= ~(1u << channel);
    person->moderator &= ~(1u << channel);
    person->owner &= ~(1u << channel);
    if (person->channels == 0)
        irc_presence_forget(irc, person, false);
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
    /* extended-join: channel, account or "*", real name */
    enter(irc, channel, line->nick, line->count >= 2 ? line->param[1] : line->account);
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
        irc_push(irc, EVENT_LEAVE, -1, person);
        irc_presence_forget(irc, person, false);
    }
    irc_nick_is_free(irc, irc->line.nick);
}

void irc_presence_nick(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    if (irc_is_self(irc, line->nick)) {
        irc_nick_changed(irc);
        return;
    }
    irc_people_rename(&irc->people, line->nick, line->param[0]);
    irc_flood_rename(&irc->flood, line->nick, line->param[0]);
    irc_nick_is_free(irc, line->nick);
    struct irc_person *person = irc_people_find(&irc->people, line->param[0]);
    for (size_t i = 0; person && i < irc->settings->channel_count; i++)
        if (person->channels & 1u << i)
            irc_push(irc, EVENT_ENTER, (int)i, person);
}

/* account-notify: the person is another one for us from now on. */
void irc_presence_account(struct irc *irc)
{
    struct irc_person *person = irc_people_find(&irc->people, irc->line.nick);
    if (!person || strcmp(irc->line.param[0], "*") == 0)
        return;
    struct irc_person before = *person;
    irc_people_see(&irc->people, irc->line.nick, irc->line.param[0]);
    irc_push(irc, EVENT_LEAVE, -1, &before);
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (person->channels & 1u << i)
            irc_push(irc, EVENT_ENTER, (int)i, person);
}

/* 353: "@ann +bob cyd", with multi-prefix "@+ann", with userhost-in-names "ann!u@h". */
void irc_presence_names(struct irc *irc)
{
    char names[IRC_LINE_MAX], *state = NULL;
    int channel = irc_channels_find(irc, irc->line.param[2]);
    snprintf(names, sizeof names, "%s", irc->line.param[3]);
    for (char *name = strtok_r(names, " ", &state); name && channel >= 0;
         name = strtok_r(NULL, " ", &state)) {
        const char *marks = name;
        name += strspn(name, irc->isupport.marks);
        name[strcspn(name, "!")] = '\0';
        if (!*name || irc_is_self(irc, name))
            continue;
        enter(irc, channel, name, NULL);
        struct irc_person *person = irc_people_find(&irc->people, name);
        for (; person && marks < name; marks++) {
            const char *mark = strchr(irc->isupport.marks, *marks);
            if (mark)
                irc_modes_mark(person, channel, irc->isupport.modes[mark - irc->isupport.marks], true);
        }
    }
}
