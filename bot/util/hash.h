/* SHA-256 (FIPS 180-4) for receipts and seals, FNV-1a for tables, splitmix64 for seeded chance. */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX 65 /* with the NUL */

void sha256(const void *data, size_t size, uint8_t digest[SHA256_BYTES]);
void sha256_hex(const void *data, size_t size, char hex[SHA256_HEX]);
uint64_t fnv1a(const void *data, size_t size);

/* splitmix64: a small, well-mixed generator; the whole state is one word. */
uint64_t random_next(uint64_t *state);
/* Uniform in 0 .. limit-1, without modulo bias; limit > 0. */
uint32_t random_below(uint64_t *state, uint32_t limit);

#endif
