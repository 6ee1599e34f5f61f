/* hotseat doctor on an IRC network: what the server is, who people are there, what will not work. */
#include "cli/doctor.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_look.h"
#include "transport/irc/irc_mask.h"

struct patient {
    struct doctor *doctor;
    const struct irc_settings *settings;
    const struct irc_server *server;
    const struct irc_look_found *found;
    char label[96]; /* "irc NAME" */
};

#define WELL(patient, ...) doctor_tell((patient)->doctor, (patient)->label, NULL, __VA_ARGS__)
#define ILL(patient, advice, ...) \
    doctor_tell((patient)->doctor, (patient)->label, advice, __VA_ARGS__)

/* ---- the server ---- */

/* It came to nothing. The transport says why, and what would mend it. */
static void tell_failure(const struct patient *patient)
{
    const struct irc_look_found *found = patient->found;
    char advice[128];
    snprintf(advice, sizeof advice, "correct that in network \"%.64s\", then look again",
             patient->settings->network);
    ILL(patient, advice, "%s:%u: %s%s%s", patient->server->host, patient->server->port, found->why,
        found->error[0] ? "; the server says: " : "", found->error);
}

static void tell_tls(const struct patient *patient)
{
    const struct irc_report *tls = &patient->found->tls;
    char advice[64];
    if (!tls->tls[0]) {
        WELL(patient, "no TLS: what is said can be read on the way, and so can passwords");
        return;
    }
    WELL(patient, "%s; certificate of %s by %s, good until %s", tls->tls, tls->subject, tls->issuer,
         tls->expires);
    snprintf(advice, sizeof advice, "set tls = true and port = %u", patient->found->upgraded);
    if (patient->found->upgraded)
        ILL(patient, advice, "the network wants TLS (STS), and the bot obeys, but the configuration "
                             "says tls = false");
}

static void tell_server(const struct patient *patient)
{
    const struct irc_look_found *found = patient->found;
    WELL(patient, "%s (%s)%s%s, at %s:%u%s", found->server, found->version,
         found->isupport.network[0] ? ", network " : "", found->isupport.network,
         patient->server->host, patient->server->port,
         patient->settings->proxy ? " through the proxy" : "");
    tell_tls(patient);
    WELL(patient, "offers %s", found->caps[0] ? found->caps : "no capabilities");
}

static void tell_limits(const struct patient *patient)
{
    static const char *const casemaps[] = {
        [IRC_CASEMAP_RFC1459] = "rfc1459",
        [IRC_CASEMAP_STRICT] = "strict-rfc1459",
        [IRC_CASEMAP_ASCII] = "ascii",
        [IRC_CASEMAP_UNICODE] = "rfc7613",
    };
    const struct irc_isupport *isupport = &patient->found->isupport;
    unsigned targets = irc_isupport_targets(isupport, "PRIVMSG");
    char nicks[32], many[48] = "no limit of targets";
    snprintf(nicks, sizeof nicks, isupport->nicklen ? "up to %u" : "of unknown length",
             isupport->nicklen);
    if (targets != UINT_MAX)
        snprintf(many, sizeof many, "%u target%s a message", targets, targets == 1 ? "" : "s");
    WELL(patient, "lines of %u bytes, %zu of them text; nicks %s, compared as %s; %s; %s; %s",
         isupport->linelen ? isupport->linelen : 512, patient->found->text_bytes, nicks,
         casemaps[isupport->casemap], many, isupport->whox ? "WHOX" : "no WHOX",
         isupport->bot ? "marks bots" : "does not mark bots");
    WELL(patient, "answers of many lines: %s",
         patient->found->multiline ? "as one message (draft/multiline), or by !begin and !end"
                                   : "by !begin and !end, or pasted");
}

/* ---- who the bot is ---- */

static void tell_nick(const struct patient *patient)
{
    const struct irc_look_found *found = patient->found;
    const char *wanted = patient->settings->nick;
    unsigned longest = found->isupport.nicklen;
    char advice[128];
    if (longest && strlen(wanted) > longest) {
        snprintf(advice, sizeof advice, "set nick = \"%.*s\", or another short one", (int)longest,
                 wanted);
        ILL(patient, advice, "the nick %s is too long there; %s is what it came to", wanted,
            found->nick);
    } else if (strcmp(wanted, found->nick) != 0) {
        WELL(patient, "the nick %s is taken now, by the bot itself if it runs; looked around as %s",
             wanted, found->nick);
    }
}

static void tell_account(const struct patient *patient)
{
    const struct irc_settings *settings = patient->settings;
    const struct irc_look_found *found = patient->found;
    bool can = settings->account_password || settings->cert_file;
    if (found->account[0])
        WELL(patient, "the bot logs in as the account %s (%s)", found->account,
             !found->sasl                 ? "by NickServ"
             : settings->account_password ? "SASL PLAIN"
                                          : "SASL EXTERNAL");
    else if (settings->sasl != IRC_SASL_OFF)
        ILL(patient, "correct it, or set sasl = \"off\" if the bot is to have no account there",
            "the bot does not log in: %s",
            found->login_why[0] ? found->login_why : "the server offers no SASL");
    else if (settings->services && settings->account_password)
        ILL(patient, "check account, account_password and services",
            "NickServ does not let the bot in to the account %s", settings->account);
    else if (strstr(found->caps, "sasl"))
        WELL(patient, "the bot has no account%s; without one whoever is quicker has its nick",
             can ? ", as sasl = \"off\" says" : ": account and account_password give it one");
}

