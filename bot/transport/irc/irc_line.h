/*
 * One IRC line (RFC 1459 section 2.3.1; message tags of IRCv3): parsing what a
 * server sends, and the canonical form that libircclient can be fed.
 */
#ifndef TRANSPORT_IRC_LINE_H
#define TRANSPORT_IRC_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define IRC_PARAMS_MAX 15
#define IRC_LINE_MAX 16384     /* longest accepted from a server: tags may be 8191 bytes */
#define IRC_CANONICAL_MAX 1000 /* libircclient goes deaf at 1024 (docs/IRC.md) */

struct irc_line {
    char space[IRC_LINE_MAX]; /* what the pointers below point into */
    const char *account;      /* tag account=, NULL if none */
    const char *msgid;        /* tag msgid=, NULL if none */
    const char *time;         /* tag time= (server-time), NULL if none */
    const char *batch;        /* tag batch=: it belongs to that batch; NULL if to none */
    bool concat;              /* tag draft/multiline-concat: no line break before it */
    const char *nick;         /* of the prefix; "" if there is no prefix */
    const char *userhost;     /* "user@host" of the prefix, "" if none */
    const char *command;      /* upper case */
    const char *param[IRC_PARAMS_MAX]; /* "" beyond count */
    size_t count;
};

/* Parses one line without CR LF. False if it is no line (empty, too long, no command, NUL inside). */
bool irc_line_parse(struct irc_line *line, const char *text, size_t length);

/* Three digits as a number, -1 if the command is none. */
int irc_line_numeric(const struct irc_line *line);

/*
 * Writes the line for libircclient: prefix always there (the own nick's if the
 * server gave none), at most 10 parameters, at least one, no tags, no control
 * characters, at most IRC_CANONICAL_MAX bytes with CR LF. False if libircclient
 * has no use for the command, or it lacks what its callback would read.
 */
bool irc_line_canonical(const struct irc_line *line, const char *own_nick, char *out, size_t size);

#endif
