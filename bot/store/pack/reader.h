/* Reading one pack: where we are in it, what is wrong with it. Private to the loader. */
#ifndef STORE_PACK_READER_H
#define STORE_PACK_READER_H

#include <jansson.h>

#include "store/pack/pack.h"
#include "util/buf.h"

struct pack_reader {
    const char *file, *text;
    size_t length;
    pack_problem_fn *problem;
    void *context;
    struct buf path;     /* of the value being looked at: questions[3].hints */
    size_t problems;
    bool failed;         /* out of memory */
};

/* Goes into a member or an element; returns what reader_up() needs. */
size_t reader_into(struct pack_reader *reader, const char *key);
size_t reader_at(struct pack_reader *reader, size_t index);
void reader_up(struct pack_reader *reader, size_t mark);

/* Reports a problem with the value at the path. */
void reader_problem(struct pack_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The line on which the value of a path begins, 0 if it is not there. */
size_t reader_line(const char *text, size_t length, const char *path);

/* Bounds of a field. Numbers: value; strings: bytes; lists: elements. */
struct pack_field {
    const char *name;
    char type; /* 's' string, 'i' whole number, 'n' number, 'l' list, 'o' object */
    bool required;
    double least, most;
};
/* Checks an object's fields against a table that ends with a NULL name:
 * missing, of a wrong type, out of bounds, unknown (but for "x-..."). */
bool reader_fields(struct pack_reader *reader, const json_t *object,
                   const struct pack_field *fields);

/* Checks one question (without building it). */
bool check_question(struct pack_reader *reader, const json_t *question);
/* Builds a checked question; `pack` gives licence and source where it has none. NULL = out of memory. */
struct question *build_question(const json_t *question, const json_t *pack);

#endif
