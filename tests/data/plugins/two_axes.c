/* A rubric of two axes. */
#define AXES 2
#include "base.h"
