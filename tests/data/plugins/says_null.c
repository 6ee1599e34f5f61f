/* Says NULL, and hands on what it got for it. */
#define ON_POSE return host->say(effects, NULL);
#include "base.h"
