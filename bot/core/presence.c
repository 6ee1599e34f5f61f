#include "core/presence.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct presence *a, const char *transport, const char *network,
                   const char *account)
{
    int order = strcmp(a->account, account);
    if (order == 0)
        order = strcmp(a->network, network);
    if (order == 0)
        order = strcmp(a->transport, transport);
    return order;
}

/* Index of the first entry not below; *found if it is equal. Entries are sorted, rooms can be large. */
static size_t lower_bound(const struct room *room, const char *transport, const char *network,
                          const char *account, bool *found)
{
    size_t low = 0, high = room->present_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&room->present[middle], transport, network, account) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < room->present_count &&
             compare(&room->present[low], transport, network, account) == 0;
    return low;
}

static void release(struct presence *entry)
{
    free(entry->transport);
    free(entry->network);
    free(entry->account);
    free(entry->name);
}

static int rename_entry(struct presence *entry, const char *name)
{
    if (strcmp(entry->name, name) == 0)
        return 0;
    char *copy = strdup(name);
    if (!copy)
        return -1;
    free(entry->name);
    entry->name = copy;
    return 0;
}

int presence_enter(struct room *room, const struct presence *who)
{
    bool found;
    size_t at = lower_bound(room, who->transport, who->network, who->account, &found);
    if (found) {
        room->present[at].role = who->role;
        return rename_entry(&room->present[at], who->name);
    }
    if (room->present_count == room->present_capacity) {
        size_t wanted = room->present_capacity ? room->present_capacity * 2 : 8;
        struct presence *grown = reallocarray(room->present, wanted, sizeof *grown);
        if (!grown)
            return -1;
        room->present = grown;
        room->present_capacity = wanted;
    }
    struct presence entry = {strdup(who->transport), strdup(who->network), strdup(who->account),
                             strdup(who->name), who->role};
    if (!entry.transport || !entry.network || !entry.account || !entry.name) {
        release(&entry);
        return -1;
    }
    memmove(&room->present[at + 1], &room->present[at],
            (room->present_count - at) * sizeof *room->present);
    room->present[at] = entry;
    room->present_count++;
    return 0;
}

void presence_leave(struct room *room, const struct address *who)
{
    bool found;
    size_t at = lower_bound(room, who->transport, who->network, who->target, &found);
    if (!found)
        return;
    release(&room->present[at]);
    room->present_count--;
    memmove(&room->present[at], &room->present[at + 1],
            (room->present_count - at) * sizeof *room->present);
}

void presence_clear(struct room *room)
{
    for (size_t i = 0; i < room->present_count; i++)
        release(&room->present[i]);
    room->present_count = 0;
}

bool presence_has(const struct room *room, const struct address *who)
{
    bool found;
    lower_bound(room, who->transport, who->network, who->target, &found);
    return found;
}
