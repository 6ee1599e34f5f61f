/*
 * Compares the marks on messages of ours with the network, before anything is
 * published: late and lost reactions are found here (Client-Server API,
 * "Relationships API"). Says that it has counted only if every message could be
 * read to its end.
 */
#ifndef TRANSPORT_MATRIX_RECOUNT_H
#define TRANSPORT_MATRIX_RECOUNT_H

struct matrix;

/* 0, or -1 when out of memory. */
int matrix_recount_create(struct matrix *matrix);
/* Begins, or begins anew if the same is asked again. `room` and `tag` as in transport_ops.count(). */
void matrix_recount(struct matrix *matrix, const char *room, const char *tag);
/* What waited for the network, or for the session, goes on. */
void matrix_recount_resume(struct matrix *matrix);
void matrix_recount_destroy(struct matrix *matrix);

#endif
