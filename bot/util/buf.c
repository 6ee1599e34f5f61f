#include "util/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf)
{
    memset(buf, 0, sizeof *buf);
}

void buf_finish(struct buf *buf)
{
    free(buf->data);
    buf_init(buf);
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

/* Room for `size` more bytes and the NUL. */
static bool reserve(struct buf *buf, size_t size)
{
    if (buf->failed)
        return false;
    if (size > SIZE_MAX / 4 || buf->length > SIZE_MAX / 4) {
        buf->failed = true;
        return false;
    }
    size_t needed = buf->length + size + 1;
    if (needed <= buf->capacity)
        return true;
    size_t wanted = buf->capacity ? buf->capacity * 2 : 64;
    if (wanted < needed)
        wanted = needed;
    char *grown = realloc(buf->data, wanted);
    if (!grown) {
        buf->failed = true;
        return false;
    }
    buf->data = grown;
    buf->capacity = wanted;
    return true;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
    if (!reserve(buf, size))
        return;
    if (size > 0)
        memcpy(buf->data + buf->length, data, size);
    buf->length += size;
    buf->data[buf->length] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    char few[256]; /* most are that short, and formatted once only */
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(few, sizeof few, format, args);
    if (length < 0)
        buf->failed = true;
    else if ((size_t)length < sizeof few)
        buf_add(buf, few, (size_t)length);
    else if (reserve(buf, (size_t)length)) {
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_truncate(struct buf *buf, size_t length)
{
    if (length >= buf->length)
        return;
    buf->length = length;
    buf->data[length] = '\0';
}

void buf_consume(struct buf *buf, size_t size)
{
    if (size > buf->length)
        size = buf->length;
    if (size == 0)
        return;
    buf->length -= size;
    memmove(buf->data, buf->data + size, buf->length + 1);
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}
