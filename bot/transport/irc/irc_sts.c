#include "transport/irc/irc_sts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DURATION_MAX INT64_C(315360000) /* ten years, in s */

/* The number up to a comma or the end; -1 if it is none, or above `limit`. */
static int64_t read_number(const char *text, int64_t limit)
{
    int64_t number = 0;
    if (*text < '0' || *text > '9')
        return -1;
    for (; *text >= '0' && *text <= '9'; text++)
        if ((number = number * 10 + (*text - '0')) > limit)
            return -1;
    return *text == ',' || *text == '\0' ? number : -1;
}

/* The text behind "key=" where the key stands first; "" if it does not. */
static const char *find_key(const char *value, const char *key)
{
    size_t length = strlen(key);
    while (*value) {
        if (strncmp(value, key, length) == 0 && value[length] == '=')
            return value + length + 1;
        value += strcspn(value, ",");
        value += *value == ',';
    }
    return "";
}

struct irc_sts_value irc_sts_parse(const char *value)
{
    struct irc_sts_value said = {0, -1};
    int64_t port = read_number(find_key(value, "port"), 65535);
    const char *duration = find_key(value, "duration");
    if (port > 0)
        said.port = (unsigned)port;
    said.duration = read_number(duration, INT64_MAX / 20);
    if (said.duration > DURATION_MAX)
        said.duration = DURATION_MAX;
    return said;
}

bool irc_sts_said(struct irc_sts_policy *policy, const char *value, unsigned port, int64_t now)
{
    struct irc_sts_value said = irc_sts_parse(value);
    if (said.duration < 0)
        return false;
    bool had = policy->until != 0;
    *policy = (struct irc_sts_policy){port, said.duration, 0};
    irc_sts_prolong(policy, now);
    return had || policy->until != 0;
}

void irc_sts_prolong(struct irc_sts_policy *policy, int64_t now)
{
    policy->until = policy->duration > 0 ? now + policy->duration * 1000 : 0;
}

bool irc_sts_holds(const struct irc_sts_policy *policy, int64_t now)
{
    return policy->until > now;
}

void irc_sts_write(const struct irc_sts_policy *policy, char out[IRC_STS_TEXT])
{
    snprintf(out, IRC_STS_TEXT, "%u %" PRId64 " %" PRId64, policy->port, policy->duration,
             policy->until);
}

bool irc_sts_read(const char *text, struct irc_sts_policy *policy)
{
    int64_t numbers[3];
    for (size_t i = 0; i < 3; i++) {
        char *end;
        errno = 0;
        numbers[i] = strtoll(text, &end, 10);
        if (errno || end == text || numbers[i] < 0 || *end != (i < 2 ? ' ' : '\0'))
            return false;
        text = end + (i < 2);
    }
    if (numbers[0] < 1 || numbers[0] > 65535 || numbers[1] > DURATION_MAX)
        return false;
    *policy = (struct irc_sts_policy){(unsigned)numbers[0], numbers[1], numbers[2]};
    return true;
}
