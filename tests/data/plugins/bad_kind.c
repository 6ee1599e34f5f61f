/* A kind that nobody can type. */
#define KIND "Bad-Kind"
#include "base.h"
