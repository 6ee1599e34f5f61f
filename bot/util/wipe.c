#include "util/wipe.h"

#include <stdlib.h>
#include <string.h>

void wipe_free(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}
