/* An axis that counts nothing. */
#define WEIGHT 0
#include "base.h"
