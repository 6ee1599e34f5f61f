#include "transport/matrix/matrix_discover.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/matrix/matrix_json.h"
#include "util/buf.h"

#define ANSWER_MAX (64 * 1024)

struct matrix_discover {
    struct matrix_http *http;
    struct matrix_call *call;
    char *server, *base;
    matrix_discovered_fn *found;
    void *context;
};

static void free_all(struct matrix_discover *discover)
{
    free(discover->server);
    free(discover->base);
    free(discover);
}

/* Ends: base if `error` is NULL. */
static void end(struct matrix_discover *discover, const struct error *error)
{
    discover->found(discover->context, error ? NULL : discover->base, error);
    free_all(discover);
}

static void fail(struct matrix_discover *discover, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct matrix_discover *discover, enum error_code code, const char *format, ...)
{
    struct error error = {0};
    char why[sizeof error.why];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    error_set(&error, code, "%s", why);
    end(discover, &error);
}

static void on_versions(void *context, const struct matrix_reply *reply)
{
    struct matrix_discover *discover = context;
    const json_t *versions = matrix_json_array(reply->body, "versions");
    discover->call = NULL;
    if (reply->status == 200 && json_array_size(versions) > 0)
        end(discover, NULL);
    else if (reply->status == 200)
        fail(discover, ERR_INVALID,
             "what answers at %.80s is no Matrix home server; set homeserver "
             "to the URL that clients use",
             discover->base);
    else
        fail(discover, ERR_NETWORK, "the home server %.80s does not answer as one: %.120s",
             discover->base, reply->why);
}

static int ask(struct matrix_discover *discover, const char *before, const char *path,
               matrix_done_fn *done, struct error *error)
{
    struct buf url;
    buf_init(&url);
    buf_printf(&url, "%s%s", before, path);
    struct matrix_request request = {.method = "GET",
                                     .path = buf_text(&url),
                                     .anonymous = true,
                                     .redirects = true,
                                     .limit = ANSWER_MAX,
                                     .done = done,
                                     .context = discover};
    if (url.failed)
        error_set(error, ERR_MEMORY, "out of memory");
    else
        discover->call = matrix_http_start(discover->http, &request, error);
    buf_finish(&url);
    return discover->call ? 0 : -1;
}

static void ask_versions(struct matrix_discover *discover)
{
    struct error error;
    if (!discover->base)
        fail(discover, ERR_NETWORK, "out of memory");
    else if (ask(discover, discover->base, "/_matrix/client/versions", on_versions, &error))
        end(discover, &error);
}

static char *trimmed(const char *base)
{
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    return strndup(base, length);
}

static void on_well_known(void *context, const struct matrix_reply *reply)
{
    struct matrix_discover *discover = context;
    struct error error;
    discover->call = NULL;
    if (reply->status == 404) {
        struct buf base;
        buf_init(&base);
        buf_printf(&base, "https://%s", discover->server);
        discover->base = base.failed ? NULL : strdup(buf_text(&base));
        buf_finish(&base);
        ask_versions(discover);
        return;
    }
    if (reply->status != 200) {
        fail(discover, ERR_NETWORK,
             "https://%.60s/.well-known/matrix/client cannot be read (%.100s); "
             "if the server has none, set homeserver to the URL that clients use",
             discover->server, reply->why);
        return;
    }
    const char *base =
        matrix_json_string(matrix_json_object(reply->body, "m.homeserver"), "base_url");
    if (matrix_http_check_base(base, false, &error)) {
        fail(discover, ERR_INVALID,
             "https://%.60s/.well-known/matrix/client names no usable home "
             "server (%.100s); set homeserver to the URL that clients use",
             discover->server, error.why);
        return;
    }
    discover->base = trimmed(base);
    ask_versions(discover);
}

bool matrix_discover_is_server(const char *server)
{
    struct error error;
    char url[300];
    if (strlen(server) > 255 || strpbrk(server, "/?"))
        return false;
    snprintf(url, sizeof url, "https://%s", server);
    return matrix_http_check_base(url, false, &error) == 0;
}

struct matrix_discover *matrix_discover_start(struct matrix_http *http, const char *server,
                                              const char *homeserver, matrix_discovered_fn *found,
                                              void *context, struct error *error)
{
    struct matrix_discover *discover = calloc(1, sizeof *discover);
    if (!discover)
        goto no_memory;
    *discover = (struct matrix_discover){.http = http, .found = found, .context = context};
    if (homeserver)
        discover->base = trimmed(homeserver);
    else
        discover->server = strdup(server);
    if (!discover->base && !discover->server)
        goto no_memory;
    char before[300];
    snprintf(before, sizeof before, "https://%.255s", server ? server : "");
    if (homeserver ? ask(discover, discover->base, "/_matrix/client/versions", on_versions, error)
                   : ask(discover, before, "/.well-known/matrix/client", on_well_known, error)) {
        free_all(discover);
        return NULL;
    }
    return discover;
no_memory:
    if (discover)
        free_all(discover);
    error_set(error, ERR_MEMORY, "out of memory");
    return NULL;
}

void matrix_discover_cancel(struct matrix_discover *discover)
{
    if (!discover)
        return;
    matrix_http_cancel(discover->call);
    free_all(discover);
}
