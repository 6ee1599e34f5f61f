#include "cli/matrix_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_discover.h"

void matrix_said_finish(struct matrix_said *said)
{
    json_decref(said->body);
    said->body = NULL;
}

static void run_until_over(struct matrix_ask *ask)
{
    while (!ask->over)
        uv_run(&ask->loop, UV_RUN_ONCE);
}

int matrix_ask_open(struct matrix_ask *ask, const struct matrix_settings *settings,
                    struct error *error)
{
    *ask = (struct matrix_ask){0};
    if (uv_loop_init(&ask->loop))
        return error_set(error, ERR_INTERNAL, "the event loop cannot be made");
    uv_timer_init(&ask->loop, &ask->timer);
    ask->timer.data = ask;
    ask->http = matrix_http_create(&ask->loop, settings->ca_file, error);
    if (!ask->http) {
        matrix_ask_close(ask);
        return -1;
    }
    if (settings->plain)
        matrix_http_allow_plain(ask->http);
    return 0;
}

void matrix_ask_close(struct matrix_ask *ask)
{
    uv_close((uv_handle_t *)&ask->timer, NULL);
    matrix_http_destroy(ask->http, NULL, NULL);
    ask->http = NULL;
    uv_run(&ask->loop, UV_RUN_DEFAULT);
    uv_loop_close(&ask->loop);
}

/* ---- one request ---- */

struct asking {
    struct matrix_ask *ask;
    struct matrix_said *said;
};

static void on_done(void *context, const struct matrix_reply *reply)
{
    struct asking *asking = context;
    struct matrix_said *said = asking->said;
    said->status = reply->status;
    said->retry_ms = reply->retry_ms;
    snprintf(said->errcode, sizeof said->errcode, "%s", reply->errcode);
    snprintf(said->why, sizeof said->why, "%s", reply->why);
    said->body = reply->body ? json_deep_copy(reply->body) : NULL;
    asking->ask->over = true;
}

static void ask_for(struct matrix_ask *ask, struct matrix_request request, struct matrix_said *said)
{
    struct asking asking = {ask, said};
    struct error error = {0};
    *said = (struct matrix_said){.retry_ms = -1};
    request.done = on_done;
    request.context = &asking;
    ask->over = false;
    if (matrix_http_start(ask->http, &request, &error))
        run_until_over(ask);
    else
        snprintf(said->why, sizeof said->why, "%s", error.why);
}

void matrix_ask_get(struct matrix_ask *ask, const char *path, bool anonymous,
                    struct matrix_said *said)
{
    ask_for(ask, (struct matrix_request){.method = "GET", .path = path, .anonymous = anonymous},
            said);
}

void matrix_ask_post(struct matrix_ask *ask, const char *path, struct matrix_said *said)
{
    ask_for(ask, (struct matrix_request){.method = "POST", .path = path, .body = "{}", .length = 2},
            said);
}

void matrix_ask_grant(struct matrix_ask *ask, const struct matrix_grant *grant, int failed,
                      struct matrix_said *said)
{
    if (failed)
        *said = (struct matrix_said){.retry_ms = -1, .why = "out of memory"};
    else
        ask_for(ask, matrix_grant_request(grant), said);
}

static void on_timer(uv_timer_t *timer)
{
    struct matrix_ask *ask = timer->data;
    ask->over = true;
}

void matrix_ask_wait(struct matrix_ask *ask, int64_t ms)
{
    ask->over = false;
    uv_timer_start(&ask->timer, on_timer, (uint64_t)ms, 0);
    run_until_over(ask);
}

/* ---- discovery ---- */

struct finding {
    struct matrix_ask *ask;
    char **base;
    struct error *error;
};

static void on_found(void *context, const char *base, const struct error *error)
{
    struct finding *finding = context;
    if (error)
        *finding->error = *error;
    else if (matrix_http_set_base(finding->ask->http, base) || !(*finding->base = strdup(base)))
        error_set(finding->error, ERR_MEMORY, "out of memory");
    finding->ask->over = true;
}

int matrix_ask_find(struct matrix_ask *ask, const struct matrix_settings *settings, char **base,
                    struct error *error)
{
    struct finding finding = {ask, base, error};
    *base = NULL;
    ask->over = false;
    if (!matrix_discover_start(ask->http, settings->server, settings->homeserver, on_found,
                               &finding, error))
        return -1;
    run_until_over(ask);
    return *base ? 0 : -1;
}
