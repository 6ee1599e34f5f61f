/*
 * What the core may ask of the rest, read-only but for making a member known.
 * The session implements it over the store, the plugin host and the bank.
 * Functions return 0, or -1 when the store or memory failed (the event is then
 * rolled back), unless they say otherwise.
 */
#ifndef CORE_WORLD_H
#define CORE_WORLD_H

#include "core/bank.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/score.h"
#include "hotseat/plugin.h"

struct room_settings {
    char prefix[5];
    bool named_only;     /* answers only to its name: for rooms with several bots */
    bool reveal_names;   /* authors are named after the close */
    bool open_ballots;   /* answers are graded in the room, not sent to each grader */
    int64_t gather_ms;   /* 0 = the question comes at once */
    int64_t answer_ms, vote_ms; /* 0 = the question's or the kind's own */
    int64_t settle_ms;   /* wait after the last answer before locking early; for networks where an
                            answer comes in several messages */
    int64_t last_call_ms; /* all who joined are done, but others are in the room, perhaps still
                             writing: they are told, and have this long to join; 0 = no call */
    unsigned rounds_max; /* open at once, 1 .. 8 */
    bool configured;     /* the configuration has a word for this very room */
};

struct board_row {
    unsigned rank; /* 1 = best; members with equal standing share a rank */
    uint64_t member;
    char name[EVENT_NAME_MAX + 1];
    int64_t points;
    uint64_t rounds; /* scored answers */
    double mean;     /* of scored answers; 0 if none */
    double standing, uncertainty;
};

/* One account of a member: `own` is the member of this account alone. Non-zero stops and fails. */
typedef int identity_fn(void *context, const struct address *who, uint64_t own, const char *name);

/* A sanction of a room, as it is stored. Strings are borrowed for the call. */
struct sanction {
    enum sanction_kind kind;
    uint64_t member; /* that it counts for: of all accounts that are linked */
    const char *name, *reason, *given_by; /* reason NULL = none was given */
    int64_t until, at;
};
typedef int sanction_fn(void *context, const struct sanction *sanction); /* non-zero stops */
/* An entry of the log. Strings are borrowed for the call. */
struct log_row {
    uint64_t round;   /* 0 = of none */
    const char *name; /* whoever did it; NULL = the bot itself */
    const char *what;
    int64_t at;
};
typedef int log_row_fn(void *context, const struct log_row *row); /* non-zero stops */
/* A member who has sat in a round of the room: of the account alone, and all that is linked. */
typedef int room_member_fn(void *context, uint64_t own, uint64_t whole, const char *name,
                           const char *account); /* non-zero stops */

struct world {
    void *context;
    /* The id of a person, made known if new; the display name is updated. 0 on failure. */
    uint64_t (*member)(void *context, const struct address *who, const char *name, int64_t now);
    /* The id and settings of a room, made known if new. */
    int (*room)(void *context, const struct address *place, uint64_t *id,
                struct room_settings *settings);
    const struct bank *(*bank)(void *context);
    /* How often a room (member 0) or a member (room 0) had a question. -1 on failure. */
    int (*asked)(void *context, uint64_t room, uint64_t member, const char *question);
    /* NULL if no such kind; each acquire needs a release. */
    const struct hs_plugin *(*plugin_acquire)(void *context, const char *kind);
    void (*plugin_release)(void *context, const struct hs_plugin *plugin);
    /* The loaded kinds, for !help and refusals: plugin number `index`, NULL after the last. */
    const struct hs_plugin *(*plugin_at)(void *context, size_t index);
    /* The first `limit` rows of a board (kind NULL = all kinds). */
    int (*board)(void *context, uint64_t room, enum period period, const char *kind, int64_t now,
                 struct board_row *rows, size_t limit, size_t *count);
    /* One member's row; rank 0 if they have none. */
    int (*standing)(void *context, uint64_t room, enum period period, const char *kind,
                    uint64_t member, int64_t now, struct board_row *row);
    /* The member of an account alone and the member it counts for, 0 if nobody has it. Makes nothing
     * known. NULL = accounts are never linked. */
    int (*identity)(void *context, const struct address *who, uint64_t *own, uint64_t *whole);
    /* The accounts of the member that this one counts for. */
    int (*identities)(void *context, uint64_t member, identity_fn *identity, void *fn_context);
    /* What is known of a code for linking, by its hash; how many wrong ones an account tried. */
    int (*link_code)(void *context, const char *hash, struct link_code *code);
    int (*link_tries)(void *context, uint64_t own, unsigned *tries, int64_t *since);
    /* What the configuration makes of an account in a place: ROLE_MEMBER if it names it nowhere.
     * NULL = it names nobody. */
    enum role (*role)(void *context, const struct address *who, const struct address *place);
    /* True if the marks in this place are to be compared with the network before they count.
     * NULL = nowhere. */
    bool (*counts)(void *context, const struct address *place);
    /* The sanctions of a room, in no order; its log, newest first, of one round or (0) of all; and who
     * sat in its rounds under that name or account, perhaps several times. NULL = there are none. */
    int (*sanctions)(void *context, uint64_t room, sanction_fn *sanction, void *fn_context);
    int (*log)(void *context, uint64_t room, uint64_t round, log_row_fn *row, void *fn_context);
    int (*room_members)(void *context, uint64_t room, const char *name, room_member_fn *member,
                        void *fn_context);
    /* How many commands a member may give at once; 0, or NULL = as many as they like. */
    unsigned (*commands)(void *context);
};

#endif
