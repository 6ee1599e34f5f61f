/* Logging in to a home server and staying so: tokens, refresh, password, and when to stop. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_http.h"
#include "scratch.h"
#include "transport/matrix/matrix_login.h"
#include "transport/matrix/matrix_token.h"

#define WHOAMI "{\"user_id\":\"@bot:x.org\",\"device_id\":\"DEV\"}"
#define HARD "{\"errcode\":\"M_UNKNOWN_TOKEN\"}"
#define SOFT "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"soft_logout\":true}"
#define RENEWED "{\"access_token\":\"new\",\"refresh_token\":\"r2\",\"expires_in_ms\":300000}"

struct fixture {
    uv_loop_t loop;
    uv_timer_t tick; /* so that no turn of the loop waits for ever */
    struct scratch scratch;
    char token_path[SCRATCH_PATH];
    struct fake_http *fake;
    struct matrix_settings settings;
    struct matrix_http *http;
    struct matrix_login *login;
    unsigned ready, down, fatal, gone;
    int64_t retry_ms;
    char user[80], device[80], why[600];
    bool destroy_when_down;
};

static void on_gone(void *context)
{
    ((struct fixture *)context)->gone++;
}

static void on_ready(void *context, const char *user_id, const char *device_id)
{
    struct fixture *f = context;
    f->ready++;
    snprintf(f->user, sizeof f->user, "%s", user_id);
    snprintf(f->device, sizeof f->device, "%s", device_id);
}

static void on_down(void *context, bool fatal, int64_t retry_ms, const char *why)
{
    struct fixture *f = context;
    f->down++;
    f->fatal += fatal;
    f->retry_ms = retry_ms;
    snprintf(f->why, sizeof f->why, "%s", why);
    if (f->destroy_when_down) {
        matrix_login_destroy(f->login, on_gone, f);
        f->login = NULL;
    }
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct matrix_login_events events = {f, on_ready, on_down};
    assert_non_null(f);
    assert_int_equal(scratch_make(&f->scratch), 0);
    scratch_path(&f->scratch, "token", f->token_path);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    uv_timer_init(&f->loop, &f->tick);
    uv_timer_start(&f->tick, on_tick, 20, 20);
    f->fake = fake_http_create(&f->loop);
    f->settings = (struct matrix_settings){.network = (char *)"study",
                                           .server = (char *)"x.org",
                                           .homeserver = (char *)fake_http_base(f->fake)};
    f->http = matrix_http_create(&f->loop, NULL, NULL);
    f->login = matrix_login_create(&f->loop, f->http, &f->settings, &events, NULL);
    assert_non_null(f->login);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (f->login)
        matrix_login_destroy(f->login, on_gone, f);
    matrix_http_destroy(f->http, on_gone, f);
    while (f->gone < 2)
        uv_run(&f->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&f->tick, NULL);
    fake_http_destroy(f->fake);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    scratch_remove(&f->scratch);
    free(f);
    return 0;
}

/* ---- what the tests share ---- */

static void with_file(struct fixture *f, const char *refresh_token, int64_t expires_at)
{
    struct matrix_token token = {.homeserver = (char *)fake_http_base(f->fake),
                                 .user_id = (char *)"@bot:x.org",
                                 .device_id = (char *)"DEV",
                                 .access_token = (char *)"old",
                                 .refresh_token = (char *)refresh_token,
                                 .expires_at = expires_at};
    f->settings.token_file = f->token_path;
    assert_int_equal(matrix_token_save(&token, f->token_path, NULL), 0);
}

static void with_password(struct fixture *f)
{
    f->settings.token_file = f->token_path;
    f->settings.user = (char *)"@bot:x.org";
    f->settings.password = (char *)"pass\"word";
}

static void until(struct fixture *f, unsigned ready, unsigned down)
{
    while (f->ready < ready || f->down < down)
        uv_run(&f->loop, UV_RUN_ONCE);
    if (f->ready != ready || f->down != down)
        fail_msg("ready %u, down %u: %s", f->ready, f->down, f->why);
}

static void start(struct fixture *f, unsigned ready, unsigned down)
{
    matrix_login_start(f->login);
    assert_int_equal(f->ready + f->down, 0); /* from the loop only */
    until(f, ready, down);
}

static void check_request(struct fixture *f, size_t index, const char *first, const char *has)
{
    const char *request = fake_http_request(f->fake, index);
    if (strncmp(request, first, strlen(first)) != 0 || !strstr(request, has))
        fail_msg("request %zu is not \"%s\" with \"%s\":\n%s", index, first, has, request);
}

