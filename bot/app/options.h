/* What the configuration says, checked and with defaults filled in. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "core/world.h"
#include "util/log.h"

#define OPTIONS_ROOMS_MAX 200
#define OPTIONS_NETWORKS_MAX 16
#define OPTIONS_MATRIX_MAX 8

struct irc_settings;
struct matrix_settings;
struct paste_settings;

#define OPTIONS_PLACES_MAX 16

#define OPTIONS_ROLES_MAX 64 /* owners, and as many moderators, of one section */

/* Somebody who is more than a member. */
struct options_role {
    struct address who; /* the account is as it is written in the file: on IRC the services account */
    enum role role;
};
struct options_roles {
    struct options_role *list;
    size_t count;
};

struct options_room {
    char *key; /* "irc/libera/#prep"; of a linked room its own name, "study" */
    struct room_settings settings;
    struct address *places; /* of a linked room */
    size_t place_count;     /* 0 = it is none */
    struct options_roles roles; /* in this room, beside those of all rooms */
};

struct options {
    char *database, *plugins, *questions; /* plugins and questions: NULL = where they were installed */
    enum log_level log_level;
    unsigned commands; /* that a member may give at once, 0 = no limit */
    struct room_settings room; /* for rooms without a section of their own */
    struct options_roles roles; /* in all rooms */
    struct options_room rooms[OPTIONS_ROOMS_MAX];
    size_t room_count;
    struct irc_settings *networks;
    size_t network_count;
    struct matrix_settings *matrix; /* accounts on Matrix */
    size_t matrix_count;
    struct paste_settings *paste; /* links in place of words */
};

#endif
