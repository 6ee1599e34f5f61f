/* Returns what is no status. */
#define ON_POSE host->say(effects, "half a question"); return -7;
#include "base.h"
