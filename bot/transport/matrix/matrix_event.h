/*
 * One event of a home server, read: each field checked for its type and bound.
 * The fields of the types that the bot acts on are there as plain values; any
 * other type is refused. (Matrix client-server API v1.18: "Room events",
 * "Relationship types", "Room Events" of each type; room versions 1 to 12.)
 *
 * Ids and types that are longer than the 255 bytes which the specification
 * allows are refused. A member of `content` with the wrong type makes the event
 * refused if its type cannot do without, else it counts as absent.
 */
#ifndef TRANSPORT_MATRIX_EVENT_H
#define TRANSPORT_MATRIX_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define MATRIX_ID_MAX 255         /* bytes of an id, type, state key */
#define MATRIX_POWER_MAX INT64_C(9007199254740991) /* the largest integer of canonical JSON */

/* Type of the event, and its name here. */
#define MATRIX_KINDS(X)                                                                            \
    X(MATRIX_MESSAGE, "m.room.message")                                                            \
    X(MATRIX_REACTION, "m.reaction")                                                               \
    X(MATRIX_REDACTION, "m.room.redaction")                                                        \
    X(MATRIX_ENCRYPTED, "m.room.encrypted")                                                        \
    X(MATRIX_MEMBER, "m.room.member")                                                              \
    X(MATRIX_POWER, "m.room.power_levels")                                                         \
    X(MATRIX_CREATE, "m.room.create")                                                              \
    X(MATRIX_TOMBSTONE, "m.room.tombstone")                                                        \
    X(MATRIX_ENCRYPTION, "m.room.encryption")                                                      \
    X(MATRIX_JOIN_RULES, "m.room.join_rules")                                                      \
    X(MATRIX_NAME, "m.room.name")                                                                  \
    X(MATRIX_ALIAS, "m.room.canonical_alias")                                                      \
    X(MATRIX_HISTORY, "m.room.history_visibility")

enum matrix_kind {
    MATRIX_KIND_NONE, /* a type that the bot does not act on */
#define X(id, type) id,
    MATRIX_KINDS(X)
#undef X
    MATRIX_KIND_COUNT
};

/* The kind of a type; MATRIX_KIND_NONE if it is none of them. Cheap. */
enum matrix_kind matrix_kind_of(const char *type);
/* State kinds exist once per state key; the others are said. */
bool matrix_kind_is_state(enum matrix_kind kind);

enum matrix_form {
    MATRIX_FULL,    /* an event of a timeline, of a room's state, of a list */
    MATRIX_STRIPPED /* of an invitation or knock: only state, no id, no time */
};

enum matrix_relation { MATRIX_ALONE, MATRIX_ANNOTATION, MATRIX_REPLACE, MATRIX_THREAD, MATRIX_REFERENCE };

/* MATRIX_MESSAGE; of an edit what m.new_content says. */
struct matrix_message {
    const char *msgtype; /* "m.text"; NULL = it was redacted, there is nothing in it */
    const char *body;    /* plain text, as it came; see matrix_words.h */
    const char *html;    /* formatted_body if its format is org.matrix.custom.html, else NULL */
    const char *url;     /* of m.file and the like: "mxc://...", else NULL */
    const char *filename; /* NULL = none; the body names the file then */
    const char *mimetype; /* info.mimetype, or NULL */
    int64_t size;         /* info.size in bytes, as claimed; -1 = not said */
    bool encrypted_file;  /* the file is under `file`, encrypted */
    bool mentions;        /* m.mentions is there */
    bool mentions_room;
    const json_t *mention_users; /* array of strings, or NULL; see matrix_event_mentions() */
};

enum matrix_membership {
    MATRIX_INVITED, MATRIX_JOINED, MATRIX_LEFT, MATRIX_BANNED, MATRIX_KNOCKED
};
/* MATRIX_MEMBER; the person is the event's state_key. */
struct matrix_member {
    enum matrix_membership membership;
    const char *name; /* displayname as it came, or NULL */
    bool direct;      /* is_direct, of an invitation */
};

