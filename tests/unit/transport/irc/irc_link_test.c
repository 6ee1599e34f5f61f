/* Connecting: names that nobody looks up in time, several addresses, and what failures are called. */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <uv.h>

#include "skip/skip.h"
#include "transport/irc/irc_link.h"

/* ---- a resolver that does as it is told; libcurl calls it from a thread ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool dead;        /* it does not answer while this is so */
static unsigned waiting; /* threads in here */

static struct addrinfo *address(int family, in_port_t port, struct addrinfo *next)
{
    struct addrinfo *info = calloc(1, sizeof *info + sizeof(struct sockaddr_in6));
    assert_non_null(info);
    info->ai_family = family;
    info->ai_socktype = SOCK_STREAM;
    info->ai_addr = (struct sockaddr *)(info + 1);
    info->ai_next = next;
    if (family == AF_INET) {
        *(struct sockaddr_in *)(void *)(info + 1) = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        info->ai_addrlen = sizeof(struct sockaddr_in);
    } else {
        *(struct sockaddr_in6 *)(void *)(info + 1) = (struct sockaddr_in6){
            .sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        info->ai_addrlen = sizeof(struct sockaddr_in6);
    }
    return info;
}

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    in_port_t port = htons((in_port_t)strtol(service, NULL, 10));
    (void)hints;
    pthread_mutex_lock(&lock);
    waiting++;
    pthread_cond_broadcast(&changed);
    while (dead)
        pthread_cond_wait(&changed, &lock);
    waiting--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    if (strcmp(node, "two.test") == 0)
        *out = address(AF_INET6, port, address(AF_INET, port, NULL));
    else if (strcmp(node, "one.test") == 0)
        *out = address(AF_INET, port, NULL);
    else
        return EAI_NONAME;
    return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
    while (info) {
        struct addrinfo *next = info->ai_next;
        free(info);
        info = next;
    }
}

static void set_dead(bool now)
{
    pthread_mutex_lock(&lock);
    dead = now;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void await_waiting(unsigned count)
{
    pthread_mutex_lock(&lock);
    while (waiting != count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

/* ---- a server that says one thing to whoever comes, and a link to it ---- */

struct desk {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_tcp_t *client; /* the last one */
    uv_timer_t ticker;
    unsigned ticks;
    const char *greeting;
    unsigned port;
    struct irc_settings settings;
    struct irc_server server;
    struct irc_link *link;
    bool connected, gone;
    char why[1024];
};

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    free(request);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void drop_client(struct desk *desk)
{
    if (desk->client)
        uv_close((uv_handle_t *)desk->client, free_handle);
    desk->client = NULL;
}

static void on_visit(uv_stream_t *listener, int status)
{
    struct desk *desk = listener->data;
    assert_int_equal(status, 0);
    drop_client(desk);
    desk->client = malloc(sizeof *desk->client);
    assert_non_null(desk->client);
    uv_tcp_init(&desk->loop, desk->client);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)desk->client), 0);
    if (!desk->greeting)
        return;
    uv_buf_t part = uv_buf_init((char *)(uintptr_t)desk->greeting, (unsigned)strlen(desk->greeting));
    uv_write_t *request = malloc(sizeof *request);
    assert_non_null(request);
    assert_int_equal(uv_write(request, (uv_stream_t *)desk->client, &part, 1, on_written), 0);
}

static void on_connected(void *context)
{
    struct desk *desk = context;
    desk->connected = true;
}

static void on_line(void *context, const char *text, size_t length)
{
    (void)context;
    (void)text;
    (void)length;
}

static void on_closed(void *context, const char *why)
{
    struct desk *desk = context;
    snprintf(desk->why, sizeof desk->why, "%s", why);
}

static void on_gone(void *context)
{
    struct desk *desk = context;
    desk->gone = true;
}

static void count(uv_timer_t *timer)
{
    ++*(unsigned *)timer->data;
}

static int setup(void **state)
{
    static char network[] = "net", host[] = "one.test";
    struct desk *desk = calloc(1, sizeof *desk);
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof where;
    struct irc_link_events events = {desk, on_connected, on_line, on_closed};
    assert_non_null(desk);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    uv_loop_init(&desk->loop);
    uv_tcp_init(&desk->loop, &desk->listener);
    desk->listener.data = desk;
    assert_int_equal(uv_tcp_bind(&desk->listener, (struct sockaddr *)&where, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&desk->listener, 8, on_visit), 0);
    assert_int_equal(uv_tcp_getsockname(&desk->listener, (struct sockaddr *)&where, &size), 0);
    desk->port = ntohs(where.sin_port);
    uv_timer_init(&desk->loop, &desk->ticker);
    desk->ticker.data = &desk->ticks;
    /* A turn of the loop may end what is waited for before it waits itself. */
    uv_timer_start(&desk->ticker, count, 10, 10);
    desk->settings = (struct irc_settings){.network = network};
    desk->server = (struct irc_server){host, desk->port, false};
    desk->link = irc_link_create(&desk->loop, &desk->settings, &events);
    assert_non_null(desk->link);
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;
    irc_link_destroy(desk->link, on_gone, desk);
    set_dead(false);
    uv_close((uv_handle_t *)&desk->ticker, NULL);
    uv_close((uv_handle_t *)&desk->listener, NULL);
    drop_client(desk);
    uv_run(&desk->loop, UV_RUN_DEFAULT);
    assert_true(desk->gone);
    assert_int_equal(uv_loop_close(&desk->loop), 0);
    free(desk);
    return 0;
}

