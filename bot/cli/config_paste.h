/* The section "paste" of the configuration: links that members name in place of their words. */
#ifndef CLI_CONFIG_PASTE_H
#define CLI_CONFIG_PASTE_H

#include <confuse.h>

#include "app/options.h"

extern cfg_opt_t config_paste_options[];

/* Reads it into options->paste. Complains of what is wrong. */
void config_paste_read(cfg_t *cfg, struct options *options);
void config_paste_free(struct options *options);

#endif
