#include "warp/warp.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STUCK_MAX 10000  /* turns of a loop without a step of the clock */
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

/* libcurl asks how old what it knows of a name is by this one. */
time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

static bool has_news(uv_loop_t *loop)
{
    struct pollfd ready = {uv_backend_fd(loop), POLLIN, 0};
    return uv_backend_timeout(loop) == 0 || poll(&ready, 1, 0) > 0;
}

bool warp_run(uv_loop_t *loop, int64_t ms, warp_done_fn *done, void *context)
{
    int64_t end = moved + ms;
    for (unsigned stuck = 0;; stuck++) {
        uv_run(loop, UV_RUN_NOWAIT);
        if (done && done(context))
            return true;
        if (has_news(loop) && stuck < STUCK_MAX)
            continue;
        if (moved >= end)
            return false;
        int next = uv_backend_timeout(loop);
        int64_t step = next < 0 || next > end - moved ? end - moved : next;
        warp_by(step > 0 ? step : 1);
        stuck = 0;
    }
}
