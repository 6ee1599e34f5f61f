/*
 * The interfaces between the application and its adapters: store, transport,
 * clock, chance. Every port has at least two adapters and one contract test
 * suite that runs over all of them (tests/contract/).
 */
#ifndef APP_PORTS_H
#define APP_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/effect.h"
#include "core/event.h"
#include "core/round.h"
#include "core/world.h"
#include "util/error.h"

/* ---- time and chance ---- */

struct clock_port {
    void *context;
    int64_t (*now)(void *context); /* ms since 1970 UTC */
};

struct chance_port {
    void *context;
    uint64_t (*draw)(void *context);
};

/* ---- store ---- */

/* One row of the outbox: a message that is committed and not yet known to be sent. */
struct outbox_row {
    int64_t id; /* grows with time */
    struct address to;  /* the place, or the person if `private_talk` */
    bool private_talk;
    unsigned flags;     /* EFFECT_URGENT, ... */
    const char *collapse; /* NULL or a key */
    const char *about, *mark, *tag, *mention; /* as in struct message; NULL = none */
    const char *bytes;  /* struct text's stored form */
    size_t size;
    int64_t at;
    int64_t due; /* 0, or not to be sent before */
};
typedef int move_fn(void *context, const struct address *from, const char *now); /* non-zero fails */
typedef void note_fn(void *context, const char *key, const char *value, int64_t at);
typedef int outbox_row_fn(void *context, const struct outbox_row *row); /* non-zero stops */
/* Takes the round. -1 makes the load fail. question_body: the stored JSON of its question, NULL while gathering. */
typedef int round_load_fn(void *context, struct round *round_take, const char *question_body);
typedef int draft_load_fn(void *context, const struct draft_record *draft);
typedef int part_load_fn(void *context, const struct part_record *part);
typedef int room_link_fn(void *context, uint64_t room, uint64_t whole); /* non-zero fails */

/*
 * All functions return 0, or -1 with *error set (error may be NULL). A write
 * needs an open transaction. Strings given to callbacks are borrowed for the
 * call. Not thread-safe: one owner.
 */
struct store;
struct store_ops {
    const char *name; /* "sqlite", "memory" */
    void (*destroy)(struct store *store);

    int (*begin)(struct store *store, struct error *error);
    int (*commit)(struct store *store, struct error *error); /* durable when it returns 0; on -1 the transaction is still open or gone: call rollback */
    void (*rollback)(struct store *store); /* fine without a transaction */
    int (*savepoint)(struct store *store, struct error *error);  /* one level */
    int (*release)(struct store *store, struct error *error);
    int (*rollback_to)(struct store *store, struct error *error); /* back to, and ends, the savepoint */

    /* Inbox. *fresh = false if (transport, network, id) was recorded before. */
    int (*inbox_add)(struct store *store, const char *transport, const char *network,
                     const char *id, int64_t at, bool *fresh, struct error *error);
    /* Forgets ids older than `before`. */
    int (*inbox_trim)(struct store *store, int64_t before, struct error *error);

    /* Notes: the memory of a transport. value NULL forgets the key. */
    int (*note_set)(struct store *store, const char *transport, const char *network,
                    const char *key, const char *value, int64_t at, struct error *error);
    /* Notes whose key begins with `prefix`, in order of their keys. */
    int (*notes)(struct store *store, const char *transport, const char *network,
                 const char *prefix, note_fn *note, void *context, struct error *error);
    /* Forgets notes whose key begins with `prefix` and that are older than `before`, of all networks. */
    int (*notes_trim)(struct store *store, const char *prefix, int64_t before, struct error *error);

    /* People and places: found, or made known. What is linked counts as one: the id is that of
     * the whole. The name is kept for the account alone. */
    int (*member)(struct store *store, const struct address *who, const char *name, int64_t now,
                  uint64_t *id, struct error *error);
    int (*room)(struct store *store, const struct address *place, int64_t now, uint64_t *id,
                struct error *error);
    /* The places of a room, those of its parts too (struct address borrowed during the call). */
    int (*room_places)(struct store *store, uint64_t room,
                       int (*place)(void *context, const struct address *place), void *context,
                       struct error *error);

