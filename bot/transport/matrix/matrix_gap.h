/*
 * What an answer of /sync left out of a room ("limited"): noted with `since` in
 * one transaction, then read page by page and told to the session in the order
 * in which it happened (Client-Server API, "Syncing" and GET /messages). The
 * note moves on with each page, so that a crash costs one page read twice.
 */
#ifndef TRANSPORT_MATRIX_GAP_H
#define TRANSPORT_MATRIX_GAP_H

struct matrix;
struct matrix_room;

/* Notes that what was said in the room after `since` and before `next` is missing. 0; -1: try again. */
int matrix_gap_note(struct matrix *matrix, const struct matrix_room *room);
/* Fills all gaps that are noted, one after the other, then calls matrix_cycle_complete(). */
void matrix_gap_fill(struct matrix *matrix);
/* The session has been told of the whole page. */
void matrix_gap_told(struct matrix *matrix);
/* A note is stored: `about` is a room. From inside the session; matrix_gap_stored() follows. */
void matrix_gap_noted(struct matrix *matrix, const char *about);
void matrix_gap_stored(struct matrix *matrix);
void matrix_gap_destroy(struct matrix *matrix);

#endif
