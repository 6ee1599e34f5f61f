/* The session's own parts, shared by its files. Private to the session. */
#ifndef APP_SESSION_WORLD_H
#define APP_SESSION_WORLD_H

#include "app/outbox.h"
#include "app/queue.h"
#include "app/session.h"
#include "app/session_lane.h"

#define SESSION_PROGRESS_MAX 16
#define SESSION_COUNTS_MAX 64
#define SESSION_TAG_BYTES 32

/* Marks that a transport is to count, once it is sure that the event counts. */
struct session_count {
    uint64_t room;
    char tag[SESSION_TAG_BYTES];
};
#define SESSION_PLACES_MAX 16 /* of one linked room */

/* A name that a place went on from. */
struct session_move {
    struct address from;
    const char *now;
};

struct session {
    struct session_parts parts;
    const struct store_ops *store; /* parts.store->ops */
    struct world world;
    struct hall hall;
    struct arena arena; /* of the event under way */
    struct queue queue;
    struct queue again; /* failed, to be tried again before what is newer */
    struct session_move **moves; /* oldest first */
    size_t move_count;
    struct lane **lanes; /* one a transport */
    size_t lane_count;
    struct queue owed;  /* failed, and their authors do not know it yet */
    struct outbox *outbox;
    struct transport_sink sink;
    void (*wake)(void *context);
    void *wake_context;
    struct progress progress[SESSION_PROGRESS_MAX]; /* to tell after the commit */
    size_t progress_count;
    struct session_count counts[SESSION_COUNTS_MAX]; /* to ask for after the commit */
    size_t count_count;
    bool relink;          /* rooms are to be linked as they are configured */
    bool relink_later;    /* some still wait for a round to be over */
    bool stale;           /* the hall must be loaded anew before anything else */
    int64_t retry_at;     /* after a failure, when to try again; 0 = none */
    int64_t dispatch_at;  /* when to look through the outbox again without being called; 0 = never */
    int64_t trim_at;      /* when the inbox is trimmed again */
    unsigned failures;    /* turns in a row that failed as a whole */
    unsigned clock_faults; /* EVENT_CLOCK failed this often in a row */
    struct error why;     /* of the last failure, for telling people */
};

/* What transports may call. */
void session_sink_init(struct session *session);
/* Asks whoever drives the session for a turn. */
void session_wake(struct session *session);
/* EVENT_MOVED: the store and the hall follow. 0 or -1. */
int session_move(struct session *session, const struct event *event);
int session_load_moves(struct session *session, struct error *error);
void session_moves_finish(struct session *session);
/* What a place is called now; the strings are the session's, or those of `place`. */
struct address session_place_now(const struct session *session, const struct address *place);
/* As configured for the place, or for a name that it went on from. */
void session_settings(const struct session *session, const struct address *place,
                      struct room_settings *settings);
/* The same of what it makes of an account there. */
enum role session_role(const struct session *session, const struct address *who,
                       const struct address *place);
/* The core's view of the rest. */
void session_world_init(struct session *session);
/* Loads open rounds and drafts; 0 or -1. */
int session_load(struct session *session, struct error *error);
/* Links and unlinks rooms as they are configured, where no round is open; 0 or -1. Inside a
 * transaction. */
int session_link_rooms(struct session *session, struct error *error);
/* Stores the effects of one event; 0 or -1. */
int session_store(struct session *session, const struct effects *effects, int64_t now,
                  struct error *error);
/* Keeps what an event wants to be told to transports, once it is sure that the event counts. */
void session_note_told(struct session *session, const struct effects *effects);
/* True if the event is a text to the bot, not just said in its presence. */
bool session_spoken_to(const struct session *session, const struct event *event);
/* Tells transports about the countdowns that changed, and asks them for marks. */
void session_tell(struct session *session);
/* Tells the author of a lost event, past the outbox, that it was not stored.
 * -1: they could not be told now, but may be later. */
int session_apologise(struct session *session, const struct event *event, enum error_code code);

#endif
