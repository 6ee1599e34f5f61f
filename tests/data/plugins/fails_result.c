/* Says something and pays, then gives up. */
#define ON_RESULT host->say(effects, "half a result"); host->award(effects, 0, 20, "luck"); return HS_EFAILED;
#include "base.h"
