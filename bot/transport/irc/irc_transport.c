#include "transport/irc/irc_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_state.h"

#define WATCH_MS 5000

static struct irc *irc_of(struct transport *transport)
{
    return (struct irc *)transport;
}

static int start(struct transport *transport, struct error *error)
{
    struct irc *irc = irc_of(transport);
    if (irc_servers_recall(irc, error))
        return -1;
    uv_timer_start(&irc->watch, irc_connect_watch, WATCH_MS, WATCH_MS);
    irc_connect_start(irc);
    return 0;
}

static void stop(struct transport *transport, int ms, void (*done)(void *context), void *context)
{
    struct irc *irc = irc_of(transport);
    irc->stopping = true;
    irc->stop_ms = ms > 0 ? (uint64_t)ms : 0;
    irc->stopped = done;
    irc->stopped_context = context;
    irc_connect_stop(irc);
}

static void release(struct irc *irc)
{
    if (--irc->closing > 0)
        return;
    irc_flood_finish(&irc->flood);
    irc_blocks_finish(&irc->blocks);
    irc_batches_finish(&irc->batches);
    irc_people_finish(&irc->people);
    irc_people_finish(&irc->away);
    free(irc);
}

static void handle_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void link_gone(void *context)
{
    release(context);
}

static void destroy(struct transport *transport)
{
    if (!transport)
        return;
    struct irc *irc = irc_of(transport);
    irc_services_lost(irc);
    irc_session_destroy(irc->session);
    irc->session = NULL;
    irc->closing = 5 + (irc->link != NULL);
    uv_close((uv_handle_t *)&irc->retry, handle_closed);
    uv_close((uv_handle_t *)&irc->pace, handle_closed);
    uv_close((uv_handle_t *)&irc->watch, handle_closed);
    uv_close((uv_handle_t *)&irc->ask_timer, handle_closed);
    uv_close((uv_handle_t *)&irc->step, handle_closed);
    irc_link_destroy(irc->link, link_gone, irc);
}

static const struct transport_ops ops = {
    .name = "irc",
    .start = start,
    .post = irc_say_post,
    .stop = stop,
    .destroy = destroy,
};

struct transport *irc_transport_create(uv_loop_t *loop, const struct irc_settings *settings,
                                       const struct transport_sink *sink, struct error *error)
{
    struct irc *irc = calloc(1, sizeof *irc);
    if (!irc) {
        error_set(error, ERR_MEMORY, "no memory for a network");
        return NULL;
    }
    irc->transport.ops = &ops;
    irc->transport.network = settings->network;
    irc->loop = loop;
    irc->settings = settings;
    irc->sink = sink;
    irc_isupport_init(&irc->isupport);
    irc_blocks_init(&irc->blocks);
    irc_batches_init(&irc->batches);
    irc_times_init(&irc->times);
    irc_flood_init(&irc->flood, settings->flood_burst, settings->flood_ms);
    irc_people_init(&irc->people, &irc->isupport);
    irc_people_init(&irc->away, &irc->isupport);
    uv_timer_init(loop, &irc->retry);
    uv_timer_init(loop, &irc->pace);
    uv_timer_init(loop, &irc->watch);
    uv_timer_init(loop, &irc->ask_timer);
    uv_timer_init(loop, &irc->step);
    irc->retry.data = irc->pace.data = irc->watch.data = irc->step.data = irc->ask_timer.data = irc;
    struct irc_link_events events = {irc, irc_connect_stood, irc_events_raw, irc_connect_lost};
    irc->link = irc_link_create(loop, settings, &events);
    if (!irc->link) {
        error_set(error, ERR_MEMORY, "no memory for a network");
        destroy(&irc->transport);
        return NULL;
    }
    return &irc->transport;
}
