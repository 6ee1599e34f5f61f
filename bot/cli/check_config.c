/* hotseat check-config: reads a configuration and says everything that is wrong with it. */
#include "cli/cli.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/config.h"

static const char usage[] = "usage: hotseat check-config [--json] FILE\n"
                            "Checks a configuration. Exit: 0 good, 1 problems, 2 usage.\n";

static void print_problem(void *context, const char *problem)
{
    printf("%s: %s\n", (const char *)context, problem);
}

static void keep_problem(void *context, const char *problem)
{
    json_array_append_new(context, json_string(problem));
}

static int check_json(const char *path)
{
    struct options options;
    struct error error;
    json_t *errors = json_array();
    bool good = config_load(path, &options, keep_problem, errors, &error) == 0;
    json_t *whole = json_pack("{s:s,s:b,s:o}", "file", path, "ok", good, "errors", errors);
    if (good)
        config_free(&options);
    if (whole && json_dumpf(whole, stdout, 0) == 0)
        puts("");
    json_decref(whole);
    return good ? CLI_OK : CLI_FAILED;
}

int cli_check_config(int argc, char **argv)
{
    static const struct option long_options[] = {{"json", no_argument, NULL, 'j'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    struct options options;
    struct error error;
    bool json = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option != 'j')
            return cli_usage(usage, option == 'h');
        json = true;
    }
    if (cli_arguments(argc, argv, 1, "the file to check", usage))
        return CLI_USAGE;
    if (json)
        return check_json(argv[optind]);
    if (config_load(argv[optind], &options, print_problem, argv[optind], &error))
        return CLI_FAILED;
    size_t networks = options.network_count + options.matrix_count;
    printf("%s: good; %zu network%s%s\n", argv[optind], networks, networks == 1 ? "" : "s",
           networks == 0 ? ", and hotseat run needs at least one" : "");
    config_free(&options);
    return CLI_OK;
}
