/* Places that go on under another name. */
#include "store/memory/memory.h"

#include <string.h>

static bool same_place(const struct address *a, const struct address *b)
{
    return strcmp(a->target, b->target) == 0 && strcmp(a->network, b->network) == 0 &&
           strcmp(a->transport, b->transport) == 0;
}

/* A round, points, or a link to another room. */
static bool has_past(const struct memory_store *store, uint64_t room)
{
    const struct table *rounds = &store->tables[TABLE_ROUND];
    const struct table *ledger = &store->tables[TABLE_LEDGER];
    const struct table *links = &store->tables[TABLE_ROOM_LINK];
    for (size_t i = 0; i < rounds->count; i++)
        if (((const struct round *)rounds->rows[i])->room == room)
            return true;
    for (size_t i = 0; i < ledger->count; i++)
        if (((const struct ledger_row *)ledger->rows[i])->entry.room == room)
            return true;
    for (size_t i = 0; i < links->count; i++) {
        const struct link_row *link = links->rows[i];
        if (link->part == room || link->whole == room)
            return true;
    }
    return false;
}

/* What waits for the place waits for its new name. Rows are replaced in place: their order stays. */
static int move_messages(struct memory_store *store, const struct address *from,
                         const struct address *to, struct error *error)
{
    const struct table *outbox = &store->tables[TABLE_OUTBOX];
    for (size_t i = 0; i < outbox->count; i++) {
        struct message_row row = *(const struct message_row *)outbox->rows[i];
        if (row.message.private_talk || !same_place(&row.message.to, from))
            continue;
        row.message.to = *to;
        if (memory_put(store, TABLE_OUTBOX, &row, error))
            return -1;
    }
    return 0;
}

static bool same_network(const struct address *a, const struct address *b)
{
    return strcmp(a->network, b->network) == 0 && strcmp(a->transport, b->transport) == 0;
}

static int note_move(struct memory_store *store, const struct address *from,
                     const struct address *to, struct error *error)
{
    const struct table *moved = &store->tables[TABLE_MOVED];
    for (size_t i = moved->count; i-- > 0;) {
        struct moved_row row = *(const struct moved_row *)moved->rows[i];
        int failed = 0;
        if (same_place(&row.from, to)) {
            failed = memory_drop(store, TABLE_MOVED, &row, error);
        } else if (same_network(&row.from, from) && strcmp(row.now, from->target) == 0) {
            row.now = to->target;
            failed = memory_put(store, TABLE_MOVED, &row, error);
        }
        if (failed)
            return -1;
    }
    struct moved_row row = {memory_next(store, TABLE_MOVED), *from, to->target};
    return memory_put(store, TABLE_MOVED, &row, error);
}

int memory_place_move(struct store *base, const struct address *place, const char *target,
                      bool *moved, struct error *error)
{
    struct memory_store *store = memory_of(base);
    struct address_row from = {.address = *place}, to = {.address = *place};
    to.address.target = target;
    const struct address_row *known = memory_find(store, TABLE_PLACE, &from);
    const struct address_row *other = memory_find(store, TABLE_PLACE, &to);
    *moved = known && strcmp(place->target, target) != 0 &&
             (!other || other->id == known->id || !has_past(store, other->id));
    if (!*moved)
        return 0;
    uint64_t gone = other && other->id != known->id ? other->id : 0;
    to.id = known->id;
    if ((gone && memory_drop(store, TABLE_ROOM, &gone, error)) ||
        memory_put(store, TABLE_PLACE, &to, error) ||
        memory_drop(store, TABLE_PLACE, &from, error) ||
        move_messages(store, place, &to.address, error))
        return -1;
    return note_move(store, place, &to.address, error);
}

int memory_moves(struct store *base, move_fn *move, void *context, struct error *error)
{
    const struct table *moved = &memory_of(base)->tables[TABLE_MOVED];
    (void)error; /* the callback's own */
    for (size_t i = 0; i < moved->count; i++) {
        const struct moved_row *row = moved->rows[i];
        if (move(context, &row->from, row->now))
            return -1;
    }
    return 0;
}
