#include "transport/irc/irc_flood.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAIR_BYTES 200 /* of a line that counts for one */

struct irc_flood_message {
    struct irc_flood_message *next;
    int64_t id;
    bool urgent, started;
    uint64_t marker;  /* covers its last line; 0 = lines are still to be sent */
    char *at;         /* next line; NULL when all are out */
    char target[264];
    char lines[];
};

void irc_flood_init(struct irc_flood *flood, unsigned burst, unsigned interval_ms)
{
    memset(flood, 0, sizeof *flood);
    flood->burst = burst ? burst : 1;
    flood->interval = interval_ms;
    flood->tokens = flood->burst;
    irc_window_init(&flood->window, interval_ms == 0);
}

static size_t count_lines(const char *lines)
{
    size_t count = 1;
    for (const char *c = lines; *c; c++)
        count += *c == '\n';
    return count;
}

/* Takes it out of the list that *link points into. */
static void drop(struct irc_flood *flood, struct irc_flood_message **link, irc_flood_id_fn *tell,
                 void *context)
{
    struct irc_flood_message *message = *link;
    *link = message->next;
    flood->lines -= message->at ? count_lines(message->at) : 0;
    if (message->id && tell)
        tell(context, message->id);
    free(message);
}

void irc_flood_drop(struct irc_flood *flood, const char *target, bool unsure,
                    irc_flood_id_fn *lost, void *context)
{
    struct irc_flood_message **link = &flood->first;
    while (*link) {
        if (strcmp((*link)->target, target) == 0 && ((*link)->at || unsure))
            drop(flood, link, lost, context);
        else
            link = &(*link)->next;
    }
}

void irc_flood_rename(struct irc_flood *flood, const char *from, const char *to)
{
    for (struct irc_flood_message *m = flood->first; m; m = m->next)
        if (strcmp(m->target, from) == 0)
            snprintf(m->target, sizeof m->target, "%s", to);
}

void irc_flood_clear(struct irc_flood *flood, irc_flood_id_fn *lost, void *context)
{
    while (flood->first)
        drop(flood, &flood->first, lost, context);
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
    return flood->lines >= IRC_FLOOD_LINES_MAX;
}

int irc_flood_add(struct irc_flood *flood, const char *target, const char *lines, int64_t id,
                  bool urgent)
{
    size_t size = strlen(lines) + 1;
    struct irc_flood_message *message = malloc(sizeof *message + size);
    if (!message)
        return -1;
    *message = (struct irc_flood_message){.id = id, .urgent = urgent};
    memcpy(message->lines, lines, size);
    message->at = message->lines;
    snprintf(message->target, sizeof message->target, "%s", target);
    flood->lines += count_lines(lines);
    struct irc_flood_message **last = &flood->first;
    while (*last)
        last = &(*last)->next;
    *last = message;
    return 0;
}

/* A target's messages keep their order, but an urgent one passes those that have
 * not begun. What has begun is finished first. */
static bool may_go(const struct irc_flood *flood, const struct irc_flood_message *message)
{
    bool later = false;
    if (!message->at)
        return false;
    if (message->started)
        return true;
    for (const struct irc_flood_message *m = flood->first; m; m = m->next) {
        if (m == message) {
            later = true;
            continue;
        }
        if (!m->at || strcmp(m->target, message->target) != 0)
            continue;
        if (m->started || (m->urgent && !message->urgent) ||
            (!later && m->urgent == message->urgent))
            return false;
    }
    return true;
}

/* The next message: a receipt first, else the one of the target whose turn was longest ago. */
static struct irc_flood_message *choose(struct irc_flood *flood)
{
    struct irc_flood_message *other = NULL, *same = NULL;
    for (struct irc_flood_message *m = flood->first; m; m = m->next) {
        bool receipt = m->urgent && !m->started;
        struct irc_flood_message **slot =
            strcmp(m->target, flood->last_target) == 0 ? &same : &other;
        if ((*slot && !receipt) || !may_go(flood, m))
            continue;
        if (receipt)
            return m;
        *slot = m;
    }
    return other ? other : same;
}

/* Moves a message whose line went out to the end, so that targets take turns. */
static void to_end(struct irc_flood *flood, struct irc_flood_message *message)
{
    struct irc_flood_message **link = &flood->first;
    while (*link != message)
        link = &(*link)->next;
    *link = message->next;
    while (*link)
        link = &(*link)->next;
    *link = message;
    message->next = NULL;
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

/* Of the line as it goes out (RFC 2812 section 3.3.1). */
static size_t line_bytes(const char *target, const char *line)
{
    return sizeof "PRIVMSG  :\r\n" - 1 + strlen(target) + strcspn(line, "\n");
}

/* Servers take longer over long lines (ngircd, UnrealIRCd), so those count for more than one. */
static double price(size_t bytes)
{
    return bytes > FAIR_BYTES ? (double)bytes / FAIR_BYTES : 1;
}

static void take_line(struct irc_flood *flood, struct irc_flood_message *message,
                      const char **target, const char **line)
{
    *target = message->target;
    *line = message->at;
    char *end = strchr(message->at, '\n');
    if (end)
        *end = '\0';
    message->at = end ? end + 1 : NULL;
    message->started = true;
    if (!message->at)
        message->marker = flood->marker + 1;
    flood->lines--;
    size_t bytes = line_bytes(*target, *line);
    irc_window_line(&flood->window, bytes);
    if (flood->interval > 0)
        flood->tokens -= price(bytes);
    snprintf(flood->last_target, sizeof flood->last_target, "%s", message->target);
    to_end(flood, message);
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
    struct irc_flood_message *message = flood->lines > 0 ? choose(flood) : NULL;
    bool room = message && irc_window_has_room(&flood->window,
                                               line_bytes(message->target, message->at), marked);
    *at = 0;
    if (room) {
        refill(flood, now);
        if (flood->tokens >= 1) {
            take_line(flood, message, target, line);
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

void irc_flood_pong(struct irc_flood *flood, uint64_t marker, int64_t now, irc_flood_id_fn *sent,
                    void *context)
{
    if (marker <= flood->answered || marker > flood->marker)
        return;
    flood->answered = marker;
    irc_window_pong(&flood->window, now - flood->marked_at);
    struct irc_flood_message **link = &flood->first;
    while (*link) {
        struct irc_flood_message *message = *link;
        if (message->marker == 0 || message->marker > marker) {
            link = &message->next;
            continue;
        }
        drop(flood, link, sent, context);
    }
}
