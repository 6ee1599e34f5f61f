/* hotseat sim: replays a scenario file. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

#include "cli/scenario.h"
#include "util/log.h"

static const char usage[] =
    "usage: hotseat sim [--db FILE] [--plugins DIR] [--questions DIR] [--quiet] FILE.chat\n"
    "Replays a scenario with its own clock and seed and prints the transcript.\n"
    "Exit: 0 every expectation met, 1 one failed, 2 the file or the options are wrong.\n"
    "The format is in docs/SCENARIOS.md.\n";

int cli_sim(int argc, char **argv)
{
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'},        {"plugins", required_argument, NULL, 'p'},
        {"questions", required_argument, NULL, 'q'}, {"quiet", no_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},            {NULL, 0, NULL, 0}};
    struct scenario_options scenario = {.transcript = stdout, .complaints = stderr};
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'd')
            scenario.database = optarg;
        else if (option == 'p')
            scenario.plugins = optarg;
        else if (option == 'q')
            scenario.questions = optarg;
        else if (option == 's')
            scenario.transcript = NULL;
        else
            return cli_usage(usage, option == 'h');
    }
    if (cli_arguments(argc, argv, 1, "the scenario file", usage))
        return CLI_USAGE;
    log_set_level(LOG_LEVEL_WARN);
    return scenario_play(argv[optind], &scenario);
}
