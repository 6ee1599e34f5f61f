/*
 * Reactions in one room with open ballots, through the whole bot (script
 * transport, SQLite in WAL with synchronous FULL): heard, deduplicated,
 * stored, counted and acknowledged; against bare group-committed inserts of
 * the same number of rows, a mark and a ballot each, into bare tables.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "transport/script/script.h"

#define PEOPLE 50
#define MARKS 10000
#define GROUP 1000 /* events of one transaction: what the session takes at once */
#define RUNS 5

static char person_name[PEOPLE][16];
static char message[PEOPLE][32]; /* ids of the messages that show the answers */

static bool has_text(const void *context, const char *text)
{
    return strstr(text, context) != NULL;
}

static int64_t now(void *context)
{
    return ((const struct bench_bot *)context)->now;
}

static struct clock_port clock_of(struct bench_bot *bot)
{
    return (struct clock_port){bot, now};
}

/* A fresh bot in whose room PEOPLE answers are graded. */
static void to_voting(struct bench_bot *bot, const char *path)
{
    char text[96];
    bench_bot_open(bot, path, "tests/data/pack");
    bot->open_ballots = true;
    script_set_marks(bot->transport, clock_of(bot));
    bench_bot_say(bot, "#bench", person_name[0], "!start coding answer:1d vote:7d");
    for (int i = 1; i < PEOPLE; i++)
        bench_bot_say(bot, "#bench", person_name[i], "!join");
    bench_bot_settle(bot);
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(text, sizeof text, "I would sort, then scan once (number %02d).", i);
        bench_bot_tell(bot, person_name[i], text);
    }
    bench_bot_settle(bot);
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(text, sizeof text, "(number %02d)", i);
        const char *id = script_find(bot->transport, "", "#bench", has_text, text);
        if (!id)
            bench_die("the answers are not in the room");
        snprintf(message[i], sizeof message[i], "%s", id);
    }
}

/* Reaction number `n`: everybody on everybody else but one, so that the round stays open. */
static void react(struct bench_bot *bot, size_t n)
{
    char id[32], score[2] = {(char)('1' + n % 5), '\0'};
    size_t voter = n % PEOPLE, author = (voter + 1 + n / PEOPLE % (PEOPLE - 2)) % PEOPLE;
    snprintf(id, sizeof id, "$reaction-number-%zu", n);
    if (script_mark(bot->transport, bot->now, person_name[voter], message[author], id, score))
        bench_die("no memory for a mark");
}

static sqlite3 *open_bare(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", NULL, NULL, NULL))
        bench_die("cannot open %s", path);
    return db;
}

static int64_t count(const char *path, const char *query)
{
    sqlite3 *db = open_bare(path);
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        bench_die("%s: %s", query, sqlite3_errmsg(db));
    int64_t found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return found;
}

/* Seconds of processor time so far. */
static double processor(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* Seconds for MARKS reactions through a fresh bot; *busy of them the processor was at work. */
static double through_bot(const char *path, double *busy)
{
    struct bench_bot bot;
    to_voting(&bot, path);
    double before = processor();
    int64_t start = bench_now();
    for (size_t n = 0; n < MARKS; n++) {
        react(&bot, n);
        if (n % GROUP == GROUP - 1)
            session_turn(bot.parts.session);
    }
    bench_bot_settle(&bot);
    double seconds = (double)(bench_now() - start) / 1e9;
    *busy = processor() - before;
    bench_bot_close(&bot);
    if (count(path, "SELECT count(*) FROM mark") != MARKS)
        bench_die("not every reaction is stored");
    if (count(path, "SELECT count(DISTINCT voter * 1000 + author) FROM ballot") !=
        PEOPLE * (PEOPLE - 2))
        bench_die("not every reaction counts");
    return seconds;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
        bench_die("%s: %s", text, sqlite3_errmsg(db));
    return statement;
}

static void insert(sqlite3_stmt *mark, sqlite3_stmt *ballot, size_t n)
{
    char id[64];
    snprintf(id, sizeof id, "script/bench/$reaction-number-%zu", n);
    sqlite3_bind_text(mark, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(mark, 2, (sqlite3_int64)(n % PEOPLE));
    sqlite3_bind_int64(ballot, 1, (sqlite3_int64)(n % PEOPLE));
    sqlite3_bind_int64(ballot, 2, (sqlite3_int64)(n / PEOPLE % PEOPLE));
    if (sqlite3_step(mark) != SQLITE_DONE || sqlite3_step(ballot) != SQLITE_DONE)
        bench_die("an insert failed");
    sqlite3_reset(mark);
    sqlite3_reset(ballot);
}

/* Seconds for as many bare rows in the same groups. */
static double bare_inserts(const char *path)
{
    sqlite3 *db = open_bare(path);
    sqlite3_exec(db, "CREATE TABLE mark(event TEXT PRIMARY KEY, voter INTEGER, score INTEGER)"
                     " WITHOUT ROWID; CREATE TABLE ballot(id INTEGER PRIMARY KEY, voter INTEGER,"
                     " author INTEGER, scores TEXT, at INTEGER);", NULL, NULL, NULL);
    sqlite3_stmt *mark = prepare(db, "INSERT INTO mark(event,voter,score) VALUES(?1,?2,4)");
    sqlite3_stmt *ballot = prepare(db, "INSERT INTO ballot(voter,author,scores,at)"
                                       " VALUES(?1,?2,'44440',1795600000000)");
    int64_t start = bench_now();
    for (size_t n = 0; n < MARKS; n++) {
        if (n % GROUP == 0)
            sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        insert(mark, ballot, n);
        if (n % GROUP == GROUP - 1 && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
            bench_die("commit: %s", sqlite3_errmsg(db));
    }
    double seconds = (double)(bench_now() - start) / 1e9;
    sqlite3_finalize(mark);
    sqlite3_finalize(ballot);
    sqlite3_close(db);
    return seconds;
}

int main(void)
{
    double bare[RUNS], whole[RUNS], ratio[RUNS], busy[RUNS];
    char dir[256], path[300];
    for (int i = 0; i < PEOPLE; i++)
        snprintf(person_name[i], sizeof person_name[i], "person%02d", i);
    bench_scratch(dir, sizeof dir);
    /* Bare and whole in turn, so that both see the same disk. */
    for (int run = 0; run < RUNS; run++) {
        snprintf(path, sizeof path, "%s/bare%d.db", dir, run);
        bare[run] = MARKS / bare_inserts(path);
        snprintf(path, sizeof path, "%s/bot%d.db", dir, run);
        whole[run] = MARKS / through_bot(path, &busy[run]);
        busy[run] *= 1e6 / MARKS;
        ratio[run] = whole[run] / bare[run];
    }
    printf("%d reactions of %d people in one room, a second (median of %d):\n", MARKS, PEOPLE, RUNS);
    printf("  bare group-committed inserts  %9.0f\n", bench_percentile(bare, RUNS, 50));
    printf("  through the whole bot         %9.0f  (aim: at least 20000)\n",
           bench_percentile(whole, RUNS, 50));
    printf("  ratio                         %9.2f\n", bench_percentile(ratio, RUNS, 50));
    printf("  processor time of one         %9.1f us\n", bench_percentile(busy, RUNS, 50));
    bench_scratch_remove(dir);
    return 0;
}
