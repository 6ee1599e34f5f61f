/* The subcommands. Each gets its own argv, argv[0] being its name, and returns an exit code. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2
};

/* Prints a usage text: to stdout and 0 if it was asked for, else to stderr and 2. */
int cli_usage(const char *usage, bool asked);
/* Says what is wrong with the command line, then the usage; CLI_USAGE. */
int cli_wrong(const char *usage, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* CLI_OK if `wanted` arguments are left after the options; else says that `what` is missing, or
 * which one is too many. */
int cli_arguments(int argc, char **argv, int wanted, const char *what, const char *usage);
/* A decimal number of least .. most; -1 if it is none. */
int cli_number(const char *text, uint64_t least, uint64_t most, uint64_t *out);

int cli_run(int argc, char **argv);
int cli_console(int argc, char **argv);
int cli_sim(int argc, char **argv);
int cli_board(int argc, char **argv);
int cli_questions(int argc, char **argv);
int cli_check_config(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_matrix(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_version(int argc, char **argv);

#endif
