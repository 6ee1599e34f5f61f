#include "app/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/waiting.h"
#include "util/log.h"

#define READ_ROWS 128
#define KEPT_MS (INT64_C(7) * 24 * 3600 * 1000) /* a message nobody can be given is dropped after this */

struct ids {
    int64_t *id;
    size_t count, capacity;
};

struct outbox {
    struct store *store;
    struct transport **transports;
    size_t transport_count;
    struct ids flying; /* handed over, not known to be sent; ascending */
    struct ids sent;   /* to be struck off */
    size_t striking;   /* how many of `sent` the open transaction struck off */
    char **blocked;    /* "transport\nnetwork\ntarget" that said busy */
    size_t blocked_count, blocked_capacity;
    int64_t read_to;   /* the last row looked at */
    struct waiting waiting;
    int64_t patient;   /* what was put before this waits no longer */
    bool again;        /* rows before read_to are to be looked at again */
    bool retry;
    bool failed;       /* something could not be handed over, and no ready() will come for it */
    int64_t now;       /* of the dispatch under way */
    size_t rows;       /* seen in this batch */
};

struct outbox *outbox_create(struct store *store)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        return NULL;
    outbox->store = store;
    waiting_init(&outbox->waiting);
    return outbox;
}

static void unblock_all(struct outbox *outbox)
{
    for (size_t i = 0; i < outbox->blocked_count; i++)
        free(outbox->blocked[i]);
    outbox->blocked_count = 0;
}

void outbox_destroy(struct outbox *outbox)
{
    if (!outbox)
        return;
    unblock_all(outbox);
    free(outbox->blocked);
    waiting_finish(&outbox->waiting);
    free(outbox->transports);
    free(outbox->flying.id);
    free(outbox->sent.id);
    free(outbox);
}

int outbox_add_transport(struct outbox *outbox, struct transport *transport)
{
    struct transport **grown = reallocarray(outbox->transports, outbox->transport_count + 1,
                                            sizeof *grown);
    if (!grown)
        return -1;
    outbox->transports = grown;
    outbox->transports[outbox->transport_count++] = transport;
    return 0;
}

struct transport *outbox_transport(const struct outbox *outbox, const char *transport,
                                   const char *network)
{
    for (size_t i = 0; i < outbox->transport_count; i++) {
        struct transport *one = outbox->transports[i];
        if (strcmp(one->ops->name, transport) == 0 && strcmp(one->network, network) == 0)
            return one;
    }
    return NULL;
}

int outbox_put(struct outbox *outbox, const struct outbox_row *row, struct error *error)
{
    int64_t id;
    return outbox->store->ops->outbox_add(outbox->store, row, &id, error);
}

/* Room for `more` ids. 0 or -1. */
static int ids_reserve(struct ids *ids, size_t more)
{
    if (ids->count + more <= ids->capacity)
        return 0;
    size_t wanted = ids->capacity ? ids->capacity * 2 : 32;
    if (wanted < ids->count + more)
        wanted = ids->count + more;
    int64_t *grown = reallocarray(ids->id, wanted, sizeof *grown);
    if (!grown)
        return -1;
    ids->id = grown;
    ids->capacity = wanted;
    return 0;
}

/* Room was reserved. */
static void ids_add(struct ids *ids, int64_t id)
{
    size_t at = ids->count;
    while (at > 0 && ids->id[at - 1] > id) {
        ids->id[at] = ids->id[at - 1];
        at--;
    }
    ids->id[at] = id;
    ids->count++;
}

