/* A title that is not UTF-8. */
#define TITLE "G\xff"
#include "base.h"
