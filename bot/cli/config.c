#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config_file.h"
#include "cli/config_matrix.h"
#include "transport/irc/irc_settings.h"
#include "util/span.h"

/* ---- the table of options ---- */

#define ROOM_OPTIONS                                                                               \
    CFG_STR("prefix", "!", CFGF_NONE), CFG_BOOL("named_only", cfg_false, CFGF_NONE),               \
        CFG_STR("reveal", "names", CFGF_NONE), CFG_STR("ballots", "private", CFGF_NONE),           \
        CFG_STR("gather", "0s", CFGF_NONE), CFG_STR("answer", "0s", CFGF_NONE),                    \
        CFG_STR("vote", "0s", CFGF_NONE),                                                          \
        CFG_STR("settle", "10s", CFGF_NONE), CFG_STR("last_call", "30s", CFGF_NONE),               \
        CFG_INT("rounds", 3, CFGF_NONE)

static cfg_opt_t room_options[] = {ROOM_OPTIONS, CFG_END()};

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
    ROOM_OPTIONS,
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

static void read_span(cfg_t *cfg, const char *name, int64_t *out)
{
    int64_t seconds;
    const char *text = cfg_getstr(cfg, name);
    if (!text || span_parse(text, &seconds))
        config_wrong(cfg, name, "\"%.40s\" is no time; write 30s, 5m or 2h", text ? text : "");
    else
        *out = seconds * 1000;
}

static void read_number(cfg_t *cfg, const char *name, long least, long most, unsigned *out)
{
    long value = cfg_getint(cfg, name);
    if (value < least || value > most)
        config_wrong(cfg, name, "%ld does not fit; it can be %ld to %ld", value, least, most);
    else
        *out = (unsigned)value;
}

static void read_prefix(cfg_t *cfg, struct room_settings *room)
{
    const char *prefix = cfg_getstr(cfg, "prefix");
    if (!prefix || strlen(prefix) < 1 || strlen(prefix) > 4 || strpbrk(prefix, " \t/"))
        config_wrong(cfg, "prefix", "must be 1 to 4 signs, without spaces or /");
    else
        snprintf(room->prefix, sizeof room->prefix, "%s", prefix);
}

static void read_reveal(cfg_t *cfg, struct room_settings *room)
{
    const char *reveal = cfg_getstr(cfg, "reveal");
    room->reveal_names = !reveal || strcmp(reveal, "never") != 0;
    if (room->reveal_names && reveal && strcmp(reveal, "names") != 0)
        config_wrong(cfg, "reveal", "\"%.40s\" is neither \"names\" nor \"never\"", reveal);
}

static void read_ballots(cfg_t *cfg, struct room_settings *room)
{
    const char *ballots = cfg_getstr(cfg, "ballots");
    room->open_ballots = ballots && strcmp(ballots, "open") == 0;
    if (!room->open_ballots && ballots && strcmp(ballots, "private") != 0)
        config_wrong(cfg, "ballots", "\"%.40s\" is neither \"private\" nor \"open\"", ballots);
}

/* With `all` the defaults count, too; else what the section does not say stays as it is. */
static void read_room(cfg_t *cfg, struct room_settings *room, bool all)
{
    const struct {
        const char *name;
        int64_t *value;
    } spans[] = {{"gather", &room->gather_ms},       {"answer", &room->answer_ms},
                 {"vote", &room->vote_ms},           {"settle", &room->settle_ms},
                 {"last_call", &room->last_call_ms}};
    if (all || config_is_set(cfg, "prefix"))
        read_prefix(cfg, room);
    if (all || config_is_set(cfg, "reveal"))
        read_reveal(cfg, room);
    if (all || config_is_set(cfg, "ballots"))
        read_ballots(cfg, room);
    if (all || config_is_set(cfg, "named_only"))
        room->named_only = cfg_getbool(cfg, "named_only");
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (all || config_is_set(cfg, spans[i].name))
            read_span(cfg, spans[i].name, spans[i].value);
    if (all || config_is_set(cfg, "rounds"))
        read_number(cfg, "rounds", 1, 8, &room->rounds_max);
}

