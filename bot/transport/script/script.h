/*
 * A transport without a network, driven by calls: for scenarios, tests and
 * benchmarks. What the bot says goes to a callback, as plain text.
 */
#ifndef TRANSPORT_SCRIPT_H
#define TRANSPORT_SCRIPT_H

#include "app/ports.h"

/* What somebody sees: `person` NULL = everyone in the room. `plain` may hold LF. */
typedef void script_seen_fn(void *context, const char *room, const char *person,
                            const char *plain);

struct transport *script_transport_create(const char *network, const struct transport_sink *sink,
                                          script_seen_fn *seen, void *context);
/* The bot was started anew: events go to another sink, what was held is forgotten. */
void script_attach(struct transport *transport, const struct transport_sink *sink);
/* While held, messages are taken but not known as sent; releasing sends them all. */
void script_hold(struct transport *transport, bool hold);
/* Loses what is held, as a connection does that breaks and comes back. */
void script_lose(struct transport *transport);

/* Times are the event's; the text is cleaned and bounded as a network transport does it. */
void script_say(struct transport *transport, int64_t at, const char *room, const char *person,
                const char *text, size_t length);
void script_tell(struct transport *transport, int64_t at, const char *person, const char *text,
                 size_t length);
void script_enter(struct transport *transport, int64_t at, const char *room, const char *person);
void script_leave(struct transport *transport, int64_t at, const char *room, const char *person);
/* Gives a person another display name; the account stays. Cleaned as a network transport does it. */
void script_set_name(struct transport *transport, const char *person, const char *name);
/* Makes a person a moderator (or no longer) in every room. */
void script_set_role(struct transport *transport, const char *person, enum role role);

#endif
