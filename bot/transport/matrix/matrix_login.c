#include "transport/matrix/matrix_login.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "transport/matrix/matrix_discover.h"
#include "transport/matrix/matrix_grant.h"
#include "transport/matrix/matrix_json.h"
#include "transport/matrix/matrix_login_state.h"
#include "util/log.h"

#define STEADY_MS 60000 /* logged in for so long: what went wrong before is over */
#define EARLY_MS 60000  /* before its expiry a token is renewed */

static void check(struct matrix_login *login);

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* When a token is to be renewed that is good until expires_at: in good time, but not at once again.
 */
static void plan_refresh(struct matrix_login *login)
{
    int64_t left = login->token.expires_at - now_ms();
    int64_t ms = left - EARLY_MS > left / 2 ? left - EARLY_MS : left / 2;
    if (login->token.refresh_token && login->token.expires_at)
        uv_timer_start(&login->timer, matrix_login_try, ms > 1000 ? (uint64_t)ms : 1000, 0);
}

static void stand(struct matrix_login *login, const char *user_id, const char *device_id)
{
    login->state = READY;
    login->ready_at = uv_now(login->loop);
    plan_refresh(login);
    login->events.ready(login->events.context, user_id, device_id);
}

/* ---- requests ---- */

static void send_grant(struct matrix_login *login, const struct matrix_grant *grant, int failed,
                       matrix_done_fn *done)
{
    struct matrix_request request = matrix_grant_request(grant);
    struct error error = {.why = "out of memory"};
    request.done = done;
    request.context = login;
    if (!failed)
        login->call = matrix_http_start(login->http, &request, &error);
    if (!login->call)
        matrix_login_later(login, 0, error.why);
}

/* Stores before anything uses it: a refresh token that is lost in a crash ends the login. */
static int keep(struct matrix_login *login)
{
    struct error error;
    login->unsaved = true;
    if (login->settings->token_file &&
        matrix_token_save(&login->token, login->settings->token_file, &error)) {
        matrix_login_later(login, 0, error.why);
        return -1;
    }
    login->unsaved = false;
    return 0;
}

static void use(struct matrix_login *login, bool standing)
{
    if (matrix_http_set_token(login->http, login->token.access_token)) {
        matrix_login_later(login, 0, "out of memory");
    } else if (standing) {
        log_debug("matrix", "%s: the token is renewed", login->settings->network);
        login->failures = 0;
        plan_refresh(login);
    } else {
        check(login);
    }
}

/* Takes a new token from an answer, and goes on with it. */
static void take(struct matrix_login *login, const struct matrix_reply *reply)
{
    struct error error;
    bool standing = login->state == READY;
    if (matrix_token_take(&login->token, reply->body, now_ms(), &error)) {
        matrix_login_later(login, 0, error.why);
        return;
    }
    login->renewed = true;
    if (!login->token.user_id)
        matrix_login_later(login, 0, "the server does not say who logged in");
    else if (keep(login) == 0)
        use(login, standing);
}

/* ---- with a password ---- */

static void on_password(void *context, const struct matrix_reply *reply)
{
    struct matrix_login *login = context;
    login->call = NULL;
    if (reply->status == 200)
        take(login, reply);
    else if (reply->status == 403 && !matrix_login_concerns(reply))
        matrix_login_give_up(login,
                             "the server refuses user and password (%.100s); set them right "
                             "in the configuration",
                             reply->why);
    else if ((reply->status == 400 || reply->status == 404) && *reply->errcode)
        matrix_login_give_up(login,
                             "the server takes no password (%.100s); get a token: hotseat "
                             "matrix login %.64s",
                             reply->why, login->settings->network);
    else
        matrix_login_fail(login, "login", reply);
}

static void ask_password(struct matrix_login *login)
{
    const struct matrix_settings *settings = login->settings;
    const char *device = settings->device_id ? settings->device_id : MATRIX_DEVICE_ID;
    struct matrix_grant grant;
    matrix_grant_init(&grant);
    login->renewed = true;
    int failed = matrix_grant_password(&grant, settings->user, settings->password, device);
    send_grant(login, &grant, failed, on_password);
    matrix_grant_finish(&grant);
}

/* ---- with a refresh token ---- */

/* The service itself refuses, with a word of its own, for good. */
static bool ends_login(const struct matrix_reply *reply, const char *oauth)
{
    return reply->status >= 400 && reply->status < 500 && reply->status != 408 &&
           reply->status != 429 && (*reply->errcode || *oauth) &&
           strncmp(reply->errcode, "M_USER_", 7) != 0;
}

