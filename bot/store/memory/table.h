/*
 * Sorted tables of rows with an undo log: what transactions over plain memory
 * need. A row is a struct whose texts and blobs lie behind it in one
 * allocation; a stored row is never changed, only replaced or dropped. Every
 * change is noted in the log with the row it displaced, so that it can be
 * taken back without needing memory.
 */
#ifndef STORE_MEMORY_TABLE_H
#define STORE_MEMORY_TABLE_H

#include <stddef.h>

/* A text (NUL-terminated, may be NULL) or a blob of a row, by offsets in its struct. */
struct table_part {
    size_t pointer; /* of the const char * or const void * */
    size_t size;    /* of the size_t with its length; TABLE_TEXT for a text */
};
#define TABLE_TEXT ((size_t)-1)

struct table_form {
    int (*compare)(const void *a, const void *b); /* orders rows by their key */
    size_t row_size;
    const struct table_part *parts;
    size_t part_count;
};

struct table {
    const struct table_form *form;
    void **rows; /* in order of their keys */
    size_t count, capacity;
};

struct undo_step {
    struct table *table;
    void *before, *after; /* NULL: there was, or is, no such row */
};
struct undo_log {
    struct undo_step *steps;
    size_t count, capacity;
};

/* Frees the rows and the array. */
void table_finish(struct table *table);
/* Index of the first row not before `key`, a row of which only the key fields matter. */
size_t table_bound(const struct table *table, const void *key);
/* The row with that key, NULL if none. */
const void *table_find(const struct table *table, const void *key);
/* Stores a deep copy of `row` in place of the one with its key, or new. 0, or -1 out of memory. */
int table_put(struct table *table, struct undo_log *log, const void *row);
/* Drops the row with that key, if there is one. 0, or -1 out of memory. */
int table_drop(struct table *table, struct undo_log *log, const void *key);

/* Takes back every step from `mark` (a count) on, newest first. Cannot fail. */
void undo_log_back(struct undo_log *log, size_t mark);
/* Makes the steps final: frees what they displaced. */
void undo_log_clear(struct undo_log *log);
void undo_log_finish(struct undo_log *log);

#endif
