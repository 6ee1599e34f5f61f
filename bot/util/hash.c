#include "util/hash.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

/* libcrypto is loaded with libcurl anyway, and hashes faster than anything of our own. */
void sha256(const void *data, size_t size, uint8_t digest[SHA256_BYTES])
{
    /* EVP_sha256() would be looked up anew for each hash (EVP_MD_fetch(3)), which takes longer than
     * to hash a line. Kept until the program ends. */
    static EVP_MD *kept;
    unsigned length = SHA256_BYTES;
    if (!kept)
        kept = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (EVP_Digest(data, size, digest, &length, kept ? kept : EVP_sha256(), NULL) != 1)
        memset(digest, 0, SHA256_BYTES);
}

void sha256_hex(const void *data, size_t size, char hex[SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_BYTES];
    sha256(data, size, digest);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * SHA256_BYTES] = '\0';
}

uint64_t fnv1a(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint32_t random_below(uint64_t *state, uint32_t limit)
{
    uint32_t rest = (uint32_t)(-limit) % limit;
    for (;;) {
        uint32_t drawn = (uint32_t)(random_next(state) >> 32);
        if (drawn >= rest)
            return drawn % limit;
    }
}
