/*
 * Allocation failure at every N of a login to a home server that renews its
 * token on the way: nothing is lost, nobody is sent to a person for it, and the
 * next try works. Allocations of hotseat's own code are failed by the linker's
 * --wrap (tests/tests.mk). Those of the libraries are left alone: when some of
 * theirs fail libcurl 7.88 divides by zero and jansson 2.14 reads past its
 * buffers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakehs.h"
#include "scratch.h"
#include "transport/matrix/matrix_login.h"
#include "transport/matrix/matrix_token.h"

/* ---- which allocation fails ---- */

static struct {
    bool armed;
    long count, fails; /* the number `fails` fails */
} plan;

static bool fails(void)
{
    if (!plan.armed || ++plan.count != plan.fails)
        return false;
    errno = ENOMEM; /* as malloc() does it */
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
    return fails() ? NULL : __real_strndup(text, length);
}

/* ---- one login ---- */

struct trial {
    struct scratch scratch;
    char path[SCRATCH_PATH];
    struct fakehs *fake;
    struct matrix_settings settings;
    uv_loop_t loop;
    uv_timer_t tick; /* so that no turn of the loop waits for the next try */
    bool ready, down, gone;
    char why[600];
};

static void on_ready(void *context, const char *user_id, const char *device_id)
{
    struct trial *trial = context;
    (void)device_id;
    assert_string_equal(user_id, "@bot:fake.test");
    trial->ready = true;
}

static void on_down(void *context, bool fatal, int64_t retry_ms, const char *why)
{
    struct trial *trial = context;
    (void)retry_ms;
    snprintf(trial->why, sizeof trial->why, "%s", why);
    if (fatal)
        fail_msg("allocation %ld: it asks for a person: %s", plan.fails, why);
    trial->down = true;
}

static void on_gone(void *context)
{
    ((struct trial *)context)->gone = true;
}

/* A token file whose access token has ended, as after a night. */
static void age(struct trial *trial)
{
    struct matrix_token token;
    json_t *login =
        fakehs_control(trial->fake, "user",
                       json_pack("{s:s,s:s,s:b}", "name", "bot", "device_id", "DEV", "refresh", 1));
    matrix_token_init(&token);
    assert_int_equal(matrix_token_take(&token, login, 0, NULL), 0);
    assert_int_equal(matrix_token_set(&token.homeserver, fakehs_url(trial->fake)), 0);
    token.expires_at = 1;
    assert_int_equal(matrix_token_save(&token, trial->path, NULL), 0);
    matrix_token_finish(&token);
    json_decref(login);
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void wait_for(struct trial *trial, const bool *what)
{
    while (!*what)
        uv_run(&trial->loop, UV_RUN_ONCE);
}

/* From nothing to "ready" or "later", and back to nothing. */
static void log_in(struct trial *trial)
{
    struct matrix_login_events events = {trial, on_ready, on_down};
    struct error error = {0};
    trial->ready = trial->down = false;
    struct matrix_http *http = matrix_http_create(&trial->loop, NULL, &error);
    struct matrix_login *login =
        http ? matrix_login_create(&trial->loop, http, &trial->settings, &events, &error) : NULL;
    if (login) {
        matrix_login_start(login);
        while (!trial->ready && !trial->down)
            uv_run(&trial->loop, UV_RUN_ONCE);
        trial->gone = false;
        matrix_login_destroy(login, on_gone, trial);
        wait_for(trial, &trial->gone);
    } else {
        assert_int_equal(error.code, ERR_MEMORY);
        trial->down = true;
    }
    if (http) {
        trial->gone = false;
        matrix_http_destroy(http, on_gone, trial);
        wait_for(trial, &trial->gone);
    }
}

/* The file is whole, whichever login is in it, and that login is good. */
static void check_next(struct trial *trial)
{
    struct matrix_token token;
    struct error error;
    matrix_token_init(&token);
    if (matrix_token_load(&token, trial->path, &error))
        fail_msg("allocation %ld: %s", plan.fails, error.why);
    matrix_token_finish(&token);
}

static void each(struct trial *trial)
{
    long logged_in = 0;
    for (plan.fails = 1;; plan.fails++) {
        age(trial);
        plan.count = 0;
        plan.armed = true;
        log_in(trial);
        plan.armed = false;
        check_next(trial);
        logged_in += trial->ready;
        if (plan.count < plan.fails)
            break;
    }
    assert_true(trial->ready);
    print_message("# %ld allocations, %ld times logged in all the same\n", plan.fails - 1,
                  logged_in - 1);
    assert_true(plan.fails > 10);
}

static void test_each_allocation(void **state)
{
    struct trial trial = {0};
    (void)state;
    assert_int_equal(scratch_make(&trial.scratch), 0);
    scratch_path(&trial.scratch, "token", trial.path);
    trial.fake = fakehs_create();
    trial.settings = (struct matrix_settings){
        .network = (char *)"study", .server = (char *)"fake.test", .token_file = trial.path};
    assert_int_equal(uv_loop_init(&trial.loop), 0);
    assert_int_equal(uv_timer_init(&trial.loop, &trial.tick), 0);
    assert_int_equal(uv_timer_start(&trial.tick, on_tick, 5, 5), 0);
    each(&trial);
    uv_close((uv_handle_t *)&trial.tick, NULL);
    uv_run(&trial.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&trial.loop), 0);
    fakehs_destroy(trial.fake);
    scratch_remove(&trial.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation)};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return result;
}
