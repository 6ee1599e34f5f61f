#include "cli/config_irc.h"

#include <stdlib.h>
#include <string.h>

#include "cli/config_file.h"
#include "transport/irc/irc_settings.h"
#include "util/wipe.h"

cfg_opt_t config_irc_options[] = {
    CFG_STR("host", NULL, CFGF_NONE),
    CFG_INT("port", 6697, CFGF_NONE),
    CFG_STR_LIST("more_hosts", "{}", CFGF_NONE),
    CFG_BOOL("tls", cfg_true, CFGF_NONE),
    CFG_STR("ca_file", NULL, CFGF_NONE),
    CFG_STR("proxy", NULL, CFGF_NONE),
    CFG_STR("nick", "hotseat", CFGF_NONE),
    CFG_STR("user", "hotseat", CFGF_NONE),
    CFG_STR("realname", "hotseat interview practice", CFGF_NONE),
    CFG_STR("password", NULL, CFGF_NONE),
    CFG_STR("account", NULL, CFGF_NONE),
    CFG_STR("account_password", NULL, CFGF_NONE),
    CFG_STR("cert_file", NULL, CFGF_NONE),
    CFG_STR("key_file", NULL, CFGF_NONE),
    CFG_STR("sasl", NULL, CFGF_NONE),
    CFG_STR("services", NULL, CFGF_NONE),
    CFG_BOOL("trust_nicks", cfg_false, CFGF_NONE),
    CFG_STR_LIST("channels", "{}", CFGF_NONE),
    CFG_BOOL("colours", cfg_false, CFGF_NONE),
    CFG_INT("flood_burst", 4, CFGF_NONE),
    CFG_INT("flood_ms", 1200, CFGF_NONE),
    CFG_END()};

/* ---- values ---- */

/* Words that go into an IRC line. */
static void read_word(cfg_t *cfg, const char *name, bool spaces, char **slot)
{
    const char *text = cfg_getstr(cfg, name);
    if (text && (strpbrk(text, spaces ? "\r\n" : "\r\n ,") || strlen(text) > 100)) {
        config_wrong(cfg, name, "may not contain %s, and has at most 100 bytes",
                     spaces ? "line breaks" : "spaces, commas or line breaks");
        return;
    }
    config_copy(slot, text);
}

/* A secret for SASL or services: any byte but those that end a line. Not shown when wrong. */
static void read_secret(cfg_t *cfg, const char *name, char **slot)
{
    const char *text = cfg_getstr(cfg, name);
    if (text && (!*text || strpbrk(text, "\r\n") || strlen(text) > 300))
        config_wrong(cfg, name, "has 1 to 300 bytes and no line breaks");
    else
        config_copy(slot, text);
}

/* "#prep", or "#prep key" for a channel with a key. */
static void read_channel(cfg_t *cfg, const char *text, struct irc_settings *network)
{
    size_t length = strcspn(text, " "), at = network->channel_count;
    const char *key = text[length] ? text + length + 1 : NULL;
    char *name = strndup(text, length);
    if (!name) {
        config_complain("out of memory");
    } else if (!strchr("#&!+", name[0]) || length < 2 || strpbrk(name, ",\r\n\a") || length > 200) {
        config_wrong(cfg, "channels",
                     "\"%.40s\" is no channel; they begin with # and have no spaces or commas", name);
    } else if (key && (!*key || strpbrk(key, " ,:\r\n") || strlen(key) > 60)) {
        config_wrong(cfg, "channels",
                     "the key of \"%.40s\" is one word of at most 60 bytes, without commas", name);
    } else {
        network->channels[at] = name;
        config_copy(&network->keys[at], key);
        network->channel_count++;
        return;
    }
    free(name);
}

static void read_channels(cfg_t *cfg, struct irc_settings *network)
{
    unsigned count = cfg_size(cfg, "channels");
    if (count > IRC_CHANNELS_MAX)
        config_wrong(cfg, "channels", "at most %d", IRC_CHANNELS_MAX);
    for (unsigned i = 0; i < count && i < IRC_CHANNELS_MAX; i++) {
        const char *text = cfg_getnstr(cfg, "channels", i);
        read_channel(cfg, text ? text : "", network);
    }
    if (count == 0)
        config_wrong(cfg, "channels", "name at least one, such as {\"#prep\"}");
}

