#include "util/span.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SPAN_MAX_S (INT64_C(366) * 24 * 3600)

static int64_t unit_seconds(char unit)
{
    switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 24 * 3600;
    case 'w': return 7 * 24 * 3600;
    default: return 0;
    }
}

int span_parse(const char *text, int64_t *seconds)
{
    int64_t total = 0;
    if (!*text)
        return -1;
    while (*text) {
        int64_t number = 0;
        if (!isdigit((unsigned char)*text))
            return -1;
        for (; isdigit((unsigned char)*text); text++) {
            number = number * 10 + (*text - '0');
            if (number > SPAN_MAX_S)
                return -1;
        }
        int64_t unit = 1;
        if (*text && (unit = unit_seconds(*text++)) == 0)
            return -1;
        total += number * unit;
        if (total > SPAN_MAX_S)
            return -1;
    }
    *seconds = total;
    return 0;
}

const char *span_text(int64_t milliseconds, char out[SPAN_TEXT])
{
    int64_t s = (milliseconds + 999) / 1000;
    if (s < 0)
        s = 0;
    if (s < 60)
        snprintf(out, SPAN_TEXT, "%d s", (int)s);
    else if (s < 3600)
        snprintf(out, SPAN_TEXT, "%d:%02d", (int)(s / 60), (int)(s % 60));
    else if (s < 48 * 3600 && s % 3600 >= 60)
        snprintf(out, SPAN_TEXT, "%d h %d min", (int)(s / 3600), (int)(s % 3600 / 60));
    else if (s < 48 * 3600)
        snprintf(out, SPAN_TEXT, "%d h", (int)(s / 3600));
    else if (s % 86400 >= 3600)
        snprintf(out, SPAN_TEXT, "%d days %d h", (int)(s / 86400), (int)(s % 86400 / 3600));
    else
        snprintf(out, SPAN_TEXT, "%d days", (int)(s / 86400));
    return out;
}

const char *time_text(int64_t at, char out[SPAN_TEXT])
{
    time_t seconds = (time_t)(at / 1000);
    struct tm tm;
    out[0] = '\0';
    if (gmtime_r(&seconds, &tm))
        strftime(out, SPAN_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return out;
}

int time_parse(const char *text, int64_t *at)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (!end || *end)
        return -1;
    *at = (int64_t)timegm(&tm) * 1000;
    return 0;
}
