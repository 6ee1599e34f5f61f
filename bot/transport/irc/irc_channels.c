/* The bot's own channels: joining, being put out, joining again. */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define REJOIN_MS 3000        /* after the first kick or refusal; doubles each time */
#define REJOIN_MAX_MS 600000
#define REJOIN_CALM_MS 300000 /* in the channel for so long: begins anew */

int irc_channels_find(const struct irc *irc, const char *name)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (irc_people_same(&irc->people, irc->settings->channels[i], name))
            return (int)i;
    return -1;
}

static void schedule_join(struct irc *irc, int channel)
{
    struct irc_channel *one = &irc->channel[channel];
    int64_t now = irc_now(irc), wait = REJOIN_MS;
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
            irc_presence_forget(irc, person, false);
    }
    irc_flood_drop(&irc->flood, irc->settings->channels[channel], false, irc_say_lost, irc);
    irc->channel[channel].joined = false;
    irc_push(irc, EVENT_RESET, channel, NULL);
}

void irc_channels_lost(struct irc *irc)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (irc->channel[i].joined)
            lose_channel(irc, (int)i);
    irc_people_clear(&irc->people);
}

void irc_channels_due(struct irc *irc)
{
    for (size_t i = 0; irc->phase == IRC_READY && i < irc->settings->channel_count; i++) {
        struct irc_channel *channel = &irc->channel[i];
        if (channel->joined || channel->rejoin_at == 0 || channel->rejoin_at > irc_now(irc))
            continue;
        channel->rejoin_at = 0;
        irc_session_join(irc->session, irc->settings->channels[i], irc->settings->keys[i]);
    }
}

void irc_channels_join_all(struct irc *irc)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        irc->channel[i].rejoin_at = 1;
}

void irc_channels_entered(struct irc *irc, int channel)
{
    const char *userhost = irc->line.userhost;
    irc->channel[channel].joined = true;
    irc->channel[channel].joined_at = irc_now(irc);
    irc->channel[channel].rejoin_at = 0;
    if (*userhost)
        snprintf(irc->userhost, sizeof irc->userhost, "%s", userhost);
    log_info("irc", "%s: joined %s", irc->settings->network, irc->settings->channels[channel]);
    irc_say_ready(irc);
}

void irc_channels_put_out(struct irc *irc, int channel)
{
    log_warn("irc", "%s: no longer in %s", irc->settings->network,
             irc->settings->channels[channel]);
    lose_channel(irc, channel);
    schedule_join(irc, channel);
}

void irc_channels_refused(struct irc *irc, int channel)
{
    const struct irc_line *line = &irc->line;
    log_warn("irc", "%s: cannot join %s: %s", irc->settings->network, line->param[1],
             line->param[line->count - 1]);
    schedule_join(irc, channel);
}
