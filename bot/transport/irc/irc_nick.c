/* The bot's own nick: taken, lost, free again. */
#include <stdio.h>

#include "transport/irc/irc_state.h"

bool irc_is_self(const struct irc *irc, const char *nick)
{
    return irc_people_same(&irc->people, nick, irc->nick);
}

/* 432, 433, 437: another nick. libircclient knows no other way than NICK. */
void irc_nick_refused(struct irc *irc, int why)
{
    if (irc->phase != IRC_REGISTERING)
        return;
    irc->short_nick |= why == 432;
    if (++irc->nick_tries > 9) {
        irc_fail(irc, "no nick is free");
        return;
    }
    /* Nine bytes are the least that every server takes (RFC 1459 section 1.2). */
    snprintf(irc->nick, sizeof irc->nick, "%.*s%u", irc->short_nick ? 8 : 24, irc->settings->nick,
             irc->nick_tries);
    irc_send(irc, "NICK %s", irc->nick);
}

static void try_configured(struct irc *irc)
{
    if (irc->phase == IRC_READY)
        irc_send(irc, "NICK %s", irc->settings->nick);
}

/* The configured nick was taken when we came, by our own old connection perhaps, and is free now. */
void irc_nick_is_free(struct irc *irc, const char *nick)
{
    if (irc_people_same(&irc->people, nick, irc->settings->nick) && !irc_is_self(irc, nick))
        try_configured(irc);
}

void irc_nick_changed(struct irc *irc)
{
    snprintf(irc->nick, sizeof irc->nick, "%s", irc->line.param[0]);
}
