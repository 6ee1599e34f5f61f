#include "util/error.h"

#include <stdio.h>
#include <string.h>

int error_set_at(struct error *error, enum error_code code, const char *file, int line,
                 const char *format, ...)
{
    if (!error)
        return -1;
    va_list args;
    error->code = code;
    error->file = file;
    error->line = line;
    va_start(args, format);
    vsnprintf(error->why, sizeof error->why, format, args);
    va_end(args);
    return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
    char prefix[sizeof error->why], whole[2 * sizeof error->why + 4];
    va_list args;
    if (!error)
        return -1;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    snprintf(whole, sizeof whole, "%s: %s", prefix, error->why);
    memcpy(error->why, whole, sizeof error->why);
    error->why[sizeof error->why - 1] = '\0';
    return -1;
}

void error_clear(struct error *error)
{
    memset(error, 0, sizeof *error);
}

const char *error_code_name(enum error_code code)
{
    static const char *const names[] = {
        "none",    "memory", "input/output", "no room", "read-only", "damaged data", "newer data",
        "busy",    "invalid", "missing",     "exists",  "plugin",    "network",      "internal",
    };
    size_t index = (size_t)code;
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}
