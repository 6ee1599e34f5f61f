/*
 * The configuration as a file: read within bounds, parsed by libconfuse, every
 * problem with its line. One report at a time, since libconfuse's callbacks
 * have no context.
 */
#ifndef CLI_CONFIG_FILE_H
#define CLI_CONFIG_FILE_H

#include <confuse.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/config.h"

/* Begins a report: what is wrong goes to `problem` (may be NULL). */
void config_report(config_problem_fn *problem, void *context);
void config_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
size_t config_problems(void);

/* Reads and parses; the caller frees it with cfg_free(). NULL if nothing could
 * be parsed. *shared: others than its owner may read the file. Parsing goes on
 * after a wrong line, so problems may have been reported though it is not NULL. */
cfg_t *config_parse(const char *path, cfg_opt_t *table, bool *shared);

/* True if the file parsed last sets this option in this section. */
bool config_is_set(cfg_t *cfg, const char *option);
/* Complains about the value of an option, with the line on which it was set, else the section's. */
void config_wrong(cfg_t *cfg, const char *option, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads a number within bounds; a text, copied (nothing if NULL). Problems are complained about. */
void config_number(cfg_t *cfg, const char *name, long least, long most, unsigned *out);
void config_copy(char **slot, const char *text);

#endif