static bool ids_find(const struct ids *ids, int64_t id, size_t *at)
{
    size_t low = 0, high = ids->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids->id[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return low < ids->count && ids->id[low] == id;
}

static bool ids_remove(struct ids *ids, int64_t id)
{
    size_t at;
    if (!ids_find(ids, id, &at))
        return false;
    ids->count--;
    memmove(&ids->id[at], &ids->id[at + 1], (ids->count - at) * sizeof *ids->id);
    return true;
}

static bool known(const struct outbox *outbox, int64_t id)
{
    size_t at;
    return ids_find(&outbox->flying, id, &at) || ids_find(&outbox->sent, id, &at);
}

void outbox_sent(struct outbox *outbox, int64_t id)
{
    if (id == 0 || !ids_remove(&outbox->flying, id))
        return;
    ids_add(&outbox->sent, id);
}

void outbox_lost(struct outbox *outbox, int64_t id)
{
    ids_remove(&outbox->flying, id);
}

bool outbox_has_sent(const struct outbox *outbox)
{
    return outbox->sent.count > 0;
}

int outbox_strike(struct outbox *outbox, struct error *error)
{
    outbox->striking = 0;
    for (size_t i = 0; i < outbox->sent.count; i++)
        if (outbox->store->ops->outbox_done(outbox->store, outbox->sent.id[i], error))
            return -1;
    outbox->striking = outbox->sent.count;
    return 0;
}

void outbox_settle(struct outbox *outbox)
{
    size_t left = outbox->sent.count - outbox->striking;
    if (outbox->striking == 0)
        return;
    memmove(outbox->sent.id, outbox->sent.id + outbox->striking, left * sizeof *outbox->sent.id);
    outbox->sent.count = left;
    outbox->striking = 0;
}

static bool is_blocked(const struct outbox *outbox, const char *key)
{
    for (size_t i = 0; i < outbox->blocked_count; i++)
        if (strcmp(outbox->blocked[i], key) == 0)
            return true;
    return false;
}

static int block(struct outbox *outbox, const char *key)
{
    if (outbox->blocked_count == outbox->blocked_capacity) {
        size_t wanted = outbox->blocked_capacity ? outbox->blocked_capacity * 2 : 16;
        char **grown = reallocarray(outbox->blocked, wanted, sizeof *grown);
        if (!grown)
            return -1;
        outbox->blocked = grown;
        outbox->blocked_capacity = wanted;
    }
    char *copy = strdup(key);
    if (!copy)
        return -1;
    outbox->blocked[outbox->blocked_count++] = copy;
    return 0;
}

/* What is on its way has its place in both lists, so that neither sent() nor
 * dropping can fail: a message that is out and not noted would go out again. */
static int make_room(struct outbox *outbox)
{
    if (ids_reserve(&outbox->flying, 1))
        return -1;
    return ids_reserve(&outbox->sent, outbox->flying.count + 1);
}

static enum post_result hand_over(struct outbox *outbox, struct transport *transport,
                                  const struct outbox_row *row)
{
    struct outbound message = {
        .id = row->id,
        .target = row->to.target,
        .private_talk = row->private_talk,
        .flags = row->flags,
        .bytes = row->bytes,
        .size = row->size,
        .at = row->at,
        .about = row->about,
        .mark = row->mark,
        .tag = row->tag,
        .mention = row->mention,
    };
    /* Before post(), which may call sent() at once. */
    ids_add(&outbox->flying, row->id);
    enum post_result result = transport->ops->post(transport, &message);
    if (result == POST_TAKEN)
        outbox->store->ops->outbox_taken(outbox->store, row->id);
    else
        ids_remove(&outbox->flying, row->id);
    return result;
}

static void drop(struct outbox *outbox, const struct outbox_row *row, const char *why)
{
    log_warn("outbox", "message %" PRId64 " to %s/%s dropped: %s", row->id, row->to.transport,
             row->to.network, why);
    ids_add(&outbox->sent, row->id);
}

/* The rest waits, so that nothing overtakes. Stops the reading. */
static int fail_row(struct outbox *outbox)
{
    outbox->failed = true;
    return 1;
}

/* Its time is still to come, unless the clock was set back. */
static bool has_time(const struct outbox *outbox, const struct outbox_row *row)
{
    return row->due > outbox->now && row->at <= outbox->now && row->at >= outbox->patient;
}

/* 0 = it goes now; 1 = it waits, or what waits before it is to be looked at first (again); -1 = out
 * of memory. */
static int must_wait(struct outbox *outbox, const struct outbox_row *row, const char *key)
{
    if (has_time(outbox, row) && !waiting_is_released(&outbox->waiting, key, row->id))
        return waiting_add(&outbox->waiting, key, row->id, row->due) ? -1 : 1;
    int64_t first = waiting_release(&outbox->waiting, key, row->id);
    if (first == 0)
        return 0;
    outbox->read_to = first - 1;
    outbox->again = true;
    return 1;
}

static int dispatch_row(void *context, const struct outbox_row *row)
{
    struct outbox *outbox = context;
    char key[32 + 2 * EVENT_NAME_MAX + EVENT_TARGET_MAX];
    outbox->rows++;
    outbox->read_to = row->id;
    if (known(outbox, row->id))
        return 0;
    snprintf(key, sizeof key, "%s\n%s\n%d%s", row->to.transport, row->to.network,
             row->private_talk, row->to.target);
    struct transport *transport = outbox_transport(outbox, row->to.transport, row->to.network);
    if (make_room(outbox))
        return fail_row(outbox);
    if (outbox->now - row->at > KEPT_MS) {
        drop(outbox, row, "it could not be delivered for a week");
        return 0;
    }
    if (!transport || is_blocked(outbox, key))
        return 0;
    int waits = must_wait(outbox, row, key);
    if (waits)
        return waits < 0 ? fail_row(outbox) : outbox->again;
    switch (hand_over(outbox, transport, row)) {
    case POST_TAKEN:
        break;
    case POST_BUSY:
        return block(outbox, key) ? fail_row(outbox) : 0;
    case POST_AGAIN:
        return fail_row(outbox);
    case POST_REFUSED:
        drop(outbox, row, "the network refuses it");
        break;
    }
    return 0;
}

int outbox_dispatch(struct outbox *outbox, int64_t now)
{
    struct error error;
    outbox->now = now;
    outbox->failed = false;
    if (outbox->retry) {
        outbox->retry = false;
        outbox->read_to = 0;
        unblock_all(outbox);
    }
    int64_t due = waiting_take_due(&outbox->waiting, now);
    if (due > 0 && due <= outbox->read_to)
        outbox->read_to = due - 1;
    do {
        outbox->rows = 0;
        outbox->again = false;
        if (outbox->store->ops->outbox_read(outbox->store, outbox->read_to, READ_ROWS,
                                            dispatch_row, outbox, &error)) {
            log_error("outbox", "cannot read: %s", error.why);
            return -1;
        }
    } while ((outbox->rows == READ_ROWS || outbox->again) && !outbox->failed);
    waiting_settle(&outbox->waiting);
    return outbox->failed ? -1 : 0;
}

int64_t outbox_due(const struct outbox *outbox)
{
    return waiting_due(&outbox->waiting);
}

void outbox_hasten(struct outbox *outbox, int64_t now)
{
    outbox->patient = now;
    outbox->retry = true;
}

void outbox_retry(struct outbox *outbox)
{
    outbox->retry = true;
}