/* ---- servers ---- */

/* "host" or "host:port", "[::1]:6697" for an address with colons. The port stays as it is if none is named. */
static bool split_host(const char *text, struct irc_server *server)
{
    const char *begin = text, *end = text + strcspn(text, ":");
    if (*text == '[') {
        begin = text + 1;
        end = strchr(text, ']');
        if (!end)
            return false;
    }
    const char *rest = *text == '[' ? end + 1 : end;
    if (end == begin || end - begin > 200 || strpbrk(text, " ,\r\n%/@"))
        return false;
    if (*rest == ':') {
        char *last;
        unsigned long port = strtoul(rest + 1, &last, 10);
        if (rest[1] < '0' || rest[1] > '9' || *last || port < 1 || port > 65535)
            return false;
        server->port = (unsigned)port;
    } else if (*rest) {
        return false;
    }
    server->host = strndup(text, (size_t)(rest - text));
    return server->host != NULL;
}

static void read_servers(cfg_t *cfg, struct irc_settings *network)
{
    unsigned count = cfg_size(cfg, "more_hosts");
    struct irc_server *first = &network->servers[0];
    config_number(cfg, "port", 1, 65535, &first->port);
    read_word(cfg, "host", false, &first->host);
    first->tls = network->tls;
    network->server_count = 1;
    if (count > IRC_SERVERS_MAX - 1)
        config_wrong(cfg, "more_hosts", "at most %d", IRC_SERVERS_MAX - 1);
    for (unsigned i = 0; i < count && i < IRC_SERVERS_MAX - 1; i++) {
        const char *text = cfg_getnstr(cfg, "more_hosts", i);
        struct irc_server *server = &network->servers[network->server_count];
        server->port = first->port;
        server->tls = first->tls;
        if (split_host(text ? text : "", server))
            network->server_count++;
        else
            config_wrong(cfg, "more_hosts", "\"%.60s\" is none; write \"host\" or \"host:port\"",
                         text ? text : "");
    }
}

static void read_proxy(cfg_t *cfg, struct irc_settings *network)
{
    const char *text = cfg_getstr(cfg, "proxy");
    if (!text)
        return;
    if ((strncmp(text, "socks5h://", 10) != 0 && strncmp(text, "socks5://", 9) != 0) ||
        !strchr(text + 9, ':') || strpbrk(text, " \r\n") || strlen(text) > 300)
        config_wrong(cfg, "proxy", "is \"socks5h://host:port\", or with \"user:password@\" before "
                                   "the host; socks5h lets the proxy look up names");
    else
        config_copy(&network->proxy, text);
}

/* ---- accounts ---- */

static void read_sasl(cfg_t *cfg, struct irc_settings *network)
{
    const char *text = cfg_getstr(cfg, "sasl");
    bool can = network->cert_file || network->account_password;
    network->sasl = can ? IRC_SASL_REQUIRED : IRC_SASL_OFF;
    if (!text)
        return;
    if (strcmp(text, "off") == 0)
        network->sasl = IRC_SASL_OFF;
    else if (strcmp(text, "optional") == 0)
        network->sasl = IRC_SASL_OPTIONAL;
    else if (strcmp(text, "required") == 0)
        network->sasl = IRC_SASL_REQUIRED;
    else
        config_wrong(cfg, "sasl", "\"%.40s\" is none of required, optional, off", text);
    if (!can && network->sasl != IRC_SASL_OFF)
        config_wrong(cfg, "sasl", "needs account and account_password, or cert_file");
}

/* Nobody between us and the server can listen: it is on this machine, or Tor encrypts. */
static bool stays_private(const struct irc_settings *network)
{
    for (size_t i = 0; i < network->server_count; i++) {
        const char *host = network->servers[i].host ? network->servers[i].host : "";
        size_t length = strlen(host);
        bool loopback = strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0';
        bool here = loopback || strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
        bool onion = length > 6 && strcmp(host + length - 6, ".onion") == 0;
        if (network->proxy ? !onion : !here)
            return false;
    }
    return true;
}

