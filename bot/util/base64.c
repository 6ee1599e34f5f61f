#include "util/base64.h"

#include <openssl/evp.h>

size_t base64(const void *data, size_t size, char *out)
{
    return (size_t)EVP_EncodeBlock((unsigned char *)out, data, (int)size);
}
