#include "app/plugin_host.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/plugin_image.h"

struct loaded {
    const struct hs_plugin *plugin;
    struct plugin_image image; /* empty if linked statically */
    char *path;    /* NULL if linked statically */
    size_t rounds; /* that use it */
    bool retired;  /* serves its rounds, but no new ones */
};

struct plugin_host {
    struct loaded *loaded;
    size_t count, capacity;
};

struct plugin_host *plugin_host_create(void)
{
    return calloc(1, sizeof(struct plugin_host));
}

static void unload(struct loaded *one)
{
    plugin_image_close(&one->image);
    free(one->path);
}

void plugin_host_destroy(struct plugin_host *host)
{
    if (!host)
        return;
    for (size_t i = 0; i < host->count; i++)
        unload(&host->loaded[i]);
    free(host->loaded);
    free(host);
}

static struct loaded *find_kind(const struct plugin_host *host, const char *kind)
{
    for (size_t i = 0; i < host->count; i++)
        if (!host->loaded[i].retired && strcmp(host->loaded[i].plugin->kind, kind) == 0)
            return &host->loaded[i];
    return NULL;
}

/* Frees retired versions that no round uses any more. */
static void sweep(struct plugin_host *host)
{
    size_t kept = 0;
    for (size_t i = 0; i < host->count; i++) {
        if (host->loaded[i].retired && host->loaded[i].rounds == 0)
            unload(&host->loaded[i]);
        else
            host->loaded[kept++] = host->loaded[i];
    }
    host->count = kept;
}

static int reserve(struct plugin_host *host, struct error *error)
{
    if (host->count < host->capacity)
        return 0;
    size_t wanted = host->capacity ? host->capacity * 2 : 8;
    struct loaded *grown = reallocarray(host->loaded, wanted, sizeof *grown);
    if (!grown)
        return error_set(error, ERR_MEMORY, "no memory for a plugin");
    host->loaded = grown;
    host->capacity = wanted;
    return 0;
}

/* Puts a checked plugin in service; kinds stay in alphabetical order, so that
 * lists do not depend on the order of loading. */
static void insert(struct plugin_host *host, const struct loaded *one)
{
    size_t at = host->count++;
    while (at > 0 && strcmp(host->loaded[at - 1].plugin->kind, one->plugin->kind) > 0) {
        host->loaded[at] = host->loaded[at - 1];
        at--;
    }
    host->loaded[at] = *one;
}

int plugin_host_add(struct plugin_host *host, const struct hs_plugin *plugin, struct error *error)
{
    if (plugin_check(plugin, error))
        return -1;
    if (find_kind(host, plugin->kind))
        return error_set(error, ERR_EXISTS, "the kind %s is loaded already", plugin->kind);
    if (reserve(host, error))
        return -1;
    struct loaded one = {.plugin = plugin, .image.copy = -1};
    insert(host, &one);
    return 0;
}

/* ---- shared objects ---- */

/* A plugin runs as the bot: nobody else may be able to write it. */
static const struct hs_plugin *descriptor(const struct plugin_image *image, struct error *error)
{
    hs_plugin_descriptor_fn *function = plugin_image_function(image);
    if (!function) {
        error_set(error, ERR_PLUGIN, "it has no symbol %s; end it with HS_EXPORT_PLUGIN(...)",
                  HS_PLUGIN_SYMBOL);
        return NULL;
    }
    const struct hs_plugin *plugin = function();
    return plugin_check(plugin, error) ? NULL : plugin;
}

/* -1 if the kind is served by a plugin from elsewhere. */
static int check_kind_free(const struct plugin_host *host, const char *kind, const char *path,
                           struct error *error)
{
    const struct loaded *older = find_kind(host, kind);
    if (!older || (older->path && strcmp(older->path, path) == 0))
        return 0;
    return error_set(error, ERR_EXISTS, "the kind %s is loaded already, from %.200s", kind,
                     older->path ? older->path : "the program itself");
}

/* What came from this path before serves its rounds, but no new ones; of whatever kind it was. */
static void retire_path(struct plugin_host *host, const char *path)
{
    for (size_t i = 0; i < host->count; i++)
        if (host->loaded[i].path && strcmp(host->loaded[i].path, path) == 0)
            host->loaded[i].retired = true;
}

int plugin_host_load(struct plugin_host *host, const char *path, struct error *error)
{
    struct loaded one = {.path = strdup(path), .image.copy = -1};
    if (!one.path) {
        error_set(error, ERR_MEMORY, "no memory for a plugin");
        goto fail;
    }
    if (plugin_image_open(&one.image, path, error) ||
        !(one.plugin = descriptor(&one.image, error)) || reserve(host, error) ||
        check_kind_free(host, one.plugin->kind, path, error))
        goto fail;
    retire_path(host, path);
    insert(host, &one);
    sweep(host);
    return 0;
fail:
    unload(&one);
    return error_prefix(error, "plugin %.200s", path);
}

/* Plugins out of this directory whose files were taken away serve no new rounds. */
static void retire_missing(struct plugin_host *host, const char *dir)
{
    size_t length = strlen(dir);
    for (size_t i = 0; i < host->count; i++) {
        struct loaded *one = &host->loaded[i];
        if (one->path && strncmp(one->path, dir, length) == 0 && one->path[length] == '/' &&
            access(one->path, F_OK) != 0 && errno == ENOENT)
            one->retired = true;
    }
    sweep(host);
}

int plugin_host_load_dir(struct plugin_host *host, const char *dir, plugin_refused_fn *refused,
                         void *context, struct error *error)
{
    struct dirent **entries;
    struct stat st;
    if (stat(dir, &st) == 0 && (st.st_mode & S_IWOTH))
        return error_set(error, ERR_PLUGIN,
                         "anyone may write the plugin directory %.200s; chmod o-w it", dir);
    int count = scandir(dir, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(error, ERR_MISSING, "cannot read the plugin directory %.200s: %s", dir,
                         strerror(errno));
    retire_missing(host, dir);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(name);
        char path[4096];
        struct error why;
        bool object = length > 3 && name[0] != '.' && strcmp(name + length - 3, ".so") == 0;
        if (object && snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path &&
            plugin_host_load(host, path, &why) && refused)
            refused(context, path, &why);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

int plugin_host_unload(struct plugin_host *host, const char *kind, struct error *error)
{
    struct loaded *one = find_kind(host, kind);
    if (!one)
        return error_set(error, ERR_MISSING, "no plugin of the kind %s is loaded", kind);
    if (one->rounds > 0)
        return error_set(error, ERR_BUSY, "%zu open round%s of the kind %s use%s it", one->rounds,
                         one->rounds == 1 ? "" : "s", kind, one->rounds == 1 ? "s" : "");
    one->retired = true;
    sweep(host);
    return 0;
}

/* ---- use ---- */

const struct hs_plugin *plugin_acquire(struct plugin_host *host, const char *kind)
{
    struct loaded *one = find_kind(host, kind);
    if (!one)
        return NULL;
    one->rounds++;
    return one->plugin;
}

void plugin_release(struct plugin_host *host, const struct hs_plugin *plugin)
{
    for (size_t i = 0; i < host->count; i++)
        if (host->loaded[i].plugin == plugin && host->loaded[i].rounds > 0)
            host->loaded[i].rounds--;
    sweep(host);
}

const struct hs_plugin *plugin_at(const struct plugin_host *host, size_t index)
{
    for (size_t i = 0; i < host->count; i++)
        if (!host->loaded[i].retired && index-- == 0)
            return host->loaded[i].plugin;
    return NULL;
}
