/* Keeps more than 64 KiB, and hands on what it got for it. */
#define ON_POSE static char state[64 * 1024 + 1]; return host->keep(effects, 1, state, sizeof state);
#include "base.h"
