/* Masks of people: "NickServ!*@services.example", where * is anything and ? is one byte. */
#ifndef TRANSPORT_IRC_MASK_H
#define TRANSPORT_IRC_MASK_H

#include <stdbool.h>

#include "transport/irc/irc_casemap.h"

/* Whether "nick!user@host" is one of those that the mask stands for. */
bool irc_mask_fits(enum irc_casemap map, const char *mask, const char *who);

#endif
