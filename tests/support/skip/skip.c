#include "skip/skip.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* libcurl asks from a thread of its own while it looks a name up. */
static _Atomic int64_t moved;

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int result = (int)syscall(SYS_clock_gettime, clock, out);
    out->tv_sec += moved;
    return result;
}

void skip_seconds(uv_loop_t *loop, int64_t seconds)
{
    moved += seconds;
    uv_update_time(loop);
}
