/* The state of one IRC network, shared by the files of the transport. Private to it. */
#ifndef TRANSPORT_IRC_STATE_H
#define TRANSPORT_IRC_STATE_H

#include <uv.h>

#include "app/ports.h"
#include "transport/irc/irc_batch.h"
#include "transport/irc/irc_blocked.h"
#include "transport/irc/irc_flood.h"
#include "transport/irc/irc_isupport.h"
#include "transport/irc/irc_line.h"
#include "transport/irc/irc_link.h"
#include "transport/irc/irc_people.h"
#include "transport/irc/irc_sasl.h"
#include "transport/irc/irc_session.h"
#include "transport/irc/irc_settings.h"
#include "transport/irc/irc_sts.h"
#include "transport/irc/irc_time.h"

enum irc_phase {
    IRC_IDLE,        /* waits for the next attempt */
    IRC_CONNECTING,  /* TCP and TLS */
    IRC_CAPS,        /* asking what the server offers */
    IRC_LOGIN,       /* SASL */
    IRC_REGISTERING, /* NICK and USER are out, 001 is not in */
    IRC_READY,
    IRC_STOPPED
};

struct irc_channel {
    bool joined;
    int64_t rejoin_at; /* loop time; 0 = no attempt is due */
    int64_t joined_at;
    unsigned refusals; /* refused joins in a row: each doubles the wait */
    unsigned kicks;    /* in a row, each soon after the last */
    int64_t kicked_at;
    enum { IRC_WHO_DONE, IRC_WHO_WANTED, IRC_WHO_ASKED } who; /* are the accounts of all there asked for? */
    int64_t who_at;
    bool names_wanted; /* some marks are not known any more */
    int64_t names_at;  /* not before that time */
};

/* Something that somebody said, whole: one line, or a batch of them. Borrowed. */
struct irc_said {
    const char *nick, *userhost;
    const char *account; /* by account-tag; NULL = there was none */
    const char *target;  /* a channel, or the bot's nick */
    const char *id;      /* that it can be known again by; NULL = none */
    const char *text;    /* as it came: with formatting, perhaps no UTF-8; may hold LF */
    size_t length;
    int64_t at;          /* when it was said, ms since 1970 UTC */
    bool line;           /* one line; more of the same text may follow */
    bool cut;            /* it was longer than EVENT_TEXT_MAX */
    bool past;           /* played back: who said it need not be who has the nick now */
};

/* Questions by CTCP are answered at a bounded pace. */
struct irc_ctcp {
    unsigned answered; /* since `since`, loop time */
    int64_t since;
};

/* irc_caps.c; new in the list go before the end. At most 64. */
enum irc_cap {
    IRC_CAP_SASL,
    IRC_CAP_STS, /* only its value counts */
    IRC_CAP_CAP_NOTIFY,
    IRC_CAP_MESSAGE_TAGS,
    IRC_CAP_SERVER_TIME,
    IRC_CAP_BATCH,
    IRC_CAP_MULTILINE, /* draft/multiline */
    IRC_CAP_STANDARD_REPLIES,
    IRC_CAP_ACCOUNT_TAG,
    IRC_CAP_EXTENDED_JOIN,
    IRC_CAP_ACCOUNT_NOTIFY,
    IRC_CAP_MULTI_PREFIX,
    IRC_CAP_CHGHOST,
    IRC_CAP_USERHOST_IN_NAMES,
    IRC_CAP_COUNT
};
#define IRC_CAP_VALUE_MAX 400

struct irc_caps {
    bool open;             /* the server waits for CAP END */
    bool listed;           /* its list is whole */
    unsigned requests;     /* CAP REQ not answered yet */
    uint64_t offered, enabled, asked; /* bit i: capability i */
    char value[IRC_CAP_COUNT][IRC_CAP_VALUE_MAX + 1]; /* of what is offered, "" = none */
};

/* irc_servers.c; arrays are as settings->servers */
struct irc_servers {
    size_t turn;            /* which one we are with, or try next */
    struct irc_server now;  /* that one as it is connected to: STS may want TLS and another port */
    struct irc_sts_policy policy[IRC_SERVERS_MAX];
    unsigned upgrade[IRC_SERVERS_MAX]; /* port for TLS, told without TLS; 0 = none was */
    bool unnoted[IRC_SERVERS_MAX];     /* the policy changed, and could not be noted yet */
    bool said;              /* its policy was told on this connection */
};

