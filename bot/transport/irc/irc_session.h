/*
 * libircclient as the session: it registers, formats commands and dispatches.
 * It never sees the network. Its socket is one end of a pair (the swap of
 * docs/IRC.md): we write one canonical line and let it dispatch that line at
 * once; what it wants to send is read back and given to `command`.
 *
 * Its own parsing is not safe on raw input, hence only irc_line_canonical()
 * lines go in, and callbacks should read the parsed line, not its parameters.
 */
#ifndef TRANSPORT_IRC_SESSION_H
#define TRANSPORT_IRC_SESSION_H

#include <stddef.h>

#include "transport/irc/irc_settings.h"
#include "util/error.h"

struct irc_session_events {
    void *context;
    /* A line libircclient wants to send, without CR LF. */
    void (*command)(void *context, const char *line, size_t length);
    /* The line fed last was dispatched: "CONNECT" (001), "JOIN", "PRIVMSG", "CHANNEL", ... */
    void (*event)(void *context, const char *event);
    void (*numeric)(void *context, unsigned code);
};

struct irc_session;

/* Starts: PASS, NICK and USER come out of `command` before it returns. NULL and *error on failure. */
struct irc_session *irc_session_create(const struct irc_settings *settings, const char *nick,
                                       const struct irc_session_events *events,
                                       struct error *error);
/* Not from inside a callback. */
void irc_session_destroy(struct irc_session *session);

/* Dispatches one canonical line (with CR LF). -1 if libircclient gave up. */
int irc_session_feed(struct irc_session *session, const char *line);

/* Commands, formatted by libircclient and given to `command`. 0 or -1. `key` may be NULL. */
int irc_session_join(struct irc_session *session, const char *channel, const char *key);
/* What is said comes out at the latest with the next flush, several lines in one go. */
int irc_session_say(struct irc_session *session, const char *target, const char *text);
int irc_session_flush(struct irc_session *session);
int irc_session_quit(struct irc_session *session, const char *reason);

#endif
