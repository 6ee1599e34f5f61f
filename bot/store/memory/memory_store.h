/*
 * The store in plain memory, for tests and simulations: same rules as the one
 * on SQLite, gone with the process. Boards are counted from the ledger at each
 * question, so they also check what other stores maintain.
 */
#ifndef STORE_MEMORY_STORE_H
#define STORE_MEMORY_STORE_H

#include "app/ports.h"

/* NULL and *error when out of memory. Ended by store->ops->destroy(). */
struct store *memory_store_create(struct error *error);

#endif