/* What gets passwords, and is believed, must be told from an impostor by its host. */
static bool names_services(const char *mask)
{
    const char *user = strchr(mask, '!'), *host = user ? strchr(user, '@') : NULL;
    return host && user > mask && host[1] && !strpbrk(host, "*?") &&
           strcspn(mask, "*?") > (size_t)(user - mask);
}

static void read_account(cfg_t *cfg, struct irc_settings *network)
{
    read_word(cfg, "account", false, &network->account);
    read_secret(cfg, "account_password", &network->account_password);
    config_copy(&network->cert_file, cfg_getstr(cfg, "cert_file"));
    config_copy(&network->key_file, cfg_getstr(cfg, "key_file"));
    read_word(cfg, "services", false, &network->services);
    network->trust_nicks = cfg_getbool(cfg, "trust_nicks");
    if (network->account_password && !network->account)
        config_wrong(cfg, "account_password", "needs the account it belongs to");
    if (network->account_password && !network->tls && !stays_private(network))
        config_wrong(cfg, "account_password", "would be readable on the way without TLS: "
                                              "set tls = true, or take it out");
    if (network->cert_file && !network->tls)
        config_wrong(cfg, "cert_file", "works over TLS only");
    if (network->key_file && !network->cert_file)
        config_wrong(cfg, "key_file", "needs cert_file beside it");
    if (network->services && !names_services(network->services))
        config_wrong(cfg, "services", "is a mask with a whole nick and a whole host, "
                                      "\"NickServ!*@services.example\": nobody else may fit it");
    read_sasl(cfg, network);
}

/* ---- the whole ---- */

static void read_network(cfg_t *cfg, struct irc_settings *network)
{
    config_copy(&network->network, cfg_title(cfg));
    if (!cfg_getstr(cfg, "host"))
        config_complain("line %d: network \"%.40s\" needs a host", cfg->line, cfg_title(cfg));
    if (strlen(cfg_title(cfg)) > EVENT_NAME_MAX || strchr(cfg_title(cfg), '/'))
        config_complain("line %d: the name of a network has at most %d bytes and no /", cfg->line,
                        EVENT_NAME_MAX);
    network->tls = cfg_getbool(cfg, "tls");
    network->colours = cfg_getbool(cfg, "colours");
    read_servers(cfg, network);
    read_proxy(cfg, network);
    read_word(cfg, "nick", false, &network->nick);
    read_word(cfg, "user", false, &network->user);
    read_word(cfg, "realname", true, &network->realname);
    read_word(cfg, "password", false, &network->password);
    config_copy(&network->ca_file, cfg_getstr(cfg, "ca_file"));
    config_number(cfg, "flood_burst", 1, 100, &network->flood_burst);
    config_number(cfg, "flood_ms", 0, 60000, &network->flood_ms);
    read_account(cfg, network);
    read_channels(cfg, network);
}

void config_irc_read(cfg_t *cfg, struct options *options)
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

bool config_irc_secret(const struct options *options)
{
    for (size_t i = 0; i < options->network_count; i++) {
        const struct irc_settings *network = &options->networks[i];
        if (network->password || network->account_password ||
            (network->proxy && strchr(network->proxy, '@')))
            return true;
        for (size_t j = 0; j < network->channel_count; j++)
            if (network->keys[j])
                return true;
    }
    return false;
}

static void free_network(struct irc_settings *network)
{
    free(network->network);
    for (size_t i = 0; i < IRC_SERVERS_MAX; i++)
        free(network->servers[i].host);
    free(network->ca_file);
    wipe_free(network->proxy);
    free(network->nick);
    free(network->user);
    free(network->realname);
    wipe_free(network->password);
    free(network->account);
    wipe_free(network->account_password);
    free(network->cert_file);
    free(network->key_file);
    free(network->services);
    for (size_t i = 0; i < network->channel_count; i++) {
        free(network->channels[i]);
        wipe_free(network->keys[i]);
    }
}

void config_irc_free(struct options *options)
{
    for (size_t i = 0; i < options->network_count; i++)
        free_network(&options->networks[i]);
    free(options->networks);
}
