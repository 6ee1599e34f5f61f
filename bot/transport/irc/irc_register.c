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
    /* The server has the last word, if it is a nick: it may have cut what we asked for. */
    if (irc->line.param[0][0] && !strpbrk(irc->line.param[0], "!@*,:#&"))
        snprintf(irc->nick, sizeof irc->nick, "%s", irc->line.param[0]);
    log_info("irc", "%s: registered as %s", irc->settings->network, irc->nick);
    if (irc->look)
        irc_look_registered(irc);
    else
        irc_channels_join_all(irc);
    irc_login_offered(irc);
}

void irc_register_refused(struct irc *irc, int numeric)
{
    if (irc->phase != IRC_REGISTERING)
        return;
    if (numeric == 464)
        irc_fail(irc, irc->settings->password
                          ? "the server refuses our password (464): check password"
                          : "the server wants a password (464): set password");
    else
        irc_fail(irc, "the server has banned us (465): ask its operators why");
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
