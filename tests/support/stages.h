/*
 * Every adapter of the transport port, started and with people to play, for
 * suites that run unchanged over all of them. A test is listed once with
 * STAGES_ALL(test); *state is a struct stage. The IRC transport speaks to a
 * server in the same loop (fake_irc.h), the Matrix transport to one beside (fakehs.h).
 */
#ifndef SUPPORT_STAGES_H
#define SUPPORT_STAGES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/ports.h"
#include "fake_irc.h"
#include "stage_matrix.h"
#include "transport/irc/irc_settings.h"

#define STAGES_EVENTS 2048
#define STAGES_NOTES 256

struct stages_event {
    struct event event; /* its strings are copies */
    char *room, *account, *name, *bot_name, *text, *id, *about, *tag;
};

/* What a transport noted (EVENT_NOTE), and is given by recall(). */
struct stages_note {
    char *key, *value;
    int64_t at;
};

struct stage {
    const char *kind;
    struct transport *transport;
    struct transport_sink sink;
    const char *room, *unknown_room;
    uv_loop_t loop;
    struct fake_irc *fake;
    struct stage_matrix *matrix;
    struct irc_settings irc;
    /* What the transport told. */
    struct stages_event events[STAGES_EVENTS];
    size_t event_count;
    int64_t sent[STAGES_EVENTS], lost[STAGES_EVENTS];
    size_t sent_count, lost_count;
    unsigned ready, wakes, done;
    struct stages_note notes[STAGES_NOTES];
    size_t note_count;
    char *stored[STAGES_NOTES]; /* keys that the transport is to be told of by noted() */
    size_t stored_count;
    /* What people saw: "target\ttext", a line each. */
    char *seen[STAGES_EVENTS];
    size_t seen_count, heard; /* lines of the fake server looked at */
    bool posting; /* inside post(): only sent() may be called */
};

#define STAGES_ALL(test)                                                                           \
    {#test " (console)", test, stages_setup, stages_teardown, "console"},                          \
    {#test " (script)", test, stages_setup, stages_teardown, "script"},                            \
    {#test " (irc)", test, stages_setup, stages_teardown, "irc"},                                  \
    {#test " (matrix)", test, stages_setup, stages_teardown, "matrix"}
#define STAGES_IRC(test) {#test, test, stages_setup, stages_teardown, "irc"}

int stages_setup(void **state);
/* As stages_setup() in two steps: what is made may be changed before it is started. *state holds the
 * kind, then the stage. */
struct stage *stages_make(void **state);
void stages_start(struct stage *stage);
int stages_teardown(void **state);

/* People do something; it takes effect when the stage is run. */
void stages_say(struct stage *stage, const char *person, const char *text, size_t length);
void stages_tell(struct stage *stage, const char *person, const char *text, size_t length);
void stages_enter(struct stage *stage, const char *person);
void stages_leave(struct stage *stage, const char *person);

/* Runs the loop until this is true; fails after 30 s. */
typedef bool stages_fits_fn(const struct stage *stage, const void *what);
void stages_until(struct stage *stage, stages_fits_fn *fits, const void *what);
/* The event of that kind and text (NULL = any) from somebody of that name; NULL if none came. */
const struct stages_event *stages_find(const struct stage *stage, enum event_kind kind,
                                       const char *name, const char *text);
/* Waits for it. */
const struct stages_event *stages_await(struct stage *stage, enum event_kind kind,
                                        const char *name, const char *text);
/* The events so far are of no interest any more; pointers to them end here. */
void stages_forget_events(struct stage *stage);
/* Waits until an id is told as sent. */
void stages_await_sent(struct stage *stage, int64_t id);
/* As with a new database. */
void stages_forget_notes(struct stage *stage);
/* The value of a note, NULL if there is none. */
const char *stages_note(const struct stage *stage, const char *key);
size_t stages_times_sent(const struct stage *stage, int64_t id);

/* Posts a paragraph. Privately: target is the account of an event. */
enum post_result stages_post(struct stage *stage, int64_t id, const char *target,
                             bool private_talk, unsigned flags, const char *words);
/* Where a text, or "target\ttext" from its beginning, was seen first, in `seen`; -1 = nowhere. */
int stages_seen(struct stage *stage, const char *text);

/* The loop's last turns after destroy(). */
void stages_finish_loop(struct stage *stage);

#endif
