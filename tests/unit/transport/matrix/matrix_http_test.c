/* Requests to a home server: what is sent, what is taken for an answer, what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_http.h"
#include "transport/matrix/matrix_http.h"
#include "util/buf.h"

struct fixture {
    uv_loop_t loop;
    struct fake_http *fake;
    struct matrix_http *http;
    struct matrix_call *call; /* of start() */
    unsigned done;
    int status;
    bool maybe_done, soft_logout, chunk_cancels;
    int64_t retry_ms;
    char errcode[80], why[300], member[80];
    struct buf streamed;
    size_t stream_max; /* chunk gives up beyond it */
    unsigned again;    /* requests that done() starts */
    bool gone;
};

static void on_gone(void *context)
{
    ((struct fixture *)context)->gone = true;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    f->fake = fake_http_create(&f->loop);
    f->http = matrix_http_create(&f->loop, NULL, NULL);
    assert_non_null(f->http);
    assert_int_equal(matrix_http_set_base(f->http, fake_http_base(f->fake)), 0);
    assert_int_equal(matrix_http_set_token(f->http, "sesame"), 0);
    f->stream_max = SIZE_MAX;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (f->http)
        matrix_http_destroy(f->http, on_gone, f);
    while (!f->gone)
        uv_run(&f->loop, UV_RUN_ONCE);
    fake_http_destroy(f->fake);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    buf_finish(&f->streamed);
    free(f);
    return 0;
}

static struct matrix_call *start(struct fixture *f, struct matrix_request request);

static void on_done(void *context, const struct matrix_reply *reply)
{
    struct fixture *f = context;
    f->done++;
    f->status = reply->status;
    f->maybe_done = reply->maybe_done;
    f->soft_logout = reply->soft_logout;
    f->retry_ms = reply->retry_ms;
    snprintf(f->errcode, sizeof f->errcode, "%s", reply->errcode);
    snprintf(f->why, sizeof f->why, "%s", reply->why);
    const char *member = json_string_value(json_object_get(reply->body, "a"));
    snprintf(f->member, sizeof f->member, "%s", member ? member : "(none)");
    if (f->again > 0) {
        f->again--;
        start(f, (struct matrix_request){.method = "GET", .path = "/again"});
    }
}

static int on_chunk(void *context, const char *bytes, size_t length)
{
    struct fixture *f = context;
    buf_add(&f->streamed, bytes, length);
    if (f->chunk_cancels)
        matrix_http_cancel(f->call);
    return f->streamed.length > f->stream_max ? -1 : 0;
}

static struct matrix_call *start(struct fixture *f, struct matrix_request request)
{
    struct error error;
    unsigned before = f->done;
    request.done = on_done;
    request.context = f;
    f->call = matrix_http_start(f->http, &request, &error);
    if (!f->call)
        fail_msg("%s", error.why);
    assert_int_equal(f->done, before);
    return f->call;
}

static void wait_for(struct fixture *f, unsigned done)
{
    while (f->done < done)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(f->done, done);
}

static void ask(struct fixture *f, struct matrix_request request)
{
    start(f, request);
    wait_for(f, f->done + 1);
}

static const struct matrix_request get_x = {.method = "GET", .path = "/x"};

/* ---- what is sent ---- */

static void test_request(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 200, "", "{\"a\":\"b\"}");
    ask(f, (struct matrix_request){.method = "PUT", .path = "/x?y=1", .body = "{}", .length = 2});
    assert_int_equal(f->status, 200);
    assert_string_equal(f->member, "b");
    assert_false(f->maybe_done);
    assert_int_equal(f->retry_ms, -1);
    const char *sent = fake_http_request(f->fake, 0);
    assert_ptr_equal(strstr(sent, "PUT /x?y=1 HTTP/1.1\r\n"), sent);
    assert_non_null(strstr(sent, "\r\nAuthorization: Bearer sesame\r\n"));
    assert_non_null(strstr(sent, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(sent, "\r\nUser-Agent: hotseat/"));
    assert_non_null(strstr(sent, "gzip"));
    assert_string_equal(sent + strlen(sent) - 6, "\r\n\r\n{}");
}

static void test_anonymous_form(void **state)
{
    struct fixture *f = *state;
    char url[100];
    snprintf(url, sizeof url, "%s/elsewhere", fake_http_base(f->fake));
    fake_http_answer(f->fake, 400, "", "{\"error\":\"slow_down\"}");
    ask(f, (struct matrix_request){.method = "POST",
                                   .path = url,
                                   .body = "a=b",
                                   .length = 3,
                                   .type = "application/x-www-form-urlencoded",
                                   .anonymous = true});
    const char *sent = fake_http_request(f->fake, 0);
    assert_ptr_equal(strstr(sent, "POST /elsewhere HTTP/1.1\r\n"), sent);
    assert_null(strstr(sent, "sesame"));
    assert_non_null(strstr(sent, "application/x-www-form-urlencoded"));
    assert_int_equal(f->status, 400);
    assert_string_equal(f->errcode, "");
}

