/*
 * What a board of 10 and "my rank" cost with 100,000 members and 1,000,000
 * ledger rows, against reading one row by its key from the same file.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "core/score.h"
#include "store/sqlite/sqlite_store.h"

#define MEMBERS 100000
#define ROWS 1000000
#define READS 2000

static uint64_t chance = 88172645463325252u;

static uint64_t draw(void)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return chance;
}

static void must(int failed, const struct error *error)
{
    if (failed)
        bench_die("%s", error->why);
}

/* Filled by SQL on a connection with a large cache: through the store it would
 * take minutes, and it is reading that is measured. */
static const char *const filling[] = {
    "PRAGMA cache_size=-400000; PRAGMA synchronous=OFF; BEGIN;",
    "INSERT INTO room(id, made_at) VALUES(1, 0);",
    "INSERT INTO place(transport, network, target, room) VALUES('script','bench','#bench',1);",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
    " INSERT INTO member(id, name, seen_at) SELECT i, printf('member%06d', i), 0 FROM n;",
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)"
    " INSERT INTO ledger(room, round, member, kind, reason, points, score, at)"
    " SELECT 1, i / 10 + 1, 1 + i % 100000,"
    "  CASE abs(random()) % 3 WHEN 0 THEN 'coding' WHEN 1 THEN 'ml_theory' ELSE 'behavioral' END,"
    "  'answer', 5 + abs(random()) % 21, 1 + (abs(random()) % 401) / 100.0, 1795600000000 FROM n;",
    "INSERT INTO board_name(id, room, period, key, kind) VALUES(1, 1, 3, 'all', ''),"
    " (2, 1, 3, 'all', 'coding'), (3, 1, 3, 'all', 'ml_theory'), (4, 1, 3, 'all', 'behavioral');",
    "INSERT INTO board(board, member, points, scored, sum, standing, bucket)"
    " SELECT n.id, l.member, sum(l.points), count(*), sum(l.score), standing(count(*), sum(l.score)),"
    "  CAST(10 * standing(count(*), sum(l.score)) AS INTEGER)"
    " FROM board_name n JOIN ledger l ON n.kind = '' OR l.kind = n.kind GROUP BY n.id, l.member;",
    "INSERT INTO board_rank(board, bucket, members)"
    " SELECT board, bucket, count(*) FROM board GROUP BY board, bucket;",
    "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
};

static void standing(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_double(context, score_standing((uint64_t)sqlite3_value_int64(values[0]),
                                                  sqlite3_value_double(values[1])));
}

static void fill(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_create_function(db, "standing", 2, SQLITE_UTF8, NULL, standing, NULL, NULL))
        bench_die("cannot open %s", path);
    for (size_t i = 0; i < sizeof filling / sizeof *filling; i++)
        if (sqlite3_exec(db, filling[i], NULL, NULL, NULL) != SQLITE_OK)
            bench_die("%s: %s", filling[i], sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* Microseconds of a read by key: the floor of any query here. */
static void read_by_key(const char *path, double *took)
{
    sqlite3 *db;
    sqlite3_stmt *get;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT name FROM member WHERE id = ?1", -1, &get, NULL))
        bench_die("cannot read %s", path);
    for (int i = 0; i < READS; i++) {
        int64_t start = bench_now();
        sqlite3_bind_int64(get, 1, (sqlite3_int64)(1 + draw() % MEMBERS));
        sqlite3_step(get);
        sqlite3_reset(get);
        took[i] = (double)(bench_now() - start) / 1000;
    }
    sqlite3_finalize(get);
    sqlite3_close(db);
}

static void read_board(struct store *store, uint64_t room, double *took, struct error *error)
{
    struct board_row rows[10];
    size_t count;
    for (int i = 0; i < READS; i++) {
        int64_t start = bench_now();
        must(store->ops->board(store, room, PERIOD_ALL, "all", i % 2 ? "coding" : NULL, rows, 10,
                               &count, error),
             error);
        took[i] = (double)(bench_now() - start) / 1000;
        if (count != 10)
            bench_die("a board of %zu", count);
    }
}

static void read_rank(struct store *store, uint64_t room, double *took, struct error *error)
{
    struct board_row row;
    for (int i = 0; i < READS; i++) {
        int64_t start = bench_now();
        must(store->ops->standing(store, room, PERIOD_ALL, "all", i % 2 ? "coding" : NULL,
                                  1 + draw() % MEMBERS, &row, error),
             error);
        took[i] = (double)(bench_now() - start) / 1000;
    }
}

static void show(const char *what, double *took, double floor)
{
    double p50 = bench_percentile(took, READS, 50), p99 = bench_percentile(took, READS, 99);
    printf("  %-22s p50 %7.1f us  p99 %7.1f us  %6.1f times a read by key\n", what, p50, p99,
           p50 / floor);
}

int main(void)
{
    static double took[READS];
    char dir[256], path[300];
    struct error error;
    bench_scratch(dir, sizeof dir);
    snprintf(path, sizeof path, "%s/board.db", dir);
    struct store *store = sqlite_store_open(path, SQLITE_STORE_WRITE, &error);
    if (!store)
        bench_die("%s", error.why);
    fill(path);
    printf("boards with %d members and %d ledger rows:\n", MEMBERS, ROWS);
    read_by_key(path, took);
    double floor = bench_percentile(took, READS, 50);
    show("one row by key", took, floor);
    read_board(store, 1, took, &error);
    show("board of 10", took, floor);
    read_rank(store, 1, took, &error);
    show("my rank", took, floor);
    printf("  (aim: board and rank under 1000 us each)\n");
    store->ops->destroy(store);
    bench_scratch_remove(dir);
    return 0;
}
