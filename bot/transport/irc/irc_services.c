/*
 * Commands to NickServ. They may hold a password, so none is ever sent to a nick
 * alone: /whois has to show that who has the nick fits the configured mask, and
 * the command is addressed to nick@server. Servers that do not know that form
 * get it for the nick, right after another look.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "transport/irc/irc_mask.h"
#include "transport/irc/irc_state.h"
#include "util/log.h"
#include "util/wipe.h"

#define ANSWER_MS 30000 /* for WHOIS, and until a command counts as arrived */
#define COMMAND_MAX 400

static bool is_services(const struct irc *irc, const char *nick, const char *userhost)
{
    char who[512];
    snprintf(who, sizeof who, "%s!%s", nick, userhost);
    return irc_mask_fits(irc->people.casemap, irc->settings->services, who);
}

static void forget_all(struct irc_services *services)
{
    for (size_t i = 0; i < IRC_SERVICES_MAX; i++) {
        wipe_free(services->command[i]);
        services->command[i] = NULL;
    }
    services->step = IRC_SERVICES_IDLE;
}

void irc_services_lost(struct irc *irc)
{
    forget_all(&irc->services);
    irc->services.nick_alone = false;
}

/* "NickServ" of the mask "NickServ!*@services.example". */
static void nick_of(const struct irc *irc, char nick[EVENT_NAME_MAX + 1])
{
    const char *mask = irc->settings->services;
    snprintf(nick, EVENT_NAME_MAX + 1, "%.*s", (int)strcspn(mask, "!"), mask);
}

static void look(struct irc *irc)
{
    char nick[EVENT_NAME_MAX + 1];
    nick_of(irc, nick);
    irc->services.step = IRC_SERVICES_LOOKING;
    irc->services.fits = false;
    irc->services.server[0] = '\0';
    irc->services.since = irc_now(irc);
    irc_send(irc, "WHOIS %s", nick);
}

int irc_services_send(struct irc *irc, const char *command)
{
    struct irc_services *services = &irc->services;
    size_t at = 0;
    if (!irc->settings->services || irc->phase != IRC_READY || strlen(command) > COMMAND_MAX)
        return -1;
    if (services->step == IRC_SERVICES_SENT)
        forget_all(services);
    while (at < IRC_SERVICES_MAX && services->command[at])
        at++;
    if (at == IRC_SERVICES_MAX || !(services->command[at] = strdup(command)))
        return -1;
    if (services->step == IRC_SERVICES_IDLE)
        look(irc);
    return 0;
}

static void say_all(struct irc *irc)
{
    struct irc_services *services = &irc->services;
    char target[EVENT_NAME_MAX + 1 + sizeof services->server];
    nick_of(irc, target);
    if (services->server[0] && !services->nick_alone)
        snprintf(target + strlen(target), sizeof target - strlen(target), "@%s", services->server);
    for (size_t i = 0; i < IRC_SERVICES_MAX; i++) {
        const char *command = services->command[i];
        if (command)
            irc_send(irc, "PRIVMSG %s :%s", target, command);
        if (command && strncmp(command, "IDENTIFY ", 9) == 0)
            irc_login_given(irc);
    }
    services->step = IRC_SERVICES_SENT;
    services->since = irc_now(irc);
}

static void give_up(struct irc *irc, const char *why)
{
    log_warn("irc", "%s: %s; nothing was sent to it", irc->settings->network, why);
    forget_all(&irc->services);
}

static void on_whois(struct irc *irc, int numeric)
{
    struct irc_services *services = &irc->services;
    const struct irc_line *line = &irc->line;
    char userhost[256], why[400];
    if (numeric == 311) {
        snprintf(userhost, sizeof userhost, "%s@%s", line->param[2], line->param[3]);
        services->fits = is_services(irc, line->param[1], userhost);
        snprintf(services->userhost, sizeof services->userhost, "%s", userhost);
    } else if (numeric == 312 && strchr(line->param[2], '.') && !strpbrk(line->param[2], "*?,@!")) {
        snprintf(services->server, sizeof services->server, "%s", line->param[2]);
    } else if (numeric == 401) {
        give_up(irc, "services are not there");
    } else if (numeric == 318 && services->fits) {
        say_all(irc);
    } else if (numeric == 318) {
        snprintf(why, sizeof why, "%s is %s, which does not fit services = \"%s\"", line->param[1],
                 services->userhost, irc->settings->services);
        give_up(irc, why);
    }
}

/* 401, 402, 407, 411 to 414: the server did not pass it on (RFC 2812 section 5.2). */
static bool is_refusal(const struct irc *irc, int numeric)
{
    const char *target = irc->line.param[1];
    char nick[EVENT_NAME_MAX + 1];
    nick_of(irc, nick);
    size_t length = strlen(nick);
    bool ours = (strncasecmp(target, nick, length) == 0 && target[length] == '@') ||
                strcasecmp(target, irc->services.server) == 0;
    return ours && (numeric == 401 || numeric == 402 || numeric == 407 || numeric == 413 ||
                    numeric == 414);
}

/* What they say is for whoever runs the bot; it is in the network's language. */
static void on_notice(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    if (!is_services(irc, line->nick, line->userhost))
        return;
    log_info("irc", "%s: %s says: %s", irc->settings->network, line->nick,
             irc_sasl_reveals(irc->settings, line->param[1]) ? "(withheld)" : line->param[1]);
}

/* Who is logged in has the mode r, or on ngircd R; there is no numeric for it everywhere. */
static void on_mode(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    const char *modes = line->param[1];
    bool theirs = is_services(irc, line->nick, line->userhost);
    if (*modes == '+' && irc->settings->account &&
        ((theirs && strpbrk(modes, "rR")) || (!line->userhost[0] && strchr(modes, 'r'))))
        irc_login_confirmed(irc, irc->settings->account);
}

void irc_services_line(struct irc *irc)
{
    char nick[EVENT_NAME_MAX + 1];
    int numeric = irc_line_numeric(&irc->line);
    if (!irc->settings->services || irc->services.step == IRC_SERVICES_IDLE)
        return;
    nick_of(irc, nick);
    if (strcmp(irc->line.command, "NOTICE") == 0 && irc_is_self(irc, irc->line.param[0])) {
        on_notice(irc);
    } else if (strcmp(irc->line.command, "MODE") == 0 && irc_is_self(irc, irc->line.param[0])) {
        on_mode(irc);
    } else if (irc->services.step == IRC_SERVICES_LOOKING &&
               irc_people_same(&irc->people, irc->line.param[1], nick)) {
        on_whois(irc, numeric);
    } else if (irc->services.step == IRC_SERVICES_SENT && !irc->services.nick_alone &&
               is_refusal(irc, numeric)) {
        irc->services.nick_alone = true;
        look(irc);
    }
}

void irc_services_due(struct irc *irc)
{
    if (irc->services.step == IRC_SERVICES_IDLE || irc_now(irc) - irc->services.since < ANSWER_MS)
        return;
    if (irc->services.step == IRC_SERVICES_LOOKING)
        give_up(irc, "the server does not say who has the nick of services");
    else
        forget_all(&irc->services);
}
