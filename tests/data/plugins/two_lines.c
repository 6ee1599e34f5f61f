/* A title of two lines. */
#define TITLE "Go\nod"
#include "base.h"
