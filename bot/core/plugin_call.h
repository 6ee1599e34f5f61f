/*
 * Calls a plugin's callbacks with the host's side of the ABI. What a callback
 * causes goes into the effects of the event; if it fails, its effects are
 * taken out again.
 */
#ifndef CORE_PLUGIN_CALL_H
#define CORE_PLUGIN_CALL_H

#include "core/effect.h"
#include "core/round.h"

enum plugin_outcome {
    PLUGIN_DONE,
    PLUGIN_FAILED, /* the plugin's fault: its effects are gone, the round should be closed */
    PLUGIN_BROKEN  /* memory is out: the event must be rolled back */
};

enum plugin_outcome plugin_pose(struct round *round, int64_t now, struct effects *effects);
enum plugin_outcome plugin_result(struct round *round, int64_t now,
                                  const struct hs_result *results, size_t count,
                                  struct effects *effects);
/* Does nothing if the plugin has no such callback. */
enum plugin_outcome plugin_answer(struct round *round, int64_t now, uint32_t seat,
                                  struct effects *effects);

#endif
