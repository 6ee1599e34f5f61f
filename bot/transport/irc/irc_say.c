/* What the bot says: to lines, paced, and struck off when the server has taken it in. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "transport/irc/irc_render.h"
#include "transport/irc/irc_state.h"

#define NICK_LENGTH 30 /* of others, if the server does not say */
#define UNKNOWN_PREFIX (EVENT_NAME_MAX + 1 + 10 + 1 + 63) /* nick!user@host at its longest */

void irc_say_ready(struct irc *irc)
{
    irc->sink->ready(irc->sink->context, "irc", irc->settings->network);
}

void irc_say_lost(void *context, int64_t id)
{
    struct irc *irc = context;
    irc->somebody_waits = true; /* the outbox does not look at it again by itself */
    irc->sink->lost(irc->sink->context, id);
}

static void message_sent(void *context, int64_t id)
{
    struct irc *irc = context;
    irc->sink->sent(irc->sink->context, id);
}

void irc_say_pong(struct irc *irc)
{
    const char *token = irc->line.count > 0 ? irc->line.param[irc->line.count - 1] : "";
    irc->pinged = false;
    if (strncmp(token, "hs", 2) != 0)
        return;
    irc_flood_pong(&irc->flood, strtoull(token + 2, NULL, 10), irc_now(irc), message_sent,
                   irc);
    irc_say_due(irc);
    irc_say_pump(irc);
}

void irc_say_due(struct irc *irc)
{
    if (!irc->was_full || irc->flood.queue.lines >= IRC_FLOOD_LINES_MAX / 2)
        return;
    irc->was_full = false;
    irc_say_ready(irc);
}

static void on_pace(uv_timer_t *timer)
{
    irc_say_pump(timer->data);
}

/* Its part of the pace is counted already. */
static void send_marker(struct irc *irc)
{
    char line[40];
    int length = snprintf(line, sizeof line, "PING :hs%" PRIu64, irc->flood.marker);
    irc_link_send(irc->link, line, (size_t)length);
}

/* Who holds a nick is looked at only now: what is for an account never goes to anybody else. */
static void say_line(struct irc *irc, const char *target, const char *line)
{
    char account[IRC_MEMBER_MAX];
    struct irc_person *person = NULL;
    if (irc_channels_find(irc, target) >= 0) {
        irc_session_say(irc->session, target, line);
        return;
    }
    person = irc_identity_reach(irc, target);
    if (person && !strpbrk(person->nick, ", \r\n")) {
        irc_flood_went_to(&irc->flood, person->nick);
        irc_session_say(irc->session, person->nick, line);
        return;
    }
    snprintf(account, sizeof account, "%s", target);
    irc_flood_drop(&irc->flood, account, true, irc_say_lost, irc);
}

void irc_say_pump(struct irc *irc)
{
    const char *target, *line;
    int64_t at;
    while (irc->phase == IRC_READY) {
        enum irc_flood_step step =
            irc_flood_next(&irc->flood, irc_now(irc), &target, &line, &at);
        if (step == IRC_FLOOD_LINE) {
            say_line(irc, target, line);
            continue;
        }
        irc_session_flush(irc->session);
        if (step == IRC_FLOOD_MARKER) {
            send_marker(irc);
        } else {
            int64_t wait = at - irc_now(irc);
            if (irc->stopping && irc_queue_empty(&irc->flood.queue))
                irc_connect_goodbye(irc);
            else if (at > 0)
                uv_timer_start(&irc->pace, on_pace, wait > 0 ? (uint64_t)wait : 1, 0);
            return;
        }
    }
}

struct add {
    struct buf *lines;
    bool first;
};

static int add_line(void *context, const char *line, size_t length)
{
    struct add *add = context;
    if (!add->first)
        buf_putc(add->lines, '\n');
    add->first = false;
    buf_add(add->lines, line, length);
    return add->lines->failed ? -1 : 0;
}

/* The channel or the account to queue it for; NULL if that is not possible now. *aloud: it is for this
 * person, who cannot be reached privately, and goes to a channel where they are. */
static const char *find_target(struct irc *irc, const struct outbound *message,
                               const struct irc_person **aloud)
{
    *aloud = NULL;
    if (message->private_talk) {
        struct irc_person *person = irc_identity_reach(irc, message->target);
        if (!person || !irc_blocks_holds(&irc->blocks, person->account))
            return person ? person->account : NULL;
        int common = message->flags & EFFECT_OPEN ? irc_refused_common(irc, person) : -1;
        *aloud = common >= 0 ? person : NULL;
        return common >= 0 ? irc->settings->channels[common] : NULL;
    }
    int channel = irc_channels_find(irc, message->target);
    bool can = channel >= 0 && irc->channel[channel].joined &&
               !irc_blocks_holds(&irc->blocks, irc->settings->channels[channel]);
    return can ? irc->settings->channels[channel] : NULL;
}

/* A nick may change to a longer one before the last line is out. */
static size_t target_length(const struct irc *irc, const char *target)
{
    size_t longest = irc->isupport.nicklen ? irc->isupport.nicklen : NICK_LENGTH;
    if (irc_channels_find(irc, target) >= 0)
        return strlen(target);
    return longest < EVENT_NAME_MAX ? longest : EVENT_NAME_MAX;
}

/* As lines that fit the target. -1 when out of memory. */
static int make_lines(const struct irc *irc, const struct outbound *message, const char *target,
                      const struct irc_person *aloud, struct buf *lines)
{
    size_t own = irc->userhost[0] ? strlen(irc->nick) + 1 + strlen(irc->userhost) : UNKNOWN_PREFIX;
    own += target_length(irc, target);
    if (aloud) {
        buf_printf(lines, "%s: ", aloud->nick);
        own += lines->length;
    }
    struct add add = {lines, true};
    return irc_render(message->bytes, message->size, irc_render_budget(own, ""),
                      irc->settings->colours, add_line, &add);
}

enum post_result irc_say_post(struct transport *transport, const struct outbound *message)
{
    struct irc *irc = (struct irc *)transport;
    const struct irc_person *aloud = NULL;
    struct buf lines;
    if ((!message->private_talk && irc_channels_find(irc, message->target) < 0) ||
        !text_valid(message->bytes, message->size))
        return POST_REFUSED;
    /* Nothing that was said on IRC can be erased. */
    if (message->flags & EFFECT_ERASES) {
        if (message->id)
            irc->sink->sent(irc->sink->context, message->id);
        return POST_TAKEN;
    }
    bool can_talk = irc->phase == IRC_READY && !irc->stopping;
    const char *target = can_talk ? find_target(irc, message, &aloud) : NULL;
    if (!target)
        return message->id ? POST_BUSY : POST_REFUSED;
    if (irc_flood_full(&irc->flood)) {
        irc->was_full = true;
        return message->id ? POST_BUSY : POST_REFUSED;
    }
    buf_init(&lines);
    int failed = make_lines(irc, message, target, aloud, &lines) ||
                 irc_flood_add(&irc->flood, target, buf_text(&lines), message->id,
                               message->flags & EFFECT_URGENT);
    buf_finish(&lines);
    if (failed)
        return POST_AGAIN;
    /* Sending from the loop lets a whole turn's messages be paced fairly. */
    uv_timer_start(&irc->pace, on_pace, 0, 0);
    return POST_TAKEN;
}

void irc_say_aside(struct irc *irc, const char *target, const char *words)
{
    if (irc->phase == IRC_READY && !irc_flood_full(&irc->flood) &&
        irc_flood_add(&irc->flood, target, words, 0, true) == 0)
        uv_timer_start(&irc->pace, on_pace, 0, 0);
}
