/*
 * Bytes as they come from a server -> lines. A line ends with LF; the CRs before
 * it do not belong to it. Empty lines are left out, and so are those as long as
 * IRC_LINE_MAX, whatever their length: at most that much is ever kept.
 */
#ifndef TRANSPORT_IRC_SPLIT_H
#define TRANSPORT_IRC_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

struct irc_split {
    struct buf rest;     /* a line that has not ended yet */
    bool skipping;       /* it is too long: what follows of it is passed over */
    unsigned generation; /* changes at every clear, so that a loop over input notices */
};

/* Borrowed during the call. May hold anything but LF. May clear the splitter. */
typedef void irc_split_fn(void *context, const char *line, size_t length);

void irc_split_init(struct irc_split *split);
/* Forgets what came and releases its memory; the next bytes begin a line. */
void irc_split_clear(struct irc_split *split);
/* Calls line() for each line that ends in these bytes; stops if that clears the splitter.
 * -1 when out of memory. */
int irc_split_feed(struct irc_split *split, const char *bytes, size_t size, irc_split_fn *line,
                   void *context);

#endif
