/* Built with another header. */
#define SIZE (sizeof(struct hs_plugin) - 8)
#include "base.h"
