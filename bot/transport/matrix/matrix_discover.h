/* Finds the base URL of a home server, and looks whether one is there (Client-Server API, 3.1). */
#ifndef TRANSPORT_MATRIX_DISCOVER_H
#define TRANSPORT_MATRIX_DISCOVER_H

#include <stdbool.h>

#include "transport/matrix/matrix_http.h"
#include "util/error.h"

struct matrix_discover;

/* base NULL: not found; `error` says what to do, and later it may work if the code is ERR_NETWORK.
 * Borrowed for the call; from the loop. */
typedef void matrix_discovered_fn(void *context, const char *base, const struct error *error);

/*
 * homeserver given: only looks whether one is there. Else asks
 * https://SERVER/.well-known/matrix/client; without that it is https://SERVER. The object ends with
 * the call to `found`, or with matrix_discover_cancel(). NULL and *error when out of memory.
 */
struct matrix_discover *matrix_discover_start(struct matrix_http *http, const char *server,
                                              const char *homeserver, matrix_discovered_fn *found,
                                              void *context, struct error *error);
/* NULL is fine. */
void matrix_discover_cancel(struct matrix_discover *discover);

/* "example.org", "example.org:8448", "192.0.2.1", "[2001:db8::1]:8448" (Appendix 4.1). */
bool matrix_discover_is_server(const char *server);

#endif
