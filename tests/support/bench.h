/*
 * What benchmarks share: time, percentiles, memory, scratch directories, and a
 * whole bot (session, SQLite, plugins) on the script transport.
 */
#ifndef SUPPORT_BENCH_H
#define SUPPORT_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/compose.h"

/* Nanoseconds of the monotonic clock. */
int64_t bench_now(void);
/* The p-th percentile (0 .. 100) of `count` values, which are sorted in place; 0 of none. */
double bench_percentile(double *values, size_t count, double p);
/* Resident memory of a process (0 = this one) in KiB, 0 if it cannot be read. */
long bench_resident(int pid);
/* The most it was since the process began, likewise. */
long bench_resident_peak(int pid);
/* Prints the line and ends the program with 1: a benchmark that cannot be measured is worth nothing. */
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes a fresh scratch directory (on disk: fsync must cost what it costs). */
void bench_scratch(char *out, size_t size);
/* Removes it with all that is in it. */
void bench_scratch_remove(const char *dir);

/* A whole bot; the clock is bench_bot.now. */
struct bench_bot {
    struct compose parts;
    struct transport *transport;
    int64_t now;     /* ms since 1970, moved by the benchmark */
    uint64_t chance;
    bool open_ballots; /* of rooms heard of from now on */
    /* Called for each message that somebody sees; person NULL = the room. */
    void (*seen)(void *context, const char *person, const char *text);
    void *context;
};
/* `questions` NULL = the shipped ones. Ends the program if it cannot be. */
void bench_bot_open(struct bench_bot *bot, const char *database, const char *questions);
void bench_bot_close(struct bench_bot *bot);
void bench_bot_say(struct bench_bot *bot, const char *room, const char *person, const char *text);
void bench_bot_tell(struct bench_bot *bot, const char *person, const char *text);
/* Turns until the bot is at rest. */
void bench_bot_settle(struct bench_bot *bot);

#endif