static void copy_text(char **slot, const char *text)
{
    if (!text)
        return;
    *slot = strdup(text);
    if (!*slot)
        config_complain("out of memory");
}

/* Words that go into an IRC line, and through libircclient's formats. */
static void read_word(cfg_t *cfg, const char *name, bool spaces, char **slot)
{
    const char *text = cfg_getstr(cfg, name);
    if (text && (strpbrk(text, spaces ? "\r\n%" : "\r\n% ,") || strlen(text) > 100)) {
        config_wrong(cfg, name, "may not contain %s, and has at most 100 bytes",
                     spaces ? "% or line breaks" : "spaces, commas, % or line breaks");
        return;
    }
    copy_text(slot, text);
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
            copy_text(&network->channels[network->channel_count++], name);
    }
    if (count == 0)
        config_wrong(cfg, "channels", "name at least one, such as {\"#prep\"}");
}

static void read_network(cfg_t *cfg, struct irc_settings *network)
{
    copy_text(&network->network, cfg_title(cfg));
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
    copy_text(&network->ca_file, cfg_getstr(cfg, "ca_file"));
    network->tls = cfg_getbool(cfg, "tls");
    network->colours = cfg_getbool(cfg, "colours");
    read_number(cfg, "port", 1, 65535, &network->port);
    read_number(cfg, "flood_burst", 1, 100, &network->flood_burst);
    read_number(cfg, "flood_ms", 0, 60000, &network->flood_ms);
    read_channels(cfg, network);
}

/* ---- the whole ---- */

static void read_rooms(cfg_t *cfg, struct options *options)
{
    unsigned count = cfg_size(cfg, "room");
    if (count > OPTIONS_ROOMS_MAX)
        config_complain("at most %d room sections", OPTIONS_ROOMS_MAX);
    for (unsigned i = 0; i < count && i < OPTIONS_ROOMS_MAX; i++) {
        cfg_t *section = cfg_getnsec(cfg, "room", i);
        struct options_room *room = &options->rooms[options->room_count++];
        const char *title = cfg_title(section);
        const char *slash = strchr(title, '/');
        if (!slash || !strchr(slash + 1, '/'))
            config_complain("line %d: a room is called transport/network/target, such as "
                     "\"irc/libera/#prep\"",
                     section->line);
        copy_text(&room->key, title);
        room->settings = options->room;
        read_room(section, &room->settings, false);
    }
}

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
    copy_text(&options->database, cfg_getstr(cfg, "database"));
    copy_text(&options->plugins, cfg_getstr(cfg, "plugins"));
    copy_text(&options->questions, cfg_getstr(cfg, "questions"));
    if (log_level_parse(level ? level : "", &options->log_level))
        config_wrong(cfg, "log", "\"%.40s\" is none of error, warn, info, debug", level ? level : "");
    read_room(cfg, &options->room, true);
    read_rooms(cfg, options);
    read_networks(cfg, options);
    config_matrix_read(cfg, options);
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
    for (size_t i = 0; i < options->room_count; i++)
        free(options->rooms[i].key);
    free(options->networks);
    free(options->database);
    free(options->plugins);
    free(options->questions);
    memset(options, 0, sizeof *options);
}

void config_room(const struct options *options, const struct address *place,
                 struct room_settings *settings)
{
    char key[32 + EVENT_NAME_MAX + EVENT_TARGET_MAX];
    snprintf(key, sizeof key, "%s/%s/%s", place->transport, place->network, place->target);
    *settings = options->room;
    for (size_t i = 0; i < options->room_count; i++)
        if (strcmp(options->rooms[i].key, key) == 0)
            *settings = options->rooms[i].settings;
}