static void open_link(struct desk *desk)
{
    struct error error;
    assert_int_equal(irc_link_open(desk->link, &desk->server, &error), 0);
}

static void stands(struct desk *desk)
{
    desk->why[0] = '\0';
    open_link(desk);
    while (!desk->connected && !desk->why[0])
        uv_run(&desk->loop, UV_RUN_ONCE);
    assert_string_equal(desk->why, "");
}

static void fails(struct desk *desk, const char *why)
{
    desk->why[0] = '\0';
    open_link(desk);
    while (!desk->why[0])
        uv_run(&desk->loop, UV_RUN_ONCE);
    if (!strstr(desk->why, why))
        fail_msg("expected \"%s\" in: %s", why, desk->why);
    assert_false(desk->connected);
}

/* ---- names ---- */

static void a_resolver_that_is_dead_holds_nothing_up(void **state)
{
    struct desk *desk = *state;
    set_dead(true);
    open_link(desk);
    unsigned before = desk->ticks;
    while (desk->ticks < before + 20)
        uv_run(&desk->loop, UV_RUN_ONCE);
    await_waiting(1);
    assert_false(desk->connected);
    assert_string_equal(desk->why, "");
    /* Nor is anything that gives up waiting: the time runs out, another try, the end. */
    skip_seconds(&desk->loop, 31);
    while (!desk->why[0])
        uv_run(&desk->loop, UV_RUN_ONCE);
    assert_non_null(strstr(desk->why, "one.test"));
    assert_non_null(strstr(desk->why, "name servers"));
    open_link(desk);
    uv_run(&desk->loop, UV_RUN_ONCE);
    await_waiting(2);
    irc_link_close(desk->link);
    set_dead(false);
    await_waiting(0);
    stands(desk);
}

static void of_two_addresses_the_one_that_answers_is_taken(void **state)
{
    static char host[] = "two.test";
    struct desk *desk = *state;
    desk->server.host = host;
    stands(desk);
}

/* ---- what failures are called ---- */

static void who_does_not_answer_is_named_with_what_to_do(void **state)
{
    static char unknown[] = "none.test", missing[] = "/nonexistent.pem";
    struct desk *desk = *state;
    char where[64];
    desk->server.host = unknown;
    fails(desk, "check host, or this machine's name servers");
    desk->server = (struct irc_server){(char[]){"one.test"}, 1, false};
    fails(desk, "no connection to one.test port 1: ");
    fails(desk, "nothing listens there");
    desk->server.port = desk->port;
    desk->server.tls = true;
    desk->greeting = ":irc.test NOTICE AUTH :*** Looking up your hostname\r\n";
    fails(desk, "does not seem to speak TLS");
    snprintf(where, sizeof where, "one.test port %u", desk->port);
    assert_non_null(strstr(desk->why, where));
    desk->settings.ca_file = missing;
    fails(desk, "check ca_file");
    desk->settings.ca_file = NULL;
    desk->settings.cert_file = missing;
    fails(desk, "check cert_file and key_file");
}

static void a_port_that_is_silent_under_tls_is_not_waited_for(void **state)
{
    struct desk *desk = *state;
    desk->server.tls = true;
    open_link(desk);
    while (!desk->client)
        uv_run(&desk->loop, UV_RUN_ONCE);
    for (int i = 0; i < 20; i++)
        uv_run(&desk->loop, UV_RUN_NOWAIT);
    skip_seconds(&desk->loop, 31);
    while (!desk->why[0])
        uv_run(&desk->loop, UV_RUN_ONCE);
    assert_non_null(strstr(desk->why, "does not seem to speak TLS"));
}

static void what_a_proxy_says_is_told_without_its_password(void **state)
{
    struct desk *desk = *state;
    char proxy[64];
    snprintf(proxy, sizeof proxy, "socks5h://user:sesame@127.0.0.1:%u", desk->port);
    desk->settings.proxy = proxy;
    /* Version 5, no way to log in that it takes (RFC 1928 section 3). */
    desk->greeting = "\x05\xff";
    fails(desk, "the proxy wants another user and password");
    assert_null(strstr(desk->why, "sesame"));
    snprintf(proxy, sizeof proxy, "socks5h://user:sesame@127.0.0.1:1");
    fails(desk, "is the proxy running");
    assert_null(strstr(desk->why, "sesame"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_resolver_that_is_dead_holds_nothing_up),
        CASE(of_two_addresses_the_one_that_answers_is_taken),
        CASE(who_does_not_answer_is_named_with_what_to_do),
        CASE(a_port_that_is_silent_under_tls_is_not_waited_for),
        CASE(what_a_proxy_says_is_told_without_its_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
