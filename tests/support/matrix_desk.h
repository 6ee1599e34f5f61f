/*
 * A queue of what is to be said, on a home server that exists in memory and on
 * a clock of the test: it keeps the events of its rooms, and fails as the test
 * says. A crash gives a new queue on the same server.
 */
#ifndef SUPPORT_MATRIX_DESK_H
#define SUPPORT_MATRIX_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/matrix/matrix_queue.h"

#define DESK_USER "@hotseat:example.org"

enum desk_fault {
    DESK_WELL,
    DESK_LIMITED,    /* 429 with 5 s to wait, nothing done */
    DESK_REFUSED_CONNECTION, /* nothing done, and we know it */
    DESK_NO_REPLY,   /* done, but the answer is lost */
    DESK_CUT,        /* nothing done, but it looks as if it might be */
    DESK_BAD_GATEWAY, /* 502 with nothing done */
    DESK_INTERNAL,   /* 500, done */
    DESK_ERROR_PAGE, /* 404 without a Matrix error */
    DESK_ODD_ANSWER, /* 200 with an object that says nothing, done */
    DESK_NO_TOKEN,   /* M_UNKNOWN_TOKEN; the test's sink logs in again at once */
    DESK_LOCKED,     /* M_USER_LOCKED */
    DESK_FORBIDDEN,  /* 403; the room is changed a moment later */
    DESK_TOO_LARGE,  /* M_TOO_LARGE */
    DESK_INVALID,    /* 400 M_BAD_JSON */
    DESK_FAULTS
};

struct desk_event {
    char room[64], type[32], transaction[96], id[32];
    char *content;
    int64_t at;
    bool foreign; /* of somebody else */
};

struct desk_row {
    int64_t id;
    struct outbound message; /* strings are the test's own */
    char room[64];
    char *bytes;
    unsigned sent, said, lost; /* how often the sink was told */
    bool waits;                /* taken or lost, and not sent */
    bool out;                  /* to be posted: not taken, or lost */
    bool old;                  /* of an earlier life */
};

struct desk {
    struct matrix_queue queue;
    struct matrix_send_sink sink;
    int64_t now;
    unsigned life;
    bool forgets;              /* transaction ids */
    bool no_filter;            /* /messages gives everybody's events */
    struct desk_event *events;
    size_t event_count;
    struct desk_row *rows;
    size_t row_count;
    size_t requests, looks;    /* so far */
    size_t fault_at;           /* the request, counted from 1, that `fault` happens to */
    enum desk_fault fault;
    unsigned fault_times;      /* and those after it */
    size_t content_max;        /* M_TOO_LARGE beyond; 0 = none */
    const char *shut;          /* a room where we may not speak */
    struct matrix_item *flying[MATRIX_SEND_AT_ONCE];
    size_t flying_count, flying_max;
    unsigned tokens, readies;  /* how often it was told */
    bool no_login;             /* unknown_token() is not answered */
    uint64_t chance;           /* 0 = answers come in order */
    char said_last[MATRIX_EVENT_MAX], tag_last[64];
};

/* For cmocka: *state is a desk. */
int desk_set_up(void **state);
int desk_tear_down(void **state);
void desk_init(struct desk *desk);
void desk_finish(struct desk *desk);
/* The queue is gone, the server and the outbox are not: a new one, and what was not sent is posted as `maybe`. */
void desk_crash(struct desk *desk);

/* A row of the outbox, posted. `message` needs no bytes. */
enum post_result desk_post(struct desk *desk, int64_t id, const char *room, const char *words,
                           struct outbound message);
/* One request is answered, or time passes until one can be made. False: nothing will happen by itself. */
bool desk_step(struct desk *desk);
/* Until nothing happens by itself. */
void desk_run(struct desk *desk);
/* Somebody else writes in a room, with any content. */
void desk_write(struct desk *desk, const char *room, const char *content);

/* How many events of a room have these words in their content, those of others not counted. */
size_t desk_count(const struct desk *desk, const char *room, const char *words);
/* The place of the first such event among all; event_count if there is none. */
size_t desk_find(const struct desk *desk, const char *room, const char *words);
struct desk_row *desk_row(struct desk *desk, int64_t id);
/* The events have these words, in this order, and there are no others. */
void desk_assert_order(const struct desk *desk, const char *const *words, size_t count);
/* A row of several parts. */
void desk_post_long(struct desk *desk, int64_t id, const char *room, struct outbound message);

#endif
