/*
 * struct text -> the content of a Matrix event: m.notice with a plain body that
 * reads well by itself, and HTML of few tags that every client shows (Client-
 * Server API, "m.room.message msgtypes"). A long text becomes several parts.
 */
#ifndef TRANSPORT_MATRIX_RENDER_H
#define TRANSPORT_MATRIX_RENDER_H

#include <stddef.h>

#include "util/buf.h"

#define MATRIX_RENDER_MAX (30 * 1024) /* bytes of a content's JSON; an event may have 64 KiB in all */
#define MATRIX_RENDER_MIN (10 * 1024) /* no limit below this */
#define MATRIX_ID_KEY "net.hotseat.id" /* our own mark in each content: the transaction id */

#define MATRIX_RENDER_EMPTY "(no text)" /* a text without words */
#define MATRIX_RENDER_URL_MAX 1024      /* a longer address is no link that anybody follows */

/* Gets one part, a struct text's stored form, borrowed. Non-zero stops. */
typedef int matrix_render_part_fn(void *context, const char *bytes, size_t size);

/* Splits a text at blocks, then at lines, words and characters, so that the content
 * of each part is at most `limit` bytes (MATRIX_RENDER_MIN .. MATRIX_RENDER_MAX). The same text
 * and limit give the same parts. One part at least. 0; -1 when out of memory or stopped. */
int matrix_render_split(const char *bytes, size_t size, size_t limit, matrix_render_part_fn *part,
                        void *context);

/* What an event says beside the text. All may be NULL. */
struct matrix_render_about {
    const char *id;      /* put under MATRIX_ID_KEY */
    const char *mention; /* the user that it is for */
    const char *reply;   /* the event that it answers */
    const char *replace; /* the earlier event of our own that it edits */
};

/* The whole content of m.room.message, compact JSON; appended. 0; -1 when out of memory. */
int matrix_render_notice(const char *bytes, size_t size, const struct matrix_render_about *about,
                         struct buf *out);
/* The content of m.reaction: `key` ("✅", "4") on an event; "1" .. "9" become keycaps. */
int matrix_render_reaction(const char *event, const char *key, const char *id, struct buf *out);

/* The two forms of a text alone; appended. Never empty. */
int matrix_render_body(const char *bytes, size_t size, struct buf *out);
int matrix_render_html(const char *bytes, size_t size, struct buf *out);

#endif