/* MATRIX_POWER, with the defaults that the specification gives. */
struct matrix_power {
    int64_t users_default, events_default, state_default;
    int64_t redact, kick, ban, invite, notify_room;
    const json_t *users, *events; /* objects, or NULL */
};

/* MATRIX_CREATE */
struct matrix_creation {
    const char *version;  /* "1" if not said */
    const char *creator;  /* content.creator up to version 10, then the sender */
    const json_t *others; /* additional_creators (version 12), array, or NULL */
    bool creators_rule;   /* version 12 or later: creators have power without end, and are not listed */
    const char *type;     /* "m.space", or NULL */
};

struct matrix_event {
    enum matrix_kind kind;
    const char *id;        /* "" if stripped */
    const char *type, *sender;
    const char *state_key; /* NULL = no state event */
    const char *room;      /* NULL = not said in the event */
    int64_t at;            /* origin_server_ts, ms since 1970, 0 .. MATRIX_POWER_MAX; forgeable; 0 = not said */
    const char *transaction; /* unsigned.transaction_id: this device sent it; or NULL */
    const char *outbox;      /* content's MATRIX_ID_KEY (matrix_render.h): the bot sent it; or NULL */
    bool redacted;           /* what it said was erased; content says nothing */
    enum matrix_relation relation;
    const char *about;     /* the event that `relation` is about, or that MATRIX_REDACTION erases; or NULL.
                              A redaction says it beside content up to room version 10, then within; beside counts first */
    const char *key;       /* of MATRIX_ANNOTATION, as it came; else NULL */
    const char *reply_to;  /* m.in_reply_to, or NULL */
    bool falling_back;     /* reply_to is only there for clients without threads */
    union {
        struct matrix_message message;
        struct matrix_member member;
        struct matrix_power power;
        struct matrix_creation creation;
        struct { const char *room, *body; } tombstone; /* room NULL = no replacement; body may be NULL */
        struct { const char *algorithm; } encryption; /* also of MATRIX_ENCRYPTED; may be NULL there */
        struct { const char *rule; } join_rules;      /* "public", "invite", "knock", ... */
        struct { const char *name; } named;           /* MATRIX_NAME, MATRIX_ALIAS; NULL = none */
        struct { const char *visibility; } history;   /* "shared", ... */
    };
    json_t *root; /* owns all strings above */
};

/*
 * Reads one event. True, and the event is to be given to matrix_event_finish();
 * or false, *event holds nothing, and *why (not NULL) says why in a few words
 * for the debug log, without anything of what the event says; it is
 * matrix_event_memory when out of memory, and then the event must be tried again.
 */
bool matrix_event_parse(struct matrix_event *event, const char *bytes, size_t length,
                        enum matrix_form form, const char **why);
extern const char matrix_event_memory[];
/* Fine on an event that holds nothing. */
void matrix_event_finish(struct matrix_event *event);

/* Is this user in m.mentions? */
bool matrix_event_mentions(const struct matrix_message *message, const char *user);
/* The power level of a user, by the list alone; who made the room may have more (matrix_creation_by()). */
int64_t matrix_power_of(const struct matrix_power *power, const char *user);
/* What it takes to send an event of this type. */
int64_t matrix_power_needed(const struct matrix_power *power, const char *type, bool state);
/* Fills in what counts while a room has no power levels event; then its creator has 100. */
void matrix_power_default(struct matrix_power *power);
/* Is the user one of those who made the room? */
bool matrix_creation_by(const struct matrix_creation *creation, const char *user);

/*
 * Global account data, {"type":..., "content":...}: m.direct maps users to
 * rooms, m.ignored_user_list holds users. 0, or -1 if it is not well formed,
 * and *why says why; entries with a wrong type are left out.
 */
int matrix_direct_rooms(const char *bytes, size_t length,
                        void (*room)(void *context, const char *user, const char *room), void *context,
                        const char **why);
int matrix_ignored_users(const char *bytes, size_t length,
                         void (*ignored)(void *context, const char *user), void *context,
                         const char **why);

#endif
