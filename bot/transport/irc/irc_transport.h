/* An IRC network as a transport; docs/ARCHITECTURE.md, section "IRC", says how it works. */
#ifndef TRANSPORT_IRC_TRANSPORT_H
#define TRANSPORT_IRC_TRANSPORT_H

#include <uv.h>

#include "app/ports.h"
#include "transport/irc/irc_settings.h"

/* Borrows loop, settings and sink. After destroy() the loop must run until its
 * handles are closed. NULL and *error on failure. */
struct transport *irc_transport_create(uv_loop_t *loop, const struct irc_settings *settings,
                                       const struct transport_sink *sink, struct error *error);

#endif
