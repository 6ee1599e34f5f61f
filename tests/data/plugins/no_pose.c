/* A REQUIRED callback is missing. */
#define POSE NULL
#include "base.h"
