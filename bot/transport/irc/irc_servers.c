/*
 * The servers of a network, tried in turn, and what they said about TLS: a host
 * with an STS policy is never connected to without it (docs/IRC.md).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define NOTE "sts/" /* key of the note of a host's policy */

static struct irc_sts_policy *policy_of(struct irc *irc)
{
    return &irc->servers.policy[irc->servers.turn];
}

void irc_servers_choose(struct irc *irc)
{
    const struct irc_server *server = &irc->settings->servers[irc->servers.turn];
    const struct irc_sts_policy *policy = policy_of(irc);
    unsigned upgrade = irc->servers.upgrade[irc->servers.turn];
    irc->servers.now = *server;
    irc->servers.said = false;
    if (server->tls)
        return;
    if (irc_sts_holds(policy, irc_wall_clock()))
        upgrade = policy->port;
    if (upgrade) {
        irc->servers.now.port = upgrade;
        irc->servers.now.tls = true;
    }
}

void irc_servers_next(struct irc *irc)
{
    irc->servers.turn = (irc->servers.turn + 1) % irc->settings->server_count;
}

void irc_servers_first(struct irc *irc)
{
    irc->servers.turn = 0;
}

/* ---- what is remembered of their policies ---- */

static bool same_host(const struct irc *irc, size_t one, size_t other)
{
    return strcasecmp(irc->settings->servers[one].host, irc->settings->servers[other].host) == 0;
}

static int make_key(const struct irc *irc, size_t server, char key[EVENT_TAG_MAX + 1])
{
    int length = snprintf(key, EVENT_TAG_MAX + 1, NOTE "%s", irc->settings->servers[server].host);
    for (char *c = key; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return length > 0 && length <= EVENT_TAG_MAX ? 0 : -1;
}

/* Again later, if there is no memory for it now. */
static void note(struct irc *irc, size_t server)
{
    char key[EVENT_TAG_MAX + 1], text[IRC_STS_TEXT];
    const struct irc_sts_policy *policy = &irc->servers.policy[server];
    struct address here = {"irc", irc->settings->network, NULL};
    irc_sts_write(policy, text);
    struct event event = {.kind = EVENT_NOTE, .at = irc_wall_clock(), .room = here, .who = here,
                          .kept = true, .tag = key, .text = policy->until ? text : NULL,
                          .length = policy->until ? strlen(text) : 0};
    irc->servers.unnoted[server] =
        make_key(irc, server, key) == 0 && irc->sink->event(irc->sink->context, &event) != 0;
    irc->sink->wake(irc->sink->context);
}

/* A policy is of a host, whatever the ports of ours at that host. */
static void keep(struct irc *irc)
{
    size_t turn = irc->servers.turn;
    for (size_t i = 0; i < irc->settings->server_count; i++)
        if (i != turn && same_host(irc, i, turn))
            irc->servers.policy[i] = irc->servers.policy[turn];
    note(irc, turn);
}

static void read_note(void *context, const char *key, const char *value, int64_t at)
{
    struct irc *irc = context;
    char own[EVENT_TAG_MAX + 1];
    (void)at;
    for (size_t i = 0; i < irc->settings->server_count; i++)
        if (make_key(irc, i, own) == 0 && strcmp(own, key) == 0 &&
            !irc_sts_read(value, &irc->servers.policy[i]))
            log_warn("irc", "%s: a note about TLS at %s cannot be read; it is left out",
                     irc->settings->network, irc->settings->servers[i].host);
}

int irc_servers_recall(struct irc *irc, struct error *error)
{
    if (irc->sink->recall(irc->sink->context, "irc", irc->settings->network, NOTE, read_note, irc))
        return error_set(error, ERR_IO, "what the servers of %s said about TLS cannot be read",
                         irc->settings->network);
    return 0;
}

/* ---- what they say ---- */

static bool upgrade(struct irc *irc, const char *value)
{
    unsigned port = irc_sts_parse(value).port;
    if (port == 0)
        return false;
    /* For as long as we run: whoever breaks the secure connection gets no other one. */
    for (size_t i = 0; i < irc->settings->server_count; i++)
        if (same_host(irc, i, irc->servers.turn))
            irc->servers.upgrade[i] = port;
    log_info("irc", "%s: %s is to be used with TLS, at port %u; set tls = true and that port",
             irc->settings->network, irc->servers.now.host, port);
    irc_connect_again(irc);
    return true;
}

bool irc_servers_offer(struct irc *irc)
{
    const char *value = irc_cap_value(irc, IRC_CAP_STS);
    if (!irc_cap_offered(irc, IRC_CAP_STS))
        return false;
    if (!irc->servers.now.tls)
        return upgrade(irc, value);
    if (irc_sts_said(policy_of(irc), value, irc->servers.now.port, irc_wall_clock()))
        keep(irc);
    irc->servers.said = policy_of(irc)->until != 0;
    return false;
}

static void prolong(struct irc *irc)
{
    irc_sts_prolong(policy_of(irc), irc_wall_clock());
    keep(irc);
}

void irc_servers_left(struct irc *irc)
{
    if (irc->servers.said)
        prolong(irc);
    irc->servers.said = false;
}

void irc_servers_due(struct irc *irc)
{
    const struct irc_sts_policy *policy = policy_of(irc);
    /* Who is killed does not close: half of the time is always left. */
    if (irc->servers.said && policy->until - irc_wall_clock() < policy->duration * 500)
        prolong(irc);
    for (size_t i = 0; i < irc->settings->server_count; i++)
        if (irc->servers.unnoted[i])
            note(irc, i);
}
