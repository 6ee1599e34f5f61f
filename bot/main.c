/* hotseat: finds the subcommand and runs it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"

struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
};

static const struct subcommand subcommands[] = {
    {"run", cli_run, "run the bot on its networks"},
    {"console", cli_console, "play in this terminal, no server needed"},
    {"sim", cli_sim, "replay a scenario file"},
    {"board", cli_board, "print a board"},
    {"questions", cli_questions, "check question packs"},
    {"check-config", cli_check_config, "check a configuration"},
    {"backup", cli_backup, "copy the database, also while the bot runs"},
    {"restore", cli_restore, "put a backup in place"},
    {"matrix", cli_matrix, "log in to a Matrix home server, and out"},
    {"doctor", cli_doctor, "what is missing on this machine"},
    {"version", cli_version, "versions of this program and its libraries"},
};

static void print_help(FILE *out)
{
    fputs("usage: hotseat COMMAND [OPTION...]\n\n", out);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        fprintf(out, "  %-14s%s\n", subcommands[i].name, subcommands[i].what);
    fputs("\nhotseat COMMAND --help says more.\n", out);
}

/* What could not be printed is a failure, too. */
static int finish(int result)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return result;
    fprintf(stderr, "hotseat: cannot write the output: %s\n", strerror(errno));
    return result == CLI_OK ? CLI_FAILED : result;
}

int main(int argc, char **argv)
{
    /* What the bot writes is for its own user; a peer that hangs up is no reason to die. */
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0)
        return cli_version(1, argv + 1);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return finish(subcommands[i].run(argc - 1, argv + 1));
    fprintf(stderr, "hotseat: there is no command %.40s; hotseat --help lists them\n", argv[1]);
    return CLI_USAGE;
}
