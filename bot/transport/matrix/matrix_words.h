/*
 * The words of a Matrix message as the core takes them: plain text, cleaned and
 * bounded. HTML is never trusted nor passed on; of formatted_body only code
 * blocks are looked at, and only to mend a body that lost their fences.
 */
#ifndef TRANSPORT_MATRIX_WORDS_H
#define TRANSPORT_MATRIX_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/matrix/matrix_event.h"
#include "util/buf.h"

#define MATRIX_KEY_MAX 32   /* bytes of a reaction's key, without the NUL */
#define MATRIX_LABEL_MAX 64 /* bytes of a display name, without the NUL: EVENT_NAME_MAX */

enum matrix_words {
    MATRIX_WORDS_NOTHING, /* a notice, a picture, something redacted: no words for the bot */
    MATRIX_WORDS_TEXT,    /* m.text, or m.emote, which is talk like any other */
    MATRIX_WORDS_FILE     /* m.file: a text attachment, perhaps; its caption, if any, is in the text */
};

/*
 * What kind of words these are; they are appended to out (->failed when out of
 * memory): without the quotation that older clients put before a reply, with
 * fences around code, cleaned with utf8_clean(), at most EVENT_TEXT_MAX bytes;
 * *cut if it was longer.
 */
enum matrix_words matrix_words(const struct matrix_event *event, struct buf *out, bool *cut);

/*
 * Appends the body of a message. If it has no fence, but formatted_body has code
 * blocks whose text stands in the body in whole lines, those get their fences
 * back, with the language that the block names.
 */
void matrix_words_fence(const char *body, size_t length, const char *html, struct buf *out);

/*
 * Appends a text, with a call at its beginning in the form that the core knows,
 * "NAME: text". Clients write calls of the user as "@hotseat:example.org" or
 * "[Hotseat](https://matrix.to/#/@hotseat:example.org)", or, if `mentioned` (the
 * user is in m.mentions), as the display name alone. At most EVENT_TEXT_MAX bytes
 * in all; a text that would be longer keeps its call as it is. True if it calls.
 */
bool matrix_words_named(const char *text, size_t length, const char *user, const char *name,
                        bool mentioned, struct buf *out);

/*
 * A reaction's key in the form that is counted: variation selectors go; digits
 * come out of keycaps, full-width and circled digits, 1 to 9, as "1" to "9".
 * False if nothing is left or it is longer than MATRIX_KEY_MAX.
 */
bool matrix_words_key(const char *key, char out[MATRIX_KEY_MAX + 1]);

/*
 * A display name, made safe to show: one line, no controls, no characters that
 * turn, hide or join text, no run of spaces or of combining marks, at most
 * MATRIX_LABEL_MAX bytes. A name of which nothing is left (or NULL) becomes the
 * local part of the user's id.
 */
void matrix_words_name(const char *name, const char *user, char out[MATRIX_LABEL_MAX + 1]);

#endif
