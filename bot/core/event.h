/*
 * What comes in: an inbound event, normalised by a transport. Time and chance
 * come in with it. All strings are borrowed for the call, valid UTF-8, cleaned
 * by the transport with utf8_clean(); `text` may hold LF.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_TEXT_MAX (16 * 1024) /* longest answer; longer texts come cut with `cut` set */
#define EVENT_NAME_MAX 64          /* bytes of a network, account or display name */
#define EVENT_TARGET_MAX 256       /* bytes of a channel or room name */

/* Where somebody can be reached, or a room is: ("irc", "libera", "#prep"). */
struct address {
    const char *transport;
    const char *network;
    const char *target; /* a channel or room; for a person: the account */
};

enum event_kind {
    EVENT_TEXT,  /* somebody said something, in a room or privately */
    EVENT_ENTER, /* somebody is in a room (also sent for each one found there on joining) */
    EVENT_LEAVE, /* somebody left a room; room NULL target = left the network */
    EVENT_RESET, /* the transport lost sight of a whole room; ENTERs follow when it is back */
    EVENT_CLOCK  /* time has passed; nothing else */
};

enum role { ROLE_MEMBER, ROLE_MODERATOR, ROLE_OWNER };

struct event {
    enum event_kind kind;
    const char *id;   /* unique within (transport, network), for dedupe; NULL if the network has none */
    int64_t at;       /* when the bot received it, ms since 1970 UTC */
    uint64_t seed;    /* fresh chance */
    struct address room; /* target NULL: said privately */
    struct address who;  /* target = the account */
    const char *name;    /* display name; never identity */
    const char *bot_name; /* the bot's own name there, for being addressed by it; may be NULL */
    enum role role;      /* as the network knows it in that room */
    const char *text;
    size_t length;
    bool cut; /* text was longer than EVENT_TEXT_MAX and was cut */
};

#endif
