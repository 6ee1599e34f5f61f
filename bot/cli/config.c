#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config_file.h"
#include "cli/config_matrix.h"
#include "cli/config_rooms.h"
#include "transport/irc/irc_settings.h"

/* ---- the table of options ---- */

static cfg_opt_t room_options[] = {CONFIG_ROOM_OPTIONS, CFG_STR_LIST("places", "{}", CFGF_NONE),
                                   CFG_END()};

static cfg_opt_t network_options[] = {
    CFG_STR("host", NULL, CFGF_NONE),
    CFG_INT("port", 6697, CFGF_NONE),
    CFG_BOOL("tls", cfg_true, CFGF_NONE),
    CFG_STR("ca_file", NULL, CFGF_NONE),
    CFG_STR("nick", "hotseat", CFGF_NONE),
    CFG_STR("user", "hotseat", CFGF_NONE),
    CFG_STR("realname", "hotseat interview practice", CFGF_NONE),
    CFG_STR("password", NULL, CFGF_NONE),
    CFG_STR_LIST("channels", "{}", CFGF_NONE),
    CFG_BOOL("colours", cfg_false, CFGF_NONE),
    CFG_INT("flood_burst", 4, CFGF_NONE),
    CFG_INT("flood_ms", 1200, CFGF_NONE),
    CFG_END()};

static cfg_opt_t options_table[] = {
    CFG_STR("database", "/var/lib/hotseat/hotseat.db", CFGF_NONE),
    CFG_STR("plugins", NULL, CFGF_NONE),
    CFG_STR("questions", NULL, CFGF_NONE),
    CFG_STR("log", "info", CFGF_NONE),
    CONFIG_ROOM_OPTIONS,
    CFG_SEC("room", room_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
    CFG_SEC("network", network_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
    CFG_SEC("matrix", config_matrix_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
    CFG_END()};

const char *config_option_name(size_t index)
{
    static char name[80];
    const cfg_opt_t *tables[] = {options_table, network_options, config_matrix_options};
    static const char *const before[] = {"", "network.", "matrix."};
    for (size_t t = 0; t < 3; t++)
        for (const cfg_opt_t *option = tables[t]; option->name; option++) {
            if (index-- > 0)
                continue;
            snprintf(name, sizeof name, "%s%s", before[t], option->name);
            return name;
        }
    return NULL;
}

/* ---- values ---- */

/* Words that go into an IRC line, and through libircclient's formats. */
static void read_word(cfg_t *cfg, const char *name, bool spaces, char **slot)
{
    const char *text = cfg_getstr(cfg, name);
    if (text && (strpbrk(text, spaces ? "\r\n%" : "\r\n% ,") || strlen(text) > 100)) {
        config_wrong(cfg, name, "may not contain %s, and has at most 100 bytes",
                     spaces ? "% or line breaks" : "spaces, commas, % or line breaks");
        return;
    }
    config_copy(slot, text);
}

static void read_channels(cfg_t *cfg, struct irc_settings *network)
{
    unsigned count = cfg_size(cfg, "channels");
    if (count > IRC_CHANNELS_MAX)
        config_wrong(cfg, "channels", "at most %d", IRC_CHANNELS_MAX);
    for (unsigned i = 0; i < count && i < IRC_CHANNELS_MAX; i++) {
        const char *name = cfg_getnstr(cfg, "channels", i);
        if (!name || !strchr("#&!+", name[0]) || strpbrk(name, " ,\r\n\a") || strlen(name) > 200)
            config_wrong(cfg, "channels",
                         "\"%.40s\" is no channel; they begin with # and have no spaces or "
                         "commas",
                         name ? name : "");
        else
            config_copy(&network->channels[network->channel_count++], name);
    }
    if (count == 0)
        config_wrong(cfg, "channels", "name at least one, such as {\"#prep\"}");
}

static void read_network(cfg_t *cfg, struct irc_settings *network)
{
    config_copy(&network->network, cfg_title(cfg));
    if (!cfg_getstr(cfg, "host"))
        config_complain("line %d: network \"%.40s\" needs a host", cfg->line, cfg_title(cfg));
    if (strlen(cfg_title(cfg)) > EVENT_NAME_MAX || strchr(cfg_title(cfg), '/'))
        config_complain("line %d: the name of a network has at most %d bytes and no /", cfg->line,
                 EVENT_NAME_MAX);
    read_word(cfg, "host", false, &network->host);
    read_word(cfg, "nick", false, &network->nick);
    read_word(cfg, "user", false, &network->user);
    read_word(cfg, "realname", true, &network->realname);
    read_word(cfg, "password", false, &network->password);
    config_copy(&network->ca_file, cfg_getstr(cfg, "ca_file"));
    network->tls = cfg_getbool(cfg, "tls");
    network->colours = cfg_getbool(cfg, "colours");
    config_number(cfg, "port", 1, 65535, &network->port);
    config_number(cfg, "flood_burst", 1, 100, &network->flood_burst);
    config_number(cfg, "flood_ms", 0, 60000, &network->flood_ms);
    read_channels(cfg, network);
}

/* ---- the whole ---- */

static void read_networks(cfg_t *cfg, struct options *options)
{
    unsigned count = cfg_size(cfg, "network");
    if (count > OPTIONS_NETWORKS_MAX)
        config_complain("at most %d networks", OPTIONS_NETWORKS_MAX);
    options->networks = calloc(OPTIONS_NETWORKS_MAX, sizeof *options->networks);
    if (!options->networks)
        config_complain("out of memory");
    for (unsigned i = 0; options->networks && i < count && i < OPTIONS_NETWORKS_MAX; i++)
        read_network(cfg_getnsec(cfg, "network", i), &options->networks[options->network_count++]);
}

static void check_secrets(const char *path, const struct options *options, bool shared)
{
    bool secret = config_matrix_secret(options);
    for (size_t i = 0; i < options->network_count; i++)
        secret |= options->networks[i].password != NULL;
    if (secret && shared)
        config_complain("the file holds a password or token and others may read it; chmod 600 %.200s", path);
}

static void read_all(cfg_t *cfg, struct options *options)
{
    const char *level = cfg_getstr(cfg, "log");
    config_copy(&options->database, cfg_getstr(cfg, "database"));
    config_copy(&options->plugins, cfg_getstr(cfg, "plugins"));
    config_copy(&options->questions, cfg_getstr(cfg, "questions"));
    if (log_level_parse(level ? level : "", &options->log_level))
        config_wrong(cfg, "log", "\"%.40s\" is none of error, warn, info, debug", level ? level : "");
    read_networks(cfg, options);
    config_matrix_read(cfg, options);
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
    for (size_t i = 0; i < options->network_count; i++) {
        struct irc_settings *network = &options->networks[i];
        free(network->network);
        free(network->host);
        free(network->ca_file);
        free(network->nick);
        free(network->user);
        free(network->realname);
        free(network->password);
        for (size_t j = 0; j < network->channel_count; j++)
            free(network->channels[j]);
    }
    config_matrix_free(options);
    config_free_rooms(options);
    free(options->networks);
    free(options->database);
    free(options->plugins);
    free(options->questions);
    memset(options, 0, sizeof *options);
}
