/*
 * Requests to one home server, on the libuv loop through libcurl's multi
 * interface: TLS 1.2 or newer with a check of name and chain, no redirects to
 * elsewhere, bounded bodies and headers, gzip. It knows the token and the base
 * URL, but nothing of what is asked.
 */
#ifndef TRANSPORT_MATRIX_HTTP_H
#define TRANSPORT_MATRIX_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <uv.h>

#include "util/error.h"

#define MATRIX_HTTP_BODY_MAX (1024 * 1024) /* of an answer that is not streamed */
#define MATRIX_HTTP_HEADERS_MAX (64 * 1024)
#define MATRIX_HTTP_TIMEOUT_MS 30000

struct matrix_http;

/* How a request ended. All borrowed for the call. */
struct matrix_reply {
    int status;          /* HTTP status; 0 = no whole answer, or a 2xx that is no JSON object (an error page), or
                            the refusal of a token that has been replaced since the request was sent */
    bool maybe_done;     /* status 0 or 5xx, and the server may have acted on it all the same */
    const json_t *body;  /* the JSON object of the answer; NULL if there is none, it is none, or it was streamed */
    const char *errcode; /* "M_FORBIDDEN", ...; "" if the answer names none */
    bool soft_logout;    /* beside M_UNKNOWN_TOKEN */
    int64_t retry_ms;    /* how long the server asks to wait (Retry-After, else retry_after_ms); -1 = it does not say */
    const char *why;     /* for the log, without secrets: "429 M_LIMIT_EXCEEDED", "timeout" */
};
typedef void matrix_done_fn(void *context, const struct matrix_reply *reply);
/* Bytes of a streamed 2xx body. 0, or -1 to give the request up (status 0 then). */
typedef int matrix_chunk_fn(void *context, const char *bytes, size_t length);

struct matrix_request {
    const char *method; /* "GET", "PUT", "POST" */
    const char *path;   /* "/_matrix/client/v3/sync?timeout=0": escaped already, see matrix_http_escape().
                           A whole URL if `anonymous`: discovery and OAuth ask other servers, too */
    const char *body;   /* NULL = none; copied */
    size_t length;
    const char *type;   /* of the body; NULL = application/json */
    bool anonymous;     /* without the token */
    bool redirects;     /* follow a few, to https; only if `anonymous`, else a redirect is an answer like others */
    unsigned timeout_ms; /* whole request; 0 = 30 s */
    unsigned quiet_ms;  /* without any byte; 0 = 60 s, which must be more than a long poll waits */
    size_t limit;       /* of the answer's bytes, unpacked; 0 = MATRIX_HTTP_BODY_MAX */
    matrix_chunk_fn *chunk; /* NULL = collect it and parse it as JSON */
    matrix_done_fn *done; /* called once, from the loop, never from inside matrix_http_start() */
    void *context;
};

/* ca_file NULL = the system's. NULL and *error when out of memory. */
struct matrix_http *matrix_http_create(uv_loop_t *loop, const char *ca_file, struct error *error);
/* Cancels what is under way (done is not called); the loop must run on until gone(context). NULL is
 * fine; gone is not called then. */
void matrix_http_destroy(struct matrix_http *http, void (*gone)(void *context), void *context);

/* May this be a base URL? https://, or http:// to this very machine; with `plain` http:// to anywhere.
 * -1 and *error, which says what would do. */
int matrix_http_check_base(const char *base, bool plain, struct error *error);
/* http:// to other machines is fine from now on: the configuration says so. */
void matrix_http_allow_plain(struct matrix_http *http);
/* "https://matrix.example.org", copied; a slash at the end goes. 0, or -1 if matrix_http_check_base()
 * refuses it or when out of memory; the old one stays then. */
int matrix_http_set_base(struct matrix_http *http, const char *base);
/* Copied; NULL = none. 0, or -1 if it has signs that no token has, or when out of memory. */
int matrix_http_set_token(struct matrix_http *http, const char *token);

struct matrix_call;
/* May be called from inside any callback, chunk and done, too. NULL and *error when out of memory, or
 * if the request makes no sense (a bug). The call ends with done() or matrix_http_cancel(). */
struct matrix_call *matrix_http_start(struct matrix_http *http, const struct matrix_request *request,
                                      struct error *error);
/* done will not be called. From inside chunk and done it is fine, too. NULL is fine. */
void matrix_http_cancel(struct matrix_call *call);

struct buf;
/* Appends one path segment or query value, percent-escaped. */
void matrix_http_escape(struct buf *out, const char *text);

#endif
