/* hotseat board: a board from the database, as a table or as JSON. */
#include "cli/cli.h"

#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/compose.h"
#include "store/sqlite/sqlite_store.h"

#define ROWS_MAX 1000

static const char usage[] =
    "usage: hotseat board [--db FILE] [--room R] [--period day|week|month|all] [--kind K]\n"
    "                     [--limit N] [--json]\n"
    "Prints a board. R is a room's name, or transport/network/name; without it, the room of\n"
    "the newest round.\n";

struct board_options {
    const char *database, *room, *kind;
    enum period period;
    uint64_t limit;
    bool json;
};

static double rounded(double value)
{
    return round(value * 100) / 100;
}

static int print_json(const char *room, const struct board_options *options,
                      const struct board_row *rows, size_t count)
{
    json_t *members = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            members, json_pack("{s:i,s:s,s:I,s:f,s:I,s:f,s:f}", "rank", (int)rows[i].rank, "name",
                               rows[i].name, "points", (json_int_t)rows[i].points, "mean",
                               rounded(rows[i].mean), "rounds", (json_int_t)rows[i].rounds,
                               "standing", rounded(rows[i].standing), "uncertainty",
                               rounded(rows[i].uncertainty)));
    json_t *board = json_pack("{s:s,s:s,s:o}", "room", room, "period",
                              period_word(options->period), "members", members);
    int failed = !board || json_dumpf(board, stdout, JSON_REAL_PRECISION(6)) || puts("") < 0;
    json_decref(board);
    return failed ? CLI_FAILED : CLI_OK;
}

static int print_table(const char *room, const struct board_options *options,
                       const struct board_row *rows, size_t count)
{
    printf("%s, %s\n%4s  %-24s %9s %5s %6s %6s\n", room, period_word(options->period), "#", "name",
           "level", "mean", "rounds", "points");
    for (size_t i = 0; i < count; i++)
        printf("%4u  %-24s %4.0f ±%2.0f %6.2f %6llu %6lld\n", rows[i].rank, rows[i].name,
               rows[i].standing, rows[i].uncertainty, rows[i].mean,
               (unsigned long long)rows[i].rounds, (long long)rows[i].points);
    return CLI_OK;
}

static int show(const struct board_options *options)
{
    struct error error;
    char name[EVENT_TARGET_MAX], key[PERIOD_KEY];
    struct clock_port clock = compose_clock();
    uint64_t room;
    size_t count = 0;
    int result = CLI_FAILED;
    struct board_row *rows = calloc(options->limit, sizeof *rows);
    struct store *store = sqlite_store_open(options->database, SQLITE_STORE_READ, &error);
    if (!rows || !store ||
        store->ops->room_find(store, options->room, &room, name, &error) ||
        store->ops->board(store, room, options->period,
                          period_key(options->period, clock.now(clock.context), key), options->kind,
                          rows, options->limit, &count, &error))
        fprintf(stderr, "hotseat: %s\n", rows ? error.why : "out of memory");
    else
        result = options->json ? print_json(name, options, rows, count)
                               : print_table(name, options, rows, count);
    if (store)
        store->ops->destroy(store);
    free(rows);
    return result;
}

int cli_board(int argc, char **argv)
{
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'},    {"room", required_argument, NULL, 'r'},
        {"period", required_argument, NULL, 'p'}, {"kind", required_argument, NULL, 'k'},
        {"limit", required_argument, NULL, 'l'}, {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    struct board_options board = {.database = "hotseat.db", .period = PERIOD_ALL};
    const char *period = "all", *limit = "100";
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'd')
            board.database = optarg;
        else if (option == 'r')
            board.room = optarg;
        else if (option == 'k')
            board.kind = optarg;
        else if (option == 'j')
            board.json = true;
        else if (option == 'l')
            limit = optarg;
        else if (option == 'p')
            period = optarg;
        else
            return cli_usage(usage, option == 'h');
    }
    if (cli_arguments(argc, argv, 0, "", usage))
        return CLI_USAGE;
    if (period_parse(period, &board.period))
        return cli_wrong(usage, "--period: \"%.40s\" is none of day, week, month, all", period);
    if (cli_number(limit, 1, ROWS_MAX, &board.limit))
        return cli_wrong(usage, "--limit: \"%.40s\" is no number of 1 to %d", limit, ROWS_MAX);
    return show(&board);
}
