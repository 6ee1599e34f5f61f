#include "store/memory/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct memory_store *memory_of(struct store *store)
{
    return (struct memory_store *)store;
}

/* ---- tables ---- */

static int need_transaction(const struct memory_store *store, struct error *error)
{
    return store->writing ? 0 : error_set(error, ERR_INTERNAL, "a write outside a transaction");
}

int memory_put(struct memory_store *store, enum memory_table table, const void *row,
               struct error *error)
{
    if (need_transaction(store, error))
        return -1;
    if (table_put(&store->tables[table], &store->undo, row))
        return error_set(error, ERR_MEMORY, "no memory for a row");
    return 0;
}

int memory_drop(struct memory_store *store, enum memory_table table, const void *key,
                struct error *error)
{
    if (need_transaction(store, error))
        return -1;
    if (table_drop(&store->tables[table], &store->undo, key))
        return error_set(error, ERR_MEMORY, "no memory for dropping a row");
    return 0;
}

const void *memory_find(const struct memory_store *store, enum memory_table table, const void *key)
{
    return table_find(&store->tables[table], key);
}

bool memory_has(const struct memory_store *store, enum memory_table table, uint64_t id)
{
    return memory_find(store, table, &id) != NULL;
}

uint64_t memory_next(const struct memory_store *store, enum memory_table table)
{
    const struct table *rows = &store->tables[table];
    uint64_t last = 0;
    if (rows->count > 0)
        memcpy(&last, rows->rows[rows->count - 1], sizeof last);
    return last + 1;
}

/* ---- transactions ---- */

static int begin(struct store *base, struct error *error)
{
    struct memory_store *store = memory_of(base);
    if (store->writing)
        return error_set(error, ERR_INTERNAL, "a transaction within a transaction");
    store->writing = true;
    store->nested = false;
    return 0;
}

static int commit(struct store *base, struct error *error)
{
    struct memory_store *store = memory_of(base);
    if (need_transaction(store, error))
        return -1;
    undo_log_clear(&store->undo);
    store->writing = store->nested = false;
    return 0;
}

static void rollback(struct store *base)
{
    struct memory_store *store = memory_of(base);
    undo_log_back(&store->undo, 0);
    store->writing = store->nested = false;
}

static int savepoint(struct store *base, struct error *error)
{
    struct memory_store *store = memory_of(base);
    if (need_transaction(store, error))
        return -1;
    if (store->nested)
        return error_set(error, ERR_INTERNAL, "a savepoint within a savepoint");
    store->nested = true;
    store->mark = store->undo.count;
    return 0;
}

static int release(struct store *base, struct error *error)
{
    struct memory_store *store = memory_of(base);
    if (!store->nested)
        return error_set(error, ERR_INTERNAL, "there is no savepoint");
    store->nested = false;
    return 0;
}

static int rollback_to(struct store *base, struct error *error)
{
    struct memory_store *store = memory_of(base);
    if (!store->nested)
        return error_set(error, ERR_INTERNAL, "there is no savepoint");
    undo_log_back(&store->undo, store->mark);
    store->nested = false;
    return 0;
}

/* ---- inbox ---- */

static int inbox_add(struct store *base, const char *transport, const char *network,
                     const char *id, int64_t at, bool *fresh, struct error *error)
{
    struct memory_store *store = memory_of(base);
    struct inbox_row row = {id, network, transport, at};
    if (need_transaction(store, error))
        return -1;
    *fresh = !memory_find(store, TABLE_INBOX, &row);
    return *fresh ? memory_put(store, TABLE_INBOX, &row, error) : 0;
}

static int inbox_trim(struct store *base, int64_t before, struct error *error)
{
    struct memory_store *store = memory_of(base);
    struct table *inbox = &store->tables[TABLE_INBOX];
    if (need_transaction(store, error))
        return -1;
    for (size_t i = inbox->count; i-- > 0;) {
        const struct inbox_row *row = inbox->rows[i];
        if (row->at < before && memory_drop(store, TABLE_INBOX, row, error))
            return -1;
    }
    return 0;
}

/* ---- places ---- */

static int room_places(struct store *base, uint64_t id,
                       int (*place_fn)(void *context, const struct address *place), void *context,
                       struct error *error)
{
    const struct table *places = &memory_of(base)->tables[TABLE_PLACE];
    (void)error; /* the callback's own */
    for (size_t i = 0; i < places->count; i++) {
        const struct address_row *place = places->rows[i];
        if (memory_whole(memory_of(base), TABLE_ROOM_LINK, place->id) == id &&
            place_fn(context, &place->address))
            return -1;
    }
    return 0;
}

/* ---- finding a room ---- */

static int name_room(const struct memory_store *store, const struct address_row *place,
                     uint64_t *id, char name[EVENT_TARGET_MAX])
{
    *id = memory_whole(store, TABLE_ROOM_LINK, place->id);
    if (name)
        snprintf(name, EVENT_TARGET_MAX, "%s", place->address.target);
    return 0;
}

/* A place of the room, NULL if it has none. */
static const struct address_row *place_of(const struct memory_store *store, uint64_t room_id)
{
    const struct table *places = &store->tables[TABLE_PLACE];
    for (size_t i = 0; i < places->count; i++) {
        const struct address_row *place = places->rows[i];
        if (place->id == room_id)
            return place;
    }
    return NULL;
}

