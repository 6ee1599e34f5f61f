/*
 * Loads plugins (dlopen, RTLD_NOW | RTLD_LOCAL), checks their descriptors and
 * counts who uses them. A refused plugin is named with its reason and changes
 * nothing; a reload keeps the old version for the rounds that use it.
 */
#ifndef APP_PLUGIN_HOST_H
#define APP_PLUGIN_HOST_H

#include "core/effect.h"
#include "core/round.h"
#include "hotseat/plugin.h"
#include "util/error.h"

struct plugin_host;

struct plugin_host *plugin_host_create(void);
void plugin_host_destroy(struct plugin_host *host);

/* Checks a descriptor: ABI, size, slots, rubric. -1 and *error names the slot and what it should be. */
int plugin_check(const struct hs_plugin *plugin, struct error *error);
/* Registers a statically linked plugin. */
int plugin_host_add(struct plugin_host *host, const struct hs_plugin *plugin, struct error *error);
/* Loads one shared object. An older version of the same kind stays for its rounds, the new one serves new rounds. */
int plugin_host_load(struct plugin_host *host, const char *path, struct error *error);
/* Loads every *.so of a directory, sorted; refused ones are reported to
 * `refused` and skipped. What was loaded from it before is loaded anew, or
 * retired if its file is gone. */
typedef void plugin_refused_fn(void *context, const char *path, const struct error *why);
int plugin_host_load_dir(struct plugin_host *host, const char *dir, plugin_refused_fn *refused,
                         void *context, struct error *error);
/* No new rounds of this kind; freed when the last round is over. ERR_BUSY if a round runs on it (it says which kind and how many). */
int plugin_host_unload(struct plugin_host *host, const char *kind, struct error *error);

const struct hs_plugin *plugin_acquire(struct plugin_host *host, const char *kind);
void plugin_release(struct plugin_host *host, const struct hs_plugin *plugin);
const struct hs_plugin *plugin_at(const struct plugin_host *host, size_t index);

#endif