static void on_refresh(void *context, const struct matrix_reply *reply)
{
    struct matrix_login *login = context;
    const char *oauth = matrix_json_string(reply->body, "error");
    oauth = login->token.token_endpoint ? oauth : "";
    login->call = NULL;
    if (reply->status == 200) {
        take(login, reply);
    } else if (ends_login(reply, oauth)) {
        matrix_login_give_up(login,
                             "logged out: the login cannot be renewed (%.60s%s%.40s). Log in "
                             "again: hotseat matrix login %.64s",
                             reply->why, *oauth ? " " : "", oauth, login->settings->network);
    } else if (login->state == READY) { /* the token is good for a while yet */
        login->failures++;
        int64_t ms = matrix_login_pause(login);
        log_warn("matrix", "%s: the token cannot be renewed yet: %s", login->settings->network,
                 reply->why);
        uv_timer_start(&login->timer, matrix_login_try,
                       (uint64_t)(ms > reply->retry_ms ? ms : reply->retry_ms), 0);
    } else {
        matrix_login_fail(login, "renewing the login", reply);
    }
}

static void refresh(struct matrix_login *login)
{
    struct matrix_grant grant;
    matrix_grant_init(&grant);
    login->renewed = true;
    int failed = matrix_grant_refresh(&grant, &login->token);
    send_grant(login, &grant, failed, on_refresh);
    matrix_grant_finish(&grant);
}

/* ---- with a token ---- */

static void refused(struct matrix_login *login, const struct matrix_reply *reply)
{
    const struct matrix_settings *settings = login->settings;
    if (login->renewed)
        matrix_login_later(login, 0, "the server refuses a token that it has just given");
    else if (login->token.refresh_token)
        refresh(login);
    else if (reply->soft_logout && settings->password && !settings->token)
        ask_password(login);
    else if (settings->token)
        matrix_login_give_up(login,
                             "the server refuses the token of the configuration (%.60s). Put a "
                             "new one in, or take it out and log in: hotseat matrix login %.64s",
                             reply->why, settings->network);
    else
        matrix_login_give_up(login, "logged out (%.60s). Log in again: hotseat matrix login %.64s",
                             reply->why, settings->network);
}

/* A token of another account than the configuration means would speak under a wrong name. */
static bool is_expected(struct matrix_login *login, const char *user_id)
{
    const struct matrix_settings *settings = login->settings;
    const char *server = strchr(user_id, ':');
    if (settings->server && strcmp(server + 1, settings->server) != 0)
        matrix_login_give_up(login,
                             "the token belongs to %.100s, but the configuration says "
                             "server = \"%.100s\"",
                             user_id, settings->server);
    else if (settings->user && settings->user[0] == '@' && strcmp(settings->user, user_id) != 0)
        matrix_login_give_up(login,
                             "the token belongs to %.100s, but the configuration says "
                             "user = \"%.100s\"",
                             user_id, settings->user);
    else
        return true;
    return false;
}

static void on_whoami(void *context, const struct matrix_reply *reply)
{
    struct matrix_login *login = context;
    const char *user_id = matrix_json_string(reply->body, "user_id");
    login->call = NULL;
    if (reply->status == 200 && user_id[0] == '@' && strchr(user_id, ':')) {
        if (is_expected(login, user_id))
            stand(login, user_id, matrix_json_string(reply->body, "device_id"));
    } else if (reply->status == 200) {
        matrix_login_later(login, 0, "the server does not say who we are");
    } else if (strcmp(reply->errcode, "M_UNKNOWN_TOKEN") == 0 ||
               strcmp(reply->errcode, "M_MISSING_TOKEN") == 0) {
        refused(login, reply);
    } else {
        matrix_login_fail(login, "who we are", reply);
    }
}

static void check(struct matrix_login *login)
{
    struct matrix_request request = {.method = "GET",
                                     .path = "/_matrix/client/v3/account/whoami",
                                     .done = on_whoami,
                                     .context = login};
    struct error error;
    login->call = matrix_http_start(login->http, &request, &error);
    if (!login->call)
        matrix_login_later(login, 0, error.why);
}

/* ---- a try, from its beginning ---- */

static void have_base(struct matrix_login *login, const char *base)
{
    struct matrix_token *token = &login->token;
    bool stale = token->expires_at && token->expires_at <= now_ms();
    struct error error;
    if (matrix_http_check_base(base, login->settings->plain, &error))
        matrix_login_give_up(login, "%s", error.why);
    else if (matrix_http_set_base(login->http, base) ||
             (!token->homeserver && matrix_token_set(&token->homeserver, base)))
        matrix_login_later(login, 0, "out of memory");
    else if (token->access_token && matrix_http_set_token(login->http, token->access_token))
        matrix_login_later(login, 0, "the token has signs that no token has");
    else if (!token->access_token)
        ask_password(login);
    else if (stale && token->refresh_token)
        refresh(login);
    else
        check(login);
}

