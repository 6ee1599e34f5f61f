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

/* Without formatting, as valid text. */
static void clean_text(const struct irc_said *said, struct buf *clean)
{
    char *text = strndup(said->text, said->length);
    if (!text) {
        clean->failed = true;
        return;
    }
    strip_format(text);
    utf8_clean(clean, text, strlen(text), false);
    free(text);
}

void irc_talk_said(struct irc *irc, const struct irc_said *said)
{
    int channel = irc_channels_find(irc, said->target);
    struct buf clean;
    if (irc_is_self(irc, said->nick) || (channel < 0 && !irc_is_self(irc, said->target)))
        return;
    struct irc_person *person = irc_people_find(&irc->people, said->nick);
    /* Who is in no channel of ours is seen for this one message only. */
    bool stranger = !person;
    person = irc_people_see(&irc->people, said->nick, said->account);
    if (!person)
        return;
    buf_init(&clean);
    clean_text(said, &clean);
    if (!clean.failed && clean.length > 0)
        irc_push_said(irc, channel, person, said, buf_text(&clean), clean.length);
    if (stranger)
        irc_presence_back(irc);
    buf_finish(&clean);
    if (stranger && person->channels == 0 && channel >= 0)
        person->channels |= 1u << channel;
}

void irc_talk_line(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    struct irc_said said = {
        .nick = line->nick,
        .account = line->account,
        .target = line->param[0],
        .id = line->msgid,
        .text = line->param[1],
        .length = strlen(line->param[1]),
        .at = irc_wall_clock(),
        .line = true,
    };
    irc_talk_said(irc, &said);
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
