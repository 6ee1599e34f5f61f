/* What one IRC network is like; filled from the configuration, borrowed by the transport. */
#ifndef TRANSPORT_IRC_SETTINGS_H
#define TRANSPORT_IRC_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#define IRC_CHANNELS_MAX 32
#define IRC_SERVERS_MAX 8

struct irc_server {
    char *host;
    unsigned port;
    bool tls;
};

enum irc_sasl {
    IRC_SASL_OFF,
    IRC_SASL_REQUIRED, /* without it nothing is sent that registers */
    IRC_SASL_OPTIONAL  /* if it cannot be had, the bot registers without an account */
};

struct irc_settings {
    char *network;   /* its name in the configuration */
    struct irc_server servers[IRC_SERVERS_MAX]; /* tried in turn; at least one */
    size_t server_count;
    bool tls;        /* of all servers; verified: chain and host name, TLS 1.2 or newer */
    char *ca_file;   /* NULL = the system's */
    char *proxy;     /* "socks5h://[user:password@]host:port" or socks5://, or NULL */
    char *nick, *user, *realname; /* spaces only in realname */
    char *password;  /* server password (PASS), or NULL */

    enum irc_sasl sasl;
    char *account, *account_password; /* at the network's services; NULL = none */
    char *cert_file, *key_file;       /* client certificate (PEM); without account_password: SASL EXTERNAL */
    char *services;   /* mask of NickServ ("NickServ!*@services.example"), NULL = it is not asked */
    bool trust_nicks; /* a nick without an account counts as one: for closed servers without services */

    char *channels[IRC_CHANNELS_MAX];
    char *keys[IRC_CHANNELS_MAX]; /* of the channels, NULL = none */
    size_t channel_count;
    bool colours;    /* mIRC bold for emphasis; off = plain text */
    unsigned flood_burst; /* lines that may go at once */
    unsigned flood_ms;    /* then one line each so many ms; 0 = only the server's own pace (PING) */
};

#endif
