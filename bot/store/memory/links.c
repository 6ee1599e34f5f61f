/* People and rooms, and which of them count as one. */
#include <string.h>

#include "store/memory/memory.h"

/* ---- linking and unlinking, the same for rooms and members ---- */

uint64_t memory_whole(const struct memory_store *store, enum memory_table links, uint64_t id)
{
    const struct link_row *found = memory_find(store, links, &id);
    return found ? found->whole : id;
}

static int put_link(struct memory_store *store, enum memory_table links, uint64_t part,
                    uint64_t whole, struct error *error)
{
    struct link_row row = {part, whole};
    return memory_put(store, links, &row, error);
}

/* What counts for `from` counts for `to`. Rows are replaced in place: their order stays. */
static int move_parts(struct memory_store *store, enum memory_table links, uint64_t from,
                      uint64_t to, struct error *error)
{
    const struct table *rows = &store->tables[links];
    for (size_t i = 0; i < rows->count; i++) {
        const struct link_row *row = rows->rows[i];
        if (row->whole == from && put_link(store, links, row->part, to, error))
            return -1;
    }
    return 0;
}

static int link_parts(struct store *base, enum memory_table links, uint64_t part, uint64_t whole,
                      struct error *error)
{
    struct memory_store *store = memory_of(base);
    uint64_t from = memory_whole(store, links, part), to = memory_whole(store, links, whole);
    if (from == to)
        return 0;
    return move_parts(store, links, from, to, error) || put_link(store, links, from, to, error)
               ? -1
               : 0;
}

static uint64_t first_part(const struct memory_store *store, enum memory_table links,
                           uint64_t whole)
{
    const struct table *rows = &store->tables[links];
    for (size_t i = 0; i < rows->count; i++)
        if (((const struct link_row *)rows->rows[i])->whole == whole)
            return ((const struct link_row *)rows->rows[i])->part;
    return 0;
}

/* The rest counts for what it did, or, if that leaves, for the first of them. */
static int unlink_part(struct store *base, enum memory_table links, uint64_t part,
                       struct error *error)
{
    struct memory_store *store = memory_of(base);
    uint64_t whole = memory_whole(store, links, part), first = first_part(store, links, whole);
    if (first == 0)
        return 0;
    if (part != whole)
        return memory_drop(store, links, &part, error);
    return memory_drop(store, links, &first, error) ||
                   move_parts(store, links, whole, first, error)
               ? -1
               : 0;
}

/* ---- rooms ---- */

int memory_room_own(struct store *base, const struct address *place, int64_t now, uint64_t *own,
                    uint64_t *whole, struct error *error)
{
    struct memory_store *store = memory_of(base);
    struct address_row key = {.address = *place};
    (void)now;
    const struct address_row *found = memory_find(store, TABLE_PLACE, &key);
    if (found) {
        *own = found->id;
        *whole = memory_whole(store, TABLE_ROOM_LINK, *own);
        return 0;
    }
    struct room_row made = {memory_next(store, TABLE_ROOM)};
    key.id = made.id;
    if (memory_put(store, TABLE_ROOM, &made, error) || memory_put(store, TABLE_PLACE, &key, error))
        return -1;
    *own = *whole = made.id;
    return 0;
}

int memory_room(struct store *base, const struct address *place, int64_t now, uint64_t *id,
                struct error *error)
{
    uint64_t own;
    return memory_room_own(base, place, now, &own, id, error);
}

int memory_room_link(struct store *base, uint64_t room, uint64_t whole, struct error *error)
{
    return link_parts(base, TABLE_ROOM_LINK, room, whole, error);
}

int memory_room_unlink(struct store *base, uint64_t room, struct error *error)
{
    return unlink_part(base, TABLE_ROOM_LINK, room, error);
}

int memory_room_links(struct store *base, room_link_fn *link, void *context, struct error *error)
{
    const struct table *rows = &memory_of(base)->tables[TABLE_ROOM_LINK];
    for (size_t i = 0; i < rows->count; i++) {
        const struct link_row *row = rows->rows[i];
        if (link(context, row->part, row->whole))
            return error_set(error, ERR_MEMORY, "no memory for the linked rooms");
    }
    return 0;
}

/* ---- members ---- */

