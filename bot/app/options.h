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

#define OPTIONS_PLACES_MAX 16

struct options_room {
    char *key; /* "irc/libera/#prep"; of a linked room its own name, "study" */
    struct room_settings settings;
    struct address *places; /* of a linked room */
    size_t place_count;     /* 0 = it is none */
};

struct options {
    char *database, *plugins, *questions; /* plugins and questions: NULL = where they were installed */
    enum log_level log_level;
    struct room_settings room; /* for rooms without a section of their own */
    struct options_room rooms[OPTIONS_ROOMS_MAX];
    size_t room_count;
    struct irc_settings *networks;
    size_t network_count;
    struct matrix_settings *matrix; /* accounts on Matrix */
    size_t matrix_count;
};

#endif
