/*
 * The session: events -> one transaction per turn -> core -> commit -> outbox.
 * The only opener of write transactions. It has no loop of its own: whoever
 * drives it calls session_turn() after events were pushed, and again when
 * session_deadline() is reached.
 */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/ports.h"
#include "core/hall.h"

struct plugin_host;
struct session;

struct session_parts { /* all borrowed, all longer-lived than the session */
    struct store *store;
    struct clock_port clock;
    struct chance_port chance;
    struct plugin_host *plugins;
    const struct bank *bank;
    /* Settings of a room, from the configuration. */
    void (*settings)(void *context, const struct address *place, struct room_settings *settings);
    /* The places of linked room number `index`, at most `limit`; gives how many, 0 after the last
     * room. Their strings stay for the turn. NULL = no rooms are linked. */
    size_t (*linked)(void *context, size_t index, struct address *places, size_t limit);
    /* What the configuration makes of an account in a place, ROLE_MEMBER if it names it nowhere.
     * NULL = it names nobody. */
    enum role (*role)(void *context, const struct address *who, const struct address *place);
    /* How many commands a member may give at once, 0 = no limit. NULL = the same. */
    unsigned (*commands)(void *context);
    void *settings_context; /* of all three */
    /* Makes a question from a stored body, for rounds whose question left the bank.
     * NULL if it is none, or memory is out: then errno is ENOMEM. */
    struct question *(*question_parse)(const char *body);
};

/* Loads the open rounds. NULL and *error on failure. */
struct session *session_create(const struct session_parts *parts, struct error *error);
void session_destroy(struct session *session);

/* Transports are added before they start and never leave. Borrowed. */
int session_add_transport(struct session *session, struct transport *transport);
/* The sink to give to transports. */
const struct transport_sink *session_sink(struct session *session);

/* Processes everything pushed so far in one transaction, then hands the outbox
 * to the transports. Also fires what is overdue. Never fails: failures are
 * answered, logged and tried again at the next turn. */
void session_turn(struct session *session);
/* Absolute time of the next needed turn, 0 if none. */
int64_t session_deadline(const struct session *session);
/* Called by sink->wake and after pushes; lets the driver schedule a turn. */
void session_on_wake(struct session *session, void (*wake)(void *context), void *context);

/* A new bank after a reload; open rounds keep their questions. */
void session_set_bank(struct session *session, const struct bank *bank);

/* The configuration was read again: links and unlinks rooms in the next turn, those where a
 * round is open as soon as it is over. */
void session_relink(struct session *session);

/* For console and sim: true if no round is open and no message waits. */
bool session_idle(const struct session *session);
/* True if another turn at this moment would do nothing. */
bool session_at_rest(const struct session *session);
size_t session_open_rounds(const struct session *session);
const struct hall *session_hall(const struct session *session);
/* Messages committed but not sent. */
size_t session_unsent(const struct session *session);

#endif
