/* Says nothing, and hands on what it got for it. */
#define ON_POSE return host->say(effects, "");
#include "base.h"
