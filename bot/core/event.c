#include "core/event.h"

#include <string.h>

#include "util/arena.h"

bool address_same(const struct address *a, const struct address *b)
{
    return strcmp(a->target, b->target) == 0 && strcmp(a->network, b->network) == 0 &&
           strcmp(a->transport, b->transport) == 0;
}

const char *event_key(struct arena *arena, const struct event *event, const char *id)
{
    const struct address *from = event->who.transport ? &event->who : &event->room;
    return id ? arena_printf(arena, "%s/%s/%s", from->transport, from->network, id) : NULL;
}
