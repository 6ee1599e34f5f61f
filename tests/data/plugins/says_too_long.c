/* Says more than 8 KiB, and hands on what it got for it. */
#define ON_POSE static char text[8 * 1024 + 2]; for (size_t i = 0; i <= 8 * 1024; i++) text[i] = 97; return host->say(effects, text);
#include "base.h"
