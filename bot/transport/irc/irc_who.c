/*
 * What servers and services answer when asked who somebody is, and who is in a channel:
 * WHO (352, 354, 315; WHOX: ircu's doc/readme.who), WHOIS (311, 330, 318), ACC of NickServ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_mask.h"
#include "transport/irc/irc_state.h"

#define TOKEN_CHANNEL 100 /* and the channel's index */
#define WHO_MS 10000      /* so long the answer is waited for, then all others are guests */

/* ---- channels ---- */

void irc_who_joined(struct irc *irc, int channel)
{
    bool all_said = irc->settings->trust_nicks || irc_cap(irc, IRC_CAP_USERHOST_IN_NAMES);
    if (!irc->isupport.whox && all_said)
        return;
    irc->channel[channel].who = IRC_WHO_WANTED;
    irc->channel[channel].who_at = irc_now(irc);
    irc_lookup_run(irc);
}

bool irc_who_waits(const struct irc *irc)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (irc->channel[i].who != IRC_WHO_DONE || irc->channel[i].names_wanted)
            return true;
    return false;
}

static void finish_channel(struct irc *irc, int channel)
{
    irc->channel[channel].who = IRC_WHO_DONE;
    for (size_t i = irc->people.count; i > 0; i--) {
        struct irc_person *person = irc->people.list[i - 1];
        if ((person->channels & 1u << channel) && !person->account[0])
            irc_identity_assume(irc, person);
    }
}

void irc_who_due(struct irc *irc)
{
    for (size_t i = 0; i < irc->settings->channel_count; i++)
        if (irc->channel[i].who != IRC_WHO_DONE &&
            irc_now(irc) - irc->channel[i].who_at >= WHO_MS)
            finish_channel(irc, (int)i);
}

/* 366: all names are there. */
static void names_end(struct irc *irc, int channel)
{
    struct irc_channel *one = &irc->channel[channel];
    if (one->who != IRC_WHO_WANTED)
        return;
    one->who = IRC_WHO_ASKED;
    one->who_at = irc_now(irc);
    if (irc->isupport.whox)
        irc_send(irc, "WHO %s %%tuhna,%d", irc->settings->channels[channel],
                 TOKEN_CHANNEL + channel);
    else
        irc_send(irc, "WHO %s", irc->settings->channels[channel]);
}

static uint64_t place_of(const char *user, const char *host)
{
    char userhost[512];
    snprintf(userhost, sizeof userhost, "%.200s@%.300s", user, host);
    return irc_account_place(userhost);
}

/* 352: channel user host server nick flags :hops name */
static void on_who(struct irc *irc, int channel)
{
    const struct irc_line *line = &irc->line;
    struct irc_person *person = irc_people_find(&irc->people, line->param[5]);
    if (channel < 0 || !person || line->count < 7 || irc->channel[channel].who != IRC_WHO_ASKED)
        return;
    if (!person->account[0]) {
        person->place = place_of(line->param[2], line->param[3]);
        irc_identity_assume(irc, person);
    }
    irc_identity_doubt(irc, person);
}

/* ---- WHOX: token user host nick account; the account is "0" for none ---- */

static void on_whox_channel(struct irc *irc, int channel)
{
    const struct irc_line *line = &irc->line;
    struct irc_person *person = irc_people_find(&irc->people, line->param[4]);
    const char *login = line->param[5];
    if (!person || irc->channel[channel].who != IRC_WHO_ASKED)
        return;
    if (!person->account[0])
        person->place = place_of(line->param[2], line->param[3]);
    irc_identity_learn(irc, person, strcmp(login, "0") == 0 ? "" : login);
}

