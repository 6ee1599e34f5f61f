/*
 * What befalls a bot on a network in the course of a day, and passes again: lost
 * and half-open connections, kicks and bans, netsplits, nick thieves, services that
 * go away, garbage. Which, and when it is over, comes from a seed.
 */
#ifndef SUPPORT_LIFE_DAY_H
#define SUPPORT_LIFE_DAY_H

#include "warp/life_play.h"
#include "warp/names.h"
#include "warp/wire.h"

#define LIFE_LATER_MAX 256

enum life_fault {
    LIFE_RESET, LIFE_CUT_LINE, LIFE_HALF_OPEN, LIFE_ERROR, LIFE_REFUSED, LIFE_HANGING,
    LIFE_UNNAMED, LIFE_SLOW, LIFE_KICKED, LIFE_BANNED, LIFE_FULL, LIFE_SPLIT, LIFE_GOES, LIFE_RENAMED,
    LIFE_THEFT, LIFE_SERVICES, LIFE_KICK_OTHER, LIFE_GARBAGE, LIFE_BURST, LIFE_FAULTS
};

struct life {
    uint64_t seed, chance;
    uv_loop_t loop;
    struct fake_irc *fake;
    struct life_net net;
    struct life_bot bot;
    struct life_play play;
    struct life_later {
        int64_t at; /* 0 = free */
        void (*undo)(struct life *life, size_t which);
        size_t which;
    } later[LIFE_LATER_MAX];
    enum wire_fate fate;
    enum names_fate names;
    size_t count[LIFE_FAULTS], attempts, connects;
    int64_t attempt_at; /* the last one, -1 before the first */
    unsigned failures;  /* attempts in a row since the bot was in for long */
};

/* For names_take(). Each attempt must come no sooner than the back-off allows. */
enum names_fate life_day_attempt(void *context);
/* For wire_take(). */
enum wire_fate life_day_connect(void *context);
void life_day_accept(void *context, int fd);
/* Something goes wrong. */
void life_day_happen(struct life *life);
/* What is due is over again; `all`: everything is. */
void life_day_undo(struct life *life, bool all);
const char *life_day_name(enum life_fault fault);

#endif