static void refuse(struct fixture *f, const char *errcode)
{
    struct matrix_reply reply = {.status = 401, .errcode = errcode, .retry_ms = -1, .why = errcode};
    assert_true(matrix_login_concerns(&reply));
    matrix_login_again(f->login, &reply);
}

/* ---- a token ---- */

static void test_token(void **state)
{
    struct fixture *f = *state;
    f->settings.token = (char *)"sesame";
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 0);
    assert_string_equal(f->user, "@bot:x.org");
    assert_string_equal(f->device, "DEV");
    assert_int_equal(fake_http_count(f->fake), 1);
    check_request(f, 0, "GET /_matrix/client/v3/account/whoami ",
                  "Authorization: Bearer sesame\r\n");
}

static void test_refused_token(void **state)
{
    struct fixture *f = *state;
    f->settings.token = (char *)"sesame";
    with_password(f); /* changes nothing: a wrong token is not to be guessed around */
    fake_http_answer(f->fake, 401, "", SOFT);
    start(f, 0, 1);
    assert_int_equal(f->fatal, 1);
    assert_non_null(strstr(f->why, "hotseat matrix login study"));
    assert_null(strstr(f->why, "sesame"));
    assert_int_equal(fake_http_count(f->fake), 1);
}

static void test_token_of_another(void **state)
{
    struct fixture *f = *state;
    f->settings.token = (char *)"sesame";
    fake_http_answer(f->fake, 200, "", "{\"user_id\":\"@bot:y.org\"}");
    start(f, 0, 1);
    assert_int_equal(f->fatal, 1);
    assert_non_null(strstr(f->why, "@bot:y.org"));
}

static void test_no_token(void **state)
{
    struct fixture *f = *state;
    f->settings.token_file = f->token_path;
    start(f, 0, 1);
    assert_int_equal(f->fatal, 1);
    assert_non_null(strstr(f->why, "hotseat matrix login study"));
    assert_int_equal(fake_http_count(f->fake), 0);
}

static void test_file_that_others_read(void **state)
{
    struct fixture *f = *state;
    with_file(f, NULL, 0);
    assert_int_equal(chmod(f->token_path, 0640), 0);
    start(f, 0, 1);
    assert_int_equal(f->fatal, 1);
    assert_non_null(strstr(f->why, "chmod 600"));
    assert_int_equal(fake_http_count(f->fake), 0);
}

/* ---- refresh ---- */

static void test_refresh(void **state)
{
    struct fixture *f = *state;
    struct matrix_token token;
    with_file(f, "r1", 0);
    fake_http_answer(f->fake, 401, "", SOFT);
    fake_http_answer(f->fake, 200, "", RENEWED);
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 0);
    check_request(f, 0, "GET ", "Bearer old\r\n");
    check_request(f, 1, "POST /_matrix/client/v3/refresh ", "{\"refresh_token\":\"r1\"}");
    assert_null(strstr(fake_http_request(f->fake, 1), "Bearer"));
    check_request(f, 2, "GET ", "Bearer new\r\n");
    matrix_token_init(&token);
    assert_int_equal(matrix_token_load(&token, f->token_path, NULL), 0);
    assert_string_equal(token.access_token, "new");
    assert_string_equal(token.refresh_token, "r2");
    assert_string_equal(token.user_id, "@bot:x.org");
    assert_true(token.expires_at > 0);
    matrix_token_finish(&token);
}

/* A new token is in the file before the server hears it. */
static void test_refresh_is_stored_first(void **state)
{
    struct fixture *f = *state;
    with_file(f, "r1", 1);
    fake_http_answer(f->fake, 200, "", RENEWED);
    matrix_login_start(f->login);
    while (fake_http_count(f->fake) < 2)
        uv_run(&f->loop, UV_RUN_ONCE);
    check_request(f, 0, "POST /_matrix/client/v3/refresh ", "r1");
    check_request(f, 1, "GET ", "Bearer new\r\n");
    struct matrix_token token;
    matrix_token_init(&token);
    assert_int_equal(matrix_token_load(&token, f->token_path, NULL), 0);
    assert_string_equal(token.refresh_token, "r2");
    matrix_token_finish(&token);
}

static void test_refresh_with_trouble(void **state)
{
    struct fixture *f = *state;
    with_file(f, "r1", 1);
    fake_http_answer(f->fake, 502, "", "<html>");
    fake_http_answer(f->fake, 200, "", RENEWED);
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 1);
    assert_int_equal(f->fatal, 0);
    check_request(f, 1, "POST /_matrix/client/v3/refresh ", "r1");
}

