#include "transport/irc/irc_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/hash.h"

/* Exactly `count` digits at *at. */
static bool take_number(const char **at, size_t count, int *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool take_sign(const char **at, char sign)
{
    return *(*at)++ == sign;
}

bool irc_time_parse(const char *text, int64_t *ms)
{
    const char *at = text;
    struct tm tm = {0};
    int milli = 0;
    if (!take_number(&at, 4, &tm.tm_year) || !take_sign(&at, '-') ||
        !take_number(&at, 2, &tm.tm_mon) || !take_sign(&at, '-') ||
        !take_number(&at, 2, &tm.tm_mday) || !take_sign(&at, 'T') ||
        !take_number(&at, 2, &tm.tm_hour) || !take_sign(&at, ':') ||
        !take_number(&at, 2, &tm.tm_min) || !take_sign(&at, ':') ||
        !take_number(&at, 2, &tm.tm_sec))
        return false;
    if (*at == '.') {
        at++;
        if (!take_number(&at, 3, &milli))
            return false;
    }
    if (*at != 'Z' || tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *ms = (int64_t)timegm(&tm) * 1000 + milli;
    return true;
}

void irc_times_init(struct irc_times *times)
{
    memset(times, 0, sizeof *times);
}

/* What is slow or old only looks like a larger difference, so the least one is the clocks'. */
void irc_times_note(struct irc_times *times, const char *tag, int64_t now)
{
    int64_t sent;
    if (!tag || !irc_time_parse(tag, &sent))
        return;
    if (!times->known || now - sent < times->skew)
        times->skew = now - sent;
    times->known = true;
}

int64_t irc_times_said(const struct irc_times *times, const char *tag, int64_t now)
{
    int64_t sent;
    if (!times->known || !tag || !irc_time_parse(tag, &sent))
        return now;
    sent += times->skew;
    return now - sent > IRC_TIME_OLD_MS ? sent : now;
}

static uint64_t hash_of(const char *nick, const char *target, const char *text)
{
    uint64_t parts[3] = {fnv1a(nick, strlen(nick)), fnv1a(target, strlen(target)),
                         fnv1a(text, strlen(text))};
    return fnv1a(parts, sizeof parts);
}

/* How often that was said in this ms before; false if there is no telling. */
static bool count_seen(struct irc_times *times, int64_t moment, uint64_t hash, size_t *count)
{
    *count = 0;
    if (moment != times->moment)
        times->seen_count = 0;
    times->moment = moment;
    for (size_t i = 0; i < times->seen_count; i++)
        *count += times->seen[i] == hash;
    if (times->seen_count == IRC_TIME_SEEN_MAX)
        return false;
    times->seen[times->seen_count++] = hash;
    return true;
}

bool irc_times_id(struct irc_times *times, const char *tag, const char *nick, const char *target,
                  const char *text, char id[IRC_TIME_ID])
{
    int64_t sent;
    size_t before;
    uint64_t hash = hash_of(nick, target, text);
    if (!tag || !irc_time_parse(tag, &sent) || !count_seen(times, sent, hash, &before))
        return false;
    snprintf(id, IRC_TIME_ID, "at:%" PRId64 ":%016" PRIx64 ":%zu", sent, hash, before);
    return true;
}