    /* The place goes on as `target` of the same network, with its room and the messages that wait
     * for it. *moved = false and nothing changes: it is not known, or `target` is a place with a
     * past of its own (a round, points, a link). */
    int (*place_move)(struct store *store, const struct address *place, const char *target,
                      bool *moved, struct error *error);
    /* Every name that a place went on from, oldest first, with the place's name now. */
    int (*moves)(struct store *store, move_fn *move, void *context, struct error *error);

    /*
     * Rooms and members that count as one. Each place has a room of its own and each account a
     * member of its own, for ever; a link only says that it counts for another, the whole. What
     * is stored stays with the room and member it came from, so that unlinking undoes exactly;
     * boards count what they count for, and are moved in the same transaction.
     */
    /* Functions that take an id of what is already known take that of a whole, if not said else. */
    /* The room of a place alone, made known if new, and the whole it is part of (itself, if of none). */
    int (*room_own)(struct store *store, const struct address *place, int64_t now, uint64_t *own,
                    uint64_t *whole, struct error *error);
    /* All that counts as `room` counts as `whole` from now on; unlink: `room` counts for itself. */
    int (*room_link)(struct store *store, uint64_t room, uint64_t whole, struct error *error);
    int (*room_unlink)(struct store *store, uint64_t room, struct error *error);
    /* Every room that is part of another. */
    int (*room_links)(struct store *store, room_link_fn *link, void *context, struct error *error);
    /* The member of an account alone and the whole; both 0 if nobody has it. Makes nothing known. */
    int (*identity)(struct store *store, const struct address *who, uint64_t *own, uint64_t *whole,
                    struct error *error);
    /* The accounts of the member that `member` counts for, in order of their own members. */
    int (*identities)(struct store *store, uint64_t member, identity_fn *identity, void *context,
                      struct error *error);
    /* A code by its hash (member 0 if it is not known), and the wrong tries of an account. */
    int (*link_code)(struct store *store, const char *hash, struct link_code *code,
                     struct error *error);
    int (*link_tries)(struct store *store, uint64_t member, unsigned *tries, int64_t *since,
                      struct error *error);
    int (*member_link)(struct store *store, uint64_t member, uint64_t whole, struct error *error);
    int (*member_unlink)(struct store *store, uint64_t member, struct error *error);

    /* Stores one RECORD_* effect; a ledger entry also moves the boards. For
     * RECORD_ROUND with a question, the question's body is kept once by (id, hash).
     * A ledger entry comes with the room as a whole and the member of the account alone; it is
     * kept for the room of the place on the network of that account. */
    int (*record)(struct store *store, const struct effect *effect, struct error *error);

    /* Outbox. add gives the id; a row with the same target and collapse key
     * that is not marked as taken is replaced (removed, then added at the end). */
    int (*outbox_add)(struct store *store, const struct outbox_row *row, int64_t *id,
                      struct error *error);
    /* Drops the rows of this target and collapse key that are not marked as taken; *dropped of them. */
    int (*outbox_drop)(struct store *store, const struct address *to, bool private_talk,
                       const char *collapse, size_t *dropped, struct error *error);
    /* Rows with id > after, in order of id, at most `limit`. */
    int (*outbox_read)(struct store *store, int64_t after, size_t limit, outbox_row_fn *row,
                       void *context, struct error *error);
    /* Handed to a transport: no longer collapsible. In memory only; forgotten on restart. */
    void (*outbox_taken)(struct store *store, int64_t id);
    int (*outbox_done)(struct store *store, int64_t id, struct error *error);

    /* Loading what is open. */
    int (*rounds_open)(struct store *store, round_load_fn *load, void *context, struct error *error);
    int (*drafts)(struct store *store, draft_load_fn *load, void *context, struct error *error);
    /* The parts of all drafts. */
    int (*draft_parts)(struct store *store, part_load_fn *load, void *context, struct error *error);
    int (*next_round)(struct store *store, uint64_t *id, struct error *error);

