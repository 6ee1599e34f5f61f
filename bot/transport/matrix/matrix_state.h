/* The state of one Matrix account, shared by the files of the transport. Private to it. */
#ifndef TRANSPORT_MATRIX_STATE_H
#define TRANSPORT_MATRIX_STATE_H

#include <uv.h>

#include "app/ports.h"
#include "transport/matrix/matrix_batch.h"
#include "transport/matrix/matrix_cipher.h"
#include "transport/matrix/matrix_countdown.h"
#include "transport/matrix/matrix_courtesy.h"
#include "transport/matrix/matrix_http.h"
#include "transport/matrix/matrix_login.h"
#include "transport/matrix/matrix_notes.h"
#include "transport/matrix/matrix_rooms.h"
#include "transport/matrix/matrix_send.h"
#include "transport/matrix/matrix_settings.h"
#include "transport/matrix/matrix_sync.h"

#define MATRIX_BURST 500     /* events pushed before the session has a turn */
#define MATRIX_OWN_MAX 1024  /* our last messages that are known as ours */
#define MATRIX_ROOM_MAX 240  /* bytes of an id of a room or user: it must fit into the key of a note */

enum matrix_phase {
    MATRIX_IDLE,
    MATRIX_LOGIN,     /* who are we? */
    MATRIX_FIRST,     /* the first sync of all: only to know where to begin */
    MATRIX_SURVEYING, /* reading the state of our rooms */
    MATRIX_SYNCING,   /* asking what is new */
    MATRIX_REPLAYING, /* telling the session */
    MATRIX_STORING,   /* until the session has stored it */
    MATRIX_FILLING,   /* reading what the answer left out */
    MATRIX_STOPPED
};

/* Why things may have happened that we do not know yet. */
enum { MATRIX_BEHIND_START = 1, MATRIX_BEHIND_GAP = 2, MATRIX_BEHIND_AWAY = 4 };

struct matrix_direct;
struct matrix_doors;
struct matrix_gap;
struct matrix_recount;
struct matrix_survey;
struct invite;

/* A file that is being fetched. */
struct matrix_attach {
    struct matrix_event event; /* root NULL = none */
    struct buf text;
    const char *why; /* it cannot be taken; NULL = it can */
    bool old;        /* by the older path */
    unsigned tries;
};

struct matrix {
    struct transport transport;
    uv_loop_t *loop;
    const struct matrix_settings *settings;
    const struct transport_sink *sink;
    struct matrix_http *http;
    struct matrix_login *login;
    struct matrix_send *send;
    struct matrix_countdown *countdown;
    struct matrix_courtesy *courtesy;
    struct matrix_cipher *cipher;
    struct matrix_notes notes;
    struct matrix_rooms rooms;
    struct matrix_direct *direct;   /* private rooms: matrix_direct.c */
    struct matrix_doors *doors;     /* coming into rooms: matrix_doors.c */
    struct invite *invite;          /* the one that is being answered: matrix_invite.c */
    struct matrix_call *invite_call;
    uint64_t invites_due;           /* loop time; 0 = there are none */
    struct matrix_gap *gap;         /* the one that is being filled: matrix_gap.c */
    struct matrix_survey *survey;   /* while it goes on: matrix_survey.c */
    struct matrix_recount *recount; /* marks compared: matrix_recount.c */
    enum matrix_phase phase;
    uv_timer_t step;  /* the next thing to do in this phase */
    uv_timer_t watch; /* what is done now and then */
    uv_timer_t soon;  /* what cannot be done from inside a call of the session */
    bool since_stored;
    int64_t started;  /* ms since 1970: messages from before then may have been said already */
    bool first_start; /* the account was never synced before: its past is not for us */
    bool open;        /* rooms are known: messages can be taken */
    bool held;        /* no login now */
    bool somebody_waits; /* a private message found no room for its person */

    /* The cycle: matrix_cycle.c */
    char since[MATRIX_TOKEN_MAX]; /* "" = never synced */
    char next[MATRIX_TOKEN_MAX];  /* of the answer being handled */
    int64_t since_at;             /* when `since` was stored; 0 = never */
    struct matrix_call *call;     /* the one request of the cycle */
    struct matrix_sync *reader;
    struct matrix_batch batch;
    bool whole;                   /* the answer was */
    uint64_t asked_at;            /* loop time */
    bool heard;                   /* there was an answer to a sync since we logged in */
    uint64_t heard_at;            /* loop time of the last whole answer */
    unsigned failures;            /* in a row */
    unsigned behind;              /* MATRIX_BEHIND_... */
    bool told_behind;             /* what the core knows of it */

    /* Telling the session: matrix_replay.c */
    bool replaying;
    size_t item;       /* the next of the batch */
    bool settled;      /* all state before the timelines is known */
    bool away;         /* it happened while we were not there */
    int64_t away_from; /* since then */
    struct matrix_attach attach;

    uint64_t own[MATRIX_OWN_MAX]; /* hashes of ids of our messages, the oldest is overwritten */
    size_t own_next;
    char **ignored;    /* users whom the account ignores */
    size_t ignored_count;

