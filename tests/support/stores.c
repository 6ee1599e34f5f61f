#include "stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

static void open_store(struct stores *stores)
{
    stores->store = *stores->path
                        ? sqlite_store_open(stores->path, SQLITE_STORE_WRITE, &stores->error)
                        : memory_store_create(&stores->error);
    if (!stores->store)
        fail_msg("no store: %s", stores->error.why);
    stores->ops = stores->store->ops;
}

int stores_setup(void **state)
{
    const char *kind = *state;
    struct stores *stores = calloc(1, sizeof *stores);
    assert_non_null(stores);
    if (strcmp(kind, "sqlite") == 0) {
        char directory[] = "/tmp/hotseat-store-XXXXXX";
        assert_non_null(mkdtemp(directory));
        snprintf(stores->path, sizeof stores->path, "%s/hotseat.db", directory);
    }
    open_store(stores);
    assert_string_equal(stores->ops->name, kind);
    *state = stores;
    return 0;
}

static void forget_rounds(struct stores *stores)
{
    for (size_t i = 0; i < stores->round_count; i++) {
        round_destroy(stores->rounds[i]);
        free(stores->bodies[i]);
    }
    stores->round_count = 0;
}

static void remove_files(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    char name[128];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    snprintf(name, sizeof name, "%s", path);
    *strrchr(name, '/') = '\0';
    rmdir(name);
}

int stores_teardown(void **state)
{
    struct stores *stores = *state;
    forget_rounds(stores);
    stores->ops->destroy(stores->store);
    if (*stores->path)
        remove_files(stores->path);
    free(stores);
    return 0;
}

void stores_begin(struct stores *stores)
{
    if (stores->ops->begin(stores->store, &stores->error))
        fail_msg("begin: %s", stores->error.why);
}

void stores_commit(struct stores *stores)
{
    if (stores->ops->commit(stores->store, &stores->error))
        fail_msg("commit: %s", stores->error.why);
}

void stores_reopen(struct stores *stores)
{
    if (!*stores->path)
        return;
    stores->ops->destroy(stores->store);
    open_store(stores);
}

uint64_t stores_member(struct stores *stores, const char *account)
{
    struct address who = {"irc", "net", account};
    uint64_t id = 0;
    if (stores->ops->member(stores->store, &who, account, 1000, &id, &stores->error))
        fail_msg("member: %s", stores->error.why);
    return id;
}

uint64_t stores_room(struct stores *stores, const char *target)
{
    struct address place = {"irc", "net", target};
    uint64_t id = 0;
    if (stores->ops->room(stores->store, &place, 1000, &id, &stores->error))
        fail_msg("room: %s", stores->error.why);
    return id;
}

void stores_record(struct stores *stores, const struct effect *effect)
{
    if (stores->ops->record(stores->store, effect, &stores->error))
        fail_msg("record: %s", stores->error.why);
}

struct round *stores_round(struct stores *stores, uint64_t id, uint64_t room, uint64_t host)
{
    struct round *round = round_create(id, room, "coding");
    assert_non_null(round);
    round->phase = ROUND_ANSWER;
    round->host = host;
    stores_record(stores, &(struct effect){.kind = RECORD_ROUND, .as.round = round});
    return round;
}

struct seat *stores_seat(struct stores *stores, struct round *round, uint64_t member,
                         const char *account)
{
    struct address who = {"irc", "net", account};
    struct seat *seat = round_sit(round, member, account, &who);
    assert_non_null(seat);
    stores_record(stores, &(struct effect){.kind = RECORD_SEAT, .as.seat = {round, seat}});
    return seat;
}

static int take_round(void *context, struct round *round, const char *body)
{
    struct stores *stores = context;
    assert_true(stores->round_count < STORES_ROUNDS);
    stores->rounds[stores->round_count] = round;
    stores->bodies[stores->round_count++] = body ? strdup(body) : NULL;
    return 0;
}

void stores_load(struct stores *stores)
{
    forget_rounds(stores);
    if (stores->ops->rounds_open(stores->store, take_round, stores, &stores->error))
        fail_msg("rounds: %s", stores->error.why);
}
