/*
 * A clock that runs as always, but can be moved on: for tests of what a program
 * does after minutes or hours. Linked to a program (tests.mk says to which), it
 * answers clock_gettime() for all of it, libuv and libcurl included.
 */
#ifndef SUPPORT_SKIP_H
#define SUPPORT_SKIP_H

#include <stdint.h>

#include <uv.h>

/* Moves the clock on; timers that are due run in the loop's next turn. */
void skip_seconds(uv_loop_t *loop, int64_t seconds);

#endif
