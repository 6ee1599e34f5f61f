/* Pays 21 points. */
#define ON_RESULT return host->award(effects, 0, 21, "luck");
#include "base.h"
