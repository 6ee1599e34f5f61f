/* hotseat questions check: every problem of a directory of packs. */
#include "cli/cli.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "store/pack/pack.h"

static const char usage[] =
    "usage: hotseat questions check [--json] DIR\n"
    "Checks every question pack below DIR and names file, line, field and what is wrong.\n"
    "Exit: 0 all good, 1 problems, 2 usage.\n";

struct check {
    bool json;
    json_t *errors;
};

static void on_problem(void *context, const struct pack_problem *problem)
{
    struct check *check = context;
    if (check->json)
        json_array_append_new(check->errors,
                              json_pack("{s:s,s:I,s:s,s:s}", "file", problem->file, "line",
                                        (json_int_t)problem->line, "field", problem->field,
                                        "message", problem->message));
    else
        printf("%s:%zu: %s%s%s\n", problem->file, problem->line, problem->field,
               *problem->field ? ": " : "", problem->message);
}

/* {"coding": N, ...}: the known kinds always, others if there are any. */
static json_t *count_kinds(const struct bank *bank)
{
    json_t *kinds = json_object();
    for (size_t i = 0; pack_kind_name(i); i++)
        json_object_set_new(kinds, pack_kind_name(i), json_integer(0));
    for (size_t i = 0; i < bank->count; i++) {
        const char *kind = bank->questions[i]->kind;
        json_int_t so_far = json_integer_value(json_object_get(kinds, kind));
        json_object_set_new(kinds, kind, json_integer(so_far + 1));
    }
    return kinds;
}

static int print_json(const struct check *check, const struct bank *bank)
{
    json_t *whole = json_pack("{s:I,s:o,s:O}", "questions", (json_int_t)bank->count, "kinds",
                              count_kinds(bank), "errors", check->errors);
    int failed = !whole || json_dumpf(whole, stdout, 0) || puts("") < 0;
    json_decref(whole);
    return failed ? CLI_FAILED : CLI_OK;
}

static int check_dir(const char *dir, bool json)
{
    struct check check = {.json = json, .errors = json ? json_array() : NULL};
    struct pack_summary summary = {0};
    struct bank bank;
    struct error error;
    int result = CLI_OK;
    bank_init(&bank);
    if (pack_load_dir(dir, &bank, on_problem, &check, &summary, &error)) {
        fprintf(stderr, "hotseat: %s\n", error.why);
        result = CLI_FAILED;
    } else if (json) {
        result = print_json(&check, &bank);
    } else {
        printf("%zu question%s in %zu file%s, %zu problem%s\n", summary.questions,
               summary.questions == 1 ? "" : "s", summary.files, summary.files == 1 ? "" : "s",
               summary.problems, summary.problems == 1 ? "" : "s");
    }
    json_decref(check.errors);
    bank_finish(&bank);
    return summary.problems > 0 ? CLI_FAILED : result;
}

int cli_questions(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    bool json = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option != 'j')
            return cli_usage(usage, option == 'h');
        json = true;
    }
    if (optind == argc || strcmp(argv[optind], "check") != 0)
        return cli_wrong(usage, "say what to do with questions: check");
    if (cli_arguments(argc, argv, 2, "the directory to check", usage))
        return CLI_USAGE;
    return check_dir(argv[optind + 1], json);
}
