/* The content of an event by its type, for matrix_event.c. */
#ifndef TRANSPORT_MATRIX_CONTENT_H
#define TRANSPORT_MATRIX_CONTENT_H

#include "transport/matrix/matrix_event.h"

/* Fills in the union of the event and its relation from `content`, by its kind. The rest is there
 * already. NULL, or why the event is refused. */
const char *matrix_content_read(struct matrix_event *event, const json_t *content);

/* A string member of at most `limit` bytes; NULL if it is no string, empty, or longer. */
const char *matrix_content_string(const json_t *object, const char *key, size_t limit);
/* An id: a string as above, of visible characters, beginning with `sigil` ('$', '@', '!'). */
const char *matrix_content_id(const json_t *object, const char *key, char sigil);
bool matrix_content_is_id(const char *text, char sigil);

/* These types have functions of their own. */
const char *matrix_content_power(struct matrix_event *event, const json_t *content);
const char *matrix_content_creation(struct matrix_event *event, const json_t *content);

#endif
