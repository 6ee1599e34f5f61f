/* Who is in a room now, as its transport sees it. Not stored: told anew after every connect. */
#ifndef CORE_PRESENCE_H
#define CORE_PRESENCE_H

#include "core/hall.h"

/* Adds somebody or updates the name; strings are copied. 0, or -1 when out of memory. */
int presence_enter(struct room *room, const struct presence *who);
void presence_leave(struct room *room, const struct address *who);
void presence_clear(struct room *room);
bool presence_has(const struct room *room, const struct address *who);

#endif
