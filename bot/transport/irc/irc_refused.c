/*
 * The server did not pass on what we said. What was refused waits in the
 * outbox and is tried again; who is meant learns once, in the channel, what
 * would let it through.
 */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define NOTICE_MAX 400

/* ---- channels ---- */

/* 404, 442, 477: what crossed a KICK is said again when we are back; where we are and may not speak
 * (moderated, banned) it waits until that changes. */
void irc_refused_channel(struct irc *irc, int channel)
{
    const char *name = irc->settings->channels[channel];
    irc_flood_drop(&irc->flood, name, true, irc_say_lost, irc);
    if (!irc->channel[channel].joined)
        return;
    struct irc_blocked *blocked = irc_blocks_refused(&irc->blocks, name, irc_now(irc));
    if (blocked && irc_blocked_tell(blocked, irc_now(irc)))
        log_warn("irc",
                 "%s: %s does not let us speak: %.200s. What is to be said there waits; give the "
                 "bot voice: /mode %s +v %s",
                 irc->settings->network, name, irc->line.param[irc->line.count - 1], name,
                 irc->nick);
}

/* ---- people ---- */

int irc_refused_common(const struct irc *irc, const struct irc_person *person)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if ((person->channels & 1u << i) && irc->channel[i].joined &&
            !irc_blocks_holds(&irc->blocks, irc->settings->channels[i]))
            return (int)i;
    return -1;
}

/* What they can do about it; depends on who refused, and why. */
static void advise(const struct irc *irc, const struct irc_person *person, int code, char *out)
{
    const char *nick = person->nick, *own = irc->nick;
    if (code == 716)
        snprintf(out, NOTICE_MAX,
                 "%s: your settings keep my private messages out. Type /accept %s, then send me any "
                 "message, and what waits for you comes.",
                 nick, own);
    else if (code == 477 || code == 486)
        snprintf(out, NOTICE_MAX,
                 "%s: your settings let only registered people write to you, so I cannot. Type /mode "
                 "%s %s, then send me any message, and what waits for you comes.",
                 nick, nick, code == 477 ? "-R" : "-bR");
    else
        snprintf(out, NOTICE_MAX,
                 "%s: your settings keep my private messages out. Change that, then send me any "
                 "message, and what waits for you comes.",
                 nick);
}

/* It goes past the outbox: what it says is true now only. */
static void tell_in_channel(struct irc *irc, const struct irc_person *person, int code)
{
    char words[NOTICE_MAX];
    int channel = irc_refused_common(irc, person);
    if (channel < 0)
        return;
    advise(irc, person, code, words);
    irc_say_aside(irc, irc->settings->channels[channel], words);
}

/* Too many people were written to in a short time: nobody's fault, and over in a minute. */
static bool is_haste(int code)
{
    return code == 439 || code == 707;
}

void irc_refused_person(struct irc *irc, const char *nick, int code)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    /* Somebody who left the channel since is not known any more. */
    irc_flood_undelivered(&irc->flood, nick, irc_say_lost, irc);
    if (!person)
        return;
    irc_flood_drop(&irc->flood, person->account, true, irc_say_lost, irc);
    struct irc_blocked *blocked =
        irc_blocks_refused(&irc->blocks, person->account, irc_now(irc));
    if (!blocked || is_haste(code) || !irc_blocked_tell(blocked, irc_now(irc)))
        return;
    log_info("irc", "%s: the server does not let us write to somebody privately (%d)",
             irc->settings->network, code);
    tell_in_channel(irc, person, code);
}

/* 401: somebody went without our seeing it, or what was said to them crossed their QUIT or NICK. */
void irc_refused_gone(struct irc *irc, const char *nick)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    irc_flood_undelivered(&irc->flood, nick, irc_say_lost, irc);
    if (person)
        irc_presence_forget(irc, person, true);
    /* Who has another nick by now need not do anything for it to come. */
    irc_presence_back(irc);
}

/* ---- when it is over ---- */

void irc_refused_lift(struct irc *irc, const char *key)
{
    if (irc_blocks_lift(&irc->blocks, key, irc_now(irc)))
        irc_say_ready(irc);
}

void irc_refused_due(struct irc *irc)
{
    if (irc_blocks_due(&irc->blocks, irc_now(irc)))
        irc_say_ready(irc);
}

/* ---- standard replies ---- */

/* "FAIL PRIVMSG code [context ...] :text" (ircv3.net/specs/extensions/standard-replies). */
void irc_refused_reply(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    const char *what = line->param[0], *text = line->count > 2 ? line->param[line->count - 1] : "";
    bool failed = strcmp(line->command, "FAIL") == 0;
    bool talk = strcmp(what, "PRIVMSG") == 0 || strcmp(what, "NOTICE") == 0;
    if (!failed)
        log_info("irc", "%s: the server says: %.200s", irc->settings->network, text);
    else
        log_warn("irc", "%s: %.20s failed (%.40s): %.200s", irc->settings->network, what,
                 line->param[1], text);
    for (size_t i = 2; failed && i + 1 < line->count; i++) {
        int channel = irc_channels_find(irc, line->param[i]);
        if (channel >= 0 && strcmp(what, "JOIN") == 0)
            irc_channels_refused(irc, channel);
        else if (channel >= 0 && talk)
            irc_refused_channel(irc, channel);
        else if (talk)
            irc_refused_person(irc, line->param[i], 0);
    }
}
