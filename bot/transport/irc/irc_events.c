/* What a server's lines mean: people, channels, modes, and what is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"
#include "util/utf8.h"

#define REJOIN_MS 3000        /* after the first kick or refusal; doubles each time */
#define REJOIN_MAX_MS 600000
#define REJOIN_CALM_MS 300000 /* in the channel for so long: begins anew */
#define MSGID_MAX 200

/* ---- events for the bot ---- */

static int64_t wall_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What a server may put into a name that is not UTF-8 is not shown. */
static const char *name_of(const struct irc_person *person)
{
    if (!person)
        return "";
    return utf8_valid(person->nick, strlen(person->nick)) ? person->nick
                                                          : strchr(person->account, ':') + 1;
}

static const char *id_of(const struct irc_line *line)
{
    size_t length = line->msgid ? strlen(line->msgid) : 0;
    return length > 0 && length <= MSGID_MAX && utf8_valid(line->msgid, length) ? line->msgid
                                                                                : NULL;
}

static void push(struct irc *irc, enum event_kind kind, int channel,
                 const struct irc_person *person, const char *text, size_t length)
{
    const char *network = irc->settings->network;
    unsigned bit = channel >= 0 ? 1u << channel : 0;
    struct event event = {
        .kind = kind,
        .id = kind == EVENT_TEXT ? id_of(&irc->line) : NULL,
        .at = wall_clock(),
        .room = {"irc", network, channel >= 0 ? irc->settings->channels[channel] : NULL},
        .who = {"irc", network, person ? person->account : ""},
        .name = name_of(person),
        .bot_name = irc->nick,
        .text = text ? text : "",
        .length = length,
    };
    if (person && (person->owner & bit))
        event.role = ROLE_OWNER;
    else if (person && (person->moderator & bit))
        event.role = ROLE_MODERATOR;
    irc->sink->event(irc->sink->context, &event);
    irc->sink->wake(irc->sink->context);
}

int irc_events_channel(const struct irc *irc, const char *name)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (irc_people_same(&irc->people, irc->settings->channels[i], name))
            return (int)i;
    return -1;
}

static bool is_self(const struct irc *irc, const char *nick)
{
    return irc_people_same(&irc->people, nick, irc->nick);
}

/* Who was waited for can be reached again. */
static void tell_waiting(struct irc *irc)
{
    if (!irc->somebody_waits)
        return;
    irc->somebody_waits = false;
    irc_ready(irc);
}

/* Nothing more reaches the nick: what is queued for it waits in the outbox. */
static void forget(struct irc *irc, struct irc_person *person, bool unsure)
{
    irc_flood_drop(&irc->flood, person->nick, unsure, irc_lost_message, irc);
    irc_people_forget(&irc->people, person);
}

static void schedule_join(struct irc *irc, int channel)
{
    struct irc_channel *one = &irc->channel[channel];
    int64_t now = (int64_t)uv_now(irc->loop), wait = REJOIN_MS;
    if (one->joined_at > 0 && now - one->joined_at > REJOIN_CALM_MS)
        one->refusals = 0;
    for (unsigned i = 0; i < one->refusals && wait < REJOIN_MAX_MS; i++)
        wait *= 2;
    one->joined_at = 0;
    one->refusals++;
    one->rejoin_at = now + (wait < REJOIN_MAX_MS ? wait : REJOIN_MAX_MS);
}

static void lose_channel(struct irc *irc, int channel)
{
    unsigned bit = 1u << channel;
    for (size_t i = irc->people.count; i > 0; i--) {
        struct irc_person *person = &irc->people.people[i - 1];
        bool was_here = person->channels & bit;
        person->channels &= ~bit;
        person->moderator &= ~bit;
        person->owner &= ~bit;
        if (was_here && person->channels == 0)
            forget(irc, person, false);
    }
    irc_flood_drop(&irc->flood, irc->settings->channels[channel], false, irc_lost_message, irc);
    irc->channel[channel].joined = false;
    push(irc, EVENT_RESET, channel, NULL, NULL, 0);
}

