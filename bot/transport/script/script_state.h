/* The state of the script transport, shared by its files. Private to them. */
#ifndef TRANSPORT_SCRIPT_STATE_H
#define TRANSPORT_SCRIPT_STATE_H

#include "transport/script/script.h"

#define SCRIPT_PEOPLE_MAX 64 /* with a role or a name of their own */
#define SCRIPT_ID_MAX 32

/* A message of the bot that marks can be put on. */
struct script_shown {
    char id[SCRIPT_ID_MAX];
    char *target; /* a person, or a room */
    bool private_talk;
    char *tag, *text;
};

/* A mark as it stands on the network. */
struct script_given {
    char id[SCRIPT_ID_MAX], message[SCRIPT_ID_MAX];
    char person[EVENT_NAME_MAX + 1];
    char text[16];
};

struct script {
    struct transport transport;
    struct transport_ops ops; /* with a name of its own */
    const struct transport_sink *sink;
    script_seen_fn *seen;
    void *context;
    char *network;
    bool hold;
    int64_t *held;
    size_t held_count, held_capacity;
    struct person {
        char account[EVENT_NAME_MAX + 1];
        char name[EVENT_NAME_MAX + 1]; /* "" = the account */
        enum role role;
        bool guest; /* to the bot they are "guest:ACCOUNT" */
    } people[SCRIPT_PEOPLE_MAX];
    size_t people_count;
    bool lines, marks, erasing, deaf, behind;
    struct clock_port clock; /* with marks: when they are counted */
    struct script_next { /* of the next thing that somebody does */
        char id[SCRIPT_ID_MAX];
        bool to_bot;
    } next;
    unsigned ids; /* made up so far */
    struct script_shown *shown;
    size_t shown_count, shown_capacity;
    struct script_given *given;
    size_t given_count, given_capacity;
};

static inline struct script *script_of(struct transport *transport)
{
    return (struct script *)transport;
}

/* An event with what all have: people, names, times; `text` is cleaned and cut. */
struct script_deed {
    enum event_kind kind;
    int64_t at;
    const char *room; /* NULL = privately */
    const char *person;
    const char *text;
    size_t length;
    const char *id, *about, *tag; /* NULL = none */
    const char *from, *fault;     /* as in struct event */
    size_t typed;
};
void script_push(struct script *script, const struct script_deed *deed);

struct person *script_person(struct script *script, const char *account); /* NULL if not known */
/* NULL when there are too many. */
struct person *script_make_person(struct script *script, const char *account);
/* What the bot knows somebody by: "ann", or "guest:ann". In `out`. */
#define SCRIPT_WHO_MAX (EVENT_NAME_MAX + 8)
const char *script_who(const char *account, bool guest, char out[SCRIPT_WHO_MAX]);
/* Who is meant by that; NULL if nobody is reached by it: a guest who has logged in. */
const char *script_reached(struct script *script, const char *target);

/* Keeps a message that was posted, if marks on it would come back. False when out of memory. */
bool script_keep_shown(struct script *script, const struct outbound *message, const char *plain);
/* What people see of a message where the network has marks and erases: "(mark on ID)" or
 * "(erased ID)" in place of its words. The words themselves if it is neither. In `out`. */
const char *script_look(const struct script *script, const struct outbound *message,
                        const char *plain, char *out, size_t size);
void script_marks_finish(struct script *script);
/* The count of the transport port. */
void script_count(struct transport *transport, const char *target, const char *tag);

#endif
