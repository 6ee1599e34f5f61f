#include "cli/config.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "transport/irc/irc_settings.h"
#include "util/span.h"

/* libconfuse's error function has no context of ours. */
static struct {
    config_problem_fn *problem;
    void *context;
    size_t count;
} report;

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void complain(const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    report.count++;
    if (report.problem)
        report.problem(report.context, text);
}

static void on_error(cfg_t *cfg, const char *format, va_list args)
{
    char text[400];
    vsnprintf(text, sizeof text, format, args);
    complain("line %d: %s", cfg ? cfg->line : 0, text);
}

/* ---- the table of options ---- */

#define ROOM_OPTIONS                                                                               \
    CFG_STR("prefix", "!", CFGF_NONE), CFG_BOOL("named_only", cfg_false, CFGF_NONE),               \
        CFG_STR("reveal", "names", CFGF_NONE), CFG_STR("gather", "0s", CFGF_NONE),                 \
        CFG_STR("answer", "0s", CFGF_NONE), CFG_STR("vote", "0s", CFGF_NONE),                      \
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
    CFG_END()};

const char *config_option_name(size_t index)
{
    static char name[80];
    const cfg_opt_t *tables[] = {options_table, network_options};
    static const char *const before[] = {"", "network."};
    for (size_t t = 0; t < 2; t++)
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
        complain("line %d: %s: \"%.40s\" is no time; write 30s, 5m or 2h", cfg->line, name,
                 text ? text : "");
    else
        *out = seconds * 1000;
}

static void read_number(cfg_t *cfg, const char *name, long least, long most, unsigned *out)
{
    long value = cfg_getint(cfg, name);
    if (value < least || value > most)
        complain("line %d: %s: %ld does not fit; it can be %ld to %ld", cfg->line, name, value,
                 least, most);
    else
        *out = (unsigned)value;
}

static void read_room(cfg_t *cfg, struct room_settings *room)
{
    const char *prefix = cfg_getstr(cfg, "prefix"), *reveal = cfg_getstr(cfg, "reveal");
    if (!prefix || strlen(prefix) < 1 || strlen(prefix) > 4 || strpbrk(prefix, " \t/"))
        complain("line %d: prefix: must be 1 to 4 signs, without spaces or /", cfg->line);
    else
        snprintf(room->prefix, sizeof room->prefix, "%s", prefix);
    if (reveal && strcmp(reveal, "names") != 0 && strcmp(reveal, "never") != 0)
        complain("line %d: reveal: \"%.40s\" is neither \"names\" nor \"never\"", cfg->line, reveal);
    room->reveal_names = !reveal || strcmp(reveal, "never") != 0;
    room->named_only = cfg_getbool(cfg, "named_only");
    read_span(cfg, "gather", &room->gather_ms);
    read_span(cfg, "answer", &room->answer_ms);
    read_span(cfg, "vote", &room->vote_ms);
    read_span(cfg, "settle", &room->settle_ms);
    read_span(cfg, "last_call", &room->last_call_ms);
    read_number(cfg, "rounds", 1, 8, &room->rounds_max);
}

static void copy_text(char **slot, const char *text)
{
    if (!text)
        return;
    *slot = strdup(text);
    if (!*slot)
        complain("out of memory");
}

/* Words that go into an IRC line, and through libircclient's formats. */
static void read_word(cfg_t *cfg, const char *name, bool spaces, char **slot)
{
    const char *text = cfg_getstr(cfg, name);
    if (text && (strpbrk(text, spaces ? "\r\n%" : "\r\n% ,") || strlen(text) > 100)) {
        complain("line %d: %s: may not contain %s, and has at most 100 bytes", cfg->line, name,
                 spaces ? "% or line breaks" : "spaces, commas, % or line breaks");
        return;
    }
    copy_text(slot, text);
}

