/* The bot's own account: logged in before registration, or it does not register (docs/IRC.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define LOGIN_MS 15000         /* services that are slower are taken for frozen */
#define AGAIN_MS 300000        /* registered without the account: between two tries */
#define DENIED_MIN_MS 60000    /* services lock accounts after a few wrong tries: the next one comes late, */
#define DENIED_MAX_MS 3600000  /* and each later than the one before */

int64_t irc_login_wait(const struct irc *irc)
{
    int64_t wait = DENIED_MIN_MS;
    if (irc->denied == 0)
        return 0;
    for (unsigned i = 1; i < irc->denied && wait < DENIED_MAX_MS; i++)
        wait *= 2;
    wait = irc->denied_at + (wait < DENIED_MAX_MS ? wait : DENIED_MAX_MS) - irc_now(irc);
    return wait > 0 ? wait : 0;
}

bool irc_login_wanted(const struct irc *irc)
{
    return irc->settings->sasl == IRC_SASL_REQUIRED ||
           (irc->settings->sasl == IRC_SASL_OPTIONAL && irc_login_wait(irc) == 0);
}

static void send_line(void *context, const char *line, size_t length)
{
    struct irc *irc = context;
    irc_link_send(irc->link, line, length);
}

/* Nothing but the account may be missing where it is optional; else the connection ends here. */
static void give_up(struct irc *irc, const char *why)
{
    if (irc->phase == IRC_READY) {
        log_warn("irc", "%s: %s; the bot stays without an account", irc->settings->network, why);
    } else if (irc->settings->sasl == IRC_SASL_REQUIRED) {
        irc_fail(irc, why);
    } else {
        log_warn("irc", "%s: %s; the bot goes on without an account, as sasl = \"optional\" says",
                 irc->settings->network, why);
        irc_register(irc);
    }
}

static void take(struct irc *irc, enum irc_sasl_step step)
{
    if (step == IRC_SASL_GOES_ON)
        return;
    irc->logging_in = false;
    irc_deadline(irc, 0);
    if (step == IRC_SASL_IN) {
        irc->denied = 0;
        snprintf(irc->account, sizeof irc->account, "%s",
                 irc->sasl.account[0] ? irc->sasl.account : "*");
        log_info("irc", "%s: logged in as the account %s", irc->settings->network, irc->account);
        if (irc->phase != IRC_READY)
            irc_register(irc);
        return;
    }
    if (step == IRC_SASL_DENIED)
        irc_login_given(irc);
    give_up(irc, irc->sasl.why);
}

static void begin(struct irc *irc)
{
    irc->logging_in = true;
    irc->tried_at = irc_now(irc);
    irc_deadline(irc, LOGIN_MS);
    take(irc, irc_sasl_begin(&irc->sasl, irc->settings, irc_cap_value(irc, IRC_CAP_SASL), send_line,
                             irc));
}

void irc_login_begin(struct irc *irc)
{
    char why[300];
    if (irc->settings->sasl == IRC_SASL_OFF) {
        irc_register(irc);
        return;
    }
    if (irc->settings->sasl == IRC_SASL_OPTIONAL && irc_login_wait(irc) > 0) {
        log_warn("irc", "%s: services refused the account; it is tried again %d s from now",
                 irc->settings->network, (int)(irc_login_wait(irc) / 1000));
        irc_register(irc);
        return;
    }
    irc_enter_phase(irc, IRC_LOGIN);
    if (irc_cap(irc, IRC_CAP_SASL)) {
        begin(irc);
        return;
    }
    snprintf(why, sizeof why, "%s, so the bot cannot log in to its account; services may be down%s",
             irc_cap_offered(irc, IRC_CAP_SASL) ? "the server offers SASL but does not turn it on"
                                                : "the server offers no SASL",
             irc->settings->sasl == IRC_SASL_OPTIONAL
                 ? ""
                 : ", or the network has none (then set sasl = \"off\")");
    give_up(irc, why);
}

/* Where there is no SASL. */
static void identify(struct irc *irc)
{
    const struct irc_settings *settings = irc->settings;
    char command[IRC_ACCOUNT_MAX + 320];
    if (!settings->services || !settings->account_password || irc_login_wait(irc) > 0)
        return;
    snprintf(command, sizeof command, "IDENTIFY %s %s", settings->account,
             settings->account_password);
    if (irc_services_send(irc, command) == 0)
        irc->tried_at = irc_now(irc);
    explicit_bzero(command, sizeof command);
}

/* Until it is confirmed it counts as refused: a wrong password is not given again and again. */
void irc_login_given(struct irc *irc)
{
    irc->denied++;
    irc->denied_at = irc_now(irc);
}

void irc_login_offered(struct irc *irc)
{
    bool again = !irc->tried_at || irc_now(irc) - irc->tried_at > AGAIN_MS;
    if (irc->phase != IRC_READY || irc->logging_in || irc->account[0] || !again ||
        irc->caps.requests > 0)
        return;
    if (!irc_login_wanted(irc) || !irc_cap_offered(irc, IRC_CAP_SASL))
        identify(irc);
    else if (irc_cap(irc, IRC_CAP_SASL))
        begin(irc);
    else
        irc_caps_ask(irc, IRC_CAP_SASL);
}

void irc_login_confirmed(struct irc *irc, const char *account)
{
    if (irc->account[0] || !irc->settings->account)
        return;
    irc->denied = 0;
    snprintf(irc->account, sizeof irc->account, "%s", account);
    log_info("irc", "%s: logged in as the account %s", irc->settings->network, irc->account);
    if (irc->look)
        irc_look_logged_in(irc);
}

void irc_login_lost(struct irc *irc)
{
    irc->logging_in = false;
    irc->tried_at = 0;
    irc->account[0] = '\0';
}

void irc_login_line(struct irc *irc)
{
    int numeric = irc_line_numeric(&irc->line);
    if (irc->phase == IRC_STOPPED)
        return;
    if (irc->logging_in)
        take(irc, irc_sasl_line(&irc->sasl, &irc->line, send_line, irc));
    else if (numeric == 900)
        irc_login_confirmed(irc, irc->line.param[2]);
    else if (numeric == 901)
        irc->account[0] = '\0';
}

void irc_login_late(struct irc *irc)
{
    if (!irc->logging_in)
        return;
    irc_sasl_late(&irc->sasl, send_line, irc);
    take(irc, IRC_SASL_BROKEN);
}

void irc_login_premature(struct irc *irc)
{
    if (irc->settings->sasl == IRC_SASL_REQUIRED)
        irc_fail(irc, "the server welcomes us before we have logged in: it is none to trust with "
                      "an account");
}
