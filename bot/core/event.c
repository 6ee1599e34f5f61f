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

static size_t measure(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

size_t event_size(const struct event *event)
{
    const struct event *e = event;
    size_t size = measure(e->id) + measure(e->name) + measure(e->bot_name) + e->length + 1;
    size += measure(e->from) + measure(e->fault) + measure(e->about) + measure(e->tag);
    size += measure(e->room.transport) + measure(e->room.network) + measure(e->room.target);
    size += measure(e->who.transport) + measure(e->who.network) + measure(e->who.target);
    return size;
}

/* *at moves on. */
static const char *put(char **at, const char *text)
{
    if (!text)
        return NULL;
    char *copy = *at;
    size_t size = strlen(text) + 1;
    memcpy(copy, text, size);
    *at += size;
    return copy;
}

static struct address put_address(char **at, const struct address *address)
{
    struct address copy = {.transport = put(at, address->transport)};
    copy.network = put(at, address->network);
    copy.target = put(at, address->target);
    return copy;
}

void event_copy(struct event *copy, const struct event *event, char *space)
{
    char *at = space;
    *copy = *event;
    copy->id = put(&at, event->id);
    copy->name = put(&at, event->name);
    copy->bot_name = put(&at, event->bot_name);
    copy->from = put(&at, event->from);
    copy->fault = put(&at, event->fault);
    copy->about = put(&at, event->about);
    copy->tag = put(&at, event->tag);
    copy->room = put_address(&at, &event->room);
    copy->who = put_address(&at, &event->who);
    if (event->length > 0)
        memcpy(at, event->text, event->length);
    at[event->length] = '\0';
    /* A note without a value is another than one with an empty one. */
    copy->text = event->text || event->kind != EVENT_NOTE ? at : NULL;
}
