/*
 * When something was said, by the tag time= (ircv3.net/specs/extensions/server-time):
 * to tell what a bouncer plays back from what is said now, and to know it again
 * when it is played back once more. Pure.
 */
#ifndef TRANSPORT_IRC_TIME_H
#define TRANSPORT_IRC_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRC_TIME_OLD_MS (60 * 1000)                       /* later than this is no slowness: it is played back */
#define IRC_TIME_PAST_MS (INT64_C(24) * 3600 * 1000)      /* older than this is history, not an answer */
#define IRC_TIME_SEEN_MAX 64
#define IRC_TIME_ID 64

struct irc_times {
    bool known;
    int64_t skew;   /* our clock minus the server's, at least; from the lines of this connection */
    int64_t moment; /* what was said in this ms, */
    uint64_t seen[IRC_TIME_SEEN_MAX]; /* by hash */
    size_t seen_count;
};

/* "2026-01-05T10:00:00.123Z" as ms since 1970 UTC; false if it is no such time. */
bool irc_time_parse(const char *text, int64_t *ms);

/* A new connection. */
void irc_times_init(struct irc_times *times);
/* Notes how the server's clock stands to ours: `tag` of a line that arrives at `now`. */
void irc_times_note(struct irc_times *times, const char *tag, int64_t now);
/* When it was said, by our clock, at most `now`; `now` if the tag is no time, NULL, or only slow. */
int64_t irc_times_said(const struct irc_times *times, const char *tag, int64_t now);
/*
 * An id for something without msgid, the same each time it is played back: its time and a hash of
 * who said what to whom, and how often that was said before in the same ms. False if there is none.
 */
bool irc_times_id(struct irc_times *times, const char *tag, const char *nick, const char *target,
                  const char *text, char id[IRC_TIME_ID]);

#endif
