/* What people say. */
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/utf8.h"

#define PLAYBACK_MS (5 * 60 * 1000) /* after registering */

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

/* What is not UTF-8 grows by cleaning. */
static bool cut_text(struct buf *clean)
{
    if (clean->length <= EVENT_TEXT_MAX)
        return false;
    clean->length = utf8_cut(buf_text(clean), clean->length, EVENT_TEXT_MAX);
    return true;
}

static void push(struct irc *irc, int channel, const struct irc_person *person,
                 const struct irc_said *said)
{
    struct irc_said whole = *said;
    struct buf clean;
    buf_init(&clean);
    clean_text(said, &clean);
    if (!clean.failed && clean.length > 0) {
        whole.cut |= cut_text(&clean);
        irc_push_said(irc, channel, person, &whole, buf_text(&clean), clean.length);
    }
    buf_finish(&clean);
}

void irc_talk_give(struct irc *irc, int channel, struct irc_person *person,
                   const struct irc_said *said)
{
    if (channel >= 0)
        person->told |= 1u << channel;
    push(irc, channel, person, said);
    if (channel < 0)
        irc_refused_lift(irc, person->account);
}

void irc_talk_said(struct irc *irc, const struct irc_said *said)
{
    int channel = irc_channels_find(irc, said->target);
    if (irc_is_self(irc, said->nick) || (channel < 0 && !irc_is_self(irc, said->target)))
        return;
    if (said->past) {
        struct irc_person past = irc_identity_past(said->nick, said->account);
        push(irc, channel, &past, said);
        return;
    }
    struct irc_person *person =
        irc_identity_meet(irc, said->nick, said->userhost ? said->userhost : "");
    if (!person)
        return;
    if (irc_identity_speaks(irc, person, channel, said))
        irc_talk_give(irc, channel, person, said);
}

/* ---- from lines to what was said ---- */

/* A bouncer plays back what it heard while the bot was away, when the bot comes. */
static int64_t said_at(const struct irc *irc, const char *time, bool past)
{
    bool fresh = irc->phase != IRC_READY || irc_now(irc) - irc->phase_at < PLAYBACK_MS;
    int64_t now = irc_wall_clock();
    return past || fresh ? irc_times_said(&irc->times, time, now) : now;
}

/* What a room said in the past is over, and so is what anybody said a day ago. What somebody told
 * the bot since then counts, if it did not yet: it was sent in time or not, which its time says. But
 * it must be certain who it was, and whether it is known. */
static bool is_over(const struct irc *irc, const struct irc_said *said)
{
    return irc_channels_find(irc, said->target) >= 0 || !said->id || !said->account ||
           irc_wall_clock() - said->at > IRC_TIME_PAST_MS;
}

static void say(struct irc *irc, struct irc_said *said, const char *time)
{
    char id[IRC_TIME_ID];
    if (!said->id && irc_times_id(&irc->times, time, said->nick, said->target, said->text, id))
        said->id = id;
    said->at = said_at(irc, time, said->past);
    said->past |= irc_wall_clock() - said->at > IRC_TIME_OLD_MS;
    if (!said->past || !is_over(irc, said))
        irc_talk_said(irc, said);
}

static void say_line(struct irc *irc, bool past)
{
    const struct irc_line *line = &irc->line;
    struct irc_said said = {
        .nick = line->nick,
        .userhost = line->userhost,
        .account = line->account,
        .target = line->param[0],
        .id = line->msgid,
        .text = line->param[1],
        .length = strlen(line->param[1]),
        .line = true,
        .past = past,
    };
    say(irc, &said, line->time);
}

void irc_talk_line(struct irc *irc)
{
    say_line(irc, false);
}

static void say_batch(struct irc *irc, const struct irc_batch *batch)
{
    struct irc_said said = {
        .nick = batch->nick,
        .userhost = batch->userhost,
        .account = batch->account[0] ? batch->account : NULL,
        .target = batch->target,
        .id = batch->msgid[0] ? batch->msgid : NULL,
        .text = buf_text(&batch->text),
        .length = batch->text.length,
        .cut = batch->cut,
        .past = batch->past,
    };
    say(irc, &said, batch->time[0] ? batch->time : NULL);
}

bool irc_talk_takes(struct irc *irc)
{
    irc_times_note(&irc->times, irc->line.time, irc_wall_clock());
    enum irc_batch_step step = irc_batches_line(&irc->batches, &irc->line);
    if (step == IRC_BATCH_WHOLE && irc->session)
        say_batch(irc, &irc->batches.whole);
    /* Who came and went in the past is not here now. */
    if (step == IRC_BATCH_OLD && irc->session && strcmp(irc->line.command, "PRIVMSG") == 0 &&
        irc->line.param[1][0] != 0x01)
        say_line(irc, true);
    return step != IRC_BATCH_NONE;
}
