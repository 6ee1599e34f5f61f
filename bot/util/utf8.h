/* UTF-8: validation, cleaning and cutting of text from outside (RFC 3629). */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* True if the bytes are well-formed UTF-8 (no surrogates, overlongs, or beyond U+10FFFF). */
bool utf8_valid(const char *text, size_t length);
/* Decodes one code point at text (length > 0); *size is the bytes used (at
 * least 1). Gives 0xFFFD with size 1 for a malformed byte. */
uint32_t utf8_decode(const char *text, size_t length, size_t *size);
/* Writes one code point (at most U+10FFFF); gives its bytes, 1 to 4. */
size_t utf8_encode(uint32_t code, char out[4]);
/* Appends one code point. */
void utf8_put(struct buf *out, uint32_t code);
/* The longest prefix of at most `limit` bytes that does not cut a code point,
 * nor separate a base character from combining marks, variation selectors or
 * zero-width joiners that follow it (unless the cluster alone exceeds limit). */
size_t utf8_cut(const char *text, size_t length, size_t limit);
/* Like utf8_cut, but prefers to end after the last space in the second half. */
size_t utf8_cut_word(const char *text, size_t length, size_t limit);
/* Characters that turn, hide or join text unseen, and control characters but TAB and LF.
 * ZWJ and ZWNJ are none of them: scripts and emoji need them. */
bool utf8_is_trick(uint32_t code);
/*
 * Appends a clean copy: malformed bytes become U+FFFD; CR LF and CR become LF;
 * NUL and control characters go, TAB stays; bidirectional overrides, isolates
 * and zero-width characters other than ZWJ/ZWNJ go; with `one_line` LF and TAB
 * become a space.
 */
void utf8_clean(struct buf *out, const char *text, size_t length, bool one_line);
/* Columns in a terminal: 0 for combining, 2 for wide characters. */
unsigned utf8_width(const char *text, size_t length);

#endif
