/*
 * A clock that stands still until it is moved, for programs that live through
 * days in seconds. Linked to a program (tests.mk says to which), it answers
 * clock_gettime() for all of it, libuv and libcurl included. Never let a loop
 * sleep under it: run it with UV_RUN_NOWAIT, and move the clock to what is due.
 */
#ifndef SUPPORT_WARP_H
#define SUPPORT_WARP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* The wall clock, too, stands still from now on, at this time (ms since 1970); 0 = it is the real
 * one, as at the beginning. */
void warp_wall(int64_t at);
/* Moves the clock on. */
void warp_by(int64_t ms);
/* How far it was moved since the program began, in ms. */
int64_t warp_moved(void);

/* Runs the loop until done() is true, for at most `ms` of the moved clock; tells whether it is. The
 * clock moves on when no socket has anything to say. NULL = for all of the time. */
typedef bool warp_done_fn(void *context);
bool warp_run(uv_loop_t *loop, int64_t ms, warp_done_fn *done, void *context);

#endif
