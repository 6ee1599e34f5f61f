/* What waits for links to be read, shared by paste_talk.c and paste_line.c. Private to them. */
#ifndef TRANSPORT_PASTE_STATE_H
#define TRANSPORT_PASTE_STATE_H

#include <stdbool.h>

#include "transport/paste_talk.h"

#define PASTE_NOTES "paste/" /* how the keys of notes begin */

/* Something said that waits: for a link to be read, or behind such. */
struct held {
    struct held *next;
    struct person *person;
    struct event *event;     /* with its strings, in one piece */
    char key[48];            /* of its note */
    char host[PASTE_HOST_MAX + 1]; /* "" = it is no link */
    size_t typed;
    struct paste_call *call; /* it is being read */
    char *text;              /* what was read, behind what was typed */
    size_t length;
    char fault[320];         /* why it was not */
    uint64_t since;
};

struct person {
    struct person *next;
    struct paste_talk *talk;
    char *transport, *network;
    char account[EVENT_TARGET_MAX + 1];
    struct held *first, **last;
    size_t count, bytes;
    int64_t said; /* what the session was told is being read since; 0 = nothing */
    bool slow;    /* they were told that it takes a while */
};

struct paste_talk {
    const struct transport_sink *inner;
    struct transport_sink sink;
    uv_loop_t *loop;
    const struct paste_settings *settings;
    struct paste *paste;
    struct person *people;
    size_t people_count;
    unsigned serial;
    uv_timer_t tick;
    unsigned handles;
};

/* paste_line.c: who waits, in which order, and how it is told. */
int paste_pass(struct paste_talk *talk, const struct event *event); /* to the session: 0 or -1 */
struct person *paste_person(const struct paste_talk *talk, const struct address *who); /* or NULL */
/* NULL when out of memory, or if too many have something waiting. */
struct person *paste_add_person(struct paste_talk *talk, const struct address *who);
void paste_remove_person(struct person *person);
void paste_free_held(struct held *held);
/* Makes a key and notes it, so that it is read anew if the bot ends. 0 or -1. */
void paste_make_key(struct held *held);
int paste_note_down(struct held *held);
void paste_forget_note(struct paste_talk *talk, const char *transport, const char *network,
                       const char *key);
/* The oldest link of theirs that waits, to be read or to be taken by the session; NULL if none does. */
const struct held *paste_oldest(const struct person *person);
/* Tells the session what of theirs is being read (NULL = nothing any more); with `host`, "" or not,
 * they are told that it takes a while. 0 or -1. */
int paste_tell_reading(struct person *person, const struct held *held, const char *host);
/* The same if it has changed. */
void paste_renew_reading(struct person *person);
/* Lets go what does not wait any more, in order; the person is gone when nothing is left. */
void paste_flush(struct person *person);

#endif
