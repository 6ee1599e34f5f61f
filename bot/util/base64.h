/* Base64 (RFC 4648 section 4), with padding and without line breaks. */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

#include <stddef.h>

/* What `size` bytes become, with the NUL. */
#define BASE64_SPACE(size) (((size) + 2) / 3 * 4 + 1)

/* Writes BASE64_SPACE(size) bytes; gives the length without the NUL. */
size_t base64(const void *data, size_t size, char *out);

#endif
