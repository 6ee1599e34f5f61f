#include "cli/config_paste.h"

#include <stdlib.h>

#include "cli/config_file.h"
#include "sys/paste_link.h"

cfg_opt_t config_paste_options[] = {CFG_BOOL("links", cfg_true, CFGF_NONE),
                                    CFG_STR_LIST("hosts", "{}", CFGF_NONE),
                                    CFG_BOOL("private", cfg_false, CFGF_NONE),
                                    CFG_STR("ca_file", NULL, CFGF_NONE), CFG_END()};

static void read_hosts(cfg_t *cfg, struct paste_settings *paste)
{
    unsigned count = cfg_size(cfg, "hosts");
    if (count > PASTE_HOSTS_MAX)
        config_wrong(cfg, "hosts", "at most %d hosts", PASTE_HOSTS_MAX);
    for (unsigned i = 0; i < count && i < PASTE_HOSTS_MAX; i++) {
        const char *host = cfg_getnstr(cfg, "hosts", i);
        if (!host || !paste_link_is_host(host))
            config_wrong(cfg, "hosts",
                         "\"%.80s\" is no host; give its name, such as \"paste.example.org\", or with "
                         "a port. An address will not do: the certificate is for a name",
                         host ? host : "");
        else
            config_copy(&paste->hosts[paste->host_count++], host);
    }
}

void config_paste_read(cfg_t *cfg, struct options *options)
{
    cfg_t *section = cfg_getsec(cfg, "paste");
    options->paste = calloc(1, sizeof *options->paste);
    if (!options->paste) {
        config_complain("out of memory");
        return;
    }
    if (!section)
        return;
    options->paste->off = !cfg_getbool(section, "links");
    options->paste->private_hosts = cfg_getbool(section, "private");
    config_copy(&options->paste->ca_file, cfg_getstr(section, "ca_file"));
    read_hosts(section, options->paste);
    if (options->paste->private_hosts && options->paste->host_count == 0)
        config_wrong(section, "private", "it is for hosts of one's own; name them in hosts");
}

void config_paste_free(struct options *options)
{
    if (!options->paste)
        return;
    for (size_t i = 0; i < options->paste->host_count; i++)
        free(options->paste->hosts[i]);
    free(options->paste->ca_file);
    free(options->paste);
    options->paste = NULL;
}
