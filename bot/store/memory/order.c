/* Order in a room: who is ignored or banned, what was done, and who was there. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "store/memory/memory.h"

static bool is_part(const struct memory_store *store, uint64_t part, uint64_t room)
{
    return memory_whole(store, TABLE_ROOM_LINK, part) == room;
}

static uint64_t whole_member(const struct memory_store *store, uint64_t member)
{
    return memory_whole(store, TABLE_MEMBER_LINK, member);
}

static int lift(struct memory_store *store, const struct sanction_record *lifted,
                struct error *error)
{
    const struct table *table = &store->tables[TABLE_SANCTION];
    for (size_t i = table->count; i > 0; i--) {
        const struct sanction_record *row = table->rows[i - 1];
        if (row->kind == lifted->kind && is_part(store, row->room, lifted->room) &&
            whole_member(store, row->member) == whole_member(store, lifted->member) &&
            memory_drop(store, TABLE_SANCTION, row, error))
            return -1;
    }
    return 0;
}

int memory_sanction_record(struct memory_store *store, const struct sanction_record *sanction,
                           struct error *error)
{
    if (sanction->lifted)
        return lift(store, sanction, error);
    if (!memory_has(store, TABLE_ROOM, sanction->room) ||
        !memory_has(store, TABLE_MEMBER, sanction->member) ||
        !memory_has(store, TABLE_MEMBER, sanction->given_by))
        return error_set(error, ERR_INTERNAL, "a sanction of nobody, or nowhere");
    return memory_put(store, TABLE_SANCTION, sanction, error);
}

static const char *name_of(const struct memory_store *store, uint64_t member)
{
    const struct member_row *row = memory_find(store, TABLE_MEMBER, &member);
    return row ? row->name : NULL;
}

int memory_sanctions(struct store *base, uint64_t room, sanction_fn *sanction, void *context,
                     struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *table = &store->tables[TABLE_SANCTION];
    (void)error;
    for (size_t i = 0; i < table->count; i++) {
        const struct sanction_record *row = table->rows[i];
        const char *given_by = name_of(store, row->given_by);
        struct sanction found = {row->kind, whole_member(store, row->member), row->name,
                                 row->reason, given_by ? given_by : "", row->until, row->at};
        if (is_part(store, row->room, room) && sanction(context, &found))
            break;
    }
    return 0;
}

int memory_log_record(struct memory_store *store, const struct log_entry *log,
                      struct error *error)
{
    struct log_entry_row row = {++store->last_number, *log};
    return memory_put(store, TABLE_LOG, &row, error);
}

int memory_log_read(struct store *base, uint64_t room, uint64_t round, log_row_fn *row_fn,
                    void *context, struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *table = &store->tables[TABLE_LOG];
    (void)error;
    for (size_t i = table->count; i > 0; i--) {
        const struct log_entry *entry = &((const struct log_entry_row *)table->rows[i - 1])->entry;
        struct log_row row = {entry->round, name_of(store, entry->member), entry->what, entry->at};
        if (is_part(store, entry->room, room) && (round == 0 || entry->round == round) &&
            row_fn(context, &row))
            break;
    }
    return 0;
}

static bool is_called(const struct seat *seat, const char *name)
{
    char account[EVENT_TARGET_MAX + 16];
    snprintf(account, sizeof account, "account:%s", name);
    return strcasecmp(seat->name, name) == 0 || strcasecmp(seat->account, name) == 0 ||
           strcasecmp(seat->account, account) == 0;
}

int memory_room_members(struct store *base, uint64_t room, const char *name,
                        room_member_fn *member, void *context, struct error *error)
{
    const struct memory_store *store = memory_of(base);
    const struct table *table = &store->tables[TABLE_SEAT];
    (void)error;
    for (size_t i = 0; i < table->count; i++) {
        const struct seat_row *row = table->rows[i];
        const struct round *round = memory_find(store, TABLE_ROUND, &row->round);
        if (round && is_part(store, round->room, room) && is_called(&row->seat, name) &&
            member(context, row->seat.member, whole_member(store, row->seat.member),
                   row->seat.name, row->seat.account))
            break;
    }
    return 0;
}
