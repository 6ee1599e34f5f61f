/*
 * A streaming reader of one JSON document (RFC 8259): it is fed chunks of any
 * size, knows where in the document it is, and hands out whole values as bytes
 * where the owner wants them. All else is checked and forgotten, so its memory
 * does not grow with the document: besides some fixed 13 KiB it holds the part of a
 * wanted value that came in earlier chunks.
 *
 * It checks the grammar of the whole document, wanted or not. It does not look
 * into strings: a slice may hold malformed UTF-8, lone surrogates and \u0000,
 * and matrix_json.h replaces those, because one bad event must not cost all
 * others of the same answer. Keys on the path are decoded, with U+FFFD in place
 * of such characters.
 */
#ifndef TRANSPORT_MATRIX_SLICE_H
#define TRANSPORT_MATRIX_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/error.h"

#define MATRIX_SLICE_MAX (256 * 1024) /* bytes of one slice; a longer one is dropped */
#define MATRIX_SLICE_DEPTH 64         /* of brackets within a slice; a deeper one is dropped */
#define MATRIX_SLICE_NEST (64 * 1024) /* open brackets in the document, beyond which it is refused */
#define MATRIX_SLICE_LEVELS 8         /* entered values within each other */
#define MATRIX_SLICE_KEY 256          /* with the NUL; the value of a longer key is skipped */

enum matrix_choice {
    MATRIX_SKIP,  /* of no interest */
    MATRIX_ENTER, /* ask about each member or element; a scalar is skipped */
    MATRIX_TAKE,  /* hand it out whole */
    MATRIX_STOP   /* give up */
};

/* Where a value is: the keys from the top; NULL stands for an element of an array.
 * depth 0 is the document itself. Borrowed for the call. */
struct matrix_path {
    char first; /* character of the value, for want(): { [ " - t f n or a digit */
    size_t depth;
    const char *key[MATRIX_SLICE_LEVELS];
};

/* What the owner of a slicer is asked and told. take() and leave() may return -1 to give up. */
struct matrix_slice_calls {
    void *context;
    enum matrix_choice (*want)(void *context, const struct matrix_path *path);
    /* A value that want() chose to take. bytes is valid JSON but for what the
     * top of this file says, not NUL-terminated, borrowed for the call; NULL if
     * the slice was dropped, and `why` says why ("longer than 262144 bytes"). */
    int (*take)(void *context, const struct matrix_path *path, const char *bytes, size_t length,
                const char *why);
    /* An entered object or array is over. May be NULL. */
    int (*leave)(void *context, const struct matrix_path *path);
};

struct matrix_slice;
/* NULL when out of memory. The calls are copied. */
struct matrix_slice *matrix_slice_create(const struct matrix_slice_calls *calls);
void matrix_slice_destroy(struct matrix_slice *slice);
/* 0, or -1 and *error with the byte offset; after that it takes no more. A -1 of the owner's own
 * gives ERR_BUSY "stopped". */
int matrix_slice_feed(struct matrix_slice *slice, const char *bytes, size_t length,
                      struct error *error);
/* At the end of the document: -1 and *error if it is not whole. */
int matrix_slice_end(struct matrix_slice *slice, struct error *error);

/* Is this a whole JSON document, as far as a slicer looks? Needs 13 KiB of stack and no other memory. */
bool matrix_slice_valid(const char *bytes, size_t length);

/*
 * For a slice, an object: finds the value of a member, as bytes of the slice.
 * Of several members with that key the last counts, as it does to jansson.
 * False if there is none, or the slice is no object.
 */
bool matrix_slice_member(const char *bytes, size_t length, const char *key, const char **value,
                         size_t *value_length);
/* Decodes a JSON string with its quotes into out; U+FFFD stands in for what cannot be.
 * False if the value is no string, or does not fit. */
bool matrix_slice_string(const char *value, size_t length, char *out, size_t size);
/* The same for what is between the quotes. */
bool matrix_slice_unescape(const char *raw, size_t length, char *out, size_t size);

#endif
