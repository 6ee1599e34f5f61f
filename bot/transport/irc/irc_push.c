/* Events for the bot. */
#include <string.h>
#include <time.h>

#include "transport/irc/irc_state.h"
#include "util/utf8.h"

#define MSGID_MAX 200

int64_t irc_wall_clock(void)
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

static const char *id_of(const char *id)
{
    size_t length = id ? strlen(id) : 0;
    return length > 0 && length <= MSGID_MAX && utf8_valid(id, length) ? id : NULL;
}

static struct event make_event(const struct irc *irc, enum event_kind kind, int channel,
                               const struct irc_person *person)
{
    const char *network = irc->settings->network;
    unsigned bit = channel >= 0 ? 1u << channel : 0;
    struct event event = {
        .kind = kind,
        .at = irc_wall_clock(),
        .room = {"irc", network, channel >= 0 ? irc->settings->channels[channel] : NULL},
        .who = {"irc", network, person ? person->account : ""},
        .name = name_of(person),
        .bot_name = irc->nick,
        .text = "",
    };
    if (person && (person->owner & bit))
        event.role = ROLE_OWNER;
    else if (person && (person->moderator & bit))
        event.role = ROLE_MODERATOR;
    return event;
}

static void give(struct irc *irc, const struct event *event)
{
    irc->sink->event(irc->sink->context, event);
    irc->sink->wake(irc->sink->context);
}

void irc_push(struct irc *irc, enum event_kind kind, int channel, const struct irc_person *person)
{
    struct event event = make_event(irc, kind, channel, person);
    give(irc, &event);
}

void irc_push_said(struct irc *irc, int channel, const struct irc_person *person,
                   const struct irc_said *said, const char *text, size_t length)
{
    struct event event = make_event(irc, EVENT_TEXT, channel, person);
    event.id = id_of(said->id);
    event.at = said->at;
    event.text = text;
    event.length = length;
    event.cut = said->cut;
    event.line = said->line && channel < 0;
    give(irc, &event);
}