void irc_events_lost(struct irc *irc)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (irc->channel[i].joined)
            lose_channel(irc, (int)i);
    irc_people_clear(&irc->people);
}

/* ---- coming and going ---- */

static void enter(struct irc *irc, int channel, const char *nick, const char *account)
{
    struct irc_person *person = irc_people_see(&irc->people, nick, account);
    if (!person)
        return;
    person->channels |= 1u << channel;
    push(irc, EVENT_ENTER, channel, person, NULL, 0);
    tell_waiting(irc);
}

static void leave(struct irc *irc, int channel, const char *nick)
{
    struct irc_person *person = irc_people_find(&irc->people, nick);
    if (!person || !(person->channels & 1u << channel))
        return;
    push(irc, EVENT_LEAVE, channel, person, NULL, 0);
    person->channels &= ~(1u << channel);
    person->moderator &= ~(1u << channel);
    person->owner &= ~(1u << channel);
    if (person->channels == 0)
        forget(irc, person, false);
}

static void on_join(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    int channel = irc_events_channel(irc, line->param[0]);
    if (channel < 0)
        return;
    if (is_self(irc, line->nick)) {
        irc->channel[channel].joined = true;
        irc->channel[channel].joined_at = (int64_t)uv_now(irc->loop);
        irc->channel[channel].rejoin_at = 0;
        if (*line->userhost)
            snprintf(irc->userhost, sizeof irc->userhost, "%s", line->userhost);
        log_info("irc", "%s: joined %s", irc->settings->network, line->param[0]);
        irc_ready(irc);
        return;
    }
    /* extended-join: channel, account or "*", real name */
    enter(irc, channel, line->nick, line->count >= 2 ? line->param[1] : line->account);
}

static void on_part(struct irc *irc, const char *nick)
{
    int channel = irc_events_channel(irc, irc->line.param[0]);
    if (channel < 0)
        return;
    if (!is_self(irc, nick)) {
        leave(irc, channel, nick);
        return;
    }
    log_warn("irc", "%s: no longer in %s", irc->settings->network, irc->line.param[0]);
    lose_channel(irc, channel);
    schedule_join(irc, channel);
}

/* The configured nick was taken when we came, by our own old connection perhaps, and is free now. */
static void nick_is_free(struct irc *irc, const char *nick)
{
    if (irc_people_same(&irc->people, nick, irc->settings->nick) && !is_self(irc, nick))
        irc_try_nick(irc);
}

static void on_quit(struct irc *irc)
{
    struct irc_person *person = irc_people_find(&irc->people, irc->line.nick);
    if (person) {
        push(irc, EVENT_LEAVE, -1, person, NULL, 0);
        forget(irc, person, false);
    }
    nick_is_free(irc, irc->line.nick);
}

static void on_nick(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    if (is_self(irc, line->nick)) {
        snprintf(irc->nick, sizeof irc->nick, "%s", line->param[0]);
        return;
    }
    irc_people_rename(&irc->people, line->nick, line->param[0]);
    irc_flood_rename(&irc->flood, line->nick, line->param[0]);
    nick_is_free(irc, line->nick);
    struct irc_person *person = irc_people_find(&irc->people, line->param[0]);
    for (size_t i = 0; person && i < irc->settings->channel_count; i++)
        if (person->channels & 1u << i)
            push(irc, EVENT_ENTER, (int)i, person, NULL, 0);
}

/* account-notify: the person is another one for us from now on. */
static void on_account(struct irc *irc)
{
    struct irc_person *person = irc_people_find(&irc->people, irc->line.nick);
    if (!person || strcmp(irc->line.param[0], "*") == 0)
        return;
    struct irc_person before = *person;
    irc_people_see(&irc->people, irc->line.nick, irc->line.param[0]);
    push(irc, EVENT_LEAVE, -1, &before, NULL, 0);
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (person->channels & 1u << i)
            push(irc, EVENT_ENTER, (int)i, person, NULL, 0);
}

