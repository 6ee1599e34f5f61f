/*
 * What people may do in a channel, by MODE and the marks before names (PREFIX of 005).
 *
 * Owner (q) is an owner; admin (a), operator (o), half-operator (h) and whatever a server ranks
 * above its operators are moderators: whom a channel trusts with keeping order, we do, too.
 */
#include <string.h>

#include "transport/irc/irc_state.h"

#define NAMES_MS 10000 /* between two requests for the names of one channel */

enum { OWNER, ADMIN, OPERATOR, HALF_OPERATOR, HIGHER };

/* Index into `marks` of a person, -1 if the mode means nothing here. */
static int slot_of(const struct irc_isupport *isupport, char mode)
{
    static const char known[] = "qaoh";
    const char *at = strchr(known, mode), *own = strchr(isupport->modes, mode);
    const char *op = strchr(isupport->modes, 'o');
    if (at && *at)
        return (int)(at - known);
    return own && op && own < op ? HIGHER : -1;
}

static void mark(const struct irc *irc, struct irc_person *person, int channel, char mode, bool on)
{
    int slot = slot_of(&irc->isupport, mode);
    unsigned bit = 1u << channel;
    if (slot >= 0)
        person->marks[slot] = on ? person->marks[slot] | bit : person->marks[slot] & ~bit;
}

void irc_modes_clear(struct irc_person *person, int channel)
{
    for (size_t i = 0; i < IRC_MARKS; i++)
        person->marks[i] &= ~(1u << channel);
}

enum role irc_modes_role(const struct irc_person *person, int channel)
{
    unsigned bit = 1u << channel, moderator = 0;
    for (size_t i = ADMIN; i < IRC_MARKS; i++)
        moderator |= person->marks[i];
    return person->marks[OWNER] & bit ? ROLE_OWNER : moderator & bit ? ROLE_MODERATOR : ROLE_MEMBER;
}

/* With multi-prefix all marks are there; without it the highest: what is below it is not known. */
void irc_modes_names(struct irc *irc, struct irc_person *person, int channel, const char *marks,
                     size_t count)
{
    const struct irc_isupport *isupport = &irc->isupport;
    const char *highest = count > 0 ? strchr(isupport->marks, marks[0]) : NULL;
    for (const char *mode = isupport->modes; *mode; mode++) {
        const char *shown = &isupport->marks[mode - isupport->modes];
        if (memchr(marks, *shown, count))
            mark(irc, person, channel, *mode, true);
        else if (irc_cap(irc, IRC_CAP_MULTI_PREFIX) || !highest || shown < highest)
            mark(irc, person, channel, *mode, false);
    }
}

/* Might the person have a lower mark that NAMES did not show? */
static bool may_have_more(const struct irc *irc, const struct irc_person *person, int channel,
                          char taken)
{
    const char *mode = strchr(irc->isupport.modes, taken);
    if (irc_cap(irc, IRC_CAP_MULTI_PREFIX) || irc_modes_role(person, channel) > ROLE_MEMBER)
        return false;
    while (mode && *mode && *++mode)
        if (slot_of(&irc->isupport, *mode) >= 0)
            return true;
    return false;
}

void irc_modes_due(struct irc *irc)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++) {
        struct irc_channel *channel = &irc->channel[i];
        if (!channel->names_wanted || !channel->joined || irc_now(irc) < channel->names_at)
            continue;
        channel->names_wanted = false;
        channel->names_at = irc_now(irc) + NAMES_MS;
        irc_send(irc, "NAMES %s", irc->settings->channels[i]);
    }
}

static void change(struct irc *irc, int channel, char mode, const char *nick, bool on)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    if (!person || !(person->channels & 1u << channel))
        return;
    mark(irc, person, channel, mode, on);
    if (!on && may_have_more(irc, person, channel, mode)) {
        irc->channel[channel].names_wanted = true;
        irc_modes_due(irc);
    }
}

void irc_modes_line(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    int channel = irc_channels_find(irc, line->param[0]);
    size_t value = 2;
    bool on = true;
    for (const char *mode = line->param[1]; channel >= 0 && *mode; mode++) {
        if (*mode == '+' || *mode == '-') {
            on = *mode == '+';
            continue;
        }
        bool member = strchr(irc->isupport.modes, *mode) != NULL;
        if (!member && !strchr(irc->isupport.value_modes, *mode) &&
            !(on && strchr(irc->isupport.set_modes, *mode)))
            continue;
        if (member && value < line->count)
            change(irc, channel, *mode, line->param[value], on);
        value++;
    }
}
