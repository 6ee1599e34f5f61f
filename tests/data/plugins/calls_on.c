/* Talks on and on, and does not care that it is told to stop. */
#define ON_POSE for (int i = 0; i < 100000; i++) host->say(effects, "and another thing"); return HS_OK;
#include "base.h"
