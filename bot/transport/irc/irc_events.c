/* What a server's lines mean, and who sees to each. */
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

/* A mode that changes may be the one that kept us from speaking. */
static void on_mode(struct irc *irc)
{
    irc_modes_line(irc);
    int channel = irc_channels_find(irc, irc->line.param[0]);
    if (channel >= 0)
        irc_refused_lift(irc, irc->settings->channels[channel]);
}

void irc_events_dispatched(void *context, const char *event)
{
    struct irc *irc = context;
    if (strcmp(event, "CHANNEL") == 0 || strcmp(event, "PRIVMSG") == 0)
        irc_talk_line(irc);
    else if (strcmp(event, "JOIN") == 0)
        irc_presence_join(irc);
    else if (strcmp(event, "PART") == 0)
        irc_presence_part(irc, irc->line.nick);
    else if (strcmp(event, "KICK") == 0)
        irc_presence_part(irc, irc->line.param[1]);
    else if (strcmp(event, "QUIT") == 0)
        irc_presence_quit(irc);
    else if (strcmp(event, "NICK") == 0)
        irc_presence_nick(irc);
    else if (strcmp(event, "MODE") == 0)
        on_mode(irc);
}

/* ---- numerics that refuse (modern.ircdocs.horse, "Numerics"; docs/IRC.md says whose each is) ---- */

static bool is_talk_refused(unsigned code, bool joined)
{
    return code == 404 || code == 442 || (code == 477 && joined);
}

static bool is_join_refused(unsigned code)
{
    return code == 403 || code == 405 || code == 437 || (code >= 470 && code <= 477) ||
           code == 480 || code == 489 || code == 495 || code == 520;
}

static bool is_person_refused(unsigned code)
{
    return code == 439 || code == 477 || code == 486 || code == 531 || code == 707 || code == 716;
}

static void on_nobody(struct irc *irc)
{
    irc_who_nobody(irc);
    irc_refused_gone(irc, irc->line.param[1]);
}

void irc_events_numeric(void *context, unsigned code)
{
    struct irc *irc = context;
    const struct irc_line *line = &irc->line;
    int channel = irc_channels_find(irc, line->param[1]);
    if (code == 5)
        irc_identity_isupport(irc);
    else if (code == 376 || code == 422)
        irc_register_settled(irc);
    else if (code == 353)
        irc_presence_names(irc);
    else if (code >= 311 && code <= 366)
        irc_who_numeric(irc, code);
    else if (code == 396 && line->count >= 2)
        irc->userhost[0] = '\0';
    else if (code == 401)
        on_nobody(irc);
    else if (channel >= 0 && is_talk_refused(code, irc->channel[channel].joined))
        irc_refused_channel(irc, channel);
    else if (channel >= 0 && !irc->channel[channel].joined && is_join_refused(code))
        irc_channels_refused(irc, channel);
    else if (is_person_refused(code))
        irc_refused_person(irc, line->param[1], (int)code);
}

/* What libircclient does not dispatch, and then the line for libircclient. */
static void handle_line(struct irc *irc)
{
    char canonical[IRC_CANONICAL_MAX + 8];
    struct irc_line *line = &irc->line;
    irc_services_line(irc);
    if (strcmp(line->command, "ACCOUNT") == 0)
        irc_presence_account(irc);
    else if (strcmp(line->command, "NOTICE") == 0)
        irc_who_notice(irc);
    else if (strcmp(line->command, "FAIL") == 0 || strcmp(line->command, "WARN") == 0 ||
             strcmp(line->command, "NOTE") == 0)
        irc_refused_reply(irc);
    else if (strcmp(line->command, "INVITE") == 0)
        irc_channels_invited(irc, line->param[1]);
    else if (strcmp(line->command, "JOIN") == 0 && irc_is_self(irc, line->nick))
        irc_channels_astray(irc, line->param[0]);
    else if (strcmp(line->command, "CHGHOST") == 0)
        irc_presence_chghost(irc);
    if (!irc->session || irc_ctcp_takes(irc) ||
        !irc_line_canonical(line, irc->nick, canonical, sizeof canonical))
        return;
    if (irc_session_feed(irc->session, canonical))
        irc_fail(irc, "libircclient gave up");
}

static bool is_nick_refused(const struct irc *irc, int numeric)
{
    return numeric == 432 || numeric == 433 ||
           (numeric == 437 && irc_channels_find(irc, irc->line.param[1]) < 0);
}

void irc_events_raw(void *context, const char *text, size_t length)
{
    struct irc *irc = context;
    irc->heard_at = irc_now(irc);
    irc->heard = true;
    if (!irc_line_parse(&irc->line, text, length) || irc_talk_takes(irc))
        return;
    if (irc->look)
        irc_look_line(irc);
    const char *command = irc->line.command;
    int numeric = irc_line_numeric(&irc->line);
    if (strcmp(command, "PING") == 0) {
        irc_send(irc, "PONG :%.400s", irc->line.param[irc->line.count ? irc->line.count - 1 : 0]);
    } else if (strcmp(command, "PONG") == 0) {
        irc_say_pong(irc);
    } else if (strcmp(command, "ERROR") == 0) {
        log_warn("irc", "%s: the server says: %s", irc->settings->network,
                 irc_sasl_reveals(irc->settings, irc->line.param[0]) ? "(withheld)"
                                                                     : irc->line.param[0]);
    } else if (strcmp(command, "CAP") == 0) {
        irc_caps_line(irc);
    } else if (strcmp(command, "AUTHENTICATE") == 0 || (numeric >= 900 && numeric <= 908)) {
        irc_login_line(irc);
    } else if (numeric == 1 && (irc->phase == IRC_CAPS || irc->phase == IRC_LOGIN)) {
        irc_login_premature(irc);
    } else if (irc->phase == IRC_CAPS && (numeric == 421 || numeric == 451)) {
        irc_caps_skip(irc);
    } else if (numeric == 464 || numeric == 465) {
        irc_register_refused(irc, numeric);
    } else if (is_nick_refused(irc, numeric)) {
        irc_nick_refused(irc, numeric);
    } else if (irc->session) {
        handle_line(irc);
        /* Not from inside libircclient's callback for 001. */
        irc_channels_due(irc);
    }
}
