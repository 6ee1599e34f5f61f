#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config_file.h"
#include "cli/config_irc.h"
#include "cli/config_matrix.h"
#include "cli/config_paste.h"
#include "cli/config_rooms.h"

#define COMMANDS_MAX 1000

/* ---- the table of options ---- */

static cfg_opt_t room_options[] = {CONFIG_ROOM_OPTIONS, CFG_STR_LIST("places", "{}", CFGF_NONE),
                                   CFG_END()};

static cfg_opt_t options_table[] = {
    CFG_STR("database", "/var/lib/hotseat/hotseat.db", CFGF_NONE),
    CFG_STR("plugins", NULL, CFGF_NONE),
    CFG_STR("questions", NULL, CFGF_NONE),
    CFG_STR("log", "info", CFGF_NONE),
    CFG_INT("commands", 20, CFGF_NONE),
    CONFIG_ROOM_OPTIONS,
    CFG_SEC("room", room_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
    CFG_SEC("network", config_irc_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
    CFG_SEC("matrix", config_matrix_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
    CFG_SEC("paste", config_paste_options, CFGF_NONE),
    CFG_END()};

const char *config_option_name(size_t index)
{
    static char name[80];
    const cfg_opt_t *tables[] = {options_table, config_irc_options, config_matrix_options,
                                 config_paste_options};
    static const char *const before[] = {"", "network.", "matrix.", "paste."};
    for (size_t t = 0; t < sizeof before / sizeof *before; t++)
        for (const cfg_opt_t *option = tables[t]; option->name; option++) {
            if (index-- > 0)
                continue;
            snprintf(name, sizeof name, "%s%s", before[t], option->name);
            return name;
        }
    return NULL;
}

/* ---- the whole ---- */

static void check_secrets(const char *path, const struct options *options, bool shared)
{
    if (shared && (config_irc_secret(options) || config_matrix_secret(options)))
        config_complain("the file holds a password or token and others may read it; chmod 600 %.200s", path);
}

static unsigned read_commands(cfg_t *cfg)
{
    long commands = cfg_getint(cfg, "commands");
    if (commands >= 0 && commands <= COMMANDS_MAX)
        return (unsigned)commands;
    config_wrong(cfg, "commands", "%ld does not fit: 1 to %d at once, or 0 for no limit", commands,
                 COMMANDS_MAX);
    return 0;
}

static void read_all(cfg_t *cfg, struct options *options)
{
    const char *level = cfg_getstr(cfg, "log");
    config_copy(&options->database, cfg_getstr(cfg, "database"));
    config_copy(&options->plugins, cfg_getstr(cfg, "plugins"));
    config_copy(&options->questions, cfg_getstr(cfg, "questions"));
    if (log_level_parse(level ? level : "", &options->log_level))
        config_wrong(cfg, "log", "\"%.40s\" is none of error, warn, info, debug", level ? level : "");
    options->commands = read_commands(cfg);
    config_irc_read(cfg, options);
    config_matrix_read(cfg, options);
    config_paste_read(cfg, options);
    config_read_rooms(cfg, options);
}

int config_load(const char *path, struct options *options, config_problem_fn *problem,
                void *context, struct error *error)
{
    memset(options, 0, sizeof *options);
    bool shared = false;
    config_report(problem, context);
    cfg_t *cfg = config_parse(path, options_table, &shared);
    if (cfg) {
        read_all(cfg, options);
        check_secrets(path, options, shared);
        cfg_free(cfg);
    }
    size_t problems = config_problems();
    if (problems == 0)
        return 0;
    config_free(options);
    return error_set(error, ERR_INVALID, "%s: %zu problem%s", path, problems,
                     problems == 1 ? "" : "s");
}

void config_free(struct options *options)
{
    config_irc_free(options);
    config_matrix_free(options);
    config_paste_free(options);
    config_free_rooms(options);
    free(options->database);
    free(options->plugins);
    free(options->questions);
    memset(options, 0, sizeof *options);
}