static void test_connection_is_kept(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        fake_http_answer(f->fake, 200, "", "{}");
        ask(f, get_x);
    }
    assert_int_equal(fake_http_visits(f->fake), 1);
    assert_int_equal(fake_http_count(f->fake), 3);
}

static void test_start_in_done(void **state)
{
    struct fixture *f = *state;
    f->again = 2;
    for (int i = 0; i < 3; i++)
        fake_http_answer(f->fake, 200, "", "{}");
    start(f, get_x);
    wait_for(f, 3);
}

/* The token goes to the configured server only. */
static void test_token_goes_nowhere_else(void **state)
{
    struct fixture *f = *state;
    struct error error;
    struct matrix_request request = {.method = "GET", .path = "https://example.org/x"};
    assert_null(matrix_http_start(f->http, &request, &error));
    request = (struct matrix_request){.method = "GET", .path = "/x", .redirects = true};
    assert_null(matrix_http_start(f->http, &request, &error));
    assert_int_equal(matrix_http_set_token(f->http, "a\r\nb"), -1);
    assert_int_equal(matrix_http_set_token(f->http, ""), -1);
}

/* ---- what comes back ---- */

static void test_errors(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 401, "", "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"soft_logout\":true}");
    ask(f, get_x);
    assert_int_equal(f->status, 401);
    assert_string_equal(f->errcode, "M_UNKNOWN_TOKEN");
    assert_string_equal(f->why, "401 M_UNKNOWN_TOKEN");
    assert_true(f->soft_logout);
    fake_http_answer(f->fake, 429, "",
                     "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":1500}");
    ask(f, get_x);
    assert_int_equal(f->retry_ms, 1500);
    fake_http_answer(f->fake, 502, "", "<html>Bad gateway</html>");
    ask(f, get_x);
    assert_int_equal(f->status, 502);
    assert_true(f->maybe_done);
    assert_string_equal(f->why, "502");
    fake_http_answer(f->fake, 400, "", "{\"errcode\":\"M_\\u001b[31m\"}");
    ask(f, get_x);
    assert_string_equal(f->errcode, "");
}

/* A request that was under way when the token was renewed says nothing about the new one. */
static void test_outdated_token(void **state)
{
    struct fixture *f = *state;
    static const char refusal[] = "{\"errcode\":\"M_UNKNOWN_TOKEN\"}";
    start(f, get_x);
    while (fake_http_count(f->fake) < 1)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(matrix_http_set_token(f->http, "renewed"), 0);
    fake_http_answer(f->fake, 401, "", refusal);
    wait_for(f, 1);
    assert_int_equal(f->status, 0);
    assert_false(f->maybe_done);
    assert_string_equal(f->errcode, "");
    fake_http_answer(f->fake, 401, "", refusal);
    ask(f, get_x);
    assert_int_equal(f->status, 401);
}

static void test_no_answer_of_the_api(void **state)
{
    struct fixture *f = *state;
    static const char *const bodies[] = {"<html>Please log in</html>", "", "[1]", "{\"a\":"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        fake_http_answer(f->fake, 200, "", bodies[i]);
        ask(f, get_x);
        assert_int_equal(f->status, 0);
        assert_true(f->maybe_done);
        assert_ptr_equal(strstr(f->why, "200, but the answer is "), f->why);
    }
}

static void test_redirect_is_an_answer(void **state)
{
    struct fixture *f = *state;
    fake_http_answer(f->fake, 302, "Location: /y\r\n", "");
    ask(f, get_x);
    assert_int_equal(f->status, 302);
    assert_int_equal(fake_http_count(f->fake), 1);
    fake_http_answer(f->fake, 302, "Location: /y\r\n", "");
    fake_http_answer(f->fake, 200, "", "{}");
    ask(f, (struct matrix_request){
               .method = "GET", .path = "/x", .anonymous = true, .redirects = true});
    assert_int_equal(f->status, 200);
    assert_ptr_equal(strstr(fake_http_request(f->fake, 2), "GET /y "),
                     fake_http_request(f->fake, 2));
}

static void test_endless_redirects(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 20; i++)
        fake_http_answer(f->fake, 302, "Location: /x\r\n", "");
    ask(f, (struct matrix_request){
               .method = "GET", .path = "/x", .anonymous = true, .redirects = true});
    assert_int_equal(f->status, 0);
    assert_int_equal(fake_http_count(f->fake), 6);
}

