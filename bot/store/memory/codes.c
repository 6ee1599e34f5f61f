/* Codes for linking accounts, and how often somebody tried a wrong one. */
#include "store/memory/memory.h"

int memory_link_code(struct store *base, const char *hash, struct link_code *code,
                     struct error *error)
{
    struct code_row key = {.hash = hash};
    const struct code_row *found = memory_find(memory_of(base), TABLE_CODE, &key);
    (void)error;
    *code = found ? found->code : (struct link_code){0};
    return 0;
}

int memory_link_tries(struct store *base, uint64_t member, unsigned *tries, int64_t *since,
                      struct error *error)
{
    const struct tries_row *found = memory_find(memory_of(base), TABLE_TRIES, &member);
    (void)error;
    *tries = found ? found->tries : 0;
    *since = found ? found->since : 0;
    return 0;
}

/* One code of a member is open at a time; old ones are kept for a while, to tell what became of them. */
static int offer(struct memory_store *store, const struct link_record *link, struct error *error)
{
    const struct table *codes = &store->tables[TABLE_CODE];
    struct code_row row = {link->hash, {link->member, link->at, LINK_CODE_OPEN}};
    for (size_t i = codes->count; i > 0; i--) {
        const struct code_row *old = codes->rows[i - 1];
        bool replaced = old->code.member == link->member && old->code.state == LINK_CODE_OPEN;
        if ((replaced || old->code.at < link->at - LINK_CODE_KEPT_MS) &&
            memory_drop(store, TABLE_CODE, old, error))
            return -1;
    }
    return memory_put(store, TABLE_CODE, &row, error);
}

static int settle(struct memory_store *store, const struct link_record *link, struct error *error)
{
    struct code_row row = {.hash = link->hash};
    const struct code_row *found = memory_find(store, TABLE_CODE, &row);
    if (!found)
        return 0;
    row.code = found->code;
    row.code.state = link->state;
    return memory_put(store, TABLE_CODE, &row, error);
}

int memory_link_record(struct memory_store *store, const struct link_record *link,
                       struct error *error)
{
    struct tries_row tries = {link->member, link->tries, link->at};
    switch (link->change) {
    case LINK_OFFER:
        return offer(store, link, error);
    case LINK_SETTLE:
        return settle(store, link, error);
    case LINK_TRIES:
        return memory_put(store, TABLE_TRIES, &tries, error);
    case LINK_JOIN:
        return memory_member_link(&store->store, link->member, link->whole, error);
    case LINK_LEAVE:
        return memory_member_unlink(&store->store, link->member, error);
    }
    return error_set(error, ERR_INTERNAL, "no such change of a link");
}
