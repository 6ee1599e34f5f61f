/* The coding plugin, linked statically. */
#define HS_STATIC_PLUGIN coding
#include "../../plugins/coding/coding.c"