static void test_refresh_refused(void **state)
{
    struct fixture *f = *state;
    with_file(f, "r1", 1);
    with_password(f); /* a login that was ended on purpose is not begun again */
    fake_http_answer(f->fake, 401, "", HARD);
    start(f, 0, 1);
    assert_int_equal(f->fatal, 1);
    assert_non_null(strstr(f->why, "hotseat matrix login study"));
    assert_null(strstr(f->why, "r1"));
    assert_int_equal(fake_http_count(f->fake), 1);
}

static void test_refresh_in_good_time(void **state)
{
    struct fixture *f = *state;
    with_file(f, "r1", 0);
    fake_http_answer(f->fake, 401, "", SOFT);
    fake_http_answer(f->fake, 200, "",
                     "{\"access_token\":\"a2\",\"refresh_token\":\"r2\","
                     "\"expires_in_ms\":1000}");
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 0);
    fake_http_answer(f->fake, 200, "", RENEWED);
    while (fake_http_count(f->fake) < 4)
        uv_run(&f->loop, UV_RUN_ONCE);
    check_request(f, 3, "POST /_matrix/client/v3/refresh ", "r2");
    until(f, 1, 0);
}

static void test_oauth_refresh(void **state)
{
    struct fixture *f = *state;
    char endpoint[100];
    snprintf(endpoint, sizeof endpoint, "%s/oauth2/token", fake_http_base(f->fake));
    struct matrix_token token = {.homeserver = (char *)fake_http_base(f->fake),
                                 .user_id = (char *)"@bot:x.org",
                                 .access_token = (char *)"old",
                                 .refresh_token = (char *)"r 1",
                                 .expires_at = 1,
                                 .client_id = (char *)"c1",
                                 .token_endpoint = endpoint};
    f->settings.token_file = f->token_path;
    assert_int_equal(matrix_token_save(&token, f->token_path, NULL), 0);
    fake_http_answer(f->fake, 400, "", "{\"error\":\"invalid_grant\"}");
    start(f, 0, 1);
    check_request(f, 0, "POST /oauth2/token ",
                  "grant_type=refresh_token&refresh_token=r%201&client_id=c1");
    assert_int_equal(f->fatal, 1);
    assert_non_null(strstr(f->why, "invalid_grant"));
}

/* ---- password ---- */

static void test_password(void **state)
{
    struct fixture *f = *state;
    with_password(f);
    fake_http_answer(f->fake, 200, "",
                     "{\"user_id\":\"@bot:x.org\",\"access_token\":\"a\",\"device_id\":\"DEV\"}");
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 0);
    check_request(f, 0, "POST /_matrix/client/v3/login ", "\"password\":\"pass\\\"word\"");
    check_request(f, 0, "POST ", "\"device_id\":\"HOTSEAT-BOT\"");
    check_request(f, 0, "POST ", "\"refresh_token\":true");
    check_request(f, 1, "GET ", "Bearer a\r\n");
    /* The next start does not log in again. */
    fake_http_answer(f->fake, 200, "", WHOAMI);
    matrix_login_start(f->login);
    until(f, 2, 0);
    check_request(f, 2, "GET ", "Bearer a\r\n");
    /* After a soft logout it does, on the same device. */
    fake_http_answer(f->fake, 401, "", SOFT);
    fake_http_answer(f->fake, 200, "",
                     "{\"user_id\":\"@bot:x.org\",\"access_token\":\"b\",\"device_id\":\"DEV\"}");
    fake_http_answer(f->fake, 200, "", WHOAMI);
    matrix_login_start(f->login);
    until(f, 3, 0);
    check_request(f, 4, "POST /_matrix/client/v3/login ", "\"device_id\":\"HOTSEAT-BOT\"");
}

static void test_wrong_password(void **state)
{
    struct fixture *f = *state;
    with_password(f);
    fake_http_answer(f->fake, 403, "", "{\"errcode\":\"M_FORBIDDEN\"}");
    start(f, 0, 1);
    assert_int_equal(f->fatal, 1);
    assert_null(strstr(f->why, "pass\"word"));
    assert_int_equal(fake_http_count(f->fake), 1);
}

static void test_login_limited(void **state)
{
    struct fixture *f = *state;
    with_password(f);
    fake_http_answer(f->fake, 429, "Retry-After: 7000\r\n", "{\"errcode\":\"M_LIMIT_EXCEEDED\"}");
    start(f, 0, 1);
    assert_int_equal(f->fatal, 0);
    assert_true(f->retry_ms >= 7000000);
}

