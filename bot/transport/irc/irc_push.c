/* Events for the bot. */
#include <string.h>
#include <time.h>

#include "transport/irc/irc_state.h"
#include "util/utf8.h"

#define MSGID_MAX 200

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

void irc_push(struct irc *irc, enum event_kind kind, int channel, const struct irc_person *person,
              const char *text, size_t length)
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