/* irc_services.c */
#define IRC_SERVICES_MAX 4 /* commands that wait */

struct irc_services {
    enum { IRC_SERVICES_IDLE, IRC_SERVICES_LOOKING, IRC_SERVICES_SENT } step;
    int64_t since;
    char *command[IRC_SERVICES_MAX]; /* NULL = none */
    bool fits;               /* who has the nick is who is meant */
    char userhost[256], server[128]; /* of who has it */
    bool nick_alone;         /* the server does not know nick@server */
};

struct irc {
    struct transport transport;
    uv_loop_t *loop;
    const struct irc_settings *settings;
    const struct transport_sink *sink;
    struct irc_line line;     /* the one being handled */
    struct irc_look *look;    /* irc_look.c; NULL = this is the bot itself */

    /* connecting: irc_connect.c, irc_servers.c, irc_caps.c, irc_login.c, irc_register.c */
    enum irc_phase phase;
    int64_t phase_at;
    struct irc_link *link;
    struct irc_session *session;
    struct irc_servers servers;
    struct irc_caps caps;
    struct irc_sasl_try sasl;
    bool logging_in;          /* SASL goes on, before registration or after */
    int64_t tried_at;         /* when it was begun last on this connection, 0 = not yet */
    unsigned denied;          /* times in a row that services refused the account */
    int64_t denied_at;
    char account[IRC_ACCOUNT_MAX + 1]; /* the bot's own, "" = none */
    struct irc_services services;
    int64_t heard_at;
    bool heard;               /* anything on this connection */
    bool pinged;
    unsigned failures;        /* in a row */
    uv_timer_t retry, watch, step; /* next attempt; every few seconds; irc_deadline() */
    bool stopping;            /* say what is queued, then QUIT */
    uint64_t stop_ms;
    void (*stopped)(void *context);
    void *stopped_context;
    unsigned closing;         /* handles and link not yet gone, when destroyed */

    /* who the bot is: irc_nick.c */
    char nick[EVENT_NAME_MAX + 1];
    char userhost[256];       /* own, "" until known */
    unsigned nick_tries;
    int64_t regain_at;        /* loop time of the next try to get the configured nick; 0 = none */
    unsigned regains;         /* tries on this connection */
    bool asked;               /* services were asked to free it, the try comes next */
    unsigned ghosts;          /* how often they were asked on this connection */
    bool short_nick;          /* the server found the nick too long, or not well formed */

    /* what is said: irc_say.c, irc_refused.c */
    struct irc_flood flood;
    uv_timer_t pace;
    bool somebody_waits;      /* a message was not delivered, or found its person absent */
    bool was_full;
    struct irc_blocks blocks;

    /* where the bot is, and who else: irc_channels.c, irc_presence.c, irc_modes.c */
    struct irc_isupport isupport;
    struct irc_people people, away; /* away: gone by a netsplit */
    struct irc_lookups lookups;
    uv_timer_t ask_timer;
    int64_t split_at;         /* when somebody went by one, 0 = never */
    struct irc_channel channel[IRC_CHANNELS_MAX];
    int64_t joins_at;         /* when the channels of this part were joined */
    unsigned joins;           /* how many */

    /* what comes: irc_talk.c, irc_ctcp.c */
    struct irc_batches batches;
    struct irc_times times;
    struct irc_ctcp ctcp;
};

static inline int64_t irc_now(const struct irc *irc)
{
    return (int64_t)uv_now(irc->loop);
}

