/*
 * A look at a network, for hotseat doctor: connects as the bot would, but joins nothing, asks the
 * server a few questions and leaves. It takes nobody's nick: not that of a bot that runs, either.
 */
#ifndef TRANSPORT_IRC_LOOK_H
#define TRANSPORT_IRC_LOOK_H

#include "core/event.h"
#include "transport/irc/irc_isupport.h"
#include "transport/irc/irc_link.h"
#include "transport/irc/irc_settings.h"
#include "util/error.h"

enum irc_look_reach {
    IRC_LOOK_NOWHERE,
    IRC_LOOK_CONNECTED, /* it did not register us */
    IRC_LOOK_REGISTERED
};

struct irc_look_channel {
    bool told;      /* the server answered */
    bool there;     /* somebody is in it */
    char modes[64]; /* "+int" */
};

struct irc_look_services {
    char mask[320]; /* "NickServ!user@host"; "" = nobody has that nick */
    bool answers;   /* to ACC, as far as it goes: who is logged in to what */
};

struct irc_look_found {
    enum irc_look_reach reach;
    char why[700];                  /* why it ended before all was asked; "" = it did not */
    char error[400];                /* what the server said last by ERROR, "" */
    struct irc_report tls;
    char server[128], version[128]; /* numeric 004 */
    char caps[2048];                /* all that is offered, as CAP LS lists it */
    unsigned upgraded;              /* port for TLS, which STS wants in place of ours; 0 = none */
    bool account_tag, extended_join, account_notify, multiline; /* confirmed */
    char nick[EVENT_NAME_MAX + 1];  /* that we had */
    size_t text_bytes;              /* of a message to the first channel, in one line */
    char account[128];              /* that we are logged in to, "" */
    bool sasl;                      /* by SASL, not by NickServ */
    char login_why[512];            /* why not, "" = it was not tried */
    bool whois_account;             /* WHOIS says which account somebody has: ours */
    struct irc_look_services services;
    struct irc_isupport isupport;
    struct irc_look_channel channel[IRC_CHANNELS_MAX];
};

/* Looks at one of the servers of the settings; takes seconds. -1 and *error only if memory is out. */
int irc_look(const struct irc_settings *settings, size_t server, struct irc_look_found *found,
             struct error *error);

#endif
