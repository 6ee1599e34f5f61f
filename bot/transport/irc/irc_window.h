/*
 * How much may be on its way to the server before it has shown, by the PONG to
 * a marker, that it took in what came before. Five lines survive the fakelag
 * of every server that was tried (docs/IRC.md). If the host has set no pace of
 * its own and a PONG comes at once, the window doubles, as TCP's does in slow
 * start (RFC 5681 section 3.1); a PONG that is late makes it five lines again.
 * A server that slows us down shows it in the PONG to the first batch that is
 * longer than what it lets pass at once, and then less than twice that is out.
 */
#ifndef TRANSPORT_IRC_WINDOW_H
#define TRANSPORT_IRC_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRC_WINDOW_MIN 5    /* lines */
#define IRC_WINDOW_MAX 80   /* lines */
/* Of lines beyond the first five: servers hang up on a client of whom 8 KB wait. */
#define IRC_WINDOW_BYTES 6000
#define IRC_WINDOW_QUICK_MS 250 /* a PONG within that shows no lag: the window may grow */
#define IRC_WINDOW_SLOW_MS 1000 /* beyond that it does */

struct irc_window {
    bool grows;
    unsigned size;                 /* lines that may be out */
    unsigned lines, marked_lines;  /* out behind the last marker, and before it */
    size_t bytes, marked_bytes;    /* of these */
};

void irc_window_init(struct irc_window *window, bool grows);
/* The connection is gone; a new one begins with five lines. */
void irc_window_reset(struct irc_window *window);
/* May a line of so many bytes go out? `marked`: a marker waits for its PONG. */
bool irc_window_has_room(const struct irc_window *window, size_t bytes, bool marked);
void irc_window_line(struct irc_window *window, size_t bytes);
void irc_window_marker(struct irc_window *window);
/* The PONG to the last marker came after so many ms. */
void irc_window_pong(struct irc_window *window, int64_t took);

#endif