/* A login that cannot be kept would be one more login at each start. */
static void test_login_that_cannot_be_kept(void **state)
{
    struct fixture *f = *state;
    char path[SCRATCH_PATH + 8];
    snprintf(path, sizeof path, "%s/no/token", f->scratch.directory);
    with_password(f);
    f->settings.token_file = path;
    fake_http_answer(f->fake, 200, "", "{\"user_id\":\"@bot:x.org\",\"access_token\":\"a\"}");
    start(f, 0, 1);
    assert_non_null(strstr(f->why, "cannot write"));
    f->settings.token_file = f->token_path; /* as if the folder were there now */
    fake_http_answer(f->fake, 200, "", WHOAMI);
    until(f, 1, 1);
    assert_int_equal(fake_http_count(f->fake), 2);
}

/* ---- refused later ---- */

static void test_again(void **state)
{
    struct fixture *f = *state;
    with_file(f, "r1", 0);
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 0);
    with_file(f, NULL, 0); /* somebody logged in meanwhile */
    fake_http_answer(f->fake, 200, "", WHOAMI);
    refuse(f, "M_UNKNOWN_TOKEN");
    refuse(f, "M_UNKNOWN_TOKEN");
    until(f, 2, 0);
    assert_int_equal(fake_http_count(f->fake), 2);
}

static void test_locked(void **state)
{
    struct fixture *f = *state;
    f->settings.token = (char *)"sesame";
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 0);
    refuse(f, "M_USER_SUSPENDED");
    assert_int_equal(f->down, 0);
    until(f, 1, 1);
    assert_int_equal(f->fatal, 0);
    assert_true(f->retry_ms >= 300000);
    assert_int_equal(fake_http_count(f->fake), 1);
}

static void test_locked_from_the_beginning(void **state)
{
    struct fixture *f = *state;
    f->settings.token = (char *)"sesame";
    fake_http_answer(f->fake, 401, "", "{\"errcode\":\"M_USER_LOCKED\",\"soft_logout\":true}");
    start(f, 0, 1);
    assert_int_equal(f->fatal, 0);
    assert_true(f->retry_ms >= 300000);
}

static void on_other(void *context, const struct matrix_reply *reply)
{
    (void)reply;
    *(bool *)context = true;
}

/* After the end no refusal of an old request begins anything. */
static void test_the_end_is_the_end(void **state)
{
    struct fixture *f = *state;
    bool done = false;
    struct matrix_request other = {
        .method = "GET", .path = "/other", .anonymous = true, .done = on_other, .context = &done};
    f->settings.token = (char *)"sesame";
    fake_http_answer(f->fake, 401, "", HARD);
    start(f, 0, 1);
    refuse(f, "M_UNKNOWN_TOKEN");
    uv_run(&f->loop, UV_RUN_ONCE);
    fake_http_answer(f->fake, 200, "", "{}");
    assert_non_null(matrix_http_start(f->http, &other, NULL));
    while (!done)
        uv_run(&f->loop, UV_RUN_ONCE);
    check_request(f, 1, "GET /other ", "");
    assert_int_equal(fake_http_count(f->fake), 2);
}

static void test_deactivated(void **state)
{
    struct fixture *f = *state;
    f->settings.token = (char *)"sesame";
    fake_http_answer(f->fake, 403, "", "{\"errcode\":\"M_USER_DEACTIVATED\"}");
    start(f, 0, 1);
    assert_int_equal(f->fatal, 1);
}

static void test_server_down(void **state)
{
    struct fixture *f = *state;
    f->settings.token = (char *)"sesame";
    fake_http_answer(f->fake, 200, "", "<html>Sorry</html>");
    fake_http_answer(f->fake, 200, "", WHOAMI);
    start(f, 1, 1);
    assert_int_equal(f->fatal, 0);
    assert_true(f->retry_ms >= 1000);
}

static void test_destroy_inside(void **state)
{
    struct fixture *f = *state;
    f->destroy_when_down = true;
    with_file(f, "r1", 1);
    fake_http_answer(f->fake, 401, "", HARD);
    start(f, 0, 1);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_token), WITH_SERVER(test_refused_token),
        WITH_SERVER(test_token_of_another), WITH_SERVER(test_no_token),
        WITH_SERVER(test_file_that_others_read), WITH_SERVER(test_refresh),
        WITH_SERVER(test_refresh_is_stored_first), WITH_SERVER(test_refresh_with_trouble),
        WITH_SERVER(test_refresh_refused), WITH_SERVER(test_refresh_in_good_time),
        WITH_SERVER(test_oauth_refresh), WITH_SERVER(test_password),
        WITH_SERVER(test_wrong_password), WITH_SERVER(test_login_limited),
        WITH_SERVER(test_login_that_cannot_be_kept), WITH_SERVER(test_again),
        WITH_SERVER(test_locked), WITH_SERVER(test_locked_from_the_beginning),
        WITH_SERVER(test_the_end_is_the_end), WITH_SERVER(test_deactivated),
        WITH_SERVER(test_server_down), WITH_SERVER(test_destroy_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