/* ---- bad connections ---- */

static void test_cut_body(void **state)
{
    struct fixture *f = *state;
    static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":\"b\"";
    fake_http_bytes(f->fake, cut, sizeof cut - 1, FAKE_HTTP_CLOSE);
    ask(f, get_x);
    assert_int_equal(f->status, 0);
    assert_true(f->maybe_done);
    assert_string_not_equal(f->why, "");
}

static void test_no_server(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(matrix_http_set_base(f->http, "http://127.0.0.1:1"), 0);
    ask(f, get_x);
    assert_int_equal(f->status, 0);
    assert_false(f->maybe_done);
}

static void test_timeout(void **state)
{
    struct fixture *f = *state;
    ask(f, (struct matrix_request){.method = "GET", .path = "/x", .timeout_ms = 50});
    assert_int_equal(f->status, 0);
    assert_true(f->maybe_done);
    assert_string_equal(f->why, "timeout");
}

/* A server that sends nothing more is given up before the whole time is over. */
static void test_quiet_server(void **state)
{
    struct fixture *f = *state;
    static const char begin[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
    fake_http_bytes(f->fake, begin, sizeof begin - 1, FAKE_HTTP_KEEP);
    ask(f, (struct matrix_request){
               .method = "GET", .path = "/x", .timeout_ms = 600000, .quiet_ms = 1000});
    assert_int_equal(f->status, 0);
    assert_string_equal(f->why, "timeout");
}

/* ---- bounds ---- */

static void test_large_headers(void **state)
{
    struct fixture *f = *state;
    struct buf headers;
    buf_init(&headers);
    for (int i = 0; i < 700; i++)
        buf_printf(&headers, "X-%d: %090d\r\n", i, i);
    assert_in_range(headers.length, 65537, 100000);
    fake_http_answer(f->fake, 200, buf_text(&headers), "{}");
    ask(f, get_x);
    assert_int_equal(f->status, 0);
    assert_string_equal(f->why, "the answer's headers are too large");
    buf_finish(&headers);
}

static void test_large_body(void **state)
{
    struct fixture *f = *state;
    struct buf body;
    buf_init(&body);
    buf_printf(&body, "{\"a\":\"%0*d\"}", MATRIX_HTTP_BODY_MAX, 1);
    fake_http_answer(f->fake, 200, "", buf_text(&body));
    ask(f, get_x);
    assert_int_equal(f->status, 0);
    assert_string_equal(f->why, "the answer is too large");
    fake_http_answer(f->fake, 200, "", buf_text(&body));
    ask(f,
        (struct matrix_request){.method = "GET", .path = "/x", .limit = 2 * MATRIX_HTTP_BODY_MAX});
    assert_int_equal(f->status, 200);
    buf_finish(&body);
}

/* head -c 16777216 /dev/zero | gzip -9n | gzip -9n */
static const unsigned char bomb[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xd0, 0xb1, 0x0d, 0x82,
    0x40, 0x00, 0x40, 0xd1, 0x3b, 0xae, 0xb9, 0xb0, 0x84, 0x31, 0x71, 0x07, 0x77, 0xa0, 0xa7,
    0x66, 0x11, 0x0b, 0x12, 0x4a, 0x1b, 0x57, 0x30, 0xb1, 0x77, 0x05, 0x98, 0x83, 0x15, 0x08,
    0x23, 0x80, 0xc7, 0x0e, 0x34, 0x26, 0xef, 0x55, 0xbf, 0xfe, 0x97, 0x67, 0x0e, 0x87, 0x2a,
    0x2d, 0x53, 0x8c, 0x25, 0xfa, 0xd7, 0xf6, 0x5d, 0x73, 0x1d, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x80, 0x3f, 0xd7, 0xcf, 0x43, 0xaa, 0x8e, 0xb8, 0xee, 0xdd, 0xfd, 0xe6, 0x07,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9c, 0x60, 0x6c, 0x9b, 0xf7, 0xe3, 0x53, 0x22,
    0xfe, 0x00, 0xfc, 0xab, 0x20, 0x73, 0xaf, 0x3f, 0x00, 0x00};

static void test_bomb(void **state)
{
    struct fixture *f = *state;
    struct buf whole;
    buf_init(&whole);
    buf_printf(&whole,
               "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n"
               "Content-Length: %zu\r\n\r\n",
               sizeof bomb);
    buf_add(&whole, bomb, sizeof bomb);
    fake_http_bytes(f->fake, whole.data, whole.length, FAKE_HTTP_KEEP);
    ask(f, get_x);
    assert_int_equal(f->status, 0);
    assert_string_equal(f->why, "the answer is too large");
    fake_http_bytes(f->fake, whole.data, whole.length, FAKE_HTTP_KEEP);
    ask(f,
        (struct matrix_request){.method = "GET", .path = "/x", .chunk = on_chunk, .limit = 100000});
    assert_int_equal(f->status, 0);
    assert_in_range(f->streamed.length, 1, 100000);
    buf_finish(&whole);
}

/* ---- streams ---- */

static void test_stream(void **state)
{
    struct fixture *f = *state;
    struct matrix_request request = {.method = "GET", .path = "/x", .chunk = on_chunk};
    fake_http_answer(f->fake, 200, "", "{\"a\":1}");
    ask(f, request);
    assert_int_equal(f->status, 200);
    assert_string_equal(buf_text(&f->streamed), "{\"a\":1}");
    assert_string_equal(f->member, "(none)");
    fake_http_answer(f->fake, 403, "", "{\"errcode\":\"M_FORBIDDEN\"}");
    ask(f, request);
    assert_string_equal(f->errcode, "M_FORBIDDEN");
    assert_string_equal(buf_text(&f->streamed), "{\"a\":1}");
    f->stream_max = 0;
    fake_http_answer(f->fake, 200, "", "{\"a\":1}");
    ask(f, request);
    assert_int_equal(f->status, 0);
    assert_string_equal(f->why, "the answer was given up half-way");
}

/* Another request; what was cancelled is gone from the server by then. */
static void settle(struct fixture *f)
{
    while (fake_http_open(f->fake) > 0)
        uv_run(&f->loop, UV_RUN_ONCE);
    fake_http_answer(f->fake, 200, "", "{}");
    ask(f, get_x);
}

static void test_cancel(void **state)
{
    struct fixture *f = *state;
    matrix_http_cancel(start(f, get_x)); /* never sent */
    matrix_http_cancel(NULL);
    settle(f);
    assert_int_equal(f->done, 1);
    start(f, get_x);
    while (fake_http_count(f->fake) < 2)
        uv_run(&f->loop, UV_RUN_ONCE);
    matrix_http_cancel(f->call);
    settle(f);
    assert_int_equal(f->done, 2);
    f->chunk_cancels = true;
    fake_http_answer(f->fake, 200, "", "{}");
    start(f, (struct matrix_request){.method = "GET", .path = "/x", .chunk = on_chunk});
    while (f->streamed.length == 0)
        uv_run(&f->loop, UV_RUN_ONCE);
    settle(f);
    assert_int_equal(f->done, 3);
}

static void test_destroy_under_way(void **state)
{
    struct fixture *f = *state;
    start(f, get_x);
    start(f, get_x);
    while (fake_http_count(f->fake) < 2)
        uv_run(&f->loop, UV_RUN_ONCE);
    start(f, get_x);
    matrix_http_destroy(f->http, on_gone, f);
    f->http = NULL;
    while (!f->gone)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(f->done, 0);
    assert_int_equal(fake_http_count(f->fake), 2);
}

static void test_base_with_path(void **state)
{
    struct fixture *f = *state;
    char base[100];
    snprintf(base, sizeof base, "%s/matrix//", fake_http_base(f->fake));
    assert_int_equal(matrix_http_set_base(f->http, base), 0);
    fake_http_answer(f->fake, 200, "", "{}");
    ask(f, get_x);
    assert_ptr_equal(strstr(fake_http_request(f->fake, 0), "GET /matrix/x "),
                     fake_http_request(f->fake, 0));
    assert_int_equal(matrix_http_set_base(f->http, "https://example.org/?x"), -1);
    assert_int_equal(matrix_http_set_base(f->http, "http://example.org"), -1);
    matrix_http_allow_plain(f->http);
    assert_int_equal(matrix_http_set_base(f->http, "http://example.org"), 0);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_request), WITH_SERVER(test_anonymous_form),
        WITH_SERVER(test_connection_is_kept), WITH_SERVER(test_start_in_done),
        WITH_SERVER(test_token_goes_nowhere_else), WITH_SERVER(test_errors),
        WITH_SERVER(test_outdated_token), WITH_SERVER(test_no_answer_of_the_api),
        WITH_SERVER(test_redirect_is_an_answer), WITH_SERVER(test_endless_redirects),
        WITH_SERVER(test_cut_body), WITH_SERVER(test_no_server),
        WITH_SERVER(test_timeout), WITH_SERVER(test_quiet_server),
        WITH_SERVER(test_large_headers), WITH_SERVER(test_large_body),
        WITH_SERVER(test_bomb), WITH_SERVER(test_stream),
        WITH_SERVER(test_cancel), WITH_SERVER(test_destroy_under_way),
        WITH_SERVER(test_base_with_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
