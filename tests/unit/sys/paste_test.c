/* Fetching pastes from a server that behaves badly on demand (tests/support/paste_server.py). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paste_server.h"
#include "sys/paste.h"

static struct paste_server server;

struct fixture {
    uv_loop_t loop;
    struct paste_settings settings;
    struct paste_net net;
    struct paste *paste;
    unsigned done, good;
    char text[PASTE_BYTES_MAX + 1], why[200], order[64];
    size_t length;
    bool gone;
};

static unsigned looked; /* how often an address was looked at */
static enum ip_scope first_scope, later_scope;

static enum ip_scope told_scope(const struct sockaddr *address)
{
    (void)address;
    return looked++ == 0 ? first_scope : later_scope;
}

static char *host_of(unsigned port)
{
    char host[64];
    snprintf(host, sizeof host, "paste.test:%u", port);
    return strdup(host);
}

static void resolve_to(struct fixture *f, unsigned port, const char *addresses)
{
    char entry[200];
    snprintf(entry, sizeof entry, "paste.test:%u:%s", port, addresses);
    f->net.resolve = curl_slist_append(f->net.resolve, entry);
    assert_non_null(f->net.resolve);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    f->settings = (struct paste_settings){
        .private_hosts = true,
        .hosts = {host_of(server.port), host_of(server.self_signed), host_of(server.other_name)},
        .host_count = 3,
        .ca_file = server.ca,
    };
    f->net.scope = ip_scope;
    resolve_to(f, server.port, "127.0.0.1");
    resolve_to(f, server.self_signed, "127.0.0.1");
    resolve_to(f, server.other_name, "127.0.0.1");
    looked = 0;
    *state = f;
    return 0;
}

static void on_gone(void *context)
{
    ((struct fixture *)context)->gone = true;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    paste_destroy(f->paste, on_gone, f);
    while (f->paste && !f->gone)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    curl_slist_free_all(f->net.resolve);
    for (size_t i = 0; i < f->settings.host_count; i++)
        free(f->settings.hosts[i]);
    free(f);
    return 0;
}

static void on_done(void *context, const struct paste_result *result)
{
    struct fixture *f = context;
    f->done++;
    f->good += result->text != NULL;
    assert_true((result->text == NULL) == (result->why != NULL));
    f->length = result->length;
    if (result->text)
        memcpy(f->text, result->text, result->length + 1);
    else
        snprintf(f->why, sizeof f->why, "%s", result->why);
    if (f->done < sizeof f->order)
        f->order[f->done - 1] = result->text ? result->text[0] : '-';
}

static struct paste_call *begin(struct fixture *f, const char *person, const char *url,
                                struct error *error)
{
    struct paste_link link;
    const char *why;
    if (!f->paste)
        f->paste = paste_create(&f->loop, &f->settings, &f->net, error);
    assert_non_null(f->paste);
    assert_int_equal(paste_link_read(&f->settings, url, strlen(url), &link, &why), PASTE_LINK);
    return paste_start(f->paste, person, &link, on_done, f, error);
}

static void wait_for(struct fixture *f, unsigned done)
{
    while (f->done < done && uv_run(&f->loop, UV_RUN_ONCE))
        ;
    assert_int_equal(f->done, done);
}

static void fetch_from(struct fixture *f, unsigned port, const char *path)
{
    struct error error;
    char url[300];
    snprintf(url, sizeof url, "https://paste.test:%u%s", port, path);
    if (!begin(f, "ann", url, &error))
        fail_msg("%s", error.why);
    wait_for(f, f->done + 1);
}

static void fetch(struct fixture *f, const char *path)
{
    fetch_from(f, server.port, path);
}

static void expect_text(struct fixture *f, const char *path, const char *text)
{
    f->text[0] = '\0';
    fetch(f, path);
    assert_string_equal(f->text, text);
    assert_int_equal(f->length, strlen(text));
}

static void expect_fault(struct fixture *f, const char *path, const char *words)
{
    unsigned good = f->good;
    f->why[0] = '\0';
    fetch(f, path);
    assert_int_equal(f->good, good);
    if (!strstr(f->why, words))
        fail_msg("%s: \"%s\" lacks \"%s\"", path, f->why, words);
}

/* ---- what comes ---- */

static void test_text(void **state)
{
    struct fixture *f = *state;
    expect_text(f, "/code", "def f():\n\treturn 1");
    expect_text(f, "/bom", "word");
    expect_text(f, "/untyped", "word");
    expect_text(f, "/json", "{}");
    expect_text(f, "/identity", "word");
    expect_text(f, "/html-code", "<!DOCTYPE html><p>word"); /* an answer may be about such things */
    fetch(f, "/most");
    assert_int_equal(f->length, PASTE_BYTES_MAX);
}

static void test_no_text(void **state)
{
    struct fixture *f = *state;
    expect_fault(f, "/html", "web page");
    expect_fault(f, "/html-untyped", "web page");
    expect_fault(f, "/latin1", "not plain text");
    expect_fault(f, "/nul", "not plain text");
    expect_fault(f, "/empty", "empty");
    expect_fault(f, "/blank", "empty");
    expect_fault(f, "/bomb", "packed");
}

