/* One Matrix account as a transport: "matrix". docs/MATRIX.md says what it does and why. */
#ifndef TRANSPORT_MATRIX_TRANSPORT_H
#define TRANSPORT_MATRIX_TRANSPORT_H

#include <uv.h>

#include "app/ports.h"
#include "transport/matrix/matrix_settings.h"

/* Borrows settings and sink for its life. NULL and *error when out of memory. After destroy the loop must
 * run until it has closed its handles. */
struct transport *matrix_transport_create(uv_loop_t *loop, const struct matrix_settings *settings,
                                          const struct transport_sink *sink, struct error *error);

#endif
