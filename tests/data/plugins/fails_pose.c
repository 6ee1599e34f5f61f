/* Says something, then gives up. */
#define ON_POSE host->say(effects, "half a question"); return HS_EFAILED;
#include "base.h"
