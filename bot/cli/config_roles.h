/* Owners and moderators in the configuration, of all rooms and of one. */
#ifndef CLI_CONFIG_ROLES_H
#define CLI_CONFIG_ROLES_H

#include "cli/config_file.h"

#define CONFIG_ROLE_OPTIONS                                                                        \
    CFG_STR_LIST("owners", "{}", CFGF_NONE), CFG_STR_LIST("moderators", "{}", CFGF_NONE)

/* Those that a section names, after the networks. */
void config_read_roles(cfg_t *section, const struct options *options, struct options_roles *roles);
void config_free_roles(struct options_roles *roles);
/* ROLE_MEMBER if they are not named. */
enum role config_role_in(const struct options_roles *roles, const struct address *who);

#endif
