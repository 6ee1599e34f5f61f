/*
 * JSON from a server, made harmless and parsed. One bad value that some member
 * wrote must not make a whole page of events unreadable, and nesting is bounded
 * before the parser, which recurses, sees it.
 */
#ifndef TRANSPORT_MATRIX_JSON_H
#define TRANSPORT_MATRIX_JSON_H

#include <stddef.h>

#include <jansson.h>

#define MATRIX_JSON_DEPTH_MAX 64
#define MATRIX_JSON_MEMORY "out of memory" /* the *why of matrix_json_parse() then */

/*
 * The object in text[0..length), for json_decref(); the text is changed. NULL, and *why in a few
 * words, if it is no JSON object, or nested deeper than MATRIX_JSON_DEPTH_MAX, or when out of memory.
 * What the parser would refuse a whole document for is replaced: escapes of half characters and of
 * NUL by U+FFFD, bytes that are no UTF-8 by "?", numbers that fit neither 64 bits nor a double by 0.
 */
json_t *matrix_json_parse(char *text, size_t length, const char **why);

/*
 * A value as text, for free(); NULL when out of memory. For json_dumps(), which can lose a sign of the
 * text when memory fails at a bad moment (jansson 2.14) and says nothing: the text is measured first.
 */
char *matrix_json_dump(const json_t *value, size_t flags);

/* A member of an object, NULL or "" or `fallback` if it is not there or of another type. `object` may be NULL. */
const json_t *matrix_json_object(const json_t *object, const char *key);
const json_t *matrix_json_array(const json_t *object, const char *key);
const char *matrix_json_string(const json_t *object, const char *key);
long long matrix_json_number(const json_t *object, const char *key, long long fallback);

#endif
