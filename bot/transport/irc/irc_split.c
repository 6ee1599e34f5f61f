#include "transport/irc/irc_split.h"

#include <string.h>

#include "transport/irc/irc_line.h"

void irc_split_init(struct irc_split *split)
{
    buf_init(&split->rest);
    split->skipping = false;
    split->generation = 0;
}

void irc_split_clear(struct irc_split *split)
{
    split->generation++;
    split->skipping = false;
    buf_finish(&split->rest);
}

static void give(const char *bytes, size_t length, irc_split_fn *line, void *context)
{
    while (length > 0 && bytes[length - 1] == '\r')
        length--;
    if (length > 0 && length < IRC_LINE_MAX)
        line(context, bytes, length);
}

/* The end of a line whose beginning is kept. */
static void finish_rest(struct irc_split *split, const char *bytes, size_t length,
                        irc_split_fn *line, void *context)
{
    char copy[IRC_LINE_MAX];
    size_t kept = split->rest.length;
    bool whole = !split->skipping && kept + length < sizeof copy;
    if (whole) {
        memcpy(copy, buf_text(&split->rest), kept);
        memcpy(copy + kept, bytes, length);
    }
    split->skipping = false;
    buf_clear(&split->rest);
    if (whole)
        give(copy, kept + length, line, context);
}

/* The beginning of a line. */
static int keep(struct irc_split *split, const char *bytes, size_t length)
{
    split->skipping = split->skipping || split->rest.length + length >= IRC_LINE_MAX;
    if (split->skipping)
        buf_clear(&split->rest);
    else
        buf_add(&split->rest, bytes, length);
    return split->rest.failed ? -1 : 0;
}

int irc_split_feed(struct irc_split *split, const char *bytes, size_t size, irc_split_fn *line,
                   void *context)
{
    unsigned generation = split->generation;
    const char *at = bytes, *end = bytes + size;
    while (at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        if (!feed)
            return keep(split, at, (size_t)(end - at));
        if (split->skipping || split->rest.length > 0)
            finish_rest(split, at, (size_t)(feed - at), line, context);
        else
            give(at, (size_t)(feed - at), line, context);
        if (generation != split->generation)
            return 0;
        at = feed + 1;
    }
    return 0;
}
