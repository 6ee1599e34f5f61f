/*
 * Lines a second from the network to the bot's events, through link, codec and
 * libircclient, against a bare reader that cuts the same bytes into lines; and
 * from the bot's messages to the network, with what the server answers to them.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "core/text.h"
#include "transport/irc/irc_transport.h"
#include "util/log.h"

#define LINES 100000
#define SAID 20000
#define SAID_AT_ONCE 50
#define RUNS 5

static const char line_text[] = ":ann!~ann@host.example.org PRIVMSG hotseat :!vote B 4 3 4 2 clear, "
                                "but test the empty list\r\n";

/* Of one run: lines a second, and microseconds of this process's CPU for each. */
struct speed {
    double rate, cpu;
};

struct watch {
    int64_t wall, cpu;
};

static struct watch watch_now(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (struct watch){bench_now(), (int64_t)cpu.tv_sec * 1000000000 + cpu.tv_nsec};
}

static struct speed speed_of(size_t lines, struct watch from, struct watch to)
{
    return (struct speed){(double)lines / ((double)(to.wall - from.wall) / 1e9),
                          (double)(to.cpu - from.cpu) / 1e3 / (double)lines};
}

/* ---- a server in a process of its own ---- */

struct server {
    int listener;
    unsigned port;
    pid_t pid;
};

static void put(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            _exit(0);
        text += sent;
        length -= (size_t)sent;
    }
}

static void put_text(int fd, const char *text)
{
    put(fd, text, strlen(text));
}

static void pour(int fd)
{
    char block[64 * (sizeof line_text - 1) + 1] = "";
    for (size_t i = 0; i < 64; i++)
        memcpy(block + i * (sizeof line_text - 1), line_text, sizeof line_text - 1);
    for (int left = LINES; left > 0; left -= 64)
        put(fd, block, (size_t)(left < 64 ? left : 64) * (sizeof line_text - 1));
}

static void answer(int fd, const char *line, bool pours)
{
    char text[600];
    if (strncmp(line, "CAP LS", 6) == 0) {
        put_text(fd, ":s CAP * LS :\r\n");
    } else if (strncmp(line, "USER ", 5) == 0) {
        put_text(fd, ":s 001 hotseat :Welcome\r\n:s 005 hotseat CASEMAPPING=ascii :are\r\n"
                     ":s 422 hotseat :No MOTD\r\n");
    } else if (strncmp(line, "JOIN ", 5) == 0) {
        put_text(fd, ":hotseat!h@bench JOIN #bench\r\n:s 353 hotseat = #bench :hotseat @ann\r\n"
                     ":s 366 hotseat #bench :End\r\n");
        if (pours)
            pour(fd);
    } else if (strncmp(line, "PING ", 5) == 0) {
        snprintf(text, sizeof text, ":s PONG s %.500s\r\n", line + 5);
        put_text(fd, text);
    }
}

static void serve(int fd, bool pours)
{
    static char in[1 << 16];
    size_t length = 0;
    for (;;) {
        ssize_t got = recv(fd, in + length, sizeof in - 1 - length, 0);
        if (got <= 0)
            _exit(0);
        length += (size_t)got;
        char *at = in, *end;
        while ((end = memchr(at, '\n', length - (size_t)(at - in)))) {
            *end = '\0';
            answer(fd, at, pours);
            at = end + 1;
        }
        length -= (size_t)(at - in);
        memmove(in, at, length);
    }
}

static void server_start(struct server *server, bool bare, bool pours)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&at, sizeof at) ||
        listen(server->listener, 1) ||
        getsockname(server->listener, (struct sockaddr *)&at, &size))
        bench_die("no loopback port");
    server->port = ntohs(at.sin_port);
    fflush(stdout);
    server->pid = fork();
    if (server->pid < 0)
        bench_die("no server");
    if (server->pid > 0)
        return;
    int fd = accept(server->listener, NULL, NULL);
    if (bare) {
        pour(fd);
        _exit(0);
    }
    serve(fd, pours);
}

static void server_end(struct server *server)
{
    close(server->listener);
    waitpid(server->pid, NULL, 0);
}

/* ---- a bare reader ---- */

static struct speed bare_lines(void)
{
    struct server server;
    static char in[4096];
    size_t lines = 0;
    ssize_t got;
    server_start(&server, true, true);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)server.port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
        bench_die("cannot connect");
    struct watch start = watch_now();
    while ((got = recv(fd, in, sizeof in, 0)) > 0)
        for (const char *c = in; (c = memchr(c, '\n', (size_t)(got - (c - in)))); c++)
            lines++;
    struct speed speed = speed_of(LINES, start, watch_now());
    if (lines != LINES)
        bench_die("%zu lines of %d", lines, LINES);
    close(fd);
    server_end(&server);
    return speed;
}

