/* A kind of 25 letters. */
#define KIND "abcdefghijklmnopqrstuvwxy"
#include "base.h"
