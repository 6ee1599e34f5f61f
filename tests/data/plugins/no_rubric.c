/* No rubric. */
#define RUBRIC NULL
#include "base.h"
