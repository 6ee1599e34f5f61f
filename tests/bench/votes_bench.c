/*
 * Votes through the whole bot (script transport, SQLite in WAL with
 * synchronous FULL): a second, against bare group-committed inserts of the
 * same rows into a bare table each; and how long a vote waits for its
 * acknowledgement at 1,000 votes a second.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define PEOPLE 50           /* in the round, each with one open command */
#define GROUPS 200          /* of PEOPLE votes, committed together */
#define PACED_VOTES 5000    /* of the second part */
#define PACED_GAP_NS 1000000 /* 1,000 a second */
#define RUNS 5

static char person_name[PEOPLE][16];

struct acks {
    size_t count;
    int64_t last_at;
    int64_t *at; /* when each came, or NULL */
};

static void on_seen(void *context, const char *person, const char *text)
{
    struct acks *acks = context;
    if (!person || strncmp(text, "Stored: ", 8) != 0)
        return;
    acks->last_at = bench_now();
    if (acks->at)
        acks->at[acks->count] = acks->last_at;
    acks->count++;
}

static void to_voting(struct bench_bot *bot)
{
    bench_bot_say(bot, "#bench", person_name[0], "!start coding answer:1d vote:7d");
    for (int i = 1; i < PEOPLE; i++)
        bench_bot_say(bot, "#bench", person_name[i], "!join");
    bench_bot_settle(bot);
    /* The last answer opens the voting. */
    for (int i = 0; i < PEOPLE; i++)
        bench_bot_tell(bot, person_name[i], "I would sort, then scan once. O(n log n).");
    bench_bot_settle(bot);
}

/* Vote number `n` of a person: never the last one owed, so that the round stays open. */
static void vote_text(size_t n, char *out, size_t size)
{
    size_t label = n % (PEOPLE - 2);
    char name[4] = {(char)('A' + label % 26), '\0', '\0', '\0'};
    if (label >= 26) {
        name[0] = (char)('A' + label / 26 - 1);
        name[1] = (char)('A' + label % 26);
    }
    snprintf(out, size, "!vote %s %zu 3 4 %zu clear, but test the empty list", name, 1 + n % 5,
             1 + n % 3);
}

/* Seconds for GROUPS * PEOPLE votes through the bot. */
static double through_bot(struct bench_bot *bot, struct acks *acks)
{
    char text[128];
    size_t before = acks->count;
    int64_t start = bench_now();
    for (size_t group = 0; group < GROUPS; group++) {
        vote_text(group, text, sizeof text);
        for (int i = 0; i < PEOPLE; i++)
            bench_bot_tell(bot, person_name[i], text);
        session_turn(bot->parts.session);
    }
    bench_bot_settle(bot);
    double seconds = (double)(bench_now() - start) / 1e9;
    if (acks->count - before != GROUPS * PEOPLE)
        bench_die("%zu votes were acknowledged of %d", acks->count - before, GROUPS * PEOPLE);
    return seconds;
}

static void sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        bench_die("%s: %s", text, sqlite3_errmsg(db));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
        bench_die("%s: %s", text, sqlite3_errmsg(db));
    return statement;
}

static void insert(sqlite3_stmt *ballot, sqlite3_stmt *outbox, size_t group, int voter)
{
    static const char receipt[] = "P\nStored: A 4 3 4 2, with your comment. 12 to go.";
    sqlite3_bind_int64(ballot, 1, voter + 1);
    sqlite3_bind_int64(ballot, 2, (sqlite3_int64)(group % PEOPLE) + 1);
    sqlite3_bind_text(ballot, 3, "4342", -1, SQLITE_STATIC);
    sqlite3_bind_text(ballot, 4, "clear, but test the empty list", -1, SQLITE_STATIC);
    sqlite3_bind_text(outbox, 1, person_name[voter], -1, SQLITE_STATIC);
    sqlite3_bind_blob(outbox, 2, receipt, sizeof receipt, SQLITE_STATIC);
    if (sqlite3_step(ballot) != SQLITE_DONE || sqlite3_step(outbox) != SQLITE_DONE)
        bench_die("an insert failed");
    sqlite3_reset(ballot);
    sqlite3_reset(outbox);
}

