/* The behavioral plugin, linked statically. */
#define HS_STATIC_PLUGIN behavioral
#include "../../plugins/behavioral/behavioral.c"
