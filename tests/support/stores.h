/*
 * Every adapter of the store port, for suites that run unchanged over all of
 * them. A test is listed once with STORES_ALL(test) and gets a fresh store of
 * each kind in turn; *state is a struct stores.
 */
#ifndef SUPPORT_STORES_H
#define SUPPORT_STORES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/ports.h"

#define STORES_ROUNDS 16

struct stores {
    struct store *store;
    const struct store_ops *ops;
    struct error error;
    char path[96]; /* of the database, "" for a store in memory */
    struct round *rounds[STORES_ROUNDS]; /* as stores_load() found them */
    char *bodies[STORES_ROUNDS];         /* of their questions, or NULL */
    size_t round_count;
};

#define STORES_ALL(test)                                                                           \
    {#test " (sqlite)", test, stores_setup, stores_teardown, "sqlite"},                            \
    {#test " (memory)", test, stores_setup, stores_teardown, "memory"}

int stores_setup(void **state);
int stores_teardown(void **state);

/* begin and commit that must work. */
void stores_begin(struct stores *stores);
void stores_commit(struct stores *stores);
/* Closes and opens a store that outlives it; one in memory stays as it is. */
void stores_reopen(struct stores *stores);

/* Made known, inside a transaction. */
uint64_t stores_member(struct stores *stores, const char *account);
uint64_t stores_room(struct stores *stores, const char *target);
/* Stores one record, inside a transaction; must work. */
void stores_record(struct stores *stores, const struct effect *effect);
/* A round in phase ANSWER of room and host, stored; round_destroy() it. */
struct round *stores_round(struct stores *stores, uint64_t id, uint64_t room, uint64_t host);
/* Seats a member in the round, stored. */
struct seat *stores_seat(struct stores *stores, struct round *round, uint64_t member,
                         const char *account);
/* Loads the open rounds into stores->rounds, in order of their ids. */
void stores_load(struct stores *stores);

#endif
