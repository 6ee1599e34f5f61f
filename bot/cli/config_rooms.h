/* The rooms of a configuration: what all are like, what single ones are like, which are one. */
#ifndef CLI_CONFIG_ROOMS_H
#define CLI_CONFIG_ROOMS_H

#include "cli/config_file.h"
#include "cli/config_roles.h"

/* What can be said of all rooms, and of one. */
#define CONFIG_ROOM_OPTIONS                                                                               \
    CFG_STR("prefix", "!", CFGF_NONE), CFG_BOOL("named_only", cfg_false, CFGF_NONE),               \
        CFG_STR("reveal", "names", CFGF_NONE), CFG_STR("ballots", "private", CFGF_NONE),           \
        CFG_STR("gather", "0s", CFGF_NONE), CFG_STR("answer", "0s", CFGF_NONE), CFG_STR("vote", "0s", CFGF_NONE),                      \
        CFG_STR("settle", "10s", CFGF_NONE), CFG_STR("last_call", "30s", CFGF_NONE),               \
        CFG_INT("rounds", 3, CFGF_NONE), CONFIG_ROLE_OPTIONS

/* After the networks: a place must be one that the bot goes to. */
void config_read_rooms(cfg_t *cfg, struct options *options);
void config_free_rooms(struct options *options);

#endif
