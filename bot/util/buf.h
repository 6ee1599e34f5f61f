/*
 * A growing byte string, always NUL-terminated. Failure is sticky: once an
 * allocation fails, `failed` stays set and further appends do nothing, so a
 * caller appends freely and checks once at the end.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL or NUL-terminated */
    size_t length, capacity;
    bool failed;
};

void buf_init(struct buf *buf);
void buf_finish(struct buf *buf);
/* Empties, keeps the memory, clears `failed`. */
void buf_clear(struct buf *buf);
void buf_add(struct buf *buf, const void *data, size_t size);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Shortens to `length` if longer. */
void buf_truncate(struct buf *buf, size_t length);
/* Removes the first `size` bytes. */
void buf_consume(struct buf *buf, size_t size);
/* The bytes as a string, "" if nothing was added. Borrowed until the next change. */
const char *buf_text(const struct buf *buf);

#endif