    bool stopping;
    void (*stopped)(void *context);
    void *stopped_context;
    unsigned closing; /* handles and connections not yet gone, when destroyed */
};

/* ---- matrix_state.c ---- */

int64_t matrix_now(void); /* ms since 1970 UTC */
uint64_t matrix_random(void);
/* 0, or -1: not taken, to be pushed again. Fills in transport and network. */
int matrix_push(struct matrix *matrix, struct event *event);
/* The address of a room (NULL = of the network, or a private talk). */
struct address matrix_place(const struct matrix *matrix, const char *room);
/* That the core is to forget who is in a room. Borrows the room's id. */
struct event matrix_reset(const struct matrix *matrix, const struct matrix_room *room);
/* Tells the core if what it knows is not so any more; also when nothing has changed since a failure. */
void matrix_tell_behind(struct matrix *matrix);
void matrix_set_behind(struct matrix *matrix, unsigned why, bool on);
/* What was busy may be posted again. */
void matrix_ready(struct matrix *matrix);
/* Says something that nobody waits for. `mention` NULL, or the user it is for. */
void matrix_say(struct matrix *matrix, const char *room, const char *mention,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
bool matrix_is_ours(const struct matrix *matrix, const char *event);
void matrix_own(struct matrix *matrix, const char *event);
bool matrix_ignores(const struct matrix *matrix, const char *user);
/* Starts a request of which done() is called; NULL, logged, when out of memory. */
struct matrix_call *matrix_ask(struct matrix *matrix, const struct matrix_request *request);
/* "/_matrix/client/v3/rooms/ROOM" + after, appended. */
void matrix_room_path(struct buf *out, const char *room, const char *after);
/* A wait of about so many ms: a quarter of chance, so that a thousand bots do not come at once. */
uint64_t matrix_about(uint64_t ms);

/* ---- matrix_transport.c ---- */

/* True, and the login is being mended, if the answer is about who we are. */
bool matrix_lost_login(struct matrix *matrix, const struct matrix_reply *reply);
/* What waits is looked at from the loop, soon. */
void matrix_soon(struct matrix *matrix);

/* ---- matrix_cycle.c ---- */

/* We are logged in: goes on from where it was. */
void matrix_cycle_go(struct matrix *matrix);
/* The login is gone, or the end has come: nothing more is asked. */
void matrix_cycle_halt(struct matrix *matrix);
/* How far we have read is stored. */
void matrix_cycle_stored(struct matrix *matrix);
/* The session has been told all of the batch. */
void matrix_cycle_told(struct matrix *matrix);
/* A request of the cycle failed (reply NULL: could not be made): `again` is called after a pause that
 * grows, or when there is a login again matrix_cycle_go(). */
void matrix_cycle_fail(struct matrix *matrix, const struct matrix_reply *reply,
                       uv_timer_cb again);
/* Asks what is new. */
void matrix_cycle_sync(struct matrix *matrix);
/* Nothing is missing any more. */
void matrix_cycle_complete(struct matrix *matrix);
/* From time to time: do we still hear anything? */
void matrix_cycle_watch(struct matrix *matrix);

/* ---- matrix_survey.c ---- */

/* Reads the state of our rooms, then calls matrix_cycle_sync(). */
void matrix_survey(struct matrix *matrix);
void matrix_survey_anew(uv_timer_t *timer);
void matrix_survey_destroy(struct matrix *matrix);

/* ---- matrix_replay.c ---- */

/* Tells the session what is in the batch, then calls matrix_cycle_told(). */
void matrix_replay(struct matrix *matrix);
/* The same for a page of a room's past, then calls matrix_gap_told(). */
void matrix_replay_page(struct matrix *matrix);
/* What replaying waited for has come. */
void matrix_replay_resume(struct matrix *matrix);
/* Tells who is in each room of which the core does not know it. 0, or -1: not all yet. */
int matrix_replay_people(struct matrix *matrix, size_t *burst);

/* ---- matrix_inbound.c ---- */

enum matrix_taken {
    MATRIX_DONE,
    MATRIX_AGAIN, /* the session did not take it: try again */
    MATRIX_WAIT   /* matrix_replay_resume() will be called */
};
/* An event of a room that we are in; may take its contents. `past`: from a gap, state in it is old. */
enum matrix_taken matrix_inbound(struct matrix *matrix, struct matrix_room *room,
                                 struct matrix_event *event, bool past);
/* A text that was fetched; `text` NULL: it could not be, `why` in words for the sender. */
enum matrix_taken matrix_inbound_file(struct matrix *matrix, struct matrix_room *room,
                                      const struct matrix_event *event, const char *text,
                                      size_t length, const char *why);

/* ---- matrix_attach.c ---- */

/* Fetches the text attachment of a message, whose contents it takes, hands it in, and has the replay
 * go on with the next item. */
void matrix_attach_fetch(struct matrix *matrix, struct matrix_event *event);

#endif
