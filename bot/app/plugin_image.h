/*
 * The shared object of a plugin, loaded from a copy of its own. The loader
 * takes a file that it has loaded for the same library for ever, so a rebuilt
 * plugin would never be seen under its own name; and a file that is written
 * anew while it is mapped takes the program with it. Private to the host.
 */
#ifndef APP_PLUGIN_IMAGE_H
#define APP_PLUGIN_IMAGE_H

#include "hotseat/plugin.h"
#include "util/error.h"

struct plugin_image {
    void *handle; /* of dlopen(); NULL if nothing is loaded */
    int copy;     /* the copy in memory, open as long as it is loaded: its name is the number; -1 */
};

/* -1 and *error if the file cannot be loaded; then nothing is to be closed. */
int plugin_image_open(struct plugin_image *image, const char *path, struct error *error);
/* The function that it must export, NULL if it does not. */
hs_plugin_descriptor_fn *plugin_image_function(const struct plugin_image *image);
void plugin_image_close(struct plugin_image *image);

#endif
