/* What one Matrix account of the bot is like, as configured. */
#ifndef TRANSPORT_MATRIX_SETTINGS_H
#define TRANSPORT_MATRIX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#define MATRIX_ROOMS_MAX 100
#define MATRIX_INVITERS_MAX 64

struct matrix_settings {
    char *network;    /* its name here: "example"; rooms are matrix/example/!abc:example.org */
    char *homeserver; /* base URL, or NULL: found through .well-known of `server` */
    char *server;     /* server name, "example.org", for discovery; NULL if homeserver is given */
    char *ca_file;    /* NULL = the system's */
    bool plain;       /* http:// to another machine is wanted: the token goes there in the clear */
    char *token;      /* access token of the configuration, or NULL */
    char *token_file; /* written by hotseat matrix login, or NULL */
    char *user, *password; /* password login, or NULL */
    char *device_id;  /* fixed, so that no start makes a new device */
    char *rooms[MATRIX_ROOMS_MAX]; /* ids or aliases to join */
    size_t room_count;
    char *inviters[MATRIX_INVITERS_MAX]; /* "@ann:example.org" or "*:example.org" */
    size_t inviter_count;
    unsigned rooms_max; /* joined on invitation, beyond which others are declined; private ones do not count */
};

#endif
