/* What people say while it is being looked up who they are: it waits, whole and in order. */
#include "transport/irc/irc_hold.h"

#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_state.h"

#define HELD_TEXTS_MAX 64                /* of one person */
#define HELD_BYTES_MAX (1024 * 1024)     /* of all people */

struct irc_held {
    struct irc_held *next;
    int channel;
    int64_t at;
    bool line, cut;
    char *id;
    size_t length;
    char text[];
};

void irc_held_free(struct irc_held *held)
{
    while (held) {
        struct irc_held *next = held->next;
        free(held->id);
        free(held);
        held = next;
    }
}

static struct irc_held *copy(int channel, const struct irc_said *said)
{
    struct irc_held *held = malloc(sizeof *held + said->length + 1);
    if (!held)
        return NULL;
    *held = (struct irc_held){.channel = channel, .at = said->at, .line = said->line,
                              .cut = said->cut, .length = said->length};
    memcpy(held->text, said->text, said->length);
    held->text[said->length] = '\0';
    held->id = said->id ? strdup(said->id) : NULL;
    if (!said->id || held->id)
        return held;
    free(held);
    return NULL;
}

bool irc_hold(struct irc *irc, struct irc_person *person, int channel, const struct irc_said *said)
{
    struct irc_held **last = &person->held;
    size_t count = 0;
    for (; *last; last = &(*last)->next)
        count++;
    bool room = count < HELD_TEXTS_MAX && irc->lookups.held + said->length <= HELD_BYTES_MAX;
    struct irc_held *held = room ? copy(channel, said) : NULL;
    if (!held)
        return false;
    if (count == 0)
        person->held_since = irc_now(irc);
    irc->lookups.held += held->length;
    *last = held;
    return true;
}

void irc_hold_release(struct irc *irc, struct irc_person *person)
{
    while (person->held) {
        struct irc_held *held = person->held;
        struct irc_said said = {.nick = person->nick, .id = held->id, .text = held->text,
                                .length = held->length, .at = held->at, .line = held->line,
                                .cut = held->cut};
        person->held = held->next;
        irc_talk_give(irc, held->channel, person, &said);
        irc->lookups.held -= held->length;
        held->next = NULL;
        irc_held_free(held);
    }
}
