#include "core/event.h"

#include "util/arena.h"

const char *event_key(struct arena *arena, const struct event *event, const char *id)
{
    const struct address *from = event->who.transport ? &event->who : &event->room;
    return id ? arena_printf(arena, "%s/%s/%s", from->transport, from->network, id) : NULL;
}
