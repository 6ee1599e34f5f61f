/* The sections "matrix" of the configuration: one account of the bot on a Matrix home server each. */
#ifndef CLI_CONFIG_MATRIX_H
#define CLI_CONFIG_MATRIX_H

#include <confuse.h>
#include <stdbool.h>

#include "app/options.h"

extern cfg_opt_t config_matrix_options[];

/* Reads all of them into options->matrix; options->database and options->networks are there already.
 * Complains of what is wrong. */
void config_matrix_read(cfg_t *cfg, struct options *options);
/* Does one of them hold a token or a password? */
bool config_matrix_secret(const struct options *options);
void config_matrix_free(struct options *options);

#endif
