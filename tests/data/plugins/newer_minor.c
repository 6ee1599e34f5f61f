/* Built for an ABI to come. */
#define ABI_MINOR (HS_ABI_MINOR + 1)
#include "base.h"
