/* The bot's own nick: taken, lost, free again. */
#include <stdio.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define REGAIN_MS 15000 /* to the first try for the configured nick; doubles */
#define REGAIN_MAX_MS 3600000
#define GHOSTS_MAX 3           /* of one connection: services are not to be pestered */
#define GHOST_MS 4000          /* from GHOST to NICK; not REGAIN, which had us killed (docs/IRC.md) */

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

static bool has_configured(const struct irc *irc)
{
    return irc_is_self(irc, irc->settings->nick);
}

static void try_configured(struct irc *irc)
{
    if (irc->phase == IRC_READY && !irc->look && !has_configured(irc))
        irc_send(irc, "NICK %s", irc->settings->nick);
}

/* Never in a loop: each try waits twice as long as the last. */
static void schedule_regain(struct irc *irc)
{
    int64_t wait = REGAIN_MS;
    for (unsigned i = 0; i < irc->regains && wait < REGAIN_MAX_MS; i++)
        wait *= 2;
    irc->regain_at = irc_now(irc) + (wait < REGAIN_MAX_MS ? wait : REGAIN_MAX_MS);
}

/* Services put whoever has the nick of our account off the network. */
static bool ask_for_it(struct irc *irc)
{
    char command[EVENT_NAME_MAX + 8];
    if (!irc->settings->account || irc->ghosts >= GHOSTS_MAX)
        return false;
    snprintf(command, sizeof command, "GHOST %s", irc->settings->nick);
    irc->ghosts++;
    return irc_services_send(irc, command) == 0;
}

void irc_nick_due(struct irc *irc)
{
    if (irc->phase != IRC_READY || irc->look || has_configured(irc))
        return;
    if (irc->regain_at == 0)
        schedule_regain(irc);
    if (irc->regain_at > irc_now(irc))
        return;
    if (!irc->asked && ask_for_it(irc)) {
        irc->asked = true;
        irc->regain_at = irc_now(irc) + GHOST_MS;
        return;
    }
    irc->asked = false;
    irc->regains++;
    schedule_regain(irc);
    try_configured(irc);
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
    if (has_configured(irc))
        irc->regain_at = 0;
    else
        schedule_regain(irc);
    log_info("irc", "%s: our nick is %s now", irc->settings->network, irc->nick);
}
