/* Scenario files (docs/SCENARIOS.md): a whole session replayed with a given clock and seed. */
#ifndef CLI_SCENARIO_H
#define CLI_SCENARIO_H

#include <stdio.h>

#include "cli/compose.h"

struct scenario_options {
    const char *database;  /* NULL = a temporary one */
    const char *plugins, *questions; /* directories, or NULL */
    FILE *transcript;      /* NULL = none */
    FILE *complaints;
};

/* 0 = played and every expectation met; 1 = an expectation failed, or the bot
 * could not be made; 2 = the file is not a scenario. */
int scenario_play(const char *path, const struct scenario_options *options);

#endif
