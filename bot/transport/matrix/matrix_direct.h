/*
 * Private rooms: which room is the talk with whom, and the rooms that the bot
 * opens itself because it has something to say to somebody.
 *
 * A room is private as long as the two are alone in it (matrix_room_partner());
 * somebody more, and it is a room like others. A person may have several; answers
 * count from any, and the bot speaks in the one in which they spoke last. An
 * encrypted room is none of them. A room that the bot opens is noted before it
 * is asked for, so that a crash makes no second one.
 */
#ifndef TRANSPORT_MATRIX_DIRECT_H
#define TRANSPORT_MATRIX_DIRECT_H

#include <stdbool.h>
#include <stddef.h>

struct matrix;

/* 0, or -1 when out of memory. */
int matrix_direct_create(struct matrix *matrix);
void matrix_direct_destroy(struct matrix *matrix);

/* Recalls the rooms we made, at a start. 0 or -1. */
int matrix_direct_recall(struct matrix *matrix);
/* m.direct or m.ignored_user_list as the server has it now. 0; -1: out of memory, call again. */
int matrix_direct_account_data(struct matrix *matrix, const char *bytes, size_t length);
/* Marks a room that has just become known, if m.direct names it. */
struct matrix_room;
void matrix_direct_mark(struct matrix *matrix, struct matrix_room *room);

/* The room in which we speak to them now, NULL = there is none. Borrowed for the moment. */
const char *matrix_direct_room(struct matrix *matrix, const char *user);
/* We have something to say to them: opens a room soon if that has not been tried lately. */
void matrix_direct_open(struct matrix *matrix, const char *user);
/* A note about them is stored. From inside the session; matrix_direct_watch() follows. */
void matrix_direct_noted(struct matrix *matrix, const char *user);
/* Says it to them privately, once there is a room for it. The words are a literal. */
void matrix_direct_tell(struct matrix *matrix, const char *user, const char *words);
/* Is a room being made just now? The server may tell of it before everybody is in it. */
bool matrix_direct_is_opening(const struct matrix *matrix);
/* From time to time, and soon after something has changed. */
void matrix_direct_watch(struct matrix *matrix);

#endif
