/* What people say. */
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/utf8.h"

static size_t skip_digits(const char *text, size_t most)
{
    size_t count = 0;
    while (count < most && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

/* Takes mIRC formatting out, in place: colour codes carry digits, the rest is control characters. */
static void strip_format(char *text)
{
    char *out = text;
    for (const char *in = text; *in;) {
        if (*in == 0x03) {
            in++;
            size_t digits = skip_digits(in, 2);
            in += digits;
            if (digits && in[0] == ',' && skip_digits(in + 1, 2))
                in += 1 + skip_digits(in + 1, 2);
        } else if (*in == 0x04) {
            in++;
            in += strspn(in, "0123456789abcdefABCDEF") >= 6 ? 6 : 0;
        } else {
            *out++ = *in++;
        }
    }
    *out = '\0';
}

void irc_talk_line(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    int channel = irc_channels_find(irc, line->param[0]);
    struct buf clean;
    if (irc_is_self(irc, line->nick) || (channel < 0 && !irc_is_self(irc, line->param[0])))
        return;
    struct irc_person *person = irc_people_find(&irc->people, line->nick);
    /* Who is in no channel of ours is seen for this one message only. */
    bool stranger = !person;
    person = irc_people_see(&irc->people, line->nick, line->account);
    if (!person)
        return;
    char *text = strdup(line->param[1]);
    buf_init(&clean);
    if (text) {
        strip_format(text);
        utf8_clean(&clean, text, strlen(text), false);
        if (!clean.failed && clean.length > 0)
            irc_push(irc, EVENT_TEXT, channel, person, buf_text(&clean), clean.length);
        if (stranger)
            irc_presence_back(irc);
    }
    free(text);
    buf_finish(&clean);
    if (stranger && person->channels == 0 && channel >= 0)
        person->channels |= 1u << channel;
}

/* CTCP is not for the session; an ACTION is talk like any other. */
bool irc_talk_takes_ctcp(struct irc *irc)
{
    struct irc_line *line = &irc->line;
    const char *text = line->param[1];
    size_t length = strlen(text);
    if (strcmp(line->command, "PRIVMSG") != 0 || text[0] != 0x01)
        return false;
    if (strncmp(text, "\x01" "ACTION ", 8) != 0)
        return true;
    char *end = line->space + (text - line->space) + length;
    if (end[-1] == 0x01)
        end[-1] = '\0';
    line->param[1] = text + 8;
    return false;
}