/* Seconds for the same number of rows (a ballot and a receipt each) in the same groups. */
static double bare_inserts(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK)
        bench_die("cannot open %s", path);
    sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    sql(db, "CREATE TABLE IF NOT EXISTS ballot(id INTEGER PRIMARY KEY, round INTEGER, voter INTEGER,"
            " author INTEGER, scores TEXT, comment TEXT, at INTEGER) STRICT;"
            "CREATE TABLE IF NOT EXISTS outbox(id INTEGER PRIMARY KEY, transport TEXT, network TEXT,"
            " target TEXT, private INTEGER, flags INTEGER, body BLOB, at INTEGER) STRICT;");
    sqlite3_stmt *ballot = prepare(db, "INSERT INTO ballot(round,voter,author,scores,comment,at)"
                                       " VALUES(1,?1,?2,?3,?4,1795600000000)");
    sqlite3_stmt *outbox =
        prepare(db, "INSERT INTO outbox(transport,network,target,private,flags,body,at)"
                    " VALUES('script','bench',?1,1,1,?2,1795600000000)");
    int64_t start = bench_now();
    for (size_t group = 0; group < GROUPS; group++) {
        sql(db, "BEGIN IMMEDIATE");
        for (int i = 0; i < PEOPLE; i++)
            insert(ballot, outbox, group, i);
        sql(db, "COMMIT");
    }
    double seconds = (double)(bench_now() - start) / 1e9;
    sqlite3_finalize(ballot);
    sqlite3_finalize(outbox);
    sqlite3_close(db);
    return seconds;
}

/* Bare and whole in turn, so that both see the same disk. */
static void throughput(struct bench_bot *bot, struct acks *acks, const char *bare_path)
{
    double bare[RUNS], whole[RUNS], ratio[RUNS], votes = GROUPS * PEOPLE;
    for (int run = 0; run < RUNS; run++) {
        bare[run] = votes / bare_inserts(bare_path);
        whole[run] = votes / through_bot(bot, acks);
        ratio[run] = whole[run] / bare[run];
    }
    printf("votes a second, %d people, one open command each (median of %d):\n", PEOPLE, RUNS);
    printf("  bare group-committed inserts  %9.0f\n", bench_percentile(bare, RUNS, 50));
    printf("  through the whole bot         %9.0f\n", bench_percentile(whole, RUNS, 50));
    printf("  ratio                         %9.2f  (aim: at least 0.25)\n",
           bench_percentile(ratio, RUNS, 50));
}

static void wait_until(int64_t at)
{
    struct timespec until = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Votes come at fixed moments, whether or not the bot keeps up; each waits from its own moment. */
static void latency(struct bench_bot *bot, struct acks *acks)
{
    static int64_t acked[PACED_VOTES];
    static double waited[PACED_VOTES];
    char text[128];
    size_t sent = 0;
    acks->count = 0;
    acks->at = acked;
    int64_t start = bench_now();
    while (acks->count < PACED_VOTES) {
        int64_t now = bench_now();
        while (sent < PACED_VOTES && start + (int64_t)sent * PACED_GAP_NS <= now) {
            vote_text(sent / PEOPLE, text, sizeof text);
            bench_bot_tell(bot, person_name[sent % PEOPLE], text);
            sent++;
        }
        session_turn(bot->parts.session);
        if (acks->count == sent && sent < PACED_VOTES)
            wait_until(start + (int64_t)sent * PACED_GAP_NS);
    }
    for (size_t i = 0; i < PACED_VOTES; i++)
        waited[i] = (double)(acked[i] - (start + (int64_t)i * PACED_GAP_NS)) / 1e6;
    printf("vote to acknowledgement at 1,000 votes a second, %d votes, ms:\n", PACED_VOTES);
    printf("  p50 %.2f  p99 %.2f  max %.2f\n", bench_percentile(waited, PACED_VOTES, 50),
           bench_percentile(waited, PACED_VOTES, 99), bench_percentile(waited, PACED_VOTES, 100));
    acks->at = NULL;
}

int main(void)
{
    char dir[256], path[300], bare[300];
    struct acks acks = {0};
    struct bench_bot bot;
    for (int i = 0; i < PEOPLE; i++)
        snprintf(person_name[i], sizeof person_name[i], "person%02d", i);
    bench_scratch(dir, sizeof dir);
    snprintf(path, sizeof path, "%s/bot.db", dir);
    snprintf(bare, sizeof bare, "%s/bare.db", dir);
    bench_bot_open(&bot, path, "tests/data/pack");
    bot.seen = on_seen;
    bot.context = &acks;
    to_voting(&bot);
    acks.count = 0;
    throughput(&bot, &acks, bare);
    latency(&bot, &acks);
    bench_bot_close(&bot);
    bench_scratch_remove(dir);
    return 0;
}
