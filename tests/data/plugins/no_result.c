/* A REQUIRED callback is missing. */
#define RESULT NULL
#include "base.h"
