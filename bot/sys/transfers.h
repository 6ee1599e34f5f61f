/* libcurl's multi interface on a libuv loop. Each transfer ends with a call from the loop. */
#ifndef SYS_TRANSFERS_H
#define SYS_TRANSFERS_H

#include <curl/curl.h>
#include <uv.h>

struct transfers {
    uv_loop_t *loop;
    CURLM *curl;
    uv_timer_t timer; /* libcurl's */
    void (*done)(void *context, CURL *easy, CURLcode result);
    void *context;
};

/* `done` is called for each transfer that ended, from the loop; it may add and remove transfers.
 * -1 when out of memory. */
int transfers_init(struct transfers *transfers, uv_loop_t *loop,
                   void (*done)(void *context, CURL *easy, CURLcode result), void *context);
/* All transfers must have been removed. The memory of *transfers is free when
 * closed(&transfers->timer) is called. Not from inside a callback of libcurl. */
void transfers_finish(struct transfers *transfers, uv_close_cb closed);

/* Neither may be called from inside a callback of libcurl. */
int transfers_add(struct transfers *transfers, CURL *easy);
void transfers_remove(struct transfers *transfers, CURL *easy);

#endif
