/*
 * 24 hours of life on an IRC network in about a minute: the whole bot, ten people
 * who play rounds all day, and 2,000 things that go wrong. LIFE_SEED gives another
 * day, LIFE_HOURS and LIFE_FAULTS another length; a failure prints its seed.
 */
#include "warp/life_day.h"

#include <curl/curl.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/hash.h"
#include "util/log.h"
#include "warp/warp.h"

#define BEGIN_MS INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */
#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR ((int64_t)60 * MINUTE)

/* KiB that the rest of the day may add to what is resident after a quarter of it. AddressSanitizer
 * keeps what is freed for a while; it finds leaks by itself. */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_MORE (1024 * 1024)
#else
#define MEMORY_MORE 4096
#endif

static void second(struct life *life)
{
    life_day_undo(life, false);
    fake_irc_forget(life->fake);
    life_play_tick(&life->play);
    warp_run(&life->loop, SECOND, NULL, NULL);
}

static size_t open_files(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    assert_non_null(statm);
    char line[128] = "";
    assert_non_null(fgets(line, sizeof line, statm));
    pages = strtol(strchr(line, ' '), NULL, 10);
    fclose(statm);
    return pages * 4;
}

static long number(const char *name, long otherwise)
{
    const char *value = getenv(name);
    return value && *value ? strtol(value, NULL, 10) : otherwise;
}

static void heard(void *context, struct life_person *person, const char *text)
{
    struct life *life = context;
    life_play_heard(&life->play, person, text);
}

static void begin(struct life *life)
{
    memset(life, 0, sizeof *life);
    life->seed = (uint64_t)number("LIFE_SEED", 20260105);
    life->chance = life->seed;
    life->attempt_at = -1;
    signal(SIGPIPE, SIG_IGN);
    log_set_fd((int)number("LIFE_LOG", -1));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    warp_wall(BEGIN_MS);
    assert_int_equal(uv_loop_init(&life->loop), 0);
    life->fake = fake_irc_create(&life->loop);
    life_net_init(&life->net, life->fake);
    life->net.heard = heard;
    life->net.context = life;
    wire_take(fake_irc_port(life->fake), life_day_connect, life_day_accept, life);
    names_take(LIFE_HOST, life_day_attempt, life);
    life_bot_up(&life->bot, &life->loop, &life->net, fake_irc_port(life->fake), life->seed + 1);
    life_play_init(&life->play, &life->net, &life->bot, life->seed + 2);
    for (size_t i = 0; i < LIFE_MEMBERS; i++)
        life_net_enter(&life->net, &life->net.person[i]);
}

static void summary(struct life *life, int64_t length, size_t files, long memory)
{
    print_message("# seed %llu: %lld h, %zu attempts to connect, %zu connections, %zu rounds\n",
                  (unsigned long long)life->seed, (long long)(length / HOUR), life->attempts,
                  life->connects, life->play.rounds);
    print_message("# %zu answers and %zu votes acknowledged; %zu lines to the bot, %zu from it\n",
                  life->play.answers, life->play.votes, life->net.lines_out, life->net.lines_in);
    print_message("# messages: %zu handed over, %zu sent, %zu lost and said again; %zu refused, %zu to nobody\n",
                  life->bot.posted, life->bot.sent, life->bot.lost, life->net.refused,
                  life->net.unknown_nick);
    for (size_t i = 0; i < LIFE_FAULTS; i++)
        print_message("# %5zu %s\n", life->count[i], life_day_name((enum life_fault)i));
    print_message("# open files %zu, then %zu; resident %ld KiB, then %ld\n", files, open_files(),
                  memory, resident_kib());
}

static void no_trouble(struct life *life)
{
    if (life->bot.trouble[0])
        fail_msg("seed %llu, after %lld s: %s", (unsigned long long)life->seed,
                 (long long)(warp_moved() / SECOND), life->bot.trouble);
}

/* Everything is well again, for half an hour: whatever waited arrives. */
static void calm_down(struct life *life)
{
    static const char unsent[] = "SELECT count(*) FROM outbox WHERE private = 0 OR target LIKE 'account:%'";
    life_day_undo(life, true);
    if (life->net.half_open)
        fake_irc_hang_up(life->fake);
    fake_irc_read(life->fake, true);
    life->play.start_at = INT64_MAX;
    for (int i = 0; i < 3600; i++) {
        if (i % 600 == 599)
            life_net_invite_bot(&life->net);
        second(life);
    }
    no_trouble(life);
    assert_true(life->net.in_room);
    assert_int_equal(life_bot_number(&life->bot, unsent), 0);
}

static void a_day(void **state)
{
    static struct life life;
    (void)state;
    int64_t length = number("LIFE_HOURS", 24) * HOUR;
    long left = number("LIFE_FAULTS", 2000);
    size_t files = 0;
    long memory = 0;
    begin(&life);
    int64_t start = warp_moved();
    for (int64_t at = 0; at < length; at = warp_moved() - start) {
        /* As many in each hour, at any second of it. */
        while (left > 0 && random_below(&life.chance, (uint32_t)((length - at) / SECOND) + 1) < (uint32_t)left) {
            life_day_happen(&life);
            left--;
        }
        second(&life);
        no_trouble(&life);
        /* In the first quarter it comes to what it needs; later it needs no more. */
        if (at < length / 4 && at / SECOND % 60 == 0) {
            size_t now = open_files();
            files = now > files ? now : files;
            memory = resident_kib();
        }
    }
    calm_down(&life);
    life_play_check(&life.play);
    summary(&life, length, files, memory);
    no_trouble(&life);
    assert_int_equal(left, 0);
    assert_true(open_files() <= files);
    assert_true(resident_kib() <= memory + MEMORY_MORE);
    assert_true(life.play.rounds > 0 && life.play.answers > 0 && life.play.votes > 0);
    life_bot_down(&life.bot);
    life_play_finish(&life.play);
    wire_leave();
    names_leave();
    fake_irc_destroy(life.fake);
    warp_run(&life.loop, 10, NULL, NULL);
    assert_int_equal(uv_loop_close(&life.loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_day)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
