/* libcurl's multi interface on a libuv loop. Each transfer ends with a call from the loop. */
#ifndef TRANSPORT_MATRIX_MULTI_H
#define TRANSPORT_MATRIX_MULTI_H

#include <curl/curl.h>
#include <uv.h>

struct matrix_multi {
    uv_loop_t *loop;
    CURLM *curl;
    uv_timer_t timer; /* libcurl's */
    void (*done)(void *context, CURL *easy, CURLcode result);
    void *context;
};

/* `done` is called for each transfer that ended, from the loop; it may add and remove transfers.
 * -1 when out of memory. */
int matrix_multi_init(struct matrix_multi *multi, uv_loop_t *loop,
                      void (*done)(void *context, CURL *easy, CURLcode result), void *context);
/* All transfers must have been removed. The memory of *multi is free when closed(&multi->timer) is
 * called. Not from inside a callback of libcurl. */
void matrix_multi_finish(struct matrix_multi *multi, uv_close_cb closed);

/* Neither may be called from inside a callback of libcurl. */
int matrix_multi_add(struct matrix_multi *multi, CURL *easy);
void matrix_multi_remove(struct matrix_multi *multi, CURL *easy);

#endif
