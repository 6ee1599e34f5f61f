/* Registration by libircclient, once capabilities are settled. */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

static void on_command(void *context, const char *line, size_t length)
{
    struct irc *irc = context;
    irc_link_send(irc->link, line, length);
}

static void on_session_event(void *context, const char *event)
{
    struct irc *irc = context;
    if (strcmp(event, "CONNECT") != 0) {
        irc_events_dispatched(irc, event);
        return;
    }
    if (irc->phase != IRC_REGISTERING)
        return;
    irc_enter_phase(irc, IRC_READY);
    snprintf(irc->nick, sizeof irc->nick, "%s", irc->line.param[0]);
    log_info("irc", "%s: registered as %s", irc->settings->network, irc->nick);
    if (irc->look)
        irc_look_registered(irc);
    else
        irc_channels_join_all(irc);
}

void irc_register(struct irc *irc)
{
    struct error error;
    struct irc_session_events events = {irc, on_command, on_session_event, irc_events_numeric};
    irc_enter_phase(irc, IRC_REGISTERING);
    irc->session = irc_session_create(irc->settings, irc->nick, &events, &error);
    if (!irc->session) {
        irc_fail(irc, error.why);
        return;
    }
    irc_caps_end(irc);
}

/* The end of the greeting: what the server supports is known. */
void irc_register_settled(struct irc *irc)
{
    /* People's clients show that we are a bot, and other bots leave us alone. */
    if (irc->isupport.bot)
        irc_send(irc, "MODE %s +%c", irc->nick, irc->isupport.bot);
}
