/*
 * What must hold for everything that is said on Matrix, for unit tests and fuzz targets: NULL, or
 * what is wrong. And texts made of any bytes.
 */
#ifndef SUPPORT_MATRIX_LOOK_H
#define SUPPORT_MATRIX_LOOK_H

#include <stddef.h>

/* HTML: well-formed, only the tags that every client shows, nested as they may be, everything else
 * escaped, addresses of the web only. */
const char *matrix_look_html(const char *html);
/* The content of an m.room.message of at most `limit` bytes: a notice with both forms and mentions. */
const char *matrix_look_notice(const char *json, size_t length, size_t limit);

struct text;
/* Puts blocks and spans into a text as any bytes say. */
void matrix_look_build(struct text *text, const char *data, size_t size);

#endif
