/* Says something, then gives up. */
#define ON_ANSWER host->say_private(effects, seat, "half a note"); return HS_EFAILED;
#include "base.h"
