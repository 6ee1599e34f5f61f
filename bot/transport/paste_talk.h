/*
 * Links that members name in place of their words. It stands between the
 * networks and the session: a private text that is a link to a known paste
 * waits here until that is read, and goes on with the content; what the same
 * person says meanwhile waits behind it. All that waits is in the store as a
 * note, so that the bot may end at any time.
 */
#ifndef TRANSPORT_PASTE_TALK_H
#define TRANSPORT_PASTE_TALK_H

#include <uv.h>

#include "app/ports.h"
#include "sys/paste.h"

struct paste_talk;

/* Borrows all; settings may change. net NULL = the real one. NULL and *error when out of memory. */
struct paste_talk *paste_talk_create(uv_loop_t *loop, const struct paste_settings *settings,
                                     const struct paste_net *net,
                                     const struct transport_sink *sink, struct error *error);
/* What networks get in place of the session's sink. */
const struct transport_sink *paste_talk_sink(struct paste_talk *talk);
/* What waited when the bot ended is read anew. When the session knows the network, before its first
 * turn, and before the network starts. -1 if that cannot be read, or when out of memory. */
int paste_talk_resume(struct paste_talk *talk, const char *transport, const char *network);
/* What waits stays in the store. The loop must run until its handles are closed. NULL is fine. */
void paste_talk_destroy(struct paste_talk *talk);

#endif