int memory_member(struct store *base, const struct address *who, const char *name, int64_t now,
                  uint64_t *id, struct error *error)
{
    struct memory_store *store = memory_of(base);
    struct address_row key = {.address = *who};
    struct member_row row = {.name = name};
    (void)now;
    const struct address_row *found = memory_find(store, TABLE_IDENTITY, &key);
    if (found) {
        row.id = found->id;
        *id = memory_whole(store, TABLE_MEMBER_LINK, row.id);
        const struct member_row *known = memory_find(store, TABLE_MEMBER, &row);
        return strcmp(known->name, name) == 0 ? 0 : memory_put(store, TABLE_MEMBER, &row, error);
    }
    key.id = row.id = memory_next(store, TABLE_MEMBER);
    if (memory_put(store, TABLE_MEMBER, &row, error) ||
        memory_put(store, TABLE_IDENTITY, &key, error))
        return -1;
    *id = row.id;
    return 0;
}

int memory_identity(struct store *base, const struct address *who, uint64_t *own, uint64_t *whole,
                    struct error *error)
{
    const struct memory_store *store = memory_of(base);
    struct address_row key = {.address = *who};
    const struct address_row *found = memory_find(store, TABLE_IDENTITY, &key);
    (void)error;
    *own = found ? found->id : 0;
    *whole = found ? memory_whole(store, TABLE_MEMBER_LINK, *own) : 0;
    return 0;
}

static const struct address_row *identity_of(const struct memory_store *store, uint64_t own)
{
    const struct table *identities = &store->tables[TABLE_IDENTITY];
    for (size_t i = 0; i < identities->count; i++)
        if (((const struct address_row *)identities->rows[i])->id == own)
            return identities->rows[i];
    return NULL;
}

int memory_identities(struct store *base, uint64_t member, identity_fn *identity, void *context,
                      struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *rows = &store->tables[TABLE_MEMBER];
    uint64_t whole = memory_whole(store, TABLE_MEMBER_LINK, member);
    for (size_t i = 0; i < rows->count; i++) {
        const struct member_row *row = rows->rows[i];
        const struct address_row *known = identity_of(store, row->id);
        if (known && memory_whole(store, TABLE_MEMBER_LINK, row->id) == whole &&
            identity(context, &known->address, row->id, row->name))
            return error_set(error, ERR_MEMORY, "no memory for the accounts of a member");
    }
    return 0;
}

/* A row of a part of an answer in an open round that is not yet under its member's new number. */
static const struct part_record *stale_part(const struct memory_store *store, uint64_t from)
{
    const struct table *parts = &store->tables[TABLE_PART];
    for (size_t i = 0; i < parts->count; i++) {
        const struct part_record *part = parts->rows[i];
        if (part->round > 0 && part->member == from)
            return part;
    }
    return NULL;
}

/* What is needed only while a round is open is changed under the member's number. */
static int carry_open(struct memory_store *store, uint64_t from, uint64_t to, struct error *error)
{
    const struct table *marks = &store->tables[TABLE_MARK];
    const struct part_record *part;
    while ((part = stale_part(store, from))) {
        struct part_record moved = *part;
        moved.member = to;
        if (memory_put(store, TABLE_PART, &moved, error) ||
            memory_drop(store, TABLE_PART, part, error))
            return -1;
    }
    for (size_t i = 0; i < marks->count; i++) {
        struct mark_record mark = *(const struct mark_record *)marks->rows[i];
        if (mark.voter != from && mark.author != from)
            continue;
        mark.voter = mark.voter == from ? to : mark.voter;
        mark.author = mark.author == from ? to : mark.author;
        if (memory_put(store, TABLE_MARK, &mark, error))
            return -1;
    }
    return 0;
}

int memory_member_link(struct store *base, uint64_t member, uint64_t whole, struct error *error)
{
    struct memory_store *store = memory_of(base);
    uint64_t from = memory_whole(store, TABLE_MEMBER_LINK, member);
    uint64_t to = memory_whole(store, TABLE_MEMBER_LINK, whole);
    if (from == to)
        return 0;
    return link_parts(base, TABLE_MEMBER_LINK, from, to, error) || carry_open(store, from, to, error)
               ? -1
               : 0;
}

int memory_member_unlink(struct store *base, uint64_t member, struct error *error)
{
    return unlink_part(base, TABLE_MEMBER_LINK, member, error);
}
