/*
 * Every adapter of the transport port, for suites that run unchanged over all
 * of them. A test is listed once with TRANSPORTS_ALL(test) and gets a fresh,
 * started transport of each kind in turn; *state is a struct transports. The
 * IRC one talks over loopback to a small server in the same loop.
 */
#ifndef SUPPORT_TRANSPORTS_H
#define SUPPORT_TRANSPORTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/ports.h"
#include "util/buf.h"

#define TRANSPORTS_LIST_MAX 2000

/* One event, as the sink got it. */
struct transports_event {
    enum event_kind kind;
    char *room, *who, *name, *text; /* room NULL = privately */
    size_t length;
    bool cut;
};

struct transports {
    struct transport *transport;
    struct transport_sink sink;
    const struct transports_kind *kind;
    void *own;        /* the kind's */
    const char *room; /* the target of the room that both sides are in */
    struct transports_event events[TRANSPORTS_LIST_MAX];
    size_t event_count;
    int64_t sent[TRANSPORTS_LIST_MAX];
    size_t sent_count, lost_count;
    unsigned ready_count, done_count;
    struct buf seen; /* what people saw: "room|text\n" or "person|text\n", line by line */
};

/* What a kind of transport needs to be driven. */
struct transports_kind {
    const char *name;
    void (*create)(struct transports *t);
    void (*say)(struct transports *t, const char *person, const char *text, size_t length);
    void (*tell)(struct transports *t, const char *person, const char *text, size_t length);
    /* Lets everything happen that is on its way. */
    void (*settle)(struct transports *t);
    void (*close)(struct transports *t); /* after the transport was destroyed */
};
extern const struct transports_kind transports_irc; /* transports_irc.c */

#define TRANSPORTS_ALL(test)                                                                       \
    {#test " (console)", test, transports_setup, transports_teardown, "console"},                  \
    {#test " (script)", test, transports_setup, transports_teardown, "script"},                    \
    {#test " (irc)", test, transports_setup, transports_teardown, "irc"}

int transports_setup(void **state);
int transports_teardown(void **state);

/* A person says or tells something; then everything settles. */
void transports_say(struct transports *t, const char *person, const char *text);
void transports_tell(struct transports *t, const char *person, const char *text);
/* Posts plain words to the room (person NULL) or to a person's account. */
enum post_result transports_post(struct transports *t, const char *account, const char *words,
                                 int64_t id, unsigned flags);
/* The last EVENT_TEXT, NULL if there is none. */
const struct transports_event *transports_last_text(const struct transports *t);
/* How often `line` was seen by the room or person. */
size_t transports_seen(const struct transports *t, const char *who, const char *line);
/* Notes what somebody saw; for the kinds. */
void transports_note(struct transports *t, const char *who, const char *line, size_t length);

#endif
