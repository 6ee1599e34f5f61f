#include "warp/warp.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BEGIN_MS 1000000 /* a clock near 0 would hide what takes 0 for "never" */

/* libcurl asks from a thread of its own while it looks a name up. */
static _Atomic int64_t moved, wall;

void warp_wall(int64_t at)
{
    wall = at ? at - moved : 0;
}

void warp_by(int64_t ms)
{
    moved += ms;
}

int64_t warp_moved(void)
{
    return moved;
}

static void put(struct timespec *out, int64_t ms)
{
    out->tv_sec = (time_t)(ms / 1000);
    out->tv_nsec = (long)(ms % 1000) * 1000000;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME) {
        put(out, BEGIN_MS + moved);
        return 0;
    }
    if (wall != 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        put(out, wall + moved);
        return 0;
    }
    return (int)syscall(SYS_clock_gettime, clock, out);
}