static void test_too_much(void **state)
{
    struct fixture *f = *state;
    expect_fault(f, "/more", "longer than 64 KB");
    expect_fault(f, "/endless", "longer than 64 KB");
    expect_fault(f, "/headers", "no answer that I understand");
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    expect_fault(f, "/status/404", "no such paste");
    expect_fault(f, "/status/410", "no such paste");
    expect_fault(f, "/status/403", "private?");
    expect_fault(f, "/status/429", "left alone");
    expect_fault(f, "/status/500", "trouble");
    expect_fault(f, "/status/418", "does not give");
    expect_fault(f, "/status/204", "does not give");
}

static void test_time(void **state)
{
    struct fixture *f = *state;
    struct error error;
    char url[100];
    const char *const paths[] = {"/hang", "/drip", "/to/hang"}; /* both steps share the time */
    for (size_t i = 0; i < 3; i++) {
        snprintf(url, sizeof url, "https://paste.test:%u%s", server.port, paths[i]);
        assert_non_null(begin(f, i < 2 ? "ann" : "bob", url, &error));
    }
    wait_for(f, 3);
    assert_int_equal(f->good, 0);
    assert_string_equal(f->why, "it did not answer within 5 seconds.");
}

/* ---- being sent on ---- */

static void test_redirects(void **state)
{
    struct fixture *f = *state;
    char path[200];
    expect_text(f, "/to/code", "def f():\n\treturn 1");
    expect_fault(f, "/to/to/code", "another address");
    expect_fault(f, "/to/https://other.test/x", "another address");
    snprintf(path, sizeof path, "/to/https://paste.test:%u/code", server.self_signed);
    expect_fault(f, path, "another address");
    snprintf(path, sizeof path, "/to/http://paste.test:%u/code", server.port);
    expect_fault(f, path, "another address");
    snprintf(path, sizeof path, "/to/https://ann:pw@paste.test:%u/code", server.port);
    expect_fault(f, path, "another address");
    snprintf(path, sizeof path, "/to/https://paste.test:%u/code", server.port);
    expect_text(f, path, "def f():\n\treturn 1");
    expect_fault(f, "/to/file:///etc/passwd", "another address");
}

/* The step to another page goes to an address that is looked at again. */
static void test_redirect_is_looked_at(void **state)
{
    struct fixture *f = *state;
    f->net.scope = told_scope;
    first_scope = IP_PUBLIC;
    later_scope = IP_NEVER;
    expect_fault(f, "/to/code", "not a public one");
    assert_int_equal(looked, 2);
}

/* ---- whom it connects to ---- */

static void test_certificates(void **state)
{
    struct fixture *f = *state;
    fetch_from(f, server.self_signed, "/code");
    assert_non_null(strstr(f->why, "certificate"));
    f->why[0] = '\0';
    fetch_from(f, server.other_name, "/code");
    assert_non_null(strstr(f->why, "certificate"));
    assert_int_equal(f->good, 0);
}

static void test_unknown_authority(void **state)
{
    struct fixture *f = *state;
    f->settings.ca_file = NULL;
    expect_fault(f, "/code", "certificate");
    f->settings.ca_file = "/nonexistent/ca.pem";
    expect_fault(f, "/code", "ca_file");
}

/* Nobody listens where a known service lives here; but that is not why it fails. */
static void test_known_service_in_ones_own_network(void **state)
{
    struct fixture *f = *state;
    struct error error;
    f->net.resolve = curl_slist_append(f->net.resolve, "bpa.st:443:127.0.0.1,10.0.0.1,[::1]");
    assert_non_null(begin(f, "ann", "https://bpa.st/ABCD", &error));
    wait_for(f, 1);
    assert_string_equal(f->why, "its address is not a public one, so I do not go there.");
}

static void test_own_host_without_leave(void **state)
{
    struct fixture *f = *state;
    f->settings.private_hosts = false;
    expect_fault(f, "/code", "Whoever runs me can allow that");
    f->settings.private_hosts = true;
    fetch(f, "/count");
    assert_string_equal(f->text, "0"); /* nobody has knocked */
}

/* What a name resolves to changes: each connection is looked at, not each name. */
static void test_rebinding(void **state)
{
    struct fixture *f = *state;
    f->net.scope = told_scope;
    first_scope = IP_PUBLIC;
    later_scope = IP_PRIVATE;
    f->settings.private_hosts = false;
    expect_text(f, "/bom", "word");
    expect_fault(f, "/bom", "not a public one");
    assert_int_equal(looked, 2);
}

/* Of several addresses the bad ones are left out. */
static void test_several_addresses(void **state)
{
    struct fixture *f = *state;
    curl_slist_free_all(f->net.resolve);
    f->net.resolve = NULL;
    resolve_to(f, server.port, "169.254.169.254,127.0.0.1");
    expect_text(f, "/bom", "word");
}

