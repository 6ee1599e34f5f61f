/* What the core is told of people: that they enter, leave, log in or out. */
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_state.h"

/* Channels where another connection of the same account is. */
static unsigned others_told(const struct irc *irc, const struct irc_person *person)
{
    unsigned told = 0;
    for (struct irc_person *one = irc_people_first(&irc->people, person->account); one;
         one = irc_people_next(one))
        if (one != person)
            told |= one->told;
    return told;
}

static bool is_alone(const struct irc *irc, const struct irc_person *person)
{
    for (struct irc_person *one = irc_people_first(&irc->people, person->account); one;
         one = irc_people_next(one))
        if (one != person)
            return false;
    return true;
}

void irc_tell_enter(struct irc *irc, struct irc_person *person, unsigned channels)
{
    for (size_t i = 0; person->account[0] && i < irc->settings->channel_count; i++) {
        if (!(channels & 1u << i))
            continue;
        person->told |= 1u << i;
        if (!irc_away_back(irc, person, (int)i))
            irc_push(irc, EVENT_ENTER, (int)i, person);
    }
}

unsigned irc_tell_alone(const struct irc *irc, const struct irc_person *person)
{
    return person->told & ~others_told(irc, person);
}

void irc_tell_leave(struct irc *irc, struct irc_person *person, unsigned channels)
{
    unsigned gone = irc_tell_alone(irc, person) & channels;
    person->told &= ~channels;
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (gone & 1u << i)
            irc_push(irc, EVENT_LEAVE, (int)i, person);
}

void irc_tell_gone(struct irc *irc, struct irc_person *person)
{
    if (!person->told)
        return;
    if (!is_alone(irc, person)) {
        irc_tell_leave(irc, person, ~0u);
        return;
    }
    person->told = 0;
    irc_push(irc, EVENT_LEAVE, -1, person);
}

/* What is queued for an account goes on to a guest who has logged in, and waits for one who left it. */
static void move_queue(struct irc *irc, struct irc_person *person, const char *account, bool became)
{
    if (!is_alone(irc, person))
        return;
    if (became)
        irc_flood_rename(&irc->flood, person->account, account);
    else
        irc_flood_drop(&irc->flood, person->account, false, irc_say_lost, irc);
}

void irc_tell_account(struct irc *irc, struct irc_person *person, const char *account,
                      bool logged_in)
{
    bool became = irc_is_guest(irc, person) && logged_in;
    if (became) {
        irc_push_became(irc, person, account);
        free(person->former);
        person->former = strdup(person->account);
    } else if (person->account[0]) {
        irc_tell_gone(irc, person);
    }
    if (person->account[0])
        move_queue(irc, person, account, became);
    irc_people_set_account(&irc->people, person, account);
    person->logged_in = logged_in;
    person->told = 0;
    irc_tell_enter(irc, person, person->channels);
    irc_presence_back(irc);
}
