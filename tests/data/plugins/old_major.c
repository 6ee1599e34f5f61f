/* Built for an ABI long gone. */
#define ABI_MAJOR (HS_ABI_MAJOR - 1)
#include "base.h"
