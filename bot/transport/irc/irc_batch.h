/*
 * Batches (ircv3.net/specs/extensions/batch): a message in many lines
 * (draft/multiline) becomes one; what a bouncer or server plays back of the
 * past is told from what is said now. Pure.
 */
#ifndef TRANSPORT_IRC_BATCH_H
#define TRANSPORT_IRC_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"
#include "transport/irc/irc_line.h"
#include "util/buf.h"

#define IRC_BATCHES_MAX 16 /* open at once; one more, and the oldest is dropped */

enum irc_batch_kind {
    IRC_BATCH_OTHER, /* netsplit, netjoin, ...: its lines are as good as without it */
    IRC_BATCH_LINES, /* draft/multiline */
    IRC_BATCH_PAST   /* chathistory, znc.in/playback */
};

struct irc_batch {
    enum irc_batch_kind kind;
    bool past;               /* it is, or stands in, one of the past */
    char ref[64];
    char nick[EVENT_NAME_MAX + 1], account[EVENT_NAME_MAX + 1]; /* account "" = no account-tag */
    char userhost[256];      /* of whoever began it, "" = not said */
    char target[EVENT_TARGET_MAX + 1];
    char msgid[201], time[40]; /* "" = none */
    struct buf text;
    size_t lines;
    bool cut;                /* longer than EVENT_TEXT_MAX: the rest is left out */
};

struct irc_batches {
    struct irc_batch open[IRC_BATCHES_MAX]; /* oldest first */
    size_t count;
    struct irc_batch whole; /* see IRC_BATCH_WHOLE */
};

enum irc_batch_step {
    IRC_BATCH_NONE,  /* the line has nothing to do with a batch that matters */
    IRC_BATCH_TAKEN, /* it was taken in, there is nothing more to do with it */
    IRC_BATCH_WHOLE, /* it completed a message of many lines: batches->whole, until the next call */
    IRC_BATCH_OLD    /* it belongs to the past */
};

void irc_batches_init(struct irc_batches *batches);
/* The connection is gone: what was open never becomes whole. */
void irc_batches_clear(struct irc_batches *batches);
void irc_batches_finish(struct irc_batches *batches);

/* Sees every line before anything else does. */
enum irc_batch_step irc_batches_line(struct irc_batches *batches, const struct irc_line *line);

#endif
