/* The ml_theory plugin, linked statically. */
#define HS_STATIC_PLUGIN ml_theory
#include "../../plugins/ml_theory/ml_theory.c"
