/* Needs a function that is nowhere. */
extern int hs_nowhere(void);
#define ON_POSE return hs_nowhere() + (host && effects ? 1 : 0);
#include "base.h"
