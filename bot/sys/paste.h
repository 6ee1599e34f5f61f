/*
 * Pastes that people name: at most 2 fetched at once for one person and 8 in
 * all. The rest waits, and whoever has least under way goes first.
 */
#ifndef SYS_PASTE_H
#define SYS_PASTE_H

#include <uv.h>

#include "sys/paste_fetch.h"
#include "sys/paste_link.h"
#include "util/error.h"

#define PASTE_AT_ONCE 8
#define PASTE_AT_ONCE_EACH 2
#define PASTE_WAITING_MAX 32
#define PASTE_WAITING_EACH 4
#define PASTE_WAIT_MS 5000 /* longer than this none waits for its turn */

struct paste;
struct paste_call;

/* settings are borrowed and may change: each fetch looks at them when it begins. net NULL = the real
 * one, else borrowed. NULL and *error when out of memory. */
struct paste *paste_create(uv_loop_t *loop, const struct paste_settings *settings,
                           const struct paste_net *net, struct error *error);
/* Cancels all; the loop must run on until gone(context). NULL is fine; gone is not called then. */
void paste_destroy(struct paste *paste, void (*gone)(void *context), void *context);

/* Fetches it when its turn comes; done() is called once, from the loop, never from in here, at the latest
 * PASTE_WAIT_MS + PASTE_FETCH_MS from now. `person` is any name of whom it is for. NULL and *error if
 * too many wait (ERR_FULL, the text is for the member), or when out of memory. */
struct paste_call *paste_start(struct paste *paste, const char *person,
                               const struct paste_link *link, paste_done_fn *done, void *context,
                               struct error *error);
/* done() will not be called. NULL is fine. Not from inside a callback of libcurl. */
void paste_cancel(struct paste_call *call);

#endif
