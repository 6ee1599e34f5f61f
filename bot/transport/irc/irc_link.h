/*
 * A connection to an IRC server: libcurl connects (TLS, host name check), and
 * lines go in and out on a libuv loop. Knows nothing of IRC but the line's end.
 */
#ifndef TRANSPORT_IRC_LINK_H
#define TRANSPORT_IRC_LINK_H

#include <uv.h>

#include "transport/irc/irc_report.h"
#include "transport/irc/irc_settings.h"
#include "util/error.h"

/* Called on the loop, never from inside irc_link_open() or irc_link_send().
 * irc_link_close() may be called from inside any of them. */
struct irc_link_events {
    void *context;
    void (*connected)(void *context);
    /* One line without CR LF; may hold anything but LF. */
    void (*line)(void *context, const char *text, size_t length);
    /* The connection failed or ended; the link is closed. */
    void (*closed)(void *context, const char *why);
};

struct irc_link;
struct irc_link *irc_link_create(uv_loop_t *loop, const struct irc_settings *settings,
                                 const struct irc_link_events *events);
/* Closes; memory goes when the loop has closed the handles, then gone(context) is called. */
void irc_link_destroy(struct irc_link *link, void (*gone)(void *context), void *context);

int irc_link_open(struct irc_link *link, const struct irc_server *server, struct error *error);
/* From the next connection on, what TLS comes to is written there; borrowed. */
void irc_link_report(struct irc_link *link, struct irc_report *report);
/* Closes without calling closed(). */
void irc_link_close(struct irc_link *link);
/* Sends one line; CR LF is added. A line with CR, LF or NUL, or over 510 bytes, is refused (-1). */
int irc_link_send(struct irc_link *link, const char *line, size_t length);

#endif
