/*
 * Encrypted rooms, which the bot cannot read: it says so where people write, so
 * that nobody believes to have answered.
 */
#ifndef TRANSPORT_MATRIX_SEALED_H
#define TRANSPORT_MATRIX_SEALED_H

struct matrix;
struct matrix_room;

/* The room is encrypted: said in it once for ever. */
void matrix_sealed_found(struct matrix *matrix, const struct matrix_room *room);
/* Somebody wrote there what we cannot read: said to them privately once for each room. */
void matrix_sealed_heard(struct matrix *matrix, const struct matrix_room *room, const char *user);

#endif
