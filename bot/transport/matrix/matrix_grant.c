#include "transport/matrix/matrix_grant.h"
#include "transport/matrix/matrix_json.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define FORM "application/x-www-form-urlencoded"
#define SCOPE "urn:matrix:client:api:* urn:matrix:client:device:"
#define DEVICE_CODE "urn:ietf:params:oauth:grant-type:device_code"

void matrix_grant_init(struct matrix_grant *grant)
{
    buf_init(&grant->path);
    buf_init(&grant->body);
    grant->type = NULL;
}

void matrix_grant_finish(struct matrix_grant *grant)
{
    if (grant->body.data)
        explicit_bzero(grant->body.data, grant->body.length);
    buf_finish(&grant->path);
    buf_finish(&grant->body);
}

struct matrix_request matrix_grant_request(const struct matrix_grant *grant)
{
    return (struct matrix_request){.method = "POST",
                                   .path = buf_text(&grant->path),
                                   .body = buf_text(&grant->body),
                                   .length = grant->body.length,
                                   .type = grant->type,
                                   .anonymous = true};
}

/* body_take: NULL when out of memory. */
static int set_json(struct matrix_grant *grant, const char *path, json_t *body_take)
{
    char *text = body_take ? matrix_json_dump(body_take, JSON_COMPACT) : NULL;
    json_decref(body_take);
    if (!text)
        return -1;
    buf_puts(&grant->path, path);
    buf_puts(&grant->body, text);
    explicit_bzero(text, strlen(text));
    free(text);
    return grant->path.failed || grant->body.failed ? -1 : 0;
}

/* Pairs of name and value, ended by NULL. */
static int set_form(struct matrix_grant *grant, const char *endpoint, ...)
{
    va_list pairs;
    const char *name;
    va_start(pairs, endpoint);
    while ((name = va_arg(pairs, const char *))) {
        buf_printf(&grant->body, "%s%s=", grant->body.length ? "&" : "", name);
        matrix_http_escape(&grant->body, va_arg(pairs, const char *));
    }
    va_end(pairs);
    buf_puts(&grant->path, endpoint);
    grant->type = FORM;
    return grant->path.failed || grant->body.failed ? -1 : 0;
}

int matrix_grant_password(struct matrix_grant *grant, const char *user, const char *password,
                          const char *device_id)
{
    return set_json(grant, "/_matrix/client/v3/login",
                    json_pack("{s:s,s:{s:s,s:s},s:s,s:s,s:s,s:b}", "type", "m.login.password",
                              "identifier", "type", "m.id.user", "user", user, "password", password,
                              "device_id", device_id, "initial_device_display_name", "hotseat",
                              "refresh_token", 1));
}

int matrix_grant_refresh(struct matrix_grant *grant, const struct matrix_token *token)
{
    if (!token->token_endpoint)
        return set_json(grant, "/_matrix/client/v3/refresh",
                        json_pack("{s:s}", "refresh_token", token->refresh_token));
    return set_form(grant, token->token_endpoint, "grant_type", "refresh_token", "refresh_token",
                    token->refresh_token, "client_id", token->client_id ? token->client_id : "",
                    (char *)NULL);
}

int matrix_grant_register(struct matrix_grant *grant, const char *endpoint, const char *client_uri)
{
    return set_json(grant, endpoint,
                    json_pack("{s:s,s:s,s:s,s:s,s:[s,s],s:[]}", "client_name", "hotseat",
                              "client_uri", client_uri, "application_type", "native",
                              "token_endpoint_auth_method", "none", "grant_types", DEVICE_CODE,
                              "refresh_token", "response_types"));
}

int matrix_grant_device(struct matrix_grant *grant, const char *endpoint, const char *client_id,
                        const char *device_id)
{
    struct buf scope;
    buf_init(&scope);
    buf_printf(&scope, "%s%s", SCOPE, device_id);
    int result = scope.failed ? -1
                              : set_form(grant, endpoint, "client_id", client_id, "scope",
                                         buf_text(&scope), (char *)NULL);
    buf_finish(&scope);
    return result;
}

int matrix_grant_poll(struct matrix_grant *grant, const char *endpoint, const char *client_id,
                      const char *device_code)
{
    return set_form(grant, endpoint, "grant_type", DEVICE_CODE, "device_code", device_code,
                    "client_id", client_id, (char *)NULL);
}

int matrix_grant_revoke(struct matrix_grant *grant, const struct matrix_token *token)
{
    const char *secret = token->refresh_token ? token->refresh_token : token->access_token;
    return set_form(grant, token->revocation_endpoint, "token", secret, "client_id",
                    token->client_id ? token->client_id : "", (char *)NULL);
}
