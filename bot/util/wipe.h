/* Secrets in memory: overwritten before the memory is given back. */
#ifndef UTIL_WIPE_H
#define UTIL_WIPE_H

/* free(), after overwriting all of the string. NULL is fine. */
void wipe_free(char *secret);

#endif
