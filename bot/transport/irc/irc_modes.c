/* What people may do in a channel: MODE and the marks before names. */
#include <string.h>

#include "transport/irc/irc_state.h"

void irc_modes_mark(struct irc_person *person, int channel, char mode, bool on)
{
    unsigned bit = 1u << channel;
    unsigned *marks = mode == 'q' ? &person->owner : mode == 'o' || mode == 'a' ? &person->moderator
                                                                               : NULL;
    if (marks)
        *marks = on ? *marks | bit : *marks & ~bit;
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
        struct irc_person *person =
            member && value < line->count ? irc_people_find(&irc->people, line->param[value]) : NULL;
        if (person)
            irc_modes_mark(person, channel, *mode, on);
        value++;
    }
}
