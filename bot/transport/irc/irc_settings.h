/* What one IRC network is like; filled from the configuration, borrowed by the transport. */
#ifndef TRANSPORT_IRC_SETTINGS_H
#define TRANSPORT_IRC_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#define IRC_CHANNELS_MAX 32

struct irc_settings {
    char *network;   /* its name in the configuration */
    char *host;
    unsigned port;
    bool tls;        /* verified: chain and host name, TLS 1.2 or newer */
    char *ca_file;   /* NULL = the system's */
    char *nick, *user, *realname; /* without "%", spaces only in realname */
    char *password;  /* server password (PASS), or NULL */
    char *channels[IRC_CHANNELS_MAX];
    size_t channel_count;
    bool colours;    /* mIRC bold for emphasis; off = plain text */
    unsigned flood_burst; /* lines that may go at once */
    unsigned flood_ms;    /* then one line each so many ms; 0 = only the server's own pace (PING) */
};

#endif
