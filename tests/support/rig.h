/*
 * A whole bot for tests: SQLite store, session, script transport, plugins and
 * the questions of tests/data/pack, with a clock and a chance of its own. It
 * keeps what everyone saw, and notices a message that goes out twice.
 */
#ifndef SUPPORT_RIG_H
#define SUPPORT_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/plugin_host.h"
#include "app/session.h"
#include "util/error.h"

#define RIG_ROOM "#prep"
#define RIG_OTHER "#study"
#define RIG_START INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */

struct rig_seen {
    int64_t id; /* of the outbox row; 0 = past the outbox */
    int64_t at;
    char *person; /* NULL = everyone in `room` */
    char *room;
    char *text;
    char *tag; /* comes back with marks on it; NULL = none */
};

struct rig {
    char directory[64], database[96];
    struct plugin_host *plugins;
    struct bank *bank;
    struct store *store; /* NULL while the bot is down */
    struct session *session;
    struct transport transport; /* the script transport, with ids looked at */
    struct transport *inner;
    struct room_settings settings;
    bool two_places; /* those whose name has an odd first letter are in RIG_OTHER, the rest in RIG_ROOM */
    bool linked;     /* both are one, as the configuration says it at the start and at session_relink() */
    const char *guest; /* of this person the network knows no account: to the bot they are "guest:NAME" */
    int64_t now;
    uint64_t chance;
    struct sqlite3 *look;    /* for the tests' own queries, while the bot is up */
    struct rig_seen *seen;
    size_t seen_count, seen_capacity;
    size_t twice;        /* messages that went out again */
    size_t oldest_twice; /* when the oldest of them went out first, as an index in `seen` */
    bool deaf;           /* the transport is busy */
    bool safe_push;      /* events reach the session whole, only what it does with them may fail */
    int64_t posting;     /* id of the message under way */
    const char *posting_tag;
    bool (*is_dead)(void); /* NULL, or true once the bot has crashed: nobody sees what it says then */
};

/* The harness is at work: what it allocates and writes is not to be failed. */
extern int rig_at_work;

/* Makes a directory in memory, loads plugins and questions. Fails the test if it cannot. */
void rig_init(struct rig *rig);
void rig_finish(struct rig *rig);

/* Starts the bot on its database, made if it is not there. 0, or -1 and *error. */
int rig_up(struct rig *rig, struct error *error);
/* Takes it down without a word, as a crash does. */
void rig_down(struct rig *rig);
/* Down, and forgets the database, what was seen, and the time. */
void rig_reset(struct rig *rig);

/* Any event; the network, the bot's name and the length are filled in, and where they are not
 * given the time and the display name. What the sink says. */
int rig_push(struct rig *rig, const struct event *event);
/* Somebody says something in the room, or privately. `id` may be NULL. */
void rig_say(struct rig *rig, const char *person, const char *text, const char *id);
void rig_tell(struct rig *rig, const char *person, const char *text, const char *id);
void rig_enter(struct rig *rig, const char *person);
void rig_leave(struct rig *rig, const char *person);
/* Turns until nothing is left to do now, waiting for second tries up to `patience` ms. */
void rig_settle(struct rig *rig, int64_t patience);
/* The network gets busy, or is no longer. */
void rig_toggle_deaf(struct rig *rig);
/* Lets time pass, turning whenever the bot wants to. */
void rig_advance(struct rig *rig, int64_t ms);

/* Index of the first thing seen from `since` on, with `text` in it, by a person
 * (NULL: in the room); seen_count if there is none. */
size_t rig_find(const struct rig *rig, size_t since, const char *person, const char *text);
/* A number that is another if anything else was seen, or at another time. */
uint64_t rig_transcript(const struct rig *rig);
/* Everything that was seen, to the standard error. */
void rig_dump(const struct rig *rig);

/* A number from the database, by a connection of its own; -1 if there is none. */
int64_t rig_number(struct rig *rig, const char *sql);
/* All rows of a query as text, cells separated by "|", rows by LF. Free it. */
char *rig_rows(struct rig *rig, const char *sql);

#endif
