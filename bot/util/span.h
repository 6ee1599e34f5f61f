/* Durations and dates as people write and read them. All times: milliseconds since 1970 UTC. */
#ifndef UTIL_SPAN_H
#define UTIL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPAN_TEXT 32

/* "90", "90s", "5m", "1h30m", "2d": seconds into *seconds, 0 on success, -1 if
 * it is not of that form or above 366 days. A bare number is seconds. */
int span_parse(const char *text, int64_t *seconds);
/* "45 s", "5:00", "1 h 30 min", "2 days": short, for members. */
const char *span_text(int64_t milliseconds, char out[SPAN_TEXT]);
/* ISO 8601 UTC, "2026-11-23T02:40:00Z"; parse returns 0 or -1. */
const char *time_text(int64_t at, char out[SPAN_TEXT]);
int time_parse(const char *text, int64_t *at);

#endif
