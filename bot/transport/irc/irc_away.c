/*
 * People who are away by a netsplit. The core is not told that they left until the split has lasted
 * a while: it goes on as if they were there, and hears nothing of it when they are back in time.
 * They are kept apart from those who are here, by account: who takes their nick gets nothing of
 * theirs, and what is for them waits.
 */
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_netsplit.h"
#include "transport/irc/irc_state.h"
#include "util/log.h"

#define SPLIT_MS 300000
#define BURST_MS 10000 /* of one split there is one line in the log */

/* ---- going ---- */

static void note_split(struct irc *irc)
{
    if (irc->split_at == 0 || irc_now(irc) - irc->split_at > BURST_MS)
        log_info("irc", "%s: netsplit (%.127s); who is gone by it is waited for",
                 irc->settings->network, irc->line.param[0]);
    irc->split_at = irc_now(irc);
}

static struct irc_person *keep(struct irc *irc, const struct irc_person *person)
{
    struct irc_person *away = irc_people_first(&irc->away, person->account);
    if (away)
        return away;
    away = irc_people_add(&irc->away, person->nick);
    if (!away)
        return NULL;
    irc_people_set_account(&irc->away, away, person->account);
    away->logged_in = person->logged_in;
    away->place = person->place;
    return away;
}

void irc_away_quit(struct irc *irc, struct irc_person *person)
{
    unsigned told = irc_tell_alone(irc, person);
    if (told == 0 || !irc_netsplit_reason(irc->line.param[0]))
        return;
    struct irc_person *away = keep(irc, person);
    if (!away)
        return;
    note_split(irc);
    away->told |= told;
    away->away_at = irc_now(irc);
    person->told &= ~told;
}

/* ---- coming back, or not ---- */

static void lose(struct irc *irc, struct irc_person *away, unsigned channels)
{
    away->told &= ~channels;
    if (away->told == 0)
        irc_people_forget(&irc->away, away);
}

bool irc_away_back(struct irc *irc, const struct irc_person *person, int channel)
{
    struct irc_person *away = irc_people_first(&irc->away, person->account);
    unsigned bit = 1u << channel;
    if (!away || !(away->told & bit))
        return false;
    bool same_name = strcmp(away->nick, person->nick) == 0;
    lose(irc, away, bit);
    return same_name;
}

/* Same nick, same place as somebody with an account who is away: most likely they, but that is no
 * proof. They are looked up when they speak, or something is for them; until then nothing is told. */
bool irc_away_expects(const struct irc *irc, const struct irc_person *person, int channel)
{
    const struct irc_person *away = irc_people_find(&irc->away, person->nick);
    return away && away->logged_in && away->place == person->place && person->place &&
           (away->told & 1u << channel);
}

static void give_up(struct irc *irc, struct irc_person *away)
{
    unsigned here = 0;
    for (struct irc_person *one = irc_people_first(&irc->people, away->account); one;
         one = irc_people_next(one))
        here |= one->told;
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (away->told & ~here & 1u << i)
            irc_push(irc, EVENT_LEAVE, (int)i, away);
    struct irc_person *expected = irc_people_find(&irc->people, away->nick);
    irc_people_forget(&irc->away, away);
    if (expected && !expected->account[0] && !expected->held) {
        irc_identity_assume(irc, expected);
        irc_identity_doubt(irc, expected);
    }
}

void irc_away_due(struct irc *irc)
{
    for (size_t i = irc->away.count; i > 0; i--)
        if (irc_now(irc) - irc->away.list[i - 1]->away_at >= SPLIT_MS)
            give_up(irc, irc->away.list[i - 1]);
}

void irc_away_lost(struct irc *irc, int channel)
{
    for (size_t i = irc->away.count; i > 0; i--)
        lose(irc, irc->away.list[i - 1], 1u << channel);
}