static void on_found(void *context, const char *base, const struct error *error)
{
    struct matrix_login *login = context;
    login->discover = NULL;
    if (base)
        have_base(login, base);
    else
        matrix_login_later(login, 0, error->why);
}

/* A token is sent to the server that gave it, wherever .well-known points now. */
static void find_base(struct matrix_login *login)
{
    struct error error;
    const char *known =
        login->settings->homeserver ? login->settings->homeserver : login->token.homeserver;
    if (known) {
        have_base(login, known);
        return;
    }
    login->discover =
        matrix_discover_start(login->http, login->settings->server, NULL, on_found, login, &error);
    if (!login->discover)
        matrix_login_later(login, 0, error.why);
}

/* -1 if the try has ended. */
static int load(struct matrix_login *login)
{
    const struct matrix_settings *settings = login->settings;
    struct error error = {.code = ERR_MISSING, .why = ""};
    if (login->unsaved)
        return keep(login);
    matrix_token_finish(&login->token);
    if (settings->token) {
        if (matrix_token_set(&login->token.access_token, settings->token) == 0)
            return 0;
        error.code = ERR_MEMORY;
    } else if (settings->token_file &&
               matrix_token_load(&login->token, settings->token_file, &error) == 0) {
        return 0;
    }
    if (error.code == ERR_MEMORY)
        matrix_login_later(login, 0, "out of memory");
    else if (error.code != ERR_MISSING)
        matrix_login_give_up(login, "%s", error.why);
    else if (settings->password)
        return 0;
    else
        matrix_login_give_up(login, "there is no token yet. Log in: hotseat matrix login %.64s",
                             settings->network);
    return -1;
}

void matrix_login_try(uv_timer_t *timer)
{
    struct matrix_login *login = timer->data;
    if (login->state == READY) {
        refresh(login);
        return;
    }
    login->state = WORKING;
    login->renewed = false;
    if (login->locked) {
        login->locked = false;
        matrix_login_locked(login);
        return;
    }
    if (load(login) == 0)
        find_base(login);
}

/* ---- from outside ---- */

struct matrix_login *matrix_login_create(uv_loop_t *loop, struct matrix_http *http,
                                         const struct matrix_settings *settings,
                                         const struct matrix_login_events *events,
                                         struct error *error)
{
    struct matrix_login *login = calloc(1, sizeof *login);
    if (!login) {
        error_set(error, ERR_MEMORY, "no memory for a login");
        return NULL;
    }
    *login =
        (struct matrix_login){.loop = loop, .http = http, .settings = settings, .events = *events};
    matrix_token_init(&login->token);
    uv_timer_init(loop, &login->timer);
    login->timer.data = login;
    if (settings->plain)
        matrix_http_allow_plain(http);
    return login;
}

static void on_gone(uv_handle_t *handle)
{
    struct matrix_login *login = handle->data;
    if (login->gone)
        login->gone(login->gone_context);
    free(login);
}

static void stop(struct matrix_login *login)
{
    matrix_http_cancel(login->call);
    matrix_discover_cancel(login->discover);
    login->call = NULL;
    login->discover = NULL;
    uv_timer_stop(&login->timer);
}

void matrix_login_destroy(struct matrix_login *login, void (*gone)(void *context), void *context)
{
    if (!login)
        return;
    stop(login);
    matrix_token_finish(&login->token);
    login->gone = gone;
    login->gone_context = context;
    uv_close((uv_handle_t *)&login->timer, on_gone);
}

void matrix_login_start(struct matrix_login *login)
{
    stop(login);
    login->state = WORKING;
    uv_timer_start(&login->timer, matrix_login_try, 0, 0);
}

bool matrix_login_concerns(const struct matrix_reply *reply)
{
    static const char *const codes[] = {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_LOCKED",
                                        "M_USER_SUSPENDED", "M_USER_DEACTIVATED"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(reply->errcode, codes[i]) == 0)
            return true;
    return false;
}

void matrix_login_again(struct matrix_login *login, const struct matrix_reply *reply)
{
    if (login->state != READY)
        return;
    login->state = WORKING;
    login->failures = uv_now(login->loop) - login->ready_at >= STEADY_MS ? 0 : login->failures + 1;
    login->locked = strncmp(reply->errcode, "M_USER_", 7) == 0;
    if (login->call) /* the token is being renewed: the try goes on from there */
        return;
    int64_t ms = login->failures ? matrix_login_pause(login) : 0;
    uv_timer_start(&login->timer, matrix_login_try, (uint64_t)ms, 0);
}
