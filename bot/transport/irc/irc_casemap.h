/*
 * Upper and lower case as a server sees them in nicks and channels: CASEMAPPING of numeric 005
 * (modern.ircdocs.horse, "CASEMAPPING"; RFC 1459 section 2.2 for {}| and []\).
 */
#ifndef TRANSPORT_IRC_CASEMAP_H
#define TRANSPORT_IRC_CASEMAP_H

#include <stdbool.h>
#include <stddef.h>

enum irc_casemap {
    IRC_CASEMAP_RFC1459, /* A-Z, and {}|^ are the lower case of []\~; what holds if nothing is said */
    IRC_CASEMAP_STRICT,  /* the same without ^ and ~ */
    IRC_CASEMAP_ASCII,   /* A-Z */
    IRC_CASEMAP_UNICODE  /* rfc7613: each character by itself, without its normal forms */
};

/* The mapping of that name; one that nobody knows is taken for ascii, which mixes up nobody. */
enum irc_casemap irc_casemap_of(const char *name);

/* Writes the lower case, NUL-terminated, cut to `size` bytes; gives its length. */
size_t irc_casemap_fold(enum irc_casemap map, const char *text, char *out, size_t size);
bool irc_casemap_same(enum irc_casemap map, const char *a, const char *b);

#endif