static void read_channels(cfg_t *cfg, struct irc_settings *network)
{
    unsigned count = cfg_size(cfg, "channels");
    if (count > IRC_CHANNELS_MAX)
        complain("line %d: channels: at most %d", cfg->line, IRC_CHANNELS_MAX);
    for (unsigned i = 0; i < count && i < IRC_CHANNELS_MAX; i++) {
        const char *name = cfg_getnstr(cfg, "channels", i);
        if (!name || !strchr("#&!+", name[0]) || strpbrk(name, " ,\r\n\a") || strlen(name) > 200)
            complain("line %d: channels: \"%.40s\" is no channel; they begin with # and have no "
                     "spaces or commas",
                     cfg->line, name ? name : "");
        else
            copy_text(&network->channels[network->channel_count++], name);
    }
    if (count == 0)
        complain("line %d: channels: name at least one, such as {\"#prep\"}", cfg->line);
}

static void read_network(cfg_t *cfg, struct irc_settings *network)
{
    copy_text(&network->network, cfg_title(cfg));
    if (!cfg_getstr(cfg, "host"))
        complain("line %d: network \"%.40s\" needs a host", cfg->line, cfg_title(cfg));
    if (strlen(cfg_title(cfg)) > EVENT_NAME_MAX || strchr(cfg_title(cfg), '/'))
        complain("line %d: the name of a network has at most %d bytes and no /", cfg->line,
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
        complain("at most %d room sections", OPTIONS_ROOMS_MAX);
    for (unsigned i = 0; i < count && i < OPTIONS_ROOMS_MAX; i++) {
        cfg_t *section = cfg_getnsec(cfg, "room", i);
        struct options_room *room = &options->rooms[options->room_count++];
        const char *title = cfg_title(section);
        const char *slash = strchr(title, '/');
        if (!slash || !strchr(slash + 1, '/'))
            complain("line %d: a room is called transport/network/target, such as "
                     "\"irc/libera/#prep\"",
                     section->line);
        copy_text(&room->key, title);
        read_room(section, &room->settings);
    }
}

static void read_networks(cfg_t *cfg, struct options *options)
{
    unsigned count = cfg_size(cfg, "network");
    if (count > OPTIONS_NETWORKS_MAX)
        complain("at most %d networks", OPTIONS_NETWORKS_MAX);
    options->networks = calloc(OPTIONS_NETWORKS_MAX, sizeof *options->networks);
    if (!options->networks)
        complain("out of memory");
    for (unsigned i = 0; options->networks && i < count && i < OPTIONS_NETWORKS_MAX; i++)
        read_network(cfg_getnsec(cfg, "network", i), &options->networks[options->network_count++]);
}

static void check_secrets(const char *path, const struct options *options)
{
    struct stat st;
    bool secret = false;
    for (size_t i = 0; i < options->network_count; i++)
        secret |= options->networks[i].password != NULL;
    if (secret && stat(path, &st) == 0 && (st.st_mode & (S_IRGRP | S_IROTH)))
        complain("the file holds a password and others may read it; chmod 600 %.200s", path);
}

static void read_all(cfg_t *cfg, const char *path, struct options *options)
{
    const char *level = cfg_getstr(cfg, "log");
    copy_text(&options->database, cfg_getstr(cfg, "database"));
    copy_text(&options->plugins, cfg_getstr(cfg, "plugins"));
    copy_text(&options->questions, cfg_getstr(cfg, "questions"));
    if (log_level_parse(level ? level : "", &options->log_level))
        complain("log: \"%.40s\" is none of error, warn, info, debug", level ? level : "");
    read_room(cfg, &options->room);
    read_rooms(cfg, options);
    read_networks(cfg, options);
    check_secrets(path, options);
}

int config_load(const char *path, struct options *options, config_problem_fn *problem,
                void *context, struct error *error)
{
    memset(options, 0, sizeof *options);
    report.problem = problem;
    report.context = context;
    report.count = 0;
    cfg_t *cfg = cfg_init(options_table, CFGF_NONE);
    if (!cfg)
        return error_set(error, ERR_MEMORY, "no memory for the configuration");
    cfg_set_error_function(cfg, on_error);
    int parsed = cfg_parse(cfg, path);
    if (parsed == CFG_FILE_ERROR)
        complain("cannot read it: %s", strerror(errno));
    else if (parsed == CFG_SUCCESS)
        read_all(cfg, path, options);
    cfg_free(cfg);
    if (report.count == 0)
        return 0;
    config_free(options);
    return error_set(error, ERR_INVALID, "%s: %zu problem%s", path, report.count,
                     report.count == 1 ? "" : "s");
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
