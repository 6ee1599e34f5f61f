/*
 * One thing to say in one room: the parts of a message, a reaction, a redaction,
 * or an edit. It knows its transaction ids, the requests that say it, and the
 * requests that look whether it has been said. Pure: no network, no clock.
 */
#ifndef TRANSPORT_MATRIX_ITEM_H
#define TRANSPORT_MATRIX_ITEM_H

#include "transport/matrix/matrix_send.h"
#include "util/buf.h"

#define MATRIX_EVENT_MAX 256 /* with the NUL; an event id has at most 255 bytes */
#define MATRIX_PART_NAME 24
#define MATRIX_LOOK_EDIT 2 /* pages for a countdown: it is never old */
#define MATRIX_LOOK_PAGES 10 /* of 100 events each, of our own where the server filters */

enum matrix_item_kind { MATRIX_ITEM_WORDS, MATRIX_ITEM_REACTION, MATRIX_ITEM_ERASE, MATRIX_ITEM_EDIT };

struct matrix_part {
    struct matrix_part *next;
    char name[MATRIX_PART_NAME]; /* the end of its transaction id: "0", "1", "1.0" */
    size_t limit;                /* bytes of its content */
    size_t size;
    char bytes[];                /* struct text's stored form */
};

/* A part that an earlier life, or a request without answer, has said. */
struct matrix_found {
    struct matrix_found *next;
    char name[MATRIX_PART_NAME];
    char event[MATRIX_EVENT_MAX];
};

struct matrix_item {
    struct matrix_item *next;
    enum matrix_item_kind kind;
    int64_t id, at;          /* as posted */
    bool urgent, private_talk;
    bool started;            /* something of it was asked of the server */
    bool flying;             /* a request for it is under way */
    bool maybe;              /* what is not said may be: look first */
    bool orphan;             /* its room is gone: once the request is answered it is over */
    uint64_t login;          /* with which a request was made: the queue's count of them */
    unsigned said;           /* parts, so far */
    char *room, *about, *mark, *tag, *mention;
    char *stem;              /* the beginning of its transaction ids: "hs-x7f3-12-" */
    struct matrix_part *parts; /* still to be said; a reaction's words, too */
    struct matrix_found *found;
    char *from;              /* page to look at next; NULL = the newest */
    unsigned pages;          /* looked at */
    size_t memory;           /* bytes that it holds, about */
    char *event;             /* EDIT: what is edited; NULL = it is said first */
    void (*done)(void *context, const char *event, bool again);
    void *context;
};

/* Copies what it needs. NULL when out of memory. `stem` is the whole id of a first edit. */
struct matrix_item *matrix_item_create(const char *room, const char *stem,
                                       const struct outbound *message, bool maybe);
struct matrix_item *matrix_item_create_edit(const char *stem, const struct matrix_edit *edit);
void matrix_item_destroy(struct matrix_item *item);

/* True if an event id has the form of one. */
bool matrix_item_is_event(const char *id);

struct matrix_item_request {
    const char *method;
    struct buf path, body;
};
/* The next request. Looking, if item->maybe. -1 when out of memory. */
int matrix_item_ask(const struct matrix_item *item, const char *user,
                    struct matrix_item_request *request);
void matrix_item_request_finish(struct matrix_item_request *request);

/* Takes in a page that was looked at. 1: there is another to look at; 0: looking is over, and `maybe` is
 * false; -1 when out of memory. */
int matrix_item_looked(struct matrix_item *item, const char *user, const json_t *page);
/* Looking is over, however far it came. */
void matrix_item_settle(struct matrix_item *item);
/* The event that the next part is, if it was found; else NULL. */
const char *matrix_item_found(const struct matrix_item *item);
/* The next part is said: takes it away. True if that was all. */
bool matrix_item_advance(struct matrix_item *item);
/* Cuts the next part into smaller ones. 0; 1: it is small enough already; -1 when out of memory. */
int matrix_item_shrink(struct matrix_item *item);

#endif
