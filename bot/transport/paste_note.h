/* An event as a note, so that it is not lost while it waits for a link to be read. */
#ifndef TRANSPORT_PASTE_NOTE_H
#define TRANSPORT_PASTE_NOTE_H

#include "core/event.h"

struct buf;

/* Appends what can be read again; the network is that of the note. */
void paste_note_write(struct buf *out, const struct event *event);
/* The event, in one piece of memory with its strings, to be freed. NULL when out of memory, or (*bad)
 * if that is none that was written here. */
struct event *paste_note_read(const char *note, const char *transport, const char *network,
                              bool *bad);

#endif
