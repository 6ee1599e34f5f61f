/*
 * A Matrix home server (fakehs.h) with a room, two people who have private rooms
 * with the bot already, and what it takes to let them act: for stages.c, and for
 * tests of the Matrix transport that need more than the contract.
 */
#ifndef SUPPORT_STAGE_MATRIX_H
#define SUPPORT_STAGE_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "fakehs.h"
#include "transport/matrix/matrix_settings.h"

#define STAGE_MATRIX_PEOPLE 16

struct stage_matrix {
    struct fakehs *server;
    struct matrix_settings settings; /* for the transport */
    char *bot;                       /* its token */
    char *room;                      /* id of the room that the bot is configured for */
    struct {
        char *name, *token, *direct; /* direct: the private room, NULL = none */
    } people[STAGE_MATRIX_PEOPLE];
    size_t count;
};

/* The server, the room "Prep" made by "host", and ann and bob, each with a private room. */
struct stage_matrix *stage_matrix_create(void);
void stage_matrix_destroy(struct stage_matrix *stage);

/* The token of a person, who is made if not known. Borrowed. */
const char *stage_matrix_token(struct stage_matrix *stage, const char *person);
/* A private room of the person with the bot, both in it; made if there is none. Borrowed. */
const char *stage_matrix_direct(struct stage_matrix *stage, const char *person);
void stage_matrix_enter(struct stage_matrix *stage, const char *person);
void stage_matrix_leave(struct stage_matrix *stage, const char *person);
/* Any bytes; what JSON cannot hold comes as escapes that are wrong. Gives the event's id, to be freed. */
char *stage_matrix_say(struct stage_matrix *stage, const char *person, const char *room,
                       const char *text, size_t length);
/* An event as the server would give it: content is JSON. Gives its id, to be freed. */
char *stage_matrix_event(struct stage_matrix *stage, const char *person, const char *room,
                         const char *type, const char *content);
/* All that the bot has said so far, room by room: with the room's id, or in a private room the person's name. */
void stage_matrix_look(struct stage_matrix *stage,
                       void (*see)(void *context, const char *where, const char *body),
                       void *context);
/* "/rooms/ID/WHAT" with the id escaped, in a static buffer. */
const char *stage_matrix_path(const char *room, const char *what);

#endif
