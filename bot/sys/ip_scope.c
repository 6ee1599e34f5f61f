#include "sys/ip_scope.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct block4 {
    uint32_t base;
    unsigned bits;
    enum ip_scope scope;
};

/* IANA IPv4 Special-Purpose Address Registry, and multicast. */
static const struct block4 blocks4[] = {
    {0x00000000, 8, IP_NEVER},    /* "this network" */
    {0x0A000000, 8, IP_PRIVATE},  /* RFC 1918 */
    {0x64400000, 10, IP_PRIVATE}, /* RFC 6598: behind a carrier's NAT */
    {0x7F000000, 8, IP_PRIVATE},  /* loopback */
    {0xA9FE0000, 16, IP_NEVER},   /* link-local */
    {0xAC100000, 12, IP_PRIVATE}, /* RFC 1918 */
    {0xC0000000, 24, IP_NEVER},   /* IETF protocol assignments */
    {0xC0000200, 24, IP_NEVER},   /* documentation */
    {0xC0586300, 24, IP_NEVER},   /* 6to4 relays, withdrawn by RFC 7526 */
    {0xC0A80000, 16, IP_PRIVATE}, /* RFC 1918 */
    {0xC6120000, 15, IP_NEVER},   /* benchmarks */
    {0xC6336400, 24, IP_NEVER},   /* documentation */
    {0xCB007100, 24, IP_NEVER},   /* documentation */
    {0xE0000000, 4, IP_NEVER},    /* multicast */
    {0xF0000000, 4, IP_NEVER},    /* reserved, and broadcast */
};

static enum ip_scope scope4(uint32_t address)
{
    for (size_t i = 0; i < sizeof blocks4 / sizeof *blocks4; i++)
        if (address >> (32 - blocks4[i].bits) == blocks4[i].base >> (32 - blocks4[i].bits))
            return blocks4[i].scope;
    return IP_PUBLIC;
}

struct block6 {
    uint8_t base[8];
    unsigned bits; /* at most 64 */
};

/* Inside of 2000::/3, which is all that is public. */
static const struct block6 never6[] = {
    {{0x20, 0x01, 0x00}, 23},             /* IETF protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0D, 0xB8}, 32},       /* documentation */
    {{0x26, 0x20, 0x00, 0x4F, 0x80}, 48}, /* AS112 */
    {{0x3F, 0xFF, 0x00}, 20},             /* documentation, RFC 9637 */
};

static bool is_in(const uint8_t address[16], const struct block6 *block)
{
    size_t bytes = block->bits / 8;
    unsigned rest = block->bits % 8;
    if (memcmp(address, block->base, bytes) != 0)
        return false;
    return rest == 0 || (address[bytes] ^ block->base[bytes]) >> (8 - rest) == 0;
}

static uint32_t inner(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static enum ip_scope scope6(const uint8_t address[16])
{
    static const uint8_t zero[16];
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF}; /* ::ffff:0:0/96, RFC 4291 */
    static const uint8_t nat64[12] = {0x00, 0x64, 0xFF, 0x9B};    /* 64:ff9b::/96, RFC 6052 */
    static const uint8_t sixto4[2] = {0x20, 0x02};                /* 2002::/16, RFC 3056 */
    if (memcmp(address, mapped, sizeof mapped) == 0 || memcmp(address, nat64, sizeof nat64) == 0)
        return scope4(inner(address + 12));
    if (memcmp(address, sixto4, sizeof sixto4) == 0)
        return scope4(inner(address + 2));
    if (memcmp(address, zero, 15) == 0 && address[15] == 1)
        return IP_PRIVATE; /* loopback */
    if ((address[0] & 0xFE) == 0xFC)
        return IP_PRIVATE; /* fc00::/7, RFC 4193 */
    if ((address[0] & 0xE0) != 0x20)
        return IP_NEVER;
    for (size_t i = 0; i < sizeof never6 / sizeof *never6; i++)
        if (is_in(address, &never6[i]))
            return IP_NEVER;
    return IP_PUBLIC;
}

enum ip_scope ip_scope(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return scope4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return scope6(in6.sin6_addr.s6_addr);
    }
    return IP_NEVER;
}