/* The room of the newest round, else the newest room. */
static const struct address_row *last_place(const struct memory_store *store)
{
    const struct table *rounds = &store->tables[TABLE_ROUND];
    if (rounds->count == 0)
        return place_of(store, memory_next(store, TABLE_ROOM) - 1);
    const struct round *newest = rounds->rows[rounds->count - 1];
    return place_of(store, newest->room);
}

/* True if the place is called transport/network/target. */
static bool has_full_name(const struct address *place, const char *name)
{
    size_t transport = strlen(place->transport), network = strlen(place->network);
    return strncmp(name, place->transport, transport) == 0 && name[transport] == '/' &&
           strncmp(name + transport + 1, place->network, network) == 0 &&
           name[transport + 1 + network] == '/' &&
           strcmp(name + transport + network + 2, place->target) == 0;
}

static int room_find(struct store *base, const char *key, uint64_t *id,
                     char name[EVENT_TARGET_MAX], struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *places = &store->tables[TABLE_PLACE];
    const struct address_row *found = key ? NULL : last_place(store);
    bool several = false;
    for (size_t i = 0; key && i < places->count; i++) {
        const struct address_row *place = places->rows[i];
        if (has_full_name(&place->address, key))
            return name_room(store, place, id, name);
        if (strcmp(place->address.target, key) != 0)
            continue;
        several = several || (found && memory_whole(store, TABLE_ROOM_LINK, found->id) !=
                                           memory_whole(store, TABLE_ROOM_LINK, place->id));
        found = place;
    }
    if (!found)
        return key ? error_set(error, ERR_MISSING, "no room called %s", key)
                   : error_set(error, ERR_MISSING, "no room yet");
    if (several)
        return error_set(error, ERR_INVALID,
                         "several rooms are called %s; give transport/network/%s", key, key);
    return name_room(store, found, id, name);
}

/* ---- the rest ---- */

static int next_round(struct store *base, uint64_t *id, struct error *error)
{
    (void)error;
    *id = memory_next(memory_of(base), TABLE_ROUND);
    return 0;
}

/* The most that one of all that count for `id` had it. */
static int asked(struct store *base, uint64_t room_id, uint64_t member_id, const char *question,
                 unsigned *times, struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *rows = &store->tables[TABLE_ASKED];
    enum memory_table links = room_id ? TABLE_ROOM_LINK : TABLE_MEMBER_LINK;
    (void)error;
    *times = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct asked_row *row = rows->rows[i];
        uint64_t had = room_id ? row->asked.room : row->asked.member;
        if (had && memory_whole(store, links, had) == (room_id ? room_id : member_id) &&
            strcmp(row->asked.question, question) == 0 && row->times > *times)
            *times = row->times;
    }
    return 0;
}

/* Boards are counted from the ledger at each question: there is nothing to rebuild. */
static int boards_rebuild(struct store *base, struct error *error)
{
    return need_transaction(memory_of(base), error);
}

static void destroy(struct store *base)
{
    if (!base)
        return;
    struct memory_store *store = memory_of(base);
    rollback(base);
    undo_log_finish(&store->undo);
    for (size_t i = 0; i < TABLE_COUNT; i++)
        table_finish(&store->tables[i]);
    free(store);
}

static const struct store_ops ops = {
    .name = "memory",
    .destroy = destroy,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .savepoint = savepoint,
    .release = release,
    .rollback_to = rollback_to,
    .inbox_add = inbox_add,
    .inbox_trim = inbox_trim,
    .note_set = memory_note_set,
    .notes = memory_notes,
    .notes_trim = memory_notes_trim,
    .member = memory_member,
    .room = memory_room,
    .room_own = memory_room_own,
    .room_link = memory_room_link,
    .room_unlink = memory_room_unlink,
    .room_links = memory_room_links,
    .place_move = memory_place_move,
    .moves = memory_moves,
    .identity = memory_identity,
    .identities = memory_identities,
    .member_link = memory_member_link,
    .link_code = memory_link_code,
    .link_tries = memory_link_tries,
    .member_unlink = memory_member_unlink,
    .room_places = room_places,
    .record = memory_record,
    .outbox_add = memory_outbox_add,
    .outbox_drop = memory_outbox_drop,
    .outbox_read = memory_outbox_read,
    .outbox_taken = memory_outbox_taken,
    .outbox_done = memory_outbox_done,
    .rounds_open = memory_rounds_open,
    .drafts = memory_drafts,
    .draft_parts = memory_draft_parts,
    .next_round = next_round,
    .asked = asked,
    .board = memory_board,
    .standing = memory_standing,
    .sanctions = memory_sanctions,
    .log_read = memory_log_read,
    .room_members = memory_room_members,
    .room_find = room_find,
    .boards_rebuild = boards_rebuild,
};

struct store *memory_store_create(struct error *error)
{
    struct memory_store *store = calloc(1, sizeof *store);
    if (!store) {
        error_set(error, ERR_MEMORY, "no memory for the store");
        return NULL;
    }
    store->store.ops = &ops;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        store->tables[i].form = &memory_forms[i];
    return &store->store;
}
