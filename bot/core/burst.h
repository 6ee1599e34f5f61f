/*
 * Lines that a person sends one soon after the other, as clients do with what
 * is pasted where a message is one line (IRC: irssi sends five at once, then
 * one in 2.2 s; weechat one in 2 s). Each line is stored when it comes; only
 * what is said about them waits until the burst is over, and is said once.
 *
 * Kept in memory only, bounded; who is forgotten gets a receipt too many. A
 * zeroed struct bursts is empty.
 */
#ifndef CORE_BURST_H
#define CORE_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BURSTS_MAX 256
#define BURST_FIRST_MS 2500 /* what is said of one line waits this long, so that a second may follow */
#define BURST_NEXT_MS 4000  /* the same once there are two */
#define BURST_CALM_MS 1000  /* before the end of a phase nothing waits any longer */

struct burst {
    uint64_t member; /* 0 = not in use */
    uint64_t round;  /* that its lines were stored for, 0 = none yet */
    uint64_t own;    /* the member of the account alone */
    uint32_t lines;  /* so far */
    int64_t last;    /* when the last of them came */
    int64_t due;     /* when the receipt goes out */
    bool advise;     /* the kind of round has not been asked yet what it has to say of the answer */
    bool greet;      /* its receipt tells a guest what they must know */
    char word[32];   /* the first word that is nearly a command and was taken as text, "" = none */
    char *held;      /* the first line, if it was refused but is text if others follow; or NULL */
    size_t held_length;
    char *held_key;  /* its event_key(), NULL if it has none */
};

struct bursts {
    struct burst list[BURSTS_MAX];
};

void bursts_finish(struct bursts *bursts);
/* The burst that the member is in the middle of at `now`, NULL if none: it is over as soon as
 * something is said of it. */
struct burst *burst_of(struct bursts *bursts, uint64_t member, int64_t now);
/* A further line, or the first one. */
struct burst *burst_line(struct bursts *bursts, uint64_t member, int64_t now);
/* Keeps a refused first line. 0, or -1 when out of memory. */
int burst_hold(struct burst *burst, const char *text, size_t length, const char *key);
void burst_release(struct burst *burst);
/* When the next burst is over of which something is left to do, 0 = none. */
int64_t bursts_due(const struct bursts *bursts);

#endif