/* ---- irc_connect.c ---- */
void irc_enter_phase(struct irc *irc, enum irc_phase phase);
/* So long may what goes on now take; phases set it, and what takes a time of its own. 0 = for ever. */
void irc_deadline(struct irc *irc, uint64_t ms);
void irc_send(struct irc *irc, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends the connection; the next attempt comes after a while. */
void irc_fail(struct irc *irc, const char *why);
void irc_connect_start(struct irc *irc);
void irc_connect_again(struct irc *irc);               /* closes, and connects anew at once */
void irc_connect_stood(void *context);                 /* the link's events */
void irc_connect_lost(void *context, const char *why);
void irc_connect_watch(uv_timer_t *timer);
void irc_connect_goodbye(struct irc *irc);             /* QUIT, all is said */
void irc_connect_stop(struct irc *irc);

/* ---- irc_servers.c: tried in turn; STS ---- */
int irc_servers_recall(struct irc *irc, struct error *error);
void irc_servers_choose(struct irc *irc); /* sets servers.now */
void irc_servers_next(struct irc *irc);   /* this one is no good now */
void irc_servers_first(struct irc *irc);
/* The capability is known. True if the connection is closed for a secure one. */
bool irc_servers_offer(struct irc *irc);
void irc_servers_left(struct irc *irc);   /* the connection closes */
void irc_servers_due(struct irc *irc);    /* every few seconds */

/* ---- irc_caps.c: CAP negotiation ---- */
bool irc_cap(const struct irc *irc, enum irc_cap cap); /* enabled */
bool irc_cap_offered(const struct irc *irc, enum irc_cap cap);
/* What stands after "=" where the server offers it; "" = nothing. */
const char *irc_cap_value(const struct irc *irc, enum irc_cap cap);
void irc_caps_begin(struct irc *irc);
void irc_caps_line(struct irc *irc);
/* The server knows no CAP, or does not answer: go on with what there is. */
void irc_caps_skip(struct irc *irc);
/* Asks for one more that is offered. */
void irc_caps_ask(struct irc *irc, enum irc_cap cap);
void irc_caps_end(struct irc *irc); /* CAP END, if the server waits for it */

/* ---- irc_login.c: the bot's own account, by SASL ---- */
bool irc_login_wanted(const struct irc *irc);
void irc_login_begin(struct irc *irc);     /* capabilities are settled: log in, then register */
void irc_login_offered(struct irc *irc);   /* registered without: log in now if that can be */
void irc_login_line(struct irc *irc);      /* AUTHENTICATE, 900 to 908 */
void irc_login_late(struct irc *irc);      /* time is up */
void irc_login_premature(struct irc *irc); /* 001 before we asked for it */
void irc_login_lost(struct irc *irc);      /* with the connection */
/* After a refusal: ms until the account may be tried again; 0 = now. */
int64_t irc_login_wait(const struct irc *irc);

void irc_login_given(struct irc *irc); /* services have the password, and have not said yes */
void irc_login_confirmed(struct irc *irc, const char *account); /* by other means than SASL */

/* ---- irc_services.c ---- */
/* A command for NickServ, which gets it once the server has shown that it is who settings->services
 * names. It may hold a password. -1 if it cannot be sent: no mask, not registered, or too many. */
int irc_services_send(struct irc *irc, const char *command);
void irc_services_line(struct irc *irc); /* each line, before others see to it */
void irc_services_due(struct irc *irc);  /* every few seconds */
void irc_services_lost(struct irc *irc); /* with the connection, and at the end */

/* ---- irc_register.c ---- */
void irc_register(struct irc *irc);
void irc_register_settled(struct irc *irc); /* 376, 422 */
void irc_register_refused(struct irc *irc, int numeric); /* 464, 465 */

/* ---- irc_look.c: the same connection when only a look is taken; not of the bot itself ---- */
void irc_look_line(struct irc *irc); /* each line, before anything is done with it */
void irc_look_registered(struct irc *irc);
void irc_look_logged_in(struct irc *irc); /* after that */
void irc_look_lost(struct irc *irc, const char *why);

/* ---- irc_nick.c ---- */
bool irc_is_self(const struct irc *irc, const char *nick);
void irc_nick_refused(struct irc *irc, int numeric);     /* 432, 433, 437 */
void irc_nick_due(struct irc *irc);                       /* back to the configured one */
void irc_nick_is_free(struct irc *irc, const char *nick); /* somebody gave it up */
void irc_nick_changed(struct irc *irc);                   /* the server says that ours did */

/* ---- irc_events.c: what lines mean, and who sees to each ---- */
void irc_events_raw(void *context, const char *text, size_t length); /* the link's event */
void irc_events_dispatched(void *context, const char *event);        /* the session's events */
void irc_events_numeric(void *context, unsigned code);

/* ---- irc_say.c ---- */
enum post_result irc_say_post(struct transport *transport, const struct outbound *message);
void irc_say_pump(struct irc *irc); /* sends what the pace allows */
void irc_say_ready(struct irc *irc); /* what was busy may be posted again */
void irc_say_lost(void *context, int64_t id);
void irc_say_pong(struct irc *irc);
void irc_say_due(struct irc *irc); /* every few seconds: what found the queue full may come now */

/* Says something past the outbox: it is true now only, and lost if the connection is. */
void irc_say_aside(struct irc *irc, const char *target, const char *words);

/* ---- irc_refused.c: something was not passed on, the line being handled says ---- */
void irc_refused_channel(struct irc *irc, int channel);
void irc_refused_person(struct irc *irc, const char *nick, int code);
void irc_refused_gone(struct irc *irc, const char *nick);
void irc_refused_reply(struct irc *irc); /* FAIL, WARN, NOTE */
/* A channel where somebody reads what is said to them, -1 if there is none. */
int irc_refused_common(const struct irc *irc, const struct irc_person *person);
/* An account or channel that was refused did something that may have changed it. */
void irc_refused_lift(struct irc *irc, const char *key);
void irc_refused_due(struct irc *irc);

/* ---- irc_channels.c ---- */
int irc_channels_find(const struct irc *irc, const char *name); /* index, -1 */
void irc_channels_join_all(struct irc *irc);
void irc_channels_due(struct irc *irc);
void irc_channels_entered(struct irc *irc, int channel);
void irc_channels_put_out(struct irc *irc, int channel, bool kicked); /* or made to part */
void irc_channels_astray(struct irc *irc, const char *name); /* the bot is where it should not be */
void irc_channels_invited(struct irc *irc, const char *name);
void irc_channels_refused(struct irc *irc, int channel); /* a JOIN was */
void irc_channels_lost(struct irc *irc);                  /* the connection is gone: nobody is seen any more */

/* ---- irc_presence.c ---- */
void irc_presence_join(struct irc *irc);
void irc_presence_part(struct irc *irc, const char *nick);
void irc_presence_quit(struct irc *irc);
void irc_presence_nick(struct irc *irc);
void irc_presence_account(struct irc *irc);
void irc_presence_names(struct irc *irc);
void irc_presence_chghost(struct irc *irc);
/* A connection is gone. What is queued for it waits in the outbox. */
void irc_presence_forget(struct irc *irc, struct irc_person *person, bool unsure);
void irc_presence_forget_strangers(struct irc *irc);
void irc_presence_settle_all(struct irc *irc); /* nothing that anybody said waits any more */
/* We see nobody in that channel any more. */
void irc_presence_lost(struct irc *irc, int channel);
/* Who was waited for can be reached again. */
void irc_presence_back(struct irc *irc);

/* ---- irc_identity.c: whose account somebody is ---- */
/* Somebody is there: found, or made known. NULL if there is no room for them. */
struct irc_person *irc_identity_meet(struct irc *irc, const char *nick, const char *userhost);
/* The account they are logged in to is known now; "" or "*" = none. */
void irc_identity_learn(struct irc *irc, struct irc_person *person, const char *login);
/* Somebody who said something in the past, under an account: not one of the people who are here. */
struct irc_person irc_identity_past(const char *nick, const char *login);
/* Nobody knows, so they are a guest, if they are nothing yet. What they said waits no longer. */
void irc_identity_assume(struct irc *irc, struct irc_person *person);
void irc_identity_doubt(struct irc *irc, struct irc_person *person); /* looked up when there is time */
void irc_identity_hint(struct irc *irc, struct irc_person *person);  /* they may have logged in */
/* Somebody says something, and with it perhaps who they are. False: it waits until that is known. */
bool irc_identity_speaks(struct irc *irc, struct irc_person *person, int channel,
                         const struct irc_said *said);
/* The connection to which something for an account may go now. NULL: none, it has to wait; whoever
 * it may be is looked up. */
struct irc_person *irc_identity_reach(struct irc *irc, const char *account);
void irc_identity_isupport(struct irc *irc); /* numeric 005 */
bool irc_is_guest(const struct irc *irc, const struct irc_person *person);

/* ---- irc_lookup.c: looking people up ---- */
/* False if too many wait already. */
bool irc_lookup_want(struct irc *irc, struct irc_person *person, bool urgent);
/* The same, urgently, but from the loop: it may be known at once who they are, and of that nothing
 * may be told from inside post(). */
void irc_lookup_soon(struct irc *irc, struct irc_person *person);
void irc_lookup_cancel(struct irc *irc, struct irc_person *person);
void irc_lookup_run(struct irc *irc);  /* asks what may be asked now */
void irc_lookup_lost(struct irc *irc); /* with the connection */
struct irc_question *irc_lookup_question(struct irc *irc, enum irc_question_kind kind,
                                         const char *nick);
/* All of the answer is there: the next way is tried if it says nothing. */
void irc_lookup_ended(struct irc *irc, struct irc_question *question);
void irc_lookup_done(struct irc *irc, struct irc_question *question, const char *login);
void irc_lookup_services_gone(struct irc *irc);

/* ---- irc_who.c: the answers ---- */
void irc_who_joined(struct irc *irc, int channel); /* who is there is asked when the names are known */
bool irc_who_waits(const struct irc *irc);
void irc_who_due(struct irc *irc);
void irc_who_numeric(struct irc *irc, unsigned code);
void irc_who_notice(struct irc *irc);
void irc_who_nobody(struct irc *irc); /* 401 */
const char *irc_who_services(const struct irc *irc); /* their nick; there is a mask */

/* ---- irc_hold.c: what waits until it is known who said it ---- */
/* False if there is no room for it. */
bool irc_hold(struct irc *irc, struct irc_person *person, int channel, const struct irc_said *said);
void irc_hold_release(struct irc *irc, struct irc_person *person);

/* ---- irc_tell.c: what the core is told of people ---- */
void irc_tell_enter(struct irc *irc, struct irc_person *person, unsigned channels);
void irc_tell_leave(struct irc *irc, struct irc_person *person, unsigned channels);
void irc_tell_gone(struct irc *irc, struct irc_person *person); /* from everywhere */
/* They are another account from now on. */
void irc_tell_account(struct irc *irc, struct irc_person *person, const char *account,
                      bool logged_in);

/* Channels where the core knows of no other connection of theirs. */
unsigned irc_tell_alone(const struct irc *irc, const struct irc_person *person);

/* ---- irc_away.c: who is gone by a netsplit ---- */
/* The line is the QUIT of somebody; if a split is the reason, the core is not told for a while. */
void irc_away_quit(struct irc *irc, struct irc_person *person);
/* They enter a channel: true if the core knows nothing else than that they are there. */
bool irc_away_back(struct irc *irc, const struct irc_person *person, int channel);
/* Who comes is probably somebody who is away; it is told who they are when that is known. */
bool irc_away_expects(const struct irc *irc, const struct irc_person *person, int channel);
void irc_away_due(struct irc *irc); /* who is not back after a while has left */
void irc_away_lost(struct irc *irc, int channel);

/* ---- irc_modes.c ---- */
void irc_modes_line(struct irc *irc);
/* The marks before a name in NAMES. */
void irc_modes_names(struct irc *irc, struct irc_person *person, int channel, const char *marks,
                     size_t count);
void irc_modes_clear(struct irc_person *person, int channel);
enum role irc_modes_role(const struct irc_person *person, int channel);
void irc_modes_due(struct irc *irc); /* asks for names that are wanted */

/* ---- irc_talk.c ---- */
/* The line being handled, before anything else: true if there is nothing more to do with it. */
bool irc_talk_takes(struct irc *irc);
void irc_talk_line(struct irc *irc); /* PRIVMSG: the line being handled */
void irc_talk_said(struct irc *irc, const struct irc_said *said);
/* It is known who said it. */
void irc_talk_give(struct irc *irc, int channel, struct irc_person *person,
                   const struct irc_said *said);

/* ---- irc_ctcp.c ---- */
/* It was CTCP, answered or not, and is not for the session. An ACTION is talk, and becomes it. */
bool irc_ctcp_takes(struct irc *irc);

/* ---- irc_push.c: events for the bot ---- */
/* Wall clock, ms since 1970 UTC. */
int64_t irc_wall_clock(void);
void irc_push(struct irc *irc, enum event_kind kind, int channel, const struct irc_person *person);
/* The guest has logged in. */
void irc_push_became(struct irc *irc, const struct irc_person *person, const char *account);
/* `text` is what was said, cleaned; channel -1 = privately. */
void irc_push_said(struct irc *irc, int channel, const struct irc_person *person,
                   const struct irc_said *said, const char *text, size_t length);

#endif
