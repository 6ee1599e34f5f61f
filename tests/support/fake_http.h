/*
 * An HTTP server in the test's own loop, on a loopback port: it keeps what it is
 * asked and answers with the bytes that the test gave it, one answer a request.
 */
#ifndef SUPPORT_FAKE_HTTP_H
#define SUPPORT_FAKE_HTTP_H

#include <stddef.h>

#include <uv.h>

enum fake_http_then { FAKE_HTTP_KEEP, FAKE_HTTP_CLOSE };

struct fake_http;

/* Listens on a free port. Asserts that it can. */
struct fake_http *fake_http_create(uv_loop_t *loop);
/* Closes all; the loop must run once more. */
void fake_http_destroy(struct fake_http *fake);
/* "http://127.0.0.1:PORT" */
const char *fake_http_base(const struct fake_http *fake);

/* Queues an answer, and what happens to the connection after it. Without one a request waits. */
void fake_http_bytes(struct fake_http *fake, const void *bytes, size_t length,
                     enum fake_http_then then);
/* A whole answer: status line, Content-Length, `headers` (lines with CR LF, or ""), body. */
void fake_http_answer(struct fake_http *fake, int status, const char *headers, const char *body);

/* The requests so far: head and body as they came. */
size_t fake_http_count(const struct fake_http *fake);
const char *fake_http_request(const struct fake_http *fake, size_t index);
/* How many connections there were; how many stand. */
unsigned fake_http_visits(const struct fake_http *fake);
unsigned fake_http_open(const struct fake_http *fake);

#endif
