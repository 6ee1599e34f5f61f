/* Events for the bot. */
#include <stdio.h>
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

/* Bytes that are not UTF-8, which a server may put into a name, are not shown. */
static const char *clean_name(const char *name, char space[EVENT_NAME_MAX + 1])
{
    if (utf8_valid(name, strlen(name)))
        return name;
    snprintf(space, EVENT_NAME_MAX + 1, "%s", name);
    for (char *c = space; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    return space;
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
    struct event event = {
        .kind = kind,
        .at = irc_wall_clock(),
        .room = {"irc", network, channel >= 0 ? irc->settings->channels[channel] : NULL},
        .who = {"irc", network, person ? person->account : ""},
        .name = person ? person->nick : "",
        .bot_name = irc->nick,
        .text = "",
    };
    if (person) {
        event.role = channel >= 0 ? irc_modes_role(person, channel) : ROLE_MEMBER;
        event.guest = irc_is_guest(irc, person);
    }
    return event;
}

static void give(struct irc *irc, struct event *event)
{
    char name[EVENT_NAME_MAX + 1], own[EVENT_NAME_MAX + 1];
    event->name = clean_name(event->name, name);
    event->bot_name = clean_name(event->bot_name, own);
    irc->sink->event(irc->sink->context, event);
    irc->sink->wake(irc->sink->context);
}

void irc_push(struct irc *irc, enum event_kind kind, int channel, const struct irc_person *person)
{
    struct event event = make_event(irc, kind, channel, person);
    give(irc, &event);
}

void irc_push_became(struct irc *irc, const struct irc_person *person, const char *account)
{
    struct event event = make_event(irc, EVENT_BECAME, -1, person);
    event.text = account;
    event.length = strlen(account);
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
