/* Drives a session on a libuv loop: one turn of the loop, one turn of the session. */
#ifndef CLI_PUMP_H
#define CLI_PUMP_H

#include <uv.h>

#include "app/session.h"

struct pump {
    struct session *session;
    uv_loop_t *loop;
    uv_idle_t idle;   /* runs while a turn is wanted */
    uv_timer_t timer; /* to the session's deadline */
    struct clock_port clock;
    void (*after)(void *context); /* after each turn; may be NULL */
    void *context;
    int closing; /* handles not yet closed */
};

/* Ready at once: a first turn is run. */
int pump_init(struct pump *pump, uv_loop_t *loop, struct session *session,
              struct clock_port clock, void (*after)(void *context), void *context);
/* Closes its handles; the loop must run once more. The session may go then. */
void pump_close(struct pump *pump);

#endif
