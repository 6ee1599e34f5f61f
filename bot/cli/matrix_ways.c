#include "cli/matrix_ways.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/secret.h"
#include "transport/matrix/matrix_json.h"
#include "util/span.h"

#define DEVICE_CODE "urn:ietf:params:oauth:grant-type:device_code"
#define POLL_FIRST_S 5 /* RFC 8628, 3.2: unless the service says another */
#define POLL_MAX_S 60
#define CODE_LIFE_MAX_S 3600

int64_t matrix_ways_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what is offered ---- */

static bool has_text(const json_t *array, const char *text)
{
    size_t i;
    const json_t *one;
    json_array_foreach(array, i, one) if (json_is_string(one) &&
                                          strcmp(json_string_value(one), text) == 0) return true;
    return false;
}

static bool has_flow(const json_t *flows, const char *type)
{
    size_t i;
    const json_t *flow;
    json_array_foreach(flows, i,
                       flow) if (strcmp(matrix_json_string(flow, "type"), type) == 0) return true;
    return false;
}

static int take_endpoint(const json_t *metadata, const char *name, char **slot)
{
    const char *url = matrix_json_string(metadata, name);
    return *url ? matrix_token_set(slot, url) : 0;
}

static int take_metadata(const json_t *metadata, struct matrix_ways *ways)
{
    const json_t *grants = matrix_json_array(metadata, "grant_types_supported");
    if (take_endpoint(metadata, "registration_endpoint", &ways->registration) ||
        take_endpoint(metadata, "device_authorization_endpoint", &ways->device) ||
        take_endpoint(metadata, "token_endpoint", &ways->token) ||
        take_endpoint(metadata, "revocation_endpoint", &ways->revocation))
        return -1;
    ways->browser = ways->registration && ways->device && ways->token &&
                    (!grants || has_text(grants, DEVICE_CODE));
    return 0;
}

int matrix_ways_look(struct matrix_ask *ask, struct matrix_ways *ways, struct error *error)
{
    static const char *const paths[] = {
        "/_matrix/client/v1/auth_metadata", /* since v1.15 */
        "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata",
    };
    struct matrix_said said;
    int failed = 0;
    *ways = (struct matrix_ways){0};
    matrix_ask_get(ask, "/_matrix/client/v3/login", true, &said);
    ways->password =
        said.status == 200 && has_flow(matrix_json_array(said.body, "flows"), "m.login.password");
    matrix_said_finish(&said);
    for (size_t i = 0; i < 2 && !failed && !ways->token; i++) {
        matrix_ask_get(ask, paths[i], true, &said);
        if (said.status == 200)
            failed = take_metadata(said.body, ways);
        matrix_said_finish(&said);
    }
    return failed ? error_set(error, ERR_MEMORY, "out of memory") : 0;
}

void matrix_ways_finish(struct matrix_ways *ways)
{
    free(ways->registration);
    free(ways->device);
    free(ways->token);
    free(ways->revocation);
    *ways = (struct matrix_ways){0};
}

/* ---- password ---- */

static int refused(const struct matrix_said *said, const char *what, struct error *error)
{
    char span[SPAN_TEXT];
    if (said->status == 429 && said->retry_ms > 0)
        return error_set(error, ERR_BUSY, "the server wants no more logins for %s; try again then",
                         span_text(said->retry_ms + 999, span));
    return error_set(error, ERR_NETWORK, "%s: %.200s", what, said->why);
}

static int send_password(struct matrix_ask *ask, const char *user, const char *password,
                         const struct matrix_settings *settings, struct matrix_token *token,
                         struct error *error)
{
    const char *device = settings->device_id ? settings->device_id : MATRIX_DEVICE_ID;
    struct matrix_grant grant;
    struct matrix_said said;
    int result;
    matrix_grant_init(&grant);
    matrix_ask_grant(ask, &grant, matrix_grant_password(&grant, user, password, device), &said);
    if (said.status == 200)
        result = matrix_token_take(token, said.body, matrix_ways_now(), error);
    else if (said.status == 403)
        result = error_set(error, ERR_INVALID, "the server refuses user and password (%.100s)",
                           said.why);
    else
        result = refused(&said, "login", error);
    matrix_said_finish(&said);
    matrix_grant_finish(&grant);
    return result;
}

int matrix_ways_password(struct matrix_ask *ask, const struct matrix_settings *settings,
                         struct matrix_token *token, struct error *error)
{
    struct buf user, password;
    int result = 0;
    buf_init(&user);
    buf_init(&password);
    if (settings->user)
        buf_puts(&user, settings->user);
    else
        result = secret_read("User, such as @hotseat:example.org: ", false, &user, error);
    if (result == 0)
        result = secret_read("Password (it is not shown): ", true, &password, error);
    if (result == 0)
        result = send_password(ask, buf_text(&user), buf_text(&password), settings, token, error);
    buf_finish(&user);
    secret_forget(&password);
    return result;
}

/* ---- a token ---- */

int matrix_ways_token(struct matrix_token *token, struct error *error)
{
    struct buf text;
    buf_init(&text);
    int result = secret_read("Access token (it is not shown): ", true, &text, error);
    if (result == 0 && matrix_token_set(&token->access_token, buf_text(&text)))
        result = error_set(error, ERR_MEMORY, "out of memory");
    secret_forget(&text);
    return result;
}

/* ---- the browser: RFC 8628 ---- */

