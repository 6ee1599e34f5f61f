/* What a server says it supports: numeric 005 (modern.ircdocs.horse, "RPL_ISUPPORT Parameters"). */
#ifndef TRANSPORT_IRC_ISUPPORT_H
#define TRANSPORT_IRC_ISUPPORT_H

#include <stdbool.h>

#include "transport/irc/irc_line.h"

struct irc_isupport {
    char modes[32], marks[32]; /* PREFIX: "ov" and "@+" */
    char value_modes[64];      /* modes that take a value always (CHANMODES A and B) */
    char set_modes[32];        /* and only when set (C) */
    bool rfc1459;              /* CASEMAPPING: {}|^ are the lower case of []\~ */
};

/* What holds before the server said anything. */
void irc_isupport_init(struct irc_isupport *isupport);
/* Takes in one line of numeric 005. */
void irc_isupport_line(struct irc_isupport *isupport, const struct irc_line *line);

#endif
