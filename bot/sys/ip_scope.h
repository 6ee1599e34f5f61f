/*
 * How far an address reaches: may it be on the open internet, in one's own
 * network, or nowhere that one connects to? By the special-purpose registries
 * of IANA (RFC 6890 and its updates), and by what is inside of addresses that
 * carry another one.
 */
#ifndef SYS_IP_SCOPE_H
#define SYS_IP_SCOPE_H

#include <sys/socket.h>

enum ip_scope {
    IP_PUBLIC,
    IP_PRIVATE, /* this machine, RFC 1918, RFC 4193, RFC 6598 */
    IP_NEVER    /* link-local (where clouds keep their secrets), multicast, unspecified, reserved,
                   documentation, and what is no internet address */
};

enum ip_scope ip_scope(const struct sockaddr *address);

#endif
