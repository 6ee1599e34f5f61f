#include "transport/irc/irc_flood.h"

#include <string.h>

#define FAIR_BYTES 200 /* of a line that counts for one */

void irc_flood_init(struct irc_flood *flood, unsigned burst, unsigned interval_ms)
{
    memset(flood, 0, sizeof *flood);
    flood->burst = burst ? burst : 1;
    flood->interval = interval_ms;
    flood->tokens = flood->burst;
    irc_window_init(&flood->window, interval_ms == 0);
}

void irc_flood_drop(struct irc_flood *flood, const char *target, bool unsure,
                    irc_queue_id_fn *lost, void *context)
{
    irc_queue_drop(&flood->queue, target, unsure, lost, context);
}

void irc_flood_went_to(struct irc_flood *flood, const char *nick)
{
    irc_queue_went_to(&flood->queue, nick);
}

void irc_flood_undelivered(struct irc_flood *flood, const char *nick, irc_queue_id_fn *lost,
                           void *context)
{
    irc_queue_undelivered(&flood->queue, nick, lost, context);
}

void irc_flood_rename(struct irc_flood *flood, const char *from, const char *to)
{
    irc_queue_rename(&flood->queue, from, to);
}

void irc_flood_clear(struct irc_flood *flood, irc_queue_id_fn *lost, void *context)
{
    irc_queue_clear(&flood->queue, lost, context);
    irc_window_reset(&flood->window);
    flood->answered = flood->marker;
    flood->tokens = flood->burst;
}

void irc_flood_finish(struct irc_flood *flood)
{
    irc_flood_clear(flood, NULL, NULL);
}

bool irc_flood_full(const struct irc_flood *flood)
{
    return flood->queue.lines >= IRC_FLOOD_LINES_MAX;
}

int irc_flood_add(struct irc_flood *flood, const char *target, const char *lines, int64_t id,
                  bool urgent)
{
    return irc_queue_add(&flood->queue, target, lines, id, urgent);
}

static void refill(struct irc_flood *flood, int64_t now)
{
    if (flood->interval <= 0) {
        flood->tokens = flood->burst;
        return;
    }
    if (now > flood->filled_at) {
        flood->tokens += (double)(now - flood->filled_at) / (double)flood->interval;
        if (flood->tokens > flood->burst)
            flood->tokens = flood->burst;
    }
    flood->filled_at = now;
}

/* Of the next line as it goes out (RFC 2812 section 3.3.1). */
static size_t line_bytes(const struct irc_queue_target *target)
{
    return sizeof "PRIVMSG  :\r\n" - 1 + strlen(irc_queue_name(target)) + irc_queue_bytes(target);
}

/* Servers take longer over long lines (ngircd, UnrealIRCd), so those count for more than one. */
static double price(size_t bytes)
{
    return bytes > FAIR_BYTES ? (double)bytes / FAIR_BYTES : 1;
}

/* To the server a marker is a command like any other. Behind a whole batch it is what the pace
 * leaves room for; behind less it costs the rest. */
static enum irc_flood_step mark(struct irc_flood *flood, int64_t now)
{
    if (flood->interval > 0 && flood->window.lines < IRC_WINDOW_MIN)
        flood->tokens -= 1 - (double)flood->window.lines / IRC_WINDOW_MIN;
    flood->marker++;
    flood->marked_at = now;
    irc_window_marker(&flood->window);
    return IRC_FLOOD_MARKER;
}

enum irc_flood_step irc_flood_next(struct irc_flood *flood, int64_t now, const char **target,
                                   const char **line, int64_t *at)
{
    bool marked = flood->answered < flood->marker;
    struct irc_queue_target *whose = irc_queue_next(&flood->queue);
    size_t bytes = whose ? line_bytes(whose) : 0;
    bool room = whose && irc_window_has_room(&flood->window, bytes, marked);
    *at = 0;
    if (room) {
        refill(flood, now);
        if (flood->tokens >= 1) {
            irc_queue_take(&flood->queue, whose, flood->marker + 1, target, line);
            irc_window_line(&flood->window, bytes);
            if (flood->interval > 0)
                flood->tokens -= price(bytes);
            return IRC_FLOOD_LINE;
        }
        *at = now + (int64_t)((1 - flood->tokens) * (double)flood->interval) + 1;
    }
    /* Learn whether what is out has arrived, when a batch is whole or there is no more of it. */
    bool more = room && flood->interval > 0;
    return flood->window.lines > 0 && !marked && !more ? mark(flood, now) : IRC_FLOOD_WAIT;
}

void irc_flood_spend(struct irc_flood *flood, int64_t now)
{
    if (flood->interval <= 0)
        return;
    refill(flood, now);
    if (flood->tokens > -(double)flood->burst)
        flood->tokens -= 1;
}

int64_t irc_flood_waiting(const struct irc_flood *flood)
{
    return flood->answered < flood->marker ? flood->marked_at : 0;
}

void irc_flood_pong(struct irc_flood *flood, uint64_t marker, int64_t now, irc_queue_id_fn *sent,
                    void *context)
{
    if (marker <= flood->answered || marker > flood->marker)
        return;
    flood->answered = marker;
    irc_window_pong(&flood->window, now - flood->marked_at);
    irc_queue_settle(&flood->queue, marker, sent, context);
}