/* ---- channel modes ---- */

static void set_mark(struct irc_person *person, int channel, char mode, bool on)
{
    unsigned bit = 1u << channel;
    unsigned *marks = mode == 'q' ? &person->owner : mode == 'o' || mode == 'a' ? &person->moderator
                                                                               : NULL;
    if (marks)
        *marks = on ? *marks | bit : *marks & ~bit;
}

static void on_mode(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    int channel = irc_events_channel(irc, line->param[0]);
    size_t value = 2;
    bool on = true;
    for (const char *mode = line->param[1]; channel >= 0 && *mode; mode++) {
        if (*mode == '+' || *mode == '-') {
            on = *mode == '+';
            continue;
        }
        bool member = strchr(irc->modes, *mode) != NULL;
        if (!member && !strchr(irc->value_modes, *mode) &&
            !(on && strchr(irc->set_modes, *mode)))
            continue;
        struct irc_person *person =
            member && value < line->count ? irc_people_find(&irc->people, line->param[value]) : NULL;
        if (person)
            set_mark(person, channel, *mode, on);
        value++;
    }
}

/* 353: "@ann +bob cyd", with multi-prefix "@+ann", with userhost-in-names "ann!u@h". */
static void on_names(struct irc *irc)
{
    char names[IRC_LINE_MAX], *state = NULL;
    int channel = irc_events_channel(irc, irc->line.param[2]);
    snprintf(names, sizeof names, "%s", irc->line.param[3]);
    for (char *name = strtok_r(names, " ", &state); name && channel >= 0;
         name = strtok_r(NULL, " ", &state)) {
        const char *marks = name;
        name += strspn(name, irc->marks);
        name[strcspn(name, "!")] = '\0';
        if (!*name || is_self(irc, name))
            continue;
        enter(irc, channel, name, NULL);
        struct irc_person *person = irc_people_find(&irc->people, name);
        for (; person && marks < name; marks++) {
            const char *mark = strchr(irc->marks, *marks);
            if (mark)
                set_mark(person, channel, irc->modes[mark - irc->marks], true);
        }
    }
}

/* ---- 005 ---- */

static void on_prefix(struct irc *irc, const char *value)
{
    const char *end = strchr(value, ')');
    size_t count = *value == '(' && end ? (size_t)(end - value - 1) : 0;
    if (count == 0 || count >= sizeof irc->modes || strlen(end + 1) != count)
        return;
    memcpy(irc->modes, value + 1, count);
    irc->modes[count] = '\0';
    memcpy(irc->marks, end + 1, count);
    irc->marks[count] = '\0';
}

/* CHANMODES=A,B,C,D: A and B take a value always, C when set, D never. */
static void on_chanmodes(struct irc *irc, const char *value)
{
    char copy[96], *state = NULL;
    snprintf(copy, sizeof copy, "%s", value);
    const char *a = strtok_r(copy, ",", &state), *b = strtok_r(NULL, ",", &state);
    const char *c = strtok_r(NULL, ",", &state);
    snprintf(irc->value_modes, sizeof irc->value_modes, "%.30s%.30s", a ? a : "", b ? b : "");
    snprintf(irc->set_modes, sizeof irc->set_modes, "%.30s", c ? c : "");
}

static void on_isupport(struct irc *irc)
{
    for (size_t i = 1; i + 1 < irc->line.count; i++) {
        const char *token = irc->line.param[i];
        if (strncmp(token, "CASEMAPPING=", 12) == 0)
            irc->people.rfc1459 = strncmp(token + 12, "ascii", 5) != 0;
        else if (strncmp(token, "PREFIX=", 7) == 0)
            on_prefix(irc, token + 7);
        else if (strncmp(token, "CHANMODES=", 10) == 0)
            on_chanmodes(irc, token + 10);
    }
}

