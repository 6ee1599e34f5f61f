/* The IRC transport for suites over all of them, and the smallest server it can live on. */
#include "transports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "transport/irc/irc_transport.h"

#define QUIET_MS 30     /* nothing for so long: all has happened */
#define SETTLE_MS 10000 /* at most */
#define LINE_BYTES 16384

struct server {
    struct transports *t;
    uv_loop_t loop;
    uv_tcp_t listener, client;
    uv_timer_t quiet, limit;
    bool connected, is_quiet;
    char line[LINE_BYTES];
    size_t length;
    struct irc_settings settings;
};

static struct server *server_of(const struct transports *t)
{
    return t->own;
}

static void on_quiet(uv_timer_t *timer)
{
    struct server *server = timer->data;
    server->is_quiet = true;
}

/* Something happened: quiet begins anew. */
static void stir(struct server *server)
{
    server->is_quiet = false;
    uv_timer_start(&server->quiet, on_quiet, QUIET_MS, 0);
}

static void on_written(uv_write_t *write, int status)
{
    (void)status;
    free(write);
}

static void send_bytes(struct server *server, const char *bytes, size_t length)
{
    uv_write_t *write = malloc(sizeof *write + length);
    assert_non_null(write);
    memcpy(write + 1, bytes, length);
    uv_buf_t part = uv_buf_init((char *)(write + 1), (unsigned)length);
    if (!server->connected || uv_write(write, (uv_stream_t *)&server->client, &part, 1, on_written))
        free(write);
    stir(server);
}

static void send_text(struct server *server, const char *text)
{
    send_bytes(server, text, strlen(text));
}

static void on_privmsg(struct server *server, char *target)
{
    char *text = strstr(target, " :");
    if (!text)
        return;
    *text = '\0';
    text += 2;
    transports_note(server->t, target, text, strlen(text));
}

static void on_line(struct server *server, char *line)
{
    char answer[LINE_BYTES];
    if (strncmp(line, "CAP LS", 6) == 0) {
        send_text(server, ":srv CAP * LS :\r\n");
    } else if (strncmp(line, "USER ", 5) == 0) {
        send_text(server, ":srv 001 bot :Welcome\r\n:srv 005 bot CASEMAPPING=ascii :are\r\n"
                          ":srv 422 bot :No MOTD\r\n");
    } else if (strncmp(line, "JOIN ", 5) == 0) {
        send_text(server, ":bot!b@host JOIN #prep\r\n:srv 353 bot = #prep :bot @ann bob\r\n"
                          ":srv 366 bot #prep :End\r\n");
    } else if (strncmp(line, "PING ", 5) == 0) {
        snprintf(answer, sizeof answer, ":srv PONG srv %s\r\n", line + 5);
        send_text(server, answer);
    } else if (strncmp(line, "PRIVMSG ", 8) == 0) {
        on_privmsg(server, line + 8);
    }
}

static void give_memory(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    struct server *server = handle->data;
    (void)size;
    *out = uv_buf_init(server->line + server->length,
                       (unsigned)(sizeof server->line - 1 - server->length));
}

static void on_closed(uv_handle_t *handle)
{
    struct server *server = handle->data;
    server->connected = false;
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *part)
{
    struct server *server = stream->data;
    (void)part;
    stir(server);
    if (got < 0) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    server->length += (size_t)got;
    server->line[server->length] = '\0';
    char *at = server->line, *end;
    while ((end = strstr(at, "\r\n"))) {
        *end = '\0';
        on_line(server, at);
        at = end + 2;
    }
    server->length -= (size_t)(at - server->line);
    memmove(server->line, at, server->length);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *server = listener->data;
    assert_int_equal(status, 0);
    if (server->connected)
        return;
    assert_int_equal(uv_tcp_init(&server->loop, &server->client), 0);
    server->client.data = server;
    server->connected = true;
    server->length = 0;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&server->client), 0);
    uv_read_start((uv_stream_t *)&server->client, give_memory, on_read);
}

static unsigned listen_somewhere(struct server *server)
{
    struct sockaddr_in at;
    struct sockaddr_storage got;
    int size = sizeof got;
    uv_ip4_addr("127.0.0.1", 0, &at);
    assert_int_equal(uv_tcp_init(&server->loop, &server->listener), 0);
    server->listener.data = server;
    assert_int_equal(uv_tcp_bind(&server->listener, (struct sockaddr *)&at, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&server->listener, 8, on_connection), 0);
    uv_tcp_getsockname(&server->listener, (struct sockaddr *)&got, &size);
    return ntohs(((struct sockaddr_in *)&got)->sin_port);
}

/* ---- the kind ---- */

static void create(struct transports *t)
{
    static char network[] = "local", host[] = "127.0.0.1", nick[] = "bot", channel[] = "#prep";
    struct server *server = calloc(1, sizeof *server);
    struct error error;
    assert_non_null(server);
    t->own = server;
    t->room = "#prep";
    server->t = t;
    assert_int_equal(uv_loop_init(&server->loop), 0);
    uv_timer_init(&server->loop, &server->quiet);
    uv_timer_init(&server->loop, &server->limit);
    server->quiet.data = server->limit.data = server;
    server->settings = (struct irc_settings){
        .network = network, .host = host, .port = listen_somewhere(server), .nick = nick,
        .user = nick, .realname = nick, .channels = {channel}, .channel_count = 1,
        .flood_burst = 4};
    t->transport = irc_transport_create(&server->loop, &server->settings, &t->sink, &error);
}

static void on_limit(uv_timer_t *timer)
{
    struct server *server = timer->data;
    fprintf(stderr, "the IRC transport does not come to rest\n");
    server->is_quiet = true;
}

/* Runs the loop until nothing has come for a while. The first time that means: until it is in. */
static void settle(struct transports *t)
{
    struct server *server = server_of(t);
    stir(server);
    uv_timer_start(&server->limit, on_limit, SETTLE_MS, 0);
    while (!server->is_quiet || (t->ready_count == 0 && uv_is_active((uv_handle_t *)&server->limit)))
        uv_run(&server->loop, UV_RUN_ONCE);
    uv_timer_stop(&server->limit);
}

/* As a server relays it: each line of its own, nothing over its end. */
static void relay(struct transports *t, const char *person, const char *target, const char *text,
                  size_t length)
{
    struct buf line;
    buf_init(&line);
    buf_printf(&line, ":%s!u@host PRIVMSG %s :", person, target);
    buf_add(&line, text, length);
    buf_puts(&line, "\r\n");
    send_bytes(server_of(t), line.data, line.length);
    buf_finish(&line);
}

static void say(struct transports *t, const char *person, const char *text, size_t length)
{
    relay(t, person, t->room, text, length);
}

static void tell(struct transports *t, const char *person, const char *text, size_t length)
{
    relay(t, person, "bot", text, length);
}

static void close_one(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_all(struct transports *t)
{
    struct server *server = server_of(t);
    /* The transport's own handles are closing; what is left is the server's. */
    uv_walk(&server->loop, close_one, NULL);
    uv_run(&server->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&server->loop), 0);
    free(server);
}

const struct transports_kind transports_irc = {"irc", create, say, tell, settle, close_all};
