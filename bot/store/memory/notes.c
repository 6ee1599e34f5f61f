/* The notes: the memory of a transport. */
#include "store/memory/memory.h"

#include <string.h>

int memory_note_set(struct store *base, const char *transport, const char *network,
                    const char *key, const char *value, int64_t at, struct error *error)
{
    struct note_row row = {transport, network, key, value, at};
    return value ? memory_put(memory_of(base), TABLE_NOTE, &row, error)
                 : memory_drop(memory_of(base), TABLE_NOTE, &row, error);
}

static bool begins_with(const struct note_row *row, const char *prefix)
{
    return strncmp(row->key, prefix, strlen(prefix)) == 0;
}

int memory_notes(struct store *base, const char *transport, const char *network,
                 const char *prefix, note_fn *note, void *context, struct error *error)
{
    const struct table *notes = &memory_of(base)->tables[TABLE_NOTE];
    struct note_row first = {.transport = transport, .network = network, .key = prefix};
    (void)error;
    for (size_t i = table_bound(notes, &first); i < notes->count; i++) {
        const struct note_row *row = notes->rows[i];
        if (!begins_with(row, prefix) || strcmp(row->network, network) != 0 ||
            strcmp(row->transport, transport) != 0)
            break;
        note(context, row->key, row->value, row->at);
    }
    return 0;
}

int memory_notes_trim(struct store *base, const char *prefix, int64_t before, struct error *error)
{
    struct memory_store *store = memory_of(base);
    const struct table *notes = &store->tables[TABLE_NOTE];
    for (size_t i = notes->count; i-- > 0;) {
        const struct note_row *row = notes->rows[i];
        if (row->at < before && begins_with(row, prefix) &&
            memory_drop(store, TABLE_NOTE, row, error))
            return -1;
    }
    return 0;
}
