/*
 * Strict Transport Security (ircv3.net/specs/extensions/sts): what a server says
 * in the value of its capability, and the policy that is kept of it. Pure.
 */
#ifndef TRANSPORT_IRC_STS_H
#define TRANSPORT_IRC_STS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRC_STS_TEXT 64 /* bytes of a policy as text, with the NUL */

struct irc_sts_value {
    unsigned port;    /* 0 = not named */
    int64_t duration; /* s, -1 = not named */
};

/* While it holds, the host is only connected to by TLS. */
struct irc_sts_policy {
    unsigned port;
    int64_t duration; /* s, as the server said last */
    int64_t until;    /* ms since 1970 UTC; 0 = there is no policy */
};

/* A key counts where it stands first; what is no number, or out of range, counts as not named. */
struct irc_sts_value irc_sts_parse(const char *value);
/* What a connection by TLS to this port says at `now`. True if the policy changed. */
bool irc_sts_said(struct irc_sts_policy *policy, const char *value, unsigned port, int64_t now);
/* The server's duration counts from now on, as when a connection closes. */
void irc_sts_prolong(struct irc_sts_policy *policy, int64_t now);
bool irc_sts_holds(const struct irc_sts_policy *policy, int64_t now);

/* A policy as text, and back; false if it is none. */
void irc_sts_write(const struct irc_sts_policy *policy, char out[IRC_STS_TEXT]);
bool irc_sts_read(const char *text, struct irc_sts_policy *policy);

#endif
