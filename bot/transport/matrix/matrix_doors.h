/*
 * How the bot comes into rooms and out of them: the configured rooms, which it
 * joins at start and comes back to; rooms that moved to another id; and
 * invitations, which it takes from whom it may and declines from others.
 */
#ifndef TRANSPORT_MATRIX_DOORS_H
#define TRANSPORT_MATRIX_DOORS_H

#include <stdbool.h>

struct matrix;
struct matrix_room;

/* 0, or -1 when out of memory. */
int matrix_doors_create(struct matrix *matrix);
void matrix_doors_destroy(struct matrix *matrix);

/* Before our rooms are read: recalls what the configured rooms became. 0 or -1. */
int matrix_doors_recall(struct matrix *matrix);
/* Our rooms are known: joins the configured ones that are not among them. */
void matrix_doors_open(struct matrix *matrix);
/* From time to time: tries again what is due. */
void matrix_doors_watch(struct matrix *matrix);
/* Is the room one that the configuration names, or what such a room became? */
bool matrix_doors_configured(const struct matrix *matrix, const char *room);
/* Is it a room that we want to be in: a configured one, or one that ours moved to? */
bool matrix_doors_wanted(const struct matrix *matrix, const char *room);
/* Where the room with this id is now: itself, or what it became. Borrowed. */
const char *matrix_doors_now(const struct matrix *matrix, const char *room);

/* A room's tombstone was seen. */
void matrix_doors_moved(struct matrix *matrix, const struct matrix_room *room);
/* We are in the room now; 0, or -1: call again. */
int matrix_doors_joined(struct matrix *matrix, struct matrix_room *room);
/* We left it, or were made to; or an invitation was taken back. 0, or -1: call again. */
int matrix_doors_left(struct matrix *matrix, const char *room);

/* ---- matrix_invite.c ---- */

/* Answers the invitations that are noted, one after the other; leaves rooms in which we are alone. */
void matrix_invite_answer(struct matrix *matrix);
void matrix_invite_destroy(struct matrix *matrix);

#endif
