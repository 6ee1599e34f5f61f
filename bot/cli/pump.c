#include "cli/pump.h"

static void turn(struct pump *pump);

static void on_idle(uv_idle_t *idle)
{
    turn(idle->data);
}

static void on_timer(uv_timer_t *timer)
{
    turn(timer->data);
}

static void wanted(void *context)
{
    struct pump *pump = context;
    if (!pump->closing)
        uv_idle_start(&pump->idle, on_idle);
}

static void turn(struct pump *pump)
{
    uv_idle_stop(&pump->idle);
    session_turn(pump->session);
    int64_t due = session_deadline(pump->session);
    if (due > 0) {
        int64_t wait = due - pump->clock.now(pump->clock.context);
        uv_update_time(pump->loop);
        uv_timer_start(&pump->timer, on_timer, wait > 0 ? (uint64_t)wait : 1, 0);
    } else {
        uv_timer_stop(&pump->timer);
    }
    if (pump->after)
        pump->after(pump->context);
}

int pump_init(struct pump *pump, uv_loop_t *loop, struct session *session,
              struct clock_port clock, void (*after)(void *context), void *context)
{
    *pump = (struct pump){.session = session, .loop = loop, .clock = clock, .after = after,
                          .context = context};
    if (uv_idle_init(loop, &pump->idle) || uv_timer_init(loop, &pump->timer))
        return -1;
    pump->idle.data = pump->timer.data = pump;
    session_on_wake(session, wanted, pump);
    wanted(pump);
    return 0;
}

static void closed(uv_handle_t *handle)
{
    struct pump *pump = handle->data;
    pump->closing--;
}

void pump_close(struct pump *pump)
{
    if (pump->closing || !pump->session)
        return;
    pump->closing = 2;
    session_on_wake(pump->session, NULL, NULL);
    uv_close((uv_handle_t *)&pump->idle, closed);
    uv_close((uv_handle_t *)&pump->timer, closed);
}
