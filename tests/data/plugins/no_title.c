/* A REQUIRED text is missing. */
#define TITLE NULL
#include "base.h"
