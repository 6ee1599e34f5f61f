/* Says something to a seat that is none. */
#define ON_POSE return host->say_private(effects, 64, "psst");
#include "base.h"