/* ---- who people are ---- */

static bool tells_accounts(const struct irc_look_found *found)
{
    return found->account_tag || found->extended_join || found->account_notify ||
           found->isupport.whox;
}

/* There is a NickServ, and the server tells nobody's account by itself. */
static void tell_services(const struct patient *patient)
{
    const struct irc_look_services *services = &patient->found->services;
    const char *mask = patient->settings->services;
    char advice[400];
    snprintf(advice, sizeof advice, "set services = \"%.320s\"", services->mask);
    if (!services->answers)
        ILL(patient, "try again later; if it stays so, ask the network whether there are accounts",
            "who people are cannot be told: %s does not answer, so everybody is a guest and nobody "
            "is on the board",
            services->mask);
    else if (!mask && patient->found->whois_account)
        WELL(patient, "who people are: by WHOIS, which tells accounts");
    else if (!mask)
        ILL(patient, advice,
            "the server tells nobody's account by itself; where WHOIS does not either, everybody is "
            "a guest and nobody is on the board, unless the bot may ask NickServ");
    else if (!irc_mask_fits(patient->found->isupport.casemap, mask, services->mask))
        ILL(patient, advice, "services are %s there, whom services = \"%s\" does not fit",
            services->mask, mask);
    else
        WELL(patient, "who people are: by WHOIS where that tells, and NickServ is asked (ACC)");
}

static void tell_identity(const struct patient *patient)
{
    const struct irc_look_found *found = patient->found;
    bool trusts = patient->settings->trust_nicks;
    if (tells_accounts(found))
        WELL(patient, "who people are: by their accounts, which the server tells%s%s%s%s",
             found->account_tag ? ", with each message (account-tag)" : "",
             found->extended_join ? ", when they come (extended-join)" : "",
             found->account_notify ? ", when they log in or out (account-notify)" : "",
             found->isupport.whox ? ", and when it is asked (WHOX)" : "");
    if (trusts && (tells_accounts(found) || found->services.answers))
        ILL(patient, "take trust_nicks out, or set it to false",
            "trust_nicks = true: whoever takes a member's nick plays as that member, though there "
            "are accounts");
    else if (trusts)
        WELL(patient, "who people are: by their nicks alone, as trust_nicks says; whoever takes a "
                      "member's nick plays as that member");
    else if (!tells_accounts(found) && found->services.mask[0])
        tell_services(patient);
    else if (!tells_accounts(found))
        ILL(patient, "set trust_nicks = true if only people you know can get in there",
            "who people are cannot be told: there are no services, so everybody is a guest and "
            "nobody is on the board");
}

/* ---- channels ---- */

/* Why the bot cannot join or speak, by the modes that networks agree on; NULL = it can. */
static const char *obstacle(const struct patient *patient, size_t channel, char *advice,
                            size_t size)
{
    const char *name = patient->settings->channels[channel];
    const char *modes = patient->found->channel[channel].modes;
    if (strchr(modes, 'k') && !patient->settings->keys[channel]) {
        snprintf(advice, size, "set channels = {\"%.100s KEY\"}", name);
        return "it has a key (+k)";
    }
    if (strchr(modes, 'i')) {
        snprintf(advice, size, "/mode %.100s +I %.64s!*@*, or /invite it each time", name,
                 patient->settings->nick);
        return "one has to be invited (+i)";
    }
    if (strchr(modes, 'R') && !patient->found->account[0]) {
        snprintf(advice, size, "set account and account_password");
        return "only people with an account may join (+R)";
    }
    return NULL;
}

static void tell_channels(const struct patient *patient)
{
    const struct irc_settings *settings = patient->settings;
    for (size_t i = 0; i < settings->channel_count; i++) {
        const struct irc_look_channel *channel = &patient->found->channel[i];
        char advice[256];
        const char *why = channel->there ? obstacle(patient, i, advice, sizeof advice) : NULL;
        if (why)
            ILL(patient, advice, "%s: %s", settings->channels[i], why);
        else if (channel->there && strchr(channel->modes, 'm'))
            WELL(patient, "%s is moderated (+m): give the bot voice, or it cannot speak",
                 settings->channels[i]);
        else if (channel->there)
            WELL(patient, "%s is there (%s)", settings->channels[i], channel->modes);
        else
            WELL(patient, "%s: %s", settings->channels[i],
                 channel->told ? "nobody is there; the bot will be the first, and its operator"
                               : "the server says nothing of it; perhaps nobody is there");
    }
}

/* ---- the whole ---- */

static void look_at(struct patient *patient, size_t server)
{
    struct irc_look_found *found = calloc(1, sizeof *found);
    struct error error = {0};
    patient->server = &patient->settings->servers[server];
    patient->found = found;
    if (!found || irc_look(patient->settings, server, found, &error)) {
        ILL(patient, "free some memory", "%s", found ? error.why : "no memory for a look");
    } else if (found->reach < IRC_LOOK_REGISTERED) {
        tell_failure(patient);
    } else {
        tell_server(patient);
        tell_limits(patient);
        tell_nick(patient);
        tell_account(patient);
        tell_identity(patient);
        tell_channels(patient);
    }
    free(found);
}

void doctor_irc(struct doctor *doctor, const struct irc_settings *settings)
{
    struct patient patient = {.doctor = doctor, .settings = settings};
    snprintf(patient.label, sizeof patient.label, "irc %.64s", settings->network);
    for (size_t i = 0; i < settings->server_count; i++)
        look_at(&patient, i);
}
