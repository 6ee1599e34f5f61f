#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int cli_usage(const char *usage, bool asked)
{
    fputs(usage, asked ? stdout : stderr);
    return asked ? CLI_OK : CLI_USAGE;
}

int cli_wrong(const char *usage, const char *format, ...)
{
    va_list args;
    fputs("hotseat: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n%s", usage);
    return CLI_USAGE;
}

int cli_arguments(int argc, char **argv, int wanted, const char *what, const char *usage)
{
    if (argc - optind == wanted)
        return CLI_OK;
    if (argc - optind > wanted)
        return cli_wrong(usage, "\"%.60s\" is one argument too many", argv[optind + wanted]);
    return cli_wrong(usage, "%s is missing", what);
}

int cli_number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;
    errno = 0;
    if (*text < '0' || *text > '9')
        return -1;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end || errno || value < least || value > most)
        return -1;
    *out = value;
    return 0;
}