static int register_client(struct matrix_ask *ask, const struct matrix_ways *ways,
                           struct matrix_token *token, struct error *error)
{
    struct matrix_grant grant;
    struct matrix_said said;
    int result = 0;
    matrix_grant_init(&grant);
    /* hotseat has no page of its own to show; the server's stands for it. */
    int failed = matrix_grant_register(&grant, ways->registration, token->homeserver);
    matrix_ask_grant(ask, &grant, failed, &said);
    const char *client_id = matrix_json_string(said.body, "client_id");
    if (said.status < 200 || said.status > 299 || !*client_id)
        result = refused(&said, "the login service does not register the bot", error);
    else if (matrix_token_set(&token->client_id, client_id) ||
             matrix_token_set(&token->token_endpoint, ways->token) ||
             matrix_token_set(&token->revocation_endpoint, ways->revocation))
        result = error_set(error, ERR_MEMORY, "out of memory");
    matrix_said_finish(&said);
    matrix_grant_finish(&grant);
    return result;
}

/* Shows where to go. -1 if what the service says is nothing to be shown. */
static int show_code(const json_t *answer, long long seconds, struct error *error)
{
    const char *whole = matrix_json_string(answer, "verification_uri_complete");
    const char *page = matrix_json_string(answer, "verification_uri");
    const char *code = matrix_json_string(answer, "user_code");
    char span[SPAN_TEXT];
    size_t length = strlen(code);
    for (size_t i = 0; i < length; i++)
        if (code[i] < ' ' || code[i] > '~' || length > 64)
            return error_set(error, ERR_INVALID, "the login service shows no usable code");
    if (*whole && matrix_http_check_base(whole, true, error))
        whole = "";
    if (length == 0 || (!*whole && matrix_http_check_base(page, true, error)))
        return error_set(error, ERR_INVALID, "the login service names no usable page");
    printf("Open this page, log in there as the bot's account, and allow it:\n\n    %s\n\n",
           *whole ? whole : page);
    printf("The code, if the page asks for one: %s\nWaiting, for at most %s.\n", code,
           span_text(seconds * 1000, span));
    fflush(stdout);
    return 0;
}

static long long within(long long value, long long least, long long most)
{
    return value < least ? least : value > most ? most : value;
}

/* 1 = not yet, perhaps more slowly from now on. */
static int poll_once(struct matrix_ask *ask, const char *device_code, long long *pause_s,
                     struct matrix_token *token, struct error *error)
{
    struct matrix_grant grant;
    struct matrix_said said;
    int result = 1;
    matrix_grant_init(&grant);
    int failed = matrix_grant_poll(&grant, token->token_endpoint, token->client_id, device_code);
    matrix_ask_grant(ask, &grant, failed, &said);
    const char *why = matrix_json_string(said.body, "error");
    if (said.status == 200)
        result = matrix_token_take(token, said.body, matrix_ways_now(), error);
    else if (strcmp(why, "slow_down") == 0 || said.status == 429)
        *pause_s = within(*pause_s + 5, 1, POLL_MAX_S);
    else if (strcmp(why, "access_denied") == 0)
        result = error_set(error, ERR_INVALID, "the login was refused on the page");
    else if (strcmp(why, "expired_token") == 0)
        result = error_set(error, ERR_INVALID, "the code has expired; begin again");
    else if (said.status == 0 || said.status >= 500)
        *pause_s = within(*pause_s * 2, 1, POLL_MAX_S);
    else if (strcmp(why, "authorization_pending") != 0)
        result = refused(&said, "the login service", error);
    matrix_said_finish(&said);
    matrix_grant_finish(&grant);
    return result;
}

static int wait_for_person(struct matrix_ask *ask, const json_t *answer, struct matrix_token *token,
                           struct error *error)
{
    const char *device_code = matrix_json_string(answer, "device_code");
    long long life_s =
        within(matrix_json_number(answer, "expires_in", CODE_LIFE_MAX_S), 1, CODE_LIFE_MAX_S);
    long long pause_s = within(matrix_json_number(answer, "interval", POLL_FIRST_S), 1, POLL_MAX_S);
    if (show_code(answer, life_s, error))
        return -1;
    int64_t end = matrix_ways_now() + life_s * 1000;
    int result = 1;
    while (result == 1 && matrix_ways_now() < end) {
        matrix_ask_wait(ask, pause_s * 1000);
        result = poll_once(ask, device_code, &pause_s, token, error);
    }
    return result == 1 ? error_set(error, ERR_INVALID, "nobody allowed it in time; begin again")
                       : result;
}

int matrix_ways_browser(struct matrix_ask *ask, const struct matrix_ways *ways,
                        const struct matrix_settings *settings, struct matrix_token *token,
                        struct error *error)
{
    const char *device = settings->device_id ? settings->device_id : MATRIX_DEVICE_ID;
    struct matrix_grant grant;
    struct matrix_said said;
    if (register_client(ask, ways, token, error))
        return -1;
    matrix_grant_init(&grant);
    int failed = matrix_grant_device(&grant, ways->device, token->client_id, device);
    matrix_ask_grant(ask, &grant, failed, &said);
    int result = said.status == 200 ? wait_for_person(ask, said.body, token, error)
                                    : refused(&said, "the login service", error);
    matrix_said_finish(&said);
    matrix_grant_finish(&grant);
    return result;
}
