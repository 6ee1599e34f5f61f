/* Nothing wrong with it. */

#include "base.h"