    /* Reading. */
    int (*asked)(struct store *store, uint64_t room, uint64_t member, const char *question,
                 unsigned *times, struct error *error);
    int (*board)(struct store *store, uint64_t room, enum period period, const char *period_key,
                 const char *kind, struct board_row *rows, size_t limit, size_t *count,
                 struct error *error);
    int (*standing)(struct store *store, uint64_t room, enum period period, const char *period_key,
                    const char *kind, uint64_t member, struct board_row *row, struct error *error);
    /* See struct world; the rows of all parts of the room, a callback that stops makes no error. */
    int (*sanctions)(struct store *store, uint64_t room, sanction_fn *sanction, void *context,
                     struct error *error);
    int (*log_read)(struct store *store, uint64_t room, uint64_t round, log_row_fn *row,
                    void *context, struct error *error);
    int (*room_members)(struct store *store, uint64_t room, const char *name,
                        room_member_fn *member, void *context, struct error *error);
    /* Finds a room by "transport/network/target" or, if that is unambiguous, by its
     * target alone; NULL key: the only room, or the one used last. ERR_MISSING if there is none. */
    int (*room_find)(struct store *store, const char *key, uint64_t *id, char name[EVENT_TARGET_MAX],
                     struct error *error);
    /* Makes all board aggregates anew from the ledger. */
    int (*boards_rebuild)(struct store *store, struct error *error);
};
struct store {
    const struct store_ops *ops;
};

/* ---- transport ---- */

/* A message to send. Borrowed for the call to post(). */
struct outbound {
    int64_t id; /* of the outbox row; 0 = not from the outbox (a failure notice): nobody waits for it */
    const char *target; /* a channel, or an account if private_talk */
    bool private_talk;
    unsigned flags;
    const char *bytes; /* struct text's stored form */
    size_t size;
    int64_t at;        /* when it was put into the outbox */
    const char *about, *mark, *tag, *mention; /* as in struct message; NULL = none. A transport that
                                                 cannot do what they say sends the text alone */
};

enum post_result {
    POST_TAKEN, /* sent() or lost() will be called for it, now or later */
    POST_BUSY,  /* not now; ready() will be called */
    POST_AGAIN, /* out of memory: nobody will call, try again in a moment */
    POST_REFUSED /* never: unknown target or not renderable; drop it (logged by the caller) */
};

/* What a transport calls. Never from inside post(), except sent(); nothing after stop()'s done(). */
struct transport_sink {
    void *context;
    /* Copied by the sink. -1: out of memory, it is not taken; whoever spoke was told. Of a `kept`
     * event nobody is told: the transport must push it again, and no note before it. */
    int (*event)(void *context, const struct event *event);
    /* What the transport noted earlier (EVENT_NOTE) under keys that begin with `prefix`. Not from
     * inside a call of the session. -1 if it cannot be read. */
    int (*recall)(void *context, const char *transport, const char *network, const char *prefix,
                  note_fn *note, void *note_context);
    void (*sent)(void *context, int64_t id); /* it is out, as far as the network lets one know */
    /* It was taken, but is not known to be out: the connection or its target went away.
     * To be posted again after the next ready(). */
    void (*lost)(void *context, int64_t id);
    void (*ready)(void *context, const char *transport, const char *network); /* post again */
    /* All that was pushed in this turn is complete: process it soon. */
    void (*wake)(void *context);
};

struct transport;
struct transport_ops {
    const char *name; /* "irc", "console", "script" */
    int (*start)(struct transport *transport, struct error *error);
    enum post_result (*post)(struct transport *transport, const struct outbound *message);
    /* The countdown of a round in one place changed. May be NULL. */
    void (*progress)(struct transport *transport, const char *target,
                     const struct progress *progress);
    /* An EVENT_NOTE with this key is stored. May be NULL. Called after the commit. */
    void (*noted)(struct transport *transport, const char *key);
    /* Compare the marks on all messages whose tag begins with `tag` with the network: push EVENT_MARK
     * and EVENT_TALLY for each such message, then EVENT_COUNTED with that tag for the place `target`.
     * NULL = there are no marks, or none can be missed. */
    void (*count)(struct transport *transport, const char *target, const char *tag);
    /* Flush what is posted, then close; calls done(context) once when over, at the latest after
     * `ms`. What is not out by then waits in the outbox for the next start. */
    void (*stop)(struct transport *transport, int ms, void (*done)(void *context), void *context);
    void (*destroy)(struct transport *transport);
};
struct transport {
    const struct transport_ops *ops;
    const char *network; /* its own name: "libera", "local" */
};

#endif