static void on_whox(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    int token = (int)strtol(line->param[1], NULL, 10), channel = token - TOKEN_CHANNEL;
    if (line->count < 6)
        return;
    if (channel >= 0 && channel < (int)irc->settings->channel_count) {
        on_whox_channel(irc, channel);
        return;
    }
    struct irc_question *question = irc_lookup_question(irc, IRC_ASK_WHO, line->param[4]);
    if (!question || (unsigned)token != question->token)
        return;
    question->seen = true;
    question->place = place_of(line->param[2], line->param[3]);
    if (strcmp(line->param[5], "0") != 0)
        snprintf(question->login, sizeof question->login, "%s", line->param[5]);
}

/* ---- WHOIS ---- */

/* 330: nick account :is logged in as */
static void on_whois_account(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    struct irc_question *question = irc_lookup_question(irc, IRC_ASK_WHOIS, line->param[1]);
    if (question && line->count >= 4)
        snprintf(question->login, sizeof question->login, "%s", line->param[2]);
}

/* 311: nick user host * :name */
static void on_whois_user(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    struct irc_question *question = irc_lookup_question(irc, IRC_ASK_WHOIS, line->param[1]);
    if (question && line->count >= 5)
        question->place = place_of(line->param[2], line->param[3]);
}

static void on_end(struct irc *irc, enum irc_question_kind kind)
{
    struct irc_question *question = irc_lookup_question(irc, kind, irc->line.param[1]);
    if (question)
        irc_lookup_ended(irc, question);
}

void irc_who_numeric(struct irc *irc, unsigned code)
{
    int channel = irc_channels_find(irc, irc->line.param[1]);
    switch (code) {
    case 311: on_whois_user(irc); break;
    case 318: on_end(irc, IRC_ASK_WHOIS); break;
    case 330: on_whois_account(irc); break;
    case 352: on_who(irc, channel); break;
    case 354: on_whox(irc); break;
    case 315:
        if (channel >= 0 && irc->channel[channel].who == IRC_WHO_ASKED)
            finish_channel(irc, channel);
        else
            on_end(irc, IRC_ASK_WHO);
        break;
    case 366:
        if (channel >= 0)
            names_end(irc, channel);
        break;
    default: break;
    }
}

/* ---- services ---- */

const char *irc_who_services(const struct irc *irc)
{
    static char nick[EVENT_NAME_MAX + 1];
    const char *mask = irc->settings->services;
    snprintf(nick, sizeof nick, "%.*s", (int)strcspn(mask, "!"), mask);
    return *nick && !strpbrk(nick, "*?[") ? nick : "NickServ";
}

static bool is_services(const struct irc *irc)
{
    char who[512];
    const struct irc_line *line = &irc->line;
    if (!irc->settings->services || !*line->userhost)
        return false;
    snprintf(who, sizeof who, "%.100s!%.400s", line->nick, line->userhost);
    return irc_mask_fits(irc->people.casemap, irc->settings->services, who);
}

/* "ann2 -> ann ACC 3": nick, account, and 3 for logged in. Anything else is no account. */
void irc_who_notice(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    char text[400], *state = NULL;
    const char *word[5] = {"", "", "", "", ""};
    if (!irc_is_self(irc, line->param[0]) || !is_services(irc))
        return;
    snprintf(text, sizeof text, "%s", line->param[1]);
    for (size_t i = 0; i < 5; i++) {
        char *next = strtok_r(i ? NULL : text, " ", &state);
        word[i] = next ? next : "";
    }
    struct irc_question *question = irc_lookup_question(irc, IRC_ASK_SERVICES, word[0]);
    bool account = strcmp(word[1], "->") == 0 && strcmp(word[3], "ACC") == 0;
    if (!question || (!account && strcmp(word[1], "ACC") != 0))
        return;
    if (account && strcmp(word[4], "3") == 0 && strcmp(word[2], "*") != 0)
        snprintf(question->login, sizeof question->login, "%s", word[2]);
    irc_lookup_ended(irc, question);
}

void irc_who_nobody(struct irc *irc)
{
    if (irc->settings->services &&
        irc_people_same(&irc->people, irc_who_services(irc), irc->line.param[1]))
        irc_lookup_services_gone(irc);
}
