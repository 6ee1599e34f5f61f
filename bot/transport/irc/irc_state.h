/* The state of one IRC network, shared by the files of the transport. Private to it. */
#ifndef TRANSPORT_IRC_STATE_H
#define TRANSPORT_IRC_STATE_H

#include <uv.h>

#include "app/ports.h"
#include "transport/irc/irc_flood.h"
#include "transport/irc/irc_line.h"
#include "transport/irc/irc_link.h"
#include "transport/irc/irc_people.h"
#include "transport/irc/irc_session.h"
#include "transport/irc/irc_settings.h"

enum irc_phase {
    IRC_IDLE,        /* waits for the next attempt */
    IRC_CONNECTING,  /* TCP and TLS */
    IRC_CAPS,        /* asking what the server offers */
    IRC_REGISTERING, /* NICK and USER are out, 001 is not in */
    IRC_READY,
    IRC_STOPPED
};

struct irc_channel {
    bool joined;
    int64_t rejoin_at; /* loop time; 0 = no attempt is due */
    int64_t joined_at;
    unsigned refusals; /* kicks and refused joins in a row: each doubles the wait */
};

struct irc {
    struct transport transport;
    uv_loop_t *loop;
    const struct irc_settings *settings;
    const struct transport_sink *sink;
    enum irc_phase phase;
    int64_t phase_at;
    struct irc_link *link;
    struct irc_session *session;
    struct irc_flood flood;
    struct irc_people people;
    struct irc_line line;     /* the one being handled */
    struct irc_channel channel[IRC_CHANNELS_MAX];
    char nick[EVENT_NAME_MAX + 1];
    char userhost[256];       /* own, "" until known */
    unsigned nick_tries;
    bool short_nick;          /* the server found the nick too long, or not well formed */
    char modes[32], marks[32]; /* PREFIX of 005: "ov" and "@+" */
    char value_modes[64];     /* modes that take a value always (CHANMODES A and B) */
    char set_modes[32];       /* and only when set (C) */
    bool wants_caps_end;
    unsigned offered;         /* bit i: the server has capability i of irc_caps.c */
    bool somebody_waits;      /* a private message found its person absent */
    bool was_full;
    int64_t heard_at;
    bool pinged;
    unsigned failures;        /* in a row */
    uv_timer_t retry, pace, watch;
    bool stopping;            /* say what is queued, then QUIT */
    uint64_t stop_ms;
    void (*stopped)(void *context);
    void *stopped_context;
    unsigned closing;         /* handles and link not yet gone, when destroyed */
};

/* irc_caps.c: CAP negotiation. */
void irc_caps_begin(struct irc *irc);
void irc_caps_line(struct irc *irc);
/* The server knows no CAP, or does not answer: go on without. */
void irc_caps_skip(struct irc *irc);

/* irc_events.c: what lines mean. */
void irc_events_line(struct irc *irc);          /* before libircclient sees it */
void irc_events_dispatched(void *context, const char *event);
void irc_events_numeric(void *context, unsigned code);
void irc_events_lost(struct irc *irc);          /* nobody is seen any more */
int irc_events_channel(const struct irc *irc, const char *name); /* index, -1 */

/* irc_transport.c */
void irc_register(struct irc *irc);
void irc_send(struct irc *irc, const char *format, ...) __attribute__((format(printf, 2, 3)));
void irc_pump(struct irc *irc); /* sends what the pace allows */
void irc_fail(struct irc *irc, const char *why);
void irc_ready(struct irc *irc); /* what was busy may be posted again */
void irc_lost_message(void *context, int64_t id);
void irc_try_nick(struct irc *irc); /* the configured nick has become free */
void irc_enter_phase(struct irc *irc, enum irc_phase phase);

#endif
