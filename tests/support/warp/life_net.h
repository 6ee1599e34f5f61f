/*
 * An IRC network with people on it, for a bot that is to live there for days: one
 * server, one channel, services with accounts. What befalls it is done to it by
 * the functions below; what people on it see is given to `heard`.
 */
#ifndef SUPPORT_LIFE_NET_H
#define SUPPORT_LIFE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_irc.h"

#define LIFE_ROOM "#prep"
#define LIFE_MEMBERS 10
#define LIFE_PEOPLE (LIFE_MEMBERS + 1) /* the last one takes the nicks of others */

struct life_person {
    const char *account; /* NULL = has none */
    const char *name;    /* the nick they like */
    char nick[32];
    bool on;             /* connected, and not on the other side of a split */
    bool in_room;
    bool logged_in;
};

struct life_net {
    struct fake_irc *fake;
    struct life_person person[LIFE_PEOPLE];
    /* Somebody sees what the bot says, in the room (person NULL) or privately. */
    void (*heard)(void *context, struct life_person *person, const char *text);
    void *context;
    /* The bot, as the server has it. */
    char nick[64];
    bool capable, user, registered, in_room;
    int64_t registered_at;
    bool ghost;    /* its old connection still holds the nick */
    bool banned, full, services, half_open;
    size_t lines_in, lines_out, refused, unknown_nick;
};

void life_net_init(struct life_net *net, struct fake_irc *fake);
/* The bot's connection is gone. `ghost`: the server does not know it yet, and the nick is taken. */
void life_net_dropped(struct life_net *net, bool ghost);

struct life_person *life_net_by_nick(struct life_net *net, const char *nick);

/* People act; the bot is told what it would be told. */
void life_net_enter(struct life_net *net, struct life_person *person);
void life_net_quit(struct life_net *net, struct life_person *person, const char *why);
void life_net_kick(struct life_net *net, struct life_person *person);
/* Nothing happens if the nick is taken. */
void life_net_rename(struct life_net *net, struct life_person *person, const char *nick);
void life_net_log_in(struct life_net *net, struct life_person *person);
bool life_net_say(struct life_net *net, struct life_person *person, const char *text);
bool life_net_tell(struct life_net *net, struct life_person *person, const char *text);

/* Things befall the bot. */
void life_net_kick_bot(struct life_net *net);
void life_net_invite_bot(struct life_net *net);
void life_net_line(struct life_net *net, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
