/* Says what is not UTF-8, and hands on what it got for it. */
#define ON_POSE return host->say(effects, "broken \xff");
#include "base.h"
