/* The bot's own channels: joining, being put out, joining again. */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define REJOIN_MS 3000        /* after the first refusal; doubles each time */
#define REJOIN_MAX_MS 600000
#define REJOIN_CALM_MS 300000 /* in the channel for so long: begins anew */
#define KICKED_SOON_MS 600000 /* kicked again within this: they mean it, */
#define KICKED_OUT_MS 3600000 /* and the bot stays away so long, twice as long the next time, */
#define KICKED_MAX_MS 86400000 /* at most */
#define JOIN_MS 60000         /* a JOIN without an answer is sent again */
#define JOINS_AT_ONCE 4

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
    irc_flood_drop(&irc->flood, irc->settings->channels[channel], false, irc_say_lost, irc);
    irc->channel[channel].joined = false;
    irc->channel[channel].who = IRC_WHO_DONE;
    irc->channel[channel].names_wanted = false;
    irc_presence_lost(irc, channel);
}

void irc_channels_lost(struct irc *irc)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (irc->channel[i].joined)
            lose_channel(irc, (int)i);
    irc_presence_settle_all(irc);
    irc_people_clear(&irc->people);
    irc_lookup_lost(irc);
    irc_people_clear(&irc->away);
    irc_isupport_init(&irc->isupport);
    irc_people_refold(&irc->people);
    irc_people_refold(&irc->away);
}

/* Many channels are joined in parts, so that a strict server does not take it for a flood. */
static bool may_join(struct irc *irc)
{
    int64_t now = irc_now(irc);
    if (now - irc->joins_at > JOINS_AT_ONCE * (int64_t)irc->settings->flood_ms) {
        irc->joins_at = now;
        irc->joins = 0;
    }
    return irc->settings->flood_ms == 0 || irc->joins++ < JOINS_AT_ONCE;
}

void irc_channels_due(struct irc *irc)
{
    for (size_t i = 0; irc->phase == IRC_READY && i < irc->settings->channel_count; i++) {
        struct irc_channel *channel = &irc->channel[i];
        if (channel->joined || channel->rejoin_at == 0 || channel->rejoin_at > irc_now(irc) ||
            !may_join(irc))
            continue;
        channel->rejoin_at = irc_now(irc) + JOIN_MS;
        irc_session_join(irc->session, irc->settings->channels[i], irc->settings->keys[i]);
        irc_flood_spend(&irc->flood, irc_now(irc));
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
    irc_refused_lift(irc, irc->settings->channels[channel]);
    irc_say_ready(irc);
}

/* One kick may be a mistake, or a joke; who is kicked again stays away until invited. */
static void schedule_after_kick(struct irc *irc, int channel)
{
    struct irc_channel *one = &irc->channel[channel];
    int64_t now = irc_now(irc), wait = KICKED_OUT_MS;
    one->kicks = one->kicked_at > 0 && now - one->kicked_at < KICKED_SOON_MS ? one->kicks + 1 : 1;
    for (unsigned i = 2; i < one->kicks && wait < KICKED_MAX_MS; i++)
        wait *= 2;
    wait = one->kicks == 1 ? REJOIN_MS : wait < KICKED_MAX_MS ? wait : KICKED_MAX_MS;
    one->rejoin_at = now + wait;
    one->kicked_at = one->rejoin_at;
    if (one->kicks > 1)
        log_warn("irc", "%s: kicked from %s again; next try in %d minutes, or when somebody types "
                        "/invite %s %s",
                 irc->settings->network, irc->settings->channels[channel], (int)(wait / 60000),
                 irc->nick, irc->settings->channels[channel]);
}

void irc_channels_put_out(struct irc *irc, int channel, bool kicked)
{
    log_warn("irc", "%s: no longer in %s", irc->settings->network,
             irc->settings->channels[channel]);
    lose_channel(irc, channel);
    if (kicked)
        schedule_after_kick(irc, channel);
    else
        schedule_join(irc, channel);
}

void irc_channels_astray(struct irc *irc, const char *name)
{
    if (irc_channels_find(irc, name) >= 0 || strpbrk(name, " ,") || strlen(name) > 200)
        return;
    log_warn("irc", "%s: the server put us into %.60s, which is not configured; we leave it",
             irc->settings->network, name);
    irc_send(irc, "PART %s", name);
}

void irc_channels_invited(struct irc *irc, const char *name)
{
    int channel = irc_channels_find(irc, name);
    if (channel < 0 || irc->channel[channel].joined)
        return;
    irc->channel[channel].rejoin_at = 1;
    irc->channel[channel].kicked_at = 0;
}

void irc_channels_refused(struct irc *irc, int channel)
{
    const struct irc_line *line = &irc->line;
    log_warn("irc", "%s: cannot join %s: %s", irc->settings->network, line->param[1],
             line->param[line->count - 1]);
    schedule_join(irc, channel);
}
