/*
 * Brings the requests to one home server to "logged in as @bot:example.org,
 * device Z", and keeps them there: finds the server, takes the token of the
 * configuration or of the token file, else logs in with the password; asks
 * whoami before anything else; refreshes tokens before they expire, and after
 * they were refused. What goes wrong for a while it tries again by itself, with
 * growing pauses; what only a person can mend it tells once and stops.
 */
#ifndef TRANSPORT_MATRIX_LOGIN_H
#define TRANSPORT_MATRIX_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "transport/matrix/matrix_http.h"
#include "transport/matrix/matrix_settings.h"
#include "util/error.h"

/* Called from the loop, never from inside the functions below. All borrowed for the call.
 * matrix_login_destroy() may be called from inside. */
struct matrix_login_events {
    void *context;
    /* The base URL and the token of the requests are set and right. device_id is "" if the token
     * belongs to no device (an application service). Called again after each matrix_login_again(). */
    void (*ready)(void *context, const char *user_id, const char *device_id);
    /* Not logged in. fatal: a person has to do something, and `why` says what; nothing more will
     * happen until matrix_login_start(). Else the next try comes in retry_ms by itself. */
    void (*down)(void *context, bool fatal, int64_t retry_ms, const char *why);
};

struct matrix_login;
/* http and settings are borrowed and must outlive it. NULL and *error when out of memory. */
struct matrix_login *matrix_login_create(uv_loop_t *loop, struct matrix_http *http,
                                         const struct matrix_settings *settings,
                                         const struct matrix_login_events *events,
                                         struct error *error);
/* Nothing is called any more but gone(), when the loop has closed its handles. Before that of the
 * requests (matrix_http_destroy()), whose calls it cancels. NULL is fine; gone is not called then. */
void matrix_login_destroy(struct matrix_login *login, void (*gone)(void *context), void *context);

/* Begins; ready() or down() follows. Also after a fatal down(): reads the token file anew. */
void matrix_login_start(struct matrix_login *login);

/* Is this answer about who we are: a refused token, a locked, suspended or deactivated account? */
bool matrix_login_concerns(const struct matrix_reply *reply);
/* For such an answer: ask nothing more until ready(). While it is at work already this does nothing,
 * so each of many refused requests may call it. */
void matrix_login_again(struct matrix_login *login, const struct matrix_reply *reply);

#endif
