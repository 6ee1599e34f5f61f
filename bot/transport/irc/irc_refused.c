/* The server did not pass on what we said. */
#include "transport/irc/irc_state.h"
#include "util/log.h"

/* What crossed a KICK is said again when we are back; what is refused while we are in the channel
 * (moderated, banned) would be refused again. */
void irc_refused_channel(struct irc *irc, int channel)
{
    const char *name = irc->settings->channels[channel];
    if (!irc->channel[channel].joined)
        irc_flood_drop(&irc->flood, name, true, irc_say_lost, irc);
    else
        log_warn("irc", "%s: %s does not let us speak: %s", irc->settings->network, name,
                 irc->line.param[irc->line.count - 1]);
}

/* Somebody went without our seeing it: what was said to them did not arrive. */
void irc_refused_person(struct irc *irc)
{
    struct irc_person *person = irc_people_find(&irc->people, irc->line.param[1]);
    if (!person)
        return;
    irc_push(irc, EVENT_LEAVE, -1, person);
    irc_presence_forget(irc, person, true);
}
