/* Several servers tried in turn, and Strict Transport Security: no word goes where TLS is wanted. */
#include "stages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "skip/skip.h"
#include "transport/irc/irc_transport.h"

/* ---- a second server, that keeps what comes and cuts the connection ---- */

struct port {
    uv_tcp_t listener;
    unsigned number, visits;
    unsigned char first; /* byte of the last visit */
};

static struct port port;

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    static char space[4096];
    (void)handle;
    (void)size;
    *out = uv_buf_init(space, sizeof space);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *part)
{
    if (got == 0)
        return;
    if (got > 0)
        port.first = (unsigned char)part->base[0];
    uv_close((uv_handle_t *)stream, free_handle);
}

static void on_visit(uv_stream_t *listener, int status)
{
    uv_tcp_t *client = malloc(sizeof *client);
    assert_int_equal(status, 0);
    assert_non_null(client);
    uv_tcp_init(listener->loop, client);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)client), 0);
    uv_read_start((uv_stream_t *)client, give_room, on_read);
    port.visits++;
    port.first = 0;
}

static int setup(void **state)
{
    struct sockaddr_in where;
    int size = sizeof where, result = stages_setup(state);
    struct stage *stage = *state;
    port = (struct port){.visits = 0};
    uv_ip4_addr("127.0.0.1", 0, &where);
    uv_tcp_init(&stage->loop, &port.listener);
    assert_int_equal(uv_tcp_bind(&port.listener, (struct sockaddr *)&where, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&port.listener, 8, on_visit), 0);
    assert_int_equal(uv_tcp_getsockname(&port.listener, (struct sockaddr *)&where, &size), 0);
    port.number = ntohs(where.sin_port);
    return result;
}

static int teardown(void **state)
{
    uv_close((uv_handle_t *)&port.listener, NULL);
    return stages_teardown(state);
}

/* ---- what is waited for ---- */

static bool has_visits(const struct stage *stage, const void *count)
{
    (void)stage;
    return port.visits >= *(const unsigned *)count && port.first != 0;
}

static bool is_at_home(const struct stage *stage, const void *visits)
{
    return fake_irc_visits(stage->fake) >= *(const unsigned *)visits;
}

static void await_port(struct stage *stage, unsigned visits)
{
    stages_until(stage, has_visits, &visits);
}

static void await_home(struct stage *stage, unsigned visits)
{
    stages_until(stage, is_at_home, &visits);
}

static bool asks(const struct stage *stage, const void *times)
{
    return fake_irc_heard(stage->fake, "CAP LS 302") >= *(const unsigned *)times;
}

/* ---- servers in turn ---- */

static void servers_are_tried_in_turn_and_the_first_one_again(void **state)
{
    struct stage *stage = *state;
    stage->irc.servers[1] = (struct irc_server){stage->irc.servers[0].host, port.number, false};
    stage->irc.server_count = 2;
    /* It was ready for too short a time to be trusted: the second server is next. */
    fake_irc_mute(stage->fake, true);
    fake_irc_hang_up(stage->fake);
    await_port(stage, 1);
    assert_int_equal(port.first, 'C');
    await_home(stage, 2);
    fake_irc_hang_up(stage->fake);
    await_port(stage, 2);
    await_home(stage, 3);
    /* In a steady life the first one is the first again. */
    unsigned ready = stage->ready;
    fake_irc_mute(stage->fake, false);
    fake_irc_hang_up(stage->fake);
    await_port(stage, 3);
    await_home(stage, 4);
    while (stage->ready == ready)
        uv_run(&stage->loop, UV_RUN_ONCE);
    skip_seconds(&stage->loop, 301);
    fake_irc_hang_up(stage->fake);
    await_home(stage, 5);
    assert_int_equal(port.visits, 3);
}

/* ---- STS ---- */

static void come_again(struct stage *stage)
{
    unsigned times = (unsigned)fake_irc_heard(stage->fake, "CAP LS 302") + 1;
    static char password[] = "door-word";
    stage->irc.password = password;
    fake_irc_mute(stage->fake, true);
    fake_irc_hang_up(stage->fake);
    stages_until(stage, asks, &times);
}

static void without_tls_it_goes_to_the_port_that_has_it(void **state)
{
    struct stage *stage = *state;
    come_again(stage);
    size_t before = fake_irc_count(stage->fake);
    fake_irc_say(stage->fake, ":s CAP * LS :multi-prefix sts=duration=5,port=%u,preload",
                 port.number);
    await_port(stage, 1);
    /* A TLS handshake (RFC 8446 section 5.1); and nothing else was said without TLS. */
    assert_int_equal(port.first, 22);
    assert_int_equal(fake_irc_count(stage->fake), before);
    /* It fails, and that changes nothing. */
    unsigned visits = fake_irc_visits(stage->fake);
    await_port(stage, 2);
    assert_int_equal(port.first, 22);
    await_port(stage, 3);
    assert_int_equal(fake_irc_visits(stage->fake), visits);
    assert_int_equal(fake_irc_heard(stage->fake, "PASS door-word"), 0);
    assert_int_equal(stage->note_count, 0);
}

static void what_is_no_policy_without_tls_is_left_alone(void **state)
{
    static const char *const values[] = {"sts=duration=500", "sts", "sts=port=0", "sts=port=x"};
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        size_t ends = fake_irc_heard(stage->fake, "CAP END");
        come_again(stage);
        fake_irc_say(stage->fake, ":s CAP * LS :%s", values[i]);
        while (fake_irc_heard(stage->fake, "CAP END") == ends)
            uv_run(&stage->loop, UV_RUN_ONCE);
    }
    assert_int_equal(port.visits, 0);
    assert_int_equal(stage->note_count, 0);
}

/* The bot starts anew, with a note about its host. */
static void start_with(struct stage *stage, const char *value)
{
    static char key[] = "sts/127.0.0.1";
    struct error error;
    stages_forget_notes(stage);
    stage->notes[0] = (struct stages_note){.key = strdup(key), .value = strdup(value)};
    stage->note_count = 1;
    stage->transport->ops->destroy(stage->transport);
    stage->transport = irc_transport_create(&stage->loop, &stage->irc, &stage->sink, &error);
    assert_non_null(stage->transport);
    assert_int_equal(stage->transport->ops->start(stage->transport, &error), 0);
}

static int64_t wall_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000;
}

static void a_policy_outlives_the_bot_until_it_ends(void **state)
{
    struct stage *stage = *state;
    char value[80];
    unsigned visits = fake_irc_visits(stage->fake);
    snprintf(value, sizeof value, "%u 60 %" PRId64, port.number, wall_clock() + 60000);
    start_with(stage, value);
    await_port(stage, 1);
    assert_int_equal(port.first, 22);
    await_port(stage, 2);
    assert_int_equal(fake_irc_visits(stage->fake), visits);
    skip_seconds(&stage->loop, 61);
    await_home(stage, visits + 1);
}

static void a_note_that_is_none_is_left_out(void **state)
{
    struct stage *stage = *state;
    unsigned visits = fake_irc_visits(stage->fake);
    start_with(stage, "nonsense");
    await_home(stage, visits + 1);
    assert_int_equal(port.visits, 0);
}

#define TEST(name) {#name, name, setup, teardown, "irc"}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(servers_are_tried_in_turn_and_the_first_one_again),
        TEST(without_tls_it_goes_to_the_port_that_has_it),
        TEST(what_is_no_policy_without_tls_is_left_alone),
        TEST(a_policy_outlives_the_bot_until_it_ends),
        TEST(a_note_that_is_none_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
