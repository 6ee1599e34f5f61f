/* Commands that come too fast are not done; who gives them is told once. */
#include <string.h>

#include "core/talk.h"
#include "util/span.h"
#include "util/utf8.h"

#define SHOWN_MAX 40 /* bytes of the command that was not done */

/* Answers are no commands, however they are sent; nor is what may be meant for another bot. */
static bool counts(const struct talk *talk)
{
    const struct command *command = &talk->command;
    switch (command->verb) {
    case COMMAND_NONE:
    case COMMAND_ANSWER:
    case COMMAND_REVISE:
        return false;
    case COMMAND_UNKNOWN:
        return !talk->burst && (!talk->room || command->named || command->meant);
    default:
        return true;
    }
}

/* What whoever moderates needs when others, or their own haste, have used up all. */
static bool restores_order(const struct talk *talk)
{
    switch (talk->command.verb) {
    case COMMAND_PAUSE:
    case COMMAND_SKIP:
    case COMMAND_END:
    case COMMAND_IGNORE:
    case COMMAND_BAN:
        return talk->room && talk_role(talk, talk->room->id) >= ROLE_MODERATOR;
    default:
        return false;
    }
}

static void tell(struct talk *talk, unsigned most, int64_t wait)
{
    char left[SPAN_TEXT];
    const struct event *event = talk->event;
    size_t whole = strcspn(event->text, "\n"), shown = utf8_cut(event->text, whole, SHOWN_MAX);
    struct text text;
    text_init(&text);
    text_put(&text, "I did not do ");
    text_monof(&text, "%.*s%s", (int)shown, event->text,
               shown < event->length ? "\xe2\x80\xa6" : "");
    text_printf(&text, ": that was more than %u commands in a short time. Wait %s, then go on; what "
                       "comes before is not done either.",
                most, span_text(wait, left));
    talk_tell(talk, &text, NULL);
    text_finish(&text);
}

bool hall_too_fast(struct talk *talk)
{
    const struct world *world = talk->hall->world;
    unsigned most = world->commands ? world->commands(world->context) : 0;
    bool first;
    if (most == 0 || !counts(talk))
        return false;
    int64_t wait = limit_take(&talk->hall->limits, talk->member, most,
                              restores_order(talk) ? LIMIT_SPARE : 0, talk->event->at, &first);
    if (first)
        tell(talk, most, wait);
    return wait > 0;
}
