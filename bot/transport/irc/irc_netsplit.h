/*
 * What a server gives as the reason of a QUIT when the person's server was split away: the names
 * of the two servers that lost each other, "irc.example leaf.example" (RFC 1459 section 8.6.1), or
 * "*.net *.split" where names are hidden. Anybody can say the same; nothing may depend on it but
 * how soon it is told that they left.
 */
#ifndef TRANSPORT_IRC_NETSPLIT_H
#define TRANSPORT_IRC_NETSPLIT_H

#include <stdbool.h>

bool irc_netsplit_reason(const char *text);

#endif