static void test_private_is_not_any(void **state)
{
    struct fixture *f = *state;
    curl_slist_free_all(f->net.resolve);
    f->net.resolve = NULL;
    resolve_to(f, server.port, "169.254.169.254");
    expect_fault(f, "/bom", "not a public one");
}

static void test_environment_is_not_asked(void **state)
{
    struct fixture *f = *state;
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    expect_text(f, "/cookie", "word");
    expect_text(f, "/cookie", "word");
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
}

/* ---- many ---- */

static void work(struct fixture *f, const char *person, unsigned count)
{
    struct error error;
    char url[100];
    snprintf(url, sizeof url, "https://paste.test:%u/work/%s", server.port, person);
    for (unsigned i = 0; i < count; i++)
        if (!begin(f, person, url, &error))
            fail_msg("%s", error.why);
}

static void test_many_at_once(void **state)
{
    struct fixture *f = *state;
    static const char *const people[] = {"ann", "bob", "cyd", "dan", "eve", "fay"};
    for (size_t i = 0; i < 6; i++)
        work(f, people[i], 4);
    wait_for(f, 24);
    assert_int_equal(f->good, 24);
    fetch(f, "/atonce");
    assert_non_null(strstr(f->text, "all="));
    for (const char *at = f->text; (at = strchr(at, '=')); at++)
        assert_in_range(strtoul(at + 1, NULL, 10), 1,
                        at == f->text + 3 ? PASTE_AT_ONCE : PASTE_AT_ONCE_EACH);
}

static void test_so_many_at_once(void **state)
{
    struct fixture *f = *state;
    struct error error;
    char url[100], person[16];
    snprintf(url, sizeof url, "https://paste.test:%u/meet/%d", server.port, PASTE_AT_ONCE);
    for (unsigned i = 0; i < PASTE_AT_ONCE; i++) {
        snprintf(person, sizeof person, "p%u", i / PASTE_AT_ONCE_EACH);
        assert_non_null(begin(f, person, url, &error));
    }
    wait_for(f, PASTE_AT_ONCE);
    assert_int_equal(f->good, PASTE_AT_ONCE);
}

/* Who comes later with one goes before the third of who came first. */
static void test_fair(void **state)
{
    struct fixture *f = *state;
    struct error error;
    char url[100];
    work(f, "ann", 4);
    work(f, "bob", 1);
    snprintf(url, sizeof url, "https://paste.test:%u/work/ann", server.port);
    assert_null(begin(f, "ann", url, &error)); /* 4 wait: nothing has begun before the loop runs */
    assert_int_equal(error.code, ERR_FULL);
    wait_for(f, 5);
    assert_non_null(memchr(f->order, 'b', 3));
}

static void test_bound_of_all(void **state)
{
    struct fixture *f = *state;
    struct error error;
    char url[100], person[16];
    snprintf(url, sizeof url, "https://paste.test:%u/work/x", server.port);
    for (unsigned i = 0; i < PASTE_WAITING_MAX; i++) {
        snprintf(person, sizeof person, "p%u", i);
        assert_non_null(begin(f, person, url, &error));
    }
    assert_null(begin(f, "late", url, &error));
    assert_int_equal(error.code, ERR_FULL);
    wait_for(f, PASTE_WAITING_MAX);
    assert_int_equal(f->good, PASTE_WAITING_MAX);
}

/* Those before it hang: who waits too long is told. */
static void test_turn_never_comes(void **state)
{
    struct fixture *f = *state;
    struct error error;
    char url[100];
    snprintf(url, sizeof url, "https://paste.test:%u/hang", server.port);
    for (unsigned i = 0; i < 3; i++)
        assert_non_null(begin(f, "ann", url, &error));
    wait_for(f, 3);
    assert_int_equal(f->good, 0);
}

static void test_ended_in_the_middle(void **state)
{
    struct fixture *f = *state;
    struct error error;
    char url[100];
    snprintf(url, sizeof url, "https://paste.test:%u/hang", server.port);
    for (unsigned i = 0; i < 4; i++)
        assert_non_null(begin(f, "ann", url, &error));
    for (unsigned i = 0; i < 5; i++)
        uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_int_equal(f->done, 0); /* teardown ends it */
}

static int start_server(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    paste_server_start(&server);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    paste_server_stop(&server);
    curl_global_cleanup();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_own_host_without_leave), /* the first: it counts requests */
        TEST(test_text),
        TEST(test_no_text),
        TEST(test_too_much),
        TEST(test_refusals),
        TEST(test_time),
        TEST(test_redirects),
        TEST(test_redirect_is_looked_at),
        TEST(test_certificates),
        TEST(test_unknown_authority),
        TEST(test_known_service_in_ones_own_network),
        TEST(test_rebinding),
        TEST(test_several_addresses),
        TEST(test_private_is_not_any),
        TEST(test_environment_is_not_asked),
        TEST(test_many_at_once),
        TEST(test_so_many_at_once),
        TEST(test_fair),
        TEST(test_bound_of_all),
        TEST(test_turn_never_comes),
        TEST(test_ended_in_the_middle),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
