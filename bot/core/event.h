/*
 * What comes in: an inbound event, normalised by a transport. Time and chance
 * come in with it. All strings are borrowed for the call, valid UTF-8, cleaned
 * by the transport with utf8_clean(); `text` may hold LF.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_TEXT_MAX (16 * 1024) /* longest answer; longer texts come cut with `cut` set */
#define EVENT_NAME_MAX 64          /* bytes of a network, account or display name */
#define EVENT_TARGET_MAX 256       /* bytes of a channel or room name, or an account */
#define EVENT_TAG_MAX 256          /* bytes of a tag, or of the key of a note */
#define EVENT_NOTE_MAX (64 * 1024) /* bytes of a note */

/* Where somebody can be reached, or a room is: ("irc", "libera", "#prep"). */
struct address {
    const char *transport;
    const char *network;
    const char *target; /* a channel or room; for a person: the account */
};

bool address_same(const struct address *a, const struct address *b);

enum event_kind {
    EVENT_TEXT,  /* somebody said something, in a room or privately */
    EVENT_ENTER, /* somebody is in a room (also sent for each one found there on joining) */
    EVENT_LEAVE, /* somebody left a room; room NULL target = left the network */
    EVENT_RESET, /* the transport lost sight of a whole room; ENTERs follow when it is back */
    EVENT_CLOCK,  /* time has passed; nothing else */
    EVENT_EDIT,   /* somebody changed what they had said in event `about`: `text` is how it reads now */
    EVENT_RETRACT, /* what was said or marked in event `about` was taken back */
    EVENT_MARK,   /* somebody put the mark `text` ("4") on message `about` of the bot, sent with `tag` */
    EVENT_TALLY,  /* of message `about`, sent with `tag`: the marks on it now are those of the events
                     whose ids are in `text`, separated by LF; any other is gone */
    EVENT_COUNTED, /* the place `room` has told all marks of the messages whose tag begins with `tag` */
    EVENT_BEHIND, /* on the network of `room` (no target) things may have happened that did not come yet */
    EVENT_ABREAST, /* they have come now */
    EVENT_READING, /* a text that `who` named by a link, said at `at`, is still being read from there: phases wait
                     for it, not long. With `text` who is told so ("bpa.st") */
    EVENT_READ,   /* no text of `who` is being read any more */
    EVENT_MOVED,  /* the place `room` goes on as `text`, another target of the same network */
    EVENT_BECAME, /* the guest `who` is the account `text` of the same network from now on: the same
                     connection has logged in. ENTERs of the account may follow or not; the old one
                     needs no LEAVE. Logging out is a LEAVE, and an ENTER as a guest */
    EVENT_NOTE    /* the transport's memory: key `tag` is `text` from now on, NULL = forget it. Stored
                     with the events before it; the core never sees it */
};

enum role { ROLE_MEMBER, ROLE_MODERATOR, ROLE_OWNER };

/* who.transport and who.network name the network, whatever the kind. */
struct event {
    enum event_kind kind;
    const char *id;   /* unique within (transport, network), for dedupe; NULL if the network has none */
    int64_t at;       /* of a transport: when it was said, ms since 1970 UTC, as far as the network is
                         to be believed; it may come late. To the core: when it is handled */
    int64_t sent;     /* to the core: when it was said, at most `at`; 0 = at. A transport leaves it 0 */
    uint64_t seed;    /* fresh chance */
    struct address room; /* target NULL: said privately */
    struct address who;  /* target = the account */
    const char *name;    /* display name; never identity */
    const char *bot_name; /* the bot's own name there, for being addressed by it; may be NULL */
    enum role role;      /* as the network knows it in that room; said privately it means nothing */
    bool guest;          /* the network knows no account for who spoke; they play and are never ranked.
                            `who` stands for the connection, apart from all accounts; of BECAME it is true */
    const char *text;
    size_t length;
    bool cut; /* text was longer than EVENT_TEXT_MAX and was cut */
    bool to_bot;    /* said as an answer to a message of the bot: as good as calling it by name */
    bool line;      /* said privately, and a message of this network is one line: a text of several
                       comes as several messages, one soon after the other */
    bool erasable;  /* said in a room, and the bot may erase it there */
    bool kept;      /* the network gives it again until a later EVENT_NOTE is stored: if it cannot be
                       stored it is tried again, in order, and nobody needs to be told */
    const char *from;  /* `text` behind its first `typed` bytes was taken from there ("bpa.st"): it is what
                          somebody has to say, never a command. NULL = all was typed */
    size_t typed;
    const char *fault; /* why it could not be taken from there, in sentences for the member; `text` is
                          only what was typed then. Goes with `from`; NULL = it could */
    const char *about; /* id of an earlier event, or of a message of the bot; see the kinds; may be NULL */
    const char *tag;   /* what the bot's message was tagged with, or a note's key; may be NULL */
};

/* An id of the event's network as one that is unique among all networks: "irc/libera/ID", copied
 * into the arena. NULL if `id` is NULL, or memory is out (the arena has failed then). */
struct arena;
const char *event_key(struct arena *arena, const struct event *event, const char *id);

/* All strings of an event in one piece of memory: its size, and an event whose strings are in there. */
size_t event_size(const struct event *event);
void event_copy(struct event *copy, const struct event *event, char *space);

#endif
