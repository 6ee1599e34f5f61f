/* CTCP (modern.ircdocs.horse/ctcp): a few questions are answered, at a bounded pace. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "transport/irc/irc_state.h"

#define SPAN_MS 10000 /* in this time */
#define SPAN_MAX 3    /* so many answers, to all together */
#define PING_MAX 100  /* bytes of a PING that are given back */

static bool may_answer(struct irc *irc)
{
    struct irc_ctcp *ctcp = &irc->ctcp;
    if (ctcp->since == 0 || irc_now(irc) - ctcp->since > SPAN_MS)
        *ctcp = (struct irc_ctcp){.since = irc_now(irc)};
    return ctcp->answered++ < SPAN_MAX;
}

static void answer(struct irc *irc, const char *question, size_t length)
{
    const char *nick = irc->line.nick;
    const char *rest = question + length + (question[length] == ' ');
    char when[64];
    time_t now = (time_t)(irc_wall_clock() / 1000);
    struct tm tm;
    if (length == 7 && strncmp(question, "VERSION", 7) == 0) {
        irc_send(irc, "NOTICE %s :\001VERSION hotseat %s\001", nick, HOTSEAT_VERSION);
    } else if (length == 4 && strncmp(question, "PING", 4) == 0) {
        irc_send(irc, "NOTICE %s :\001PING %.*s\001", nick, PING_MAX, rest);
    } else if (length == 4 && strncmp(question, "TIME", 4) == 0 && gmtime_r(&now, &tm)) {
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &tm);
        irc_send(irc, "NOTICE %s :\001TIME %s\001", nick, when);
    } else if (length == 10 && strncmp(question, "CLIENTINFO", 10) == 0) {
        irc_send(irc, "NOTICE %s :\001CLIENTINFO ACTION CLIENTINFO PING TIME VERSION\001", nick);
    }
}

/* Takes away the mark at the end, in the line's own space. */
static void take_end(struct irc_line *line, const char *text)
{
    char *end = line->space + (text - line->space) + strlen(text);
    if (end > text && end[-1] == 0x01)
        end[-1] = '\0';
}

bool irc_ctcp_takes(struct irc *irc)
{
    struct irc_line *line = &irc->line;
    const char *text = line->param[1];
    if (strcmp(line->command, "PRIVMSG") != 0 || text[0] != 0x01)
        return false;
    take_end(line, text + 1);
    text++;
    if (strncmp(text, "ACTION ", 7) == 0) {
        line->param[1] = text + 7;
        return false;
    }
    /* Only what one person asks the bot alone; an answer to a channel's question is a flood. */
    if (irc->phase == IRC_READY && *line->nick && !strpbrk(line->nick, ", ") &&
        irc_is_self(irc, line->param[0]) && !irc_is_self(irc, line->nick) && may_answer(irc))
        answer(irc, text, strcspn(text, " "));
    return true;
}
