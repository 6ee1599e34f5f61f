/* Exports a function that returns NULL. */
#define NO_EXPORT
#include "base.h"

const struct hs_plugin *hs_plugin_descriptor(void);
__attribute__((visibility("default"))) const struct hs_plugin *hs_plugin_descriptor(void)
{
    return NULL;
}