/* ---- talk ---- */

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

static void on_talk(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    int channel = irc_events_channel(irc, line->param[0]);
    struct buf clean;
    if (is_self(irc, line->nick) || (channel < 0 && !is_self(irc, line->param[0])))
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
            push(irc, EVENT_TEXT, channel, person, buf_text(&clean), clean.length);
        if (stranger)
            tell_waiting(irc);
    }
    free(text);
    buf_finish(&clean);
    if (stranger && person->channels == 0 && channel >= 0)
        person->channels |= 1u << channel;
}

/* CTCP is not for the session; an ACTION is talk like any other. */
static bool take_ctcp(struct irc *irc)
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

/* What crossed a KICK is said again when we are back; what is refused while we are in the channel
 * (moderated, banned) would be refused again. */
static void on_not_said(struct irc *irc, int channel)
{
    const char *name = irc->settings->channels[channel];
    if (!irc->channel[channel].joined)
        irc_flood_drop(&irc->flood, name, true, irc_lost_message, irc);
    else
        log_warn("irc", "%s: %s does not let us speak: %s", irc->settings->network, name,
                 irc->line.param[irc->line.count - 1]);
}

/* Somebody went without our seeing it: what was said to them did not arrive. */
static void on_no_such_nick(struct irc *irc)
{
    struct irc_person *person = irc_people_find(&irc->people, irc->line.param[1]);
    if (!person)
        return;
    push(irc, EVENT_LEAVE, -1, person, NULL, 0);
    forget(irc, person, true);
}

/* ---- dispatch ---- */

void irc_events_dispatched(void *context, const char *event)
{
    struct irc *irc = context;
    if (strcmp(event, "CHANNEL") == 0 || strcmp(event, "PRIVMSG") == 0)
        on_talk(irc);
    else if (strcmp(event, "JOIN") == 0)
        on_join(irc);
    else if (strcmp(event, "PART") == 0)
        on_part(irc, irc->line.nick);
    else if (strcmp(event, "KICK") == 0)
        on_part(irc, irc->line.param[1]);
    else if (strcmp(event, "QUIT") == 0)
        on_quit(irc);
    else if (strcmp(event, "NICK") == 0)
        on_nick(irc);
    else if (strcmp(event, "MODE") == 0)
        on_mode(irc);
}

void irc_events_numeric(void *context, unsigned code)
{
    struct irc *irc = context;
    const struct irc_line *line = &irc->line;
    int channel = irc_events_channel(irc, line->param[1]);
    if (code == 5)
        on_isupport(irc);
    else if (code == 353)
        on_names(irc);
    else if (code == 396 && line->count >= 2)
        irc->userhost[0] = '\0';
    else if (code == 401)
        on_no_such_nick(irc);
    else if ((code == 404 || code == 442) && channel >= 0)
        on_not_said(irc, channel);
    else if ((code == 403 || code == 405 || (code >= 471 && code <= 477)) && channel >= 0) {
        log_warn("irc", "%s: cannot join %s: %s", irc->settings->network, line->param[1],
                 line->param[line->count - 1]);
        schedule_join(irc, channel);
    }
}

void irc_events_line(struct irc *irc)
{
    char canonical[IRC_CANONICAL_MAX + 8];
    struct irc_line *line = &irc->line;
    if (strcmp(line->command, "ACCOUNT") == 0)
        on_account(irc);
    else if (strcmp(line->command, "CHGHOST") == 0 && is_self(irc, line->nick))
        snprintf(irc->userhost, sizeof irc->userhost, "%.100s@%.150s", line->param[0],
                 line->param[1]);
    if (!irc->session || take_ctcp(irc) ||
        !irc_line_canonical(line, irc->nick, canonical, sizeof canonical))
        return;
    if (irc_session_feed(irc->session, canonical))
        irc_fail(irc, "libircclient gave up");
}
