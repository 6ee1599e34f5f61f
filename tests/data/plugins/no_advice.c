/* A REQUIRED text is empty. */
#define ADVICE ""
#include "base.h"
