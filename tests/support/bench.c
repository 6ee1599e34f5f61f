#include "bench.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "transport/script/script.h"

#define TURNS_MAX 10000

int64_t bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double bench_percentile(double *values, size_t count, double p)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, ascending);
    return values[(size_t)(p / 100 * (double)(count - 1) + 0.5)];
}

/* The number behind a name in /proc/PID/status. */
static long status_of(int pid, const char *name)
{
    char path[64], line[256];
    long kib = 0;
    if (pid > 0)
        snprintf(path, sizeof path, "/proc/%d/status", pid);
    else
        snprintf(path, sizeof path, "/proc/self/status");
    FILE *status = fopen(path, "r");
    if (!status)
        return 0;
    while (fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0) {
            kib = strtol(line + strlen(name), NULL, 10);
            break;
        }
    fclose(status);
    return kib;
}

long bench_resident(int pid)
{
    return status_of(pid, "VmRSS:");
}

long bench_resident_peak(int pid)
{
    return status_of(pid, "VmHWM:");
}

void bench_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void bench_scratch(char *out, size_t size)
{
    const char *base = getenv("HOTSEAT_BENCH_DIR");
    int length = snprintf(out, size, "%s/bench-XXXXXX", base ? base : "/var/tmp");
    if (length < 0 || (size_t)length >= size || !mkdtemp(out))
        bench_die("no scratch directory %s; set HOTSEAT_BENCH_DIR", out);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

void bench_scratch_remove(const char *dir)
{
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- the bot ---- */

static int64_t bot_now(void *context)
{
    return ((const struct bench_bot *)context)->now;
}

static uint64_t bot_chance(void *context)
{
    struct bench_bot *bot = context;
    bot->chance = bot->chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return bot->chance | 1;
}

static void bot_settings(void *context, const struct address *place,
                         struct room_settings *settings)
{
    const struct bench_bot *bot = context;
    (void)place;
    compose_room_defaults(settings);
    settings->open_ballots = bot->open_ballots;
}

static void bot_seen(void *context, const char *room, const char *person, const char *plain)
{
    struct bench_bot *bot = context;
    (void)room;
    if (bot->seen)
        bot->seen(bot->context, person, plain);
}

void bench_bot_open(struct bench_bot *bot, const char *database, const char *questions)
{
    struct error error;
    memset(bot, 0, sizeof *bot);
    bot->now = INT64_C(1795600000000);
    bot->chance = 1;
    const char *build = getenv("HOTSEAT_BUILD");
    char plugins[4096];
    snprintf(plugins, sizeof plugins, "%s/plugins", build ? build : "build");
    struct compose_options options = {
        .database = database,
        .plugins = plugins,
        .questions = questions ? questions : "questions",
        .clock = {bot, bot_now},
        .chance = {bot, bot_chance},
        .settings = bot_settings,
        .settings_context = bot,
    };
    if (compose_open(&bot->parts, &options, &error))
        bench_die("the bot cannot be made: %s", error.why);
    bot->transport =
        script_transport_create("script", "bench", session_sink(bot->parts.session), bot_seen, bot);
    if (!bot->transport || session_add_transport(bot->parts.session, bot->transport) ||
        bot->transport->ops->start(bot->transport, &error))
        bench_die("no memory for the script transport");
}

void bench_bot_close(struct bench_bot *bot)
{
    compose_close(&bot->parts);
    bot->transport->ops->destroy(bot->transport);
}

void bench_bot_say(struct bench_bot *bot, const char *room, const char *person, const char *text)
{
    script_say(bot->transport, bot->now, room, person, text, strlen(text));
}

void bench_bot_tell(struct bench_bot *bot, const char *person, const char *text)
{
    script_tell(bot->transport, bot->now, person, text, strlen(text));
}

void bench_bot_settle(struct bench_bot *bot)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        session_turn(bot->parts.session);
        if (session_at_rest(bot->parts.session))
            return;
    }
    bench_die("the bot does not come to rest");
}
