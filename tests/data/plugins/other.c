/* Another kind. */
#define KIND "other"
#include "base.h"
