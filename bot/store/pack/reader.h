/* Reading one pack: where we are in it, what is wrong with it. Private to the loader. */
#ifndef STORE_PACK_READER_H
#define STORE_PACK_READER_H

#include <jansson.h>

#include "store/pack/pack.h"
#include "util/buf.h"

/* Deepest path of the format, in steps: questions [1] groups [2] cases [3] args [4], and a field. */
#define PACK_STEPS 12

/* One step of a path: into a member, or (key NULL) into an element. */
struct pack_step {
    const char *key;
    size_t index;
};

/* A place in the text, and its line. */
struct pack_place {
    const char *at;
    size_t line;
};

struct pack_reader {
    const char *file, *text;
    size_t length;
    const char *dir;        /* where the pack's other files are; NULL = do not look for them */
    const json_t *kinds;    /* of the pack's own, with their axes; may be NULL */
    bool stored;            /* a question out of the store: its pack, and so its own kinds, are unknown */
    pack_problem_fn *problem;
    void *context;
    struct pack_step steps[PACK_STEPS]; /* to the value being looked at */
    size_t depth;
    struct pack_place question;         /* the current one; lines are counted from here ... */
    size_t question_depth;              /* ... if it is not 0: the steps to it */
    size_t problems;
    bool failed;                /* out of memory */
};

/* Goes into a member or an element, and up again. */
void reader_into(struct pack_reader *reader, const char *key);
void reader_at(struct pack_reader *reader, size_t index);
void reader_up(struct pack_reader *reader);

/* Reports a problem with the value at the path. */
void reader_problem(struct pack_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same with a member of it. Returns false, so that a check can end with it. */
bool reader_refuse(struct pack_reader *reader, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The line where the path's value begins; what is missing is where the object begins that lacks it. */
size_t place_line(const struct pack_reader *reader);
/* The path's value is the first question: lines in it need no counting from the top. */
void place_enter(struct pack_reader *reader);
/* Appends the question's text, without white space between its tokens, and
 * moves to the next one. Of what is no object nothing is appended. */
void place_copy(struct pack_reader *reader, struct buf *out);

/* Bounds of a field. Numbers: value; strings: bytes; lists and objects: elements. */
struct pack_field {
    const char *name;
    char type; /* 's' text, 'w' one line, 'i' whole number, 'n' number, 'b' true or false, 'l' list, 'o' object */
    bool required;
    double least, most;
};
/* Checks an object's fields against a table that ends with a NULL name:
 * missing, of a wrong type, out of bounds, unknown (but for "x-..."). */
bool reader_fields(struct pack_reader *reader, const json_t *object,
                   const struct pack_field *fields);
/* A list or object of the right type and size, so that it can be walked; else NULL. */
json_t *reader_list(const json_t *object, const char *key, size_t most);

/* A list of words ends with NULL. A member that is no string was reported already. */
bool member_in(struct pack_reader *reader, const json_t *object, const char *key,
               const char *const *words);
bool word_in(const char *word, const char *const *words);
/* "\"x\" is none of: a, b, c", with the nearest. */
void reader_not_in(struct pack_reader *reader, const char *word, const char *const *words);
/* A member made of these letters only. */
bool member_of_letters(struct pack_reader *reader, const json_t *object, const char *key,
                       const char *letters, const char *in_words);
/* Every element is a text of one line and of so many bytes, none twice, and one of the words, if there are any. */
bool strings_in(struct pack_reader *reader, const json_t *object, const char *key, size_t elements,
                size_t least, size_t most, const char *const *words);

typedef bool check_fn(struct pack_reader *reader, const json_t *element, const void *context);
/* Checks every element of a list. */
bool check_each(struct pack_reader *reader, const json_t *object, const char *key, size_t most,
                check_fn *check, const void *context);

#define LETTERS_WORD "abcdefghijklmnopqrstuvwxyz_"
#define LETTERS_ID "abcdefghijklmnopqrstuvwxyz0123456789-"

/* Checks one question (without building it). */
bool check_question(struct pack_reader *reader, const json_t *question);
/* Its parts: what only coding questions have, and what makes a quick check. */
bool check_coding(struct pack_reader *reader, const json_t *question);
bool check_quick(struct pack_reader *reader, const json_t *question);
/* The pack's own kinds, and its licence. */
bool check_kinds(struct pack_reader *reader, const json_t *pack);
bool check_licence(struct pack_reader *reader, const json_t *object);

/* Builds a checked question; body is its JSON text, `pack` gives licence and
 * source where it has none. NULL = out of memory. */
struct question *build_question(const json_t *question, const json_t *pack, const char *body);

#endif
