/*
 * What a server says it supports: numeric 005 (modern.ircdocs.horse, "RPL_ISUPPORT Parameters").
 * It comes in several lines; a token may be taken back ("-EXCEPTS"); values escape bytes as "\x20".
 */
#ifndef TRANSPORT_IRC_ISUPPORT_H
#define TRANSPORT_IRC_ISUPPORT_H

#include <stdbool.h>

#include "transport/irc/irc_casemap.h"
#include "transport/irc/irc_line.h"

#define IRC_ISUPPORT_LINES_MAX 64 /* of one connection; what comes beyond is not read */

struct irc_isupport {
    char modes[32], marks[32]; /* PREFIX, highest first: "ov" and "@+"; both "" if there are none */
    char value_modes[64];      /* modes that take a value always (CHANMODES A and B) */
    char set_modes[32];        /* and only when set (C) */
    enum irc_casemap casemap;  /* CASEMAPPING */
    char network[64];          /* NETWORK, "" = not said */
    char targmax[256];         /* TARGMAX as it came: irc_isupport_targets() reads it */
    unsigned max_targets;      /* MAXTARGETS, 0 = not said */
    unsigned nicklen, linelen; /* longest, in bytes; 0 = not said (linelen: 512) */
    char bot;                  /* BOT: letter of the user mode; 0 = there is none */
    bool whox;
    unsigned lines;            /* read so far */
};

/* What holds before the server said anything. */
void irc_isupport_init(struct irc_isupport *isupport);
/* Takes in one line of numeric 005. */
void irc_isupport_line(struct irc_isupport *isupport, const struct irc_line *line);

/* How many targets a command ("PRIVMSG", "WHOIS") takes at once, by TARGMAX or MAXTARGETS: 1 if
 * nothing is said, UINT_MAX if there is no limit. */
unsigned irc_isupport_targets(const struct irc_isupport *isupport, const char *command);

#endif
