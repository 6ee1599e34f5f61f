/* The sections "network" of the configuration: one IRC network each. */
#ifndef CLI_CONFIG_IRC_H
#define CLI_CONFIG_IRC_H

#include <confuse.h>
#include <stdbool.h>

#include "app/options.h"

extern cfg_opt_t config_irc_options[];

/* Reads all of them into options->networks. Complains of what is wrong. */
void config_irc_read(cfg_t *cfg, struct options *options);
/* Does one of them hold a password? */
bool config_irc_secret(const struct options *options);
void config_irc_free(struct options *options);

#endif
