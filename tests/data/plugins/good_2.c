/* The next version of good. */
#define VERSION "2"
#include "base.h"