/* ---- the transport ---- */

struct rig {
    uv_loop_t loop;
    struct transport *transport;
    struct watch first, last;
    size_t heard, sent;
    int64_t posted;
    bool joined;
    struct text text;
};

static int on_event(void *context, const struct event *event)
{
    struct rig *rig = context;
    if (event->kind != EVENT_TEXT)
        return 0;
    rig->heard++;
    if (rig->heard == 1)
        rig->first = watch_now();
    if (rig->heard == LINES) {
        rig->last = watch_now();
        uv_stop(&rig->loop);
    }
    return 0;
}

static int on_recall(void *context, const char *transport, const char *network, const char *prefix,
                     note_fn *note, void *note_context)
{
    (void)context;
    (void)transport;
    (void)network;
    (void)prefix;
    (void)note;
    (void)note_context;
    return 0;
}

static void post_some(struct rig *rig)
{
    struct outbound message = {.target = "#bench", .bytes = rig->text.bytes.data,
                               .size = rig->text.bytes.length};
    for (int i = 0; i < SAID_AT_ONCE && rig->posted < SAID; i++) {
        message.id = ++rig->posted;
        if (rig->transport->ops->post(rig->transport, &message) != POST_TAKEN)
            bench_die("a message was not taken");
    }
}

static void on_sent(void *context, int64_t id)
{
    struct rig *rig = context;
    (void)id;
    rig->sent++;
    if (rig->sent == SAID)
        uv_stop(&rig->loop);
    else if (rig->sent == (size_t)rig->posted)
        post_some(rig);
}

static void on_lost(void *context, int64_t id)
{
    (void)context;
    bench_die("message %lld was lost", (long long)id);
}

static void on_ready(void *context, const char *transport, const char *network)
{
    struct rig *rig = context;
    (void)transport;
    (void)network;
    rig->joined = true;
}

static void on_wake(void *context)
{
    struct rig *rig = context;
    if (rig->joined)
        uv_stop(&rig->loop);
}

static void on_nothing(void *context)
{
    (void)context;
}

static void with_transport(struct rig *rig, const struct server *server, bool says)
{
    struct error error;
    struct irc_settings settings = {.network = "bench", .nick = "hotseat", .user = "hotseat",
                                    .realname = "bench", .flood_burst = 100};
    struct transport_sink sink = {rig,     on_event, on_recall, on_sent,
                                  on_lost, on_ready, says ? on_wake : on_nothing};
    settings.servers[0] = (struct irc_server){"127.0.0.1", server->port, false};
    settings.server_count = 1;
    settings.channels[0] = "#bench";
    settings.channel_count = 1;
    uv_loop_init(&rig->loop);
    rig->transport = irc_transport_create(&rig->loop, &settings, &sink, &error);
    if (!rig->transport || rig->transport->ops->start(rig->transport, &error))
        bench_die("no transport");
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    if (says) {
        rig->first = watch_now();
        post_some(rig);
        uv_run(&rig->loop, UV_RUN_DEFAULT);
        rig->last = watch_now();
    }
    rig->transport->ops->destroy(rig->transport);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    uv_loop_close(&rig->loop);
}

static struct speed heard_lines(void)
{
    struct server server;
    struct rig rig = {0};
    server_start(&server, false, true);
    with_transport(&rig, &server, false);
    server_end(&server);
    return speed_of(LINES - 1, rig.first, rig.last);
}

static struct speed said_lines(void)
{
    struct server server;
    struct rig rig = {0};
    text_init(&rig.text);
    text_put(&rig.text, "Stored: B 4 3 4 2, with your comment. 12 to go: A, C. 5:00 left.");
    server_start(&server, false, false);
    with_transport(&rig, &server, true);
    server_end(&server);
    text_finish(&rig.text);
    return speed_of(SAID, rig.first, rig.last);
}

static void print_speed(const char *what, struct speed *speeds)
{
    double rate[RUNS], cpu[RUNS];
    for (int run = 0; run < RUNS; run++) {
        rate[run] = speeds[run].rate;
        cpu[run] = speeds[run].cpu;
    }
    printf("  %-44s %9.0f %8.2f\n", what, bench_percentile(rate, RUNS, 50),
           bench_percentile(cpu, RUNS, 50));
}

int main(void)
{
    struct speed bare[RUNS], heard[RUNS], said[RUNS];
    log_set_level(LOG_LEVEL_ERROR);
    for (int run = 0; run < RUNS; run++) {
        bare[run] = bare_lines();
        heard[run] = heard_lines();
        said[run] = said_lines();
    }
    printf("lines of IRC (median of %d):                     a second   CPU us\n", RUNS);
    print_speed("a bare reader", bare);
    print_speed("heard through link, codec and libircclient", heard);
    print_speed("said, 50 at a time, each known to be there", said);
    return 0;
}
