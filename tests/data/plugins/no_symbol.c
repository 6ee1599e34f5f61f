/* Exports nothing. */
#define NO_EXPORT
#include "base.h"
