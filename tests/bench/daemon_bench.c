/*
 * The daemon as a process: from exec to ready with 1,000 questions, against a
 * bare start of the same program; and resident memory with 100 idle rooms on
 * four IRC networks, against the same daemon with none.
 */
#include <arpa/inet.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define QUESTIONS 1000
#define NETWORKS 4
#define CHANNELS 25 /* of each network */
#define STARTS 15
#define WAIT_MS 20000
#define IDLE_MS 1500

static char hotseat[4096];

/* ---- 1,000 questions out of the shipped ones, under new ids ---- */

static json_t *pick(json_t *questions, size_t n)
{
    char id[64];
    json_t *one = json_deep_copy(json_array_get(questions, n % json_array_size(questions)));
    snprintf(id, sizeof id, "copy-%zu", n);
    json_object_set_new(one, "id", json_string(id));
    /* Files that are not copied along. */
    json_object_del(one, "references");
    json_object_del(one, "wrong");
    json_object_del(one, "groups");
    return one;
}

static void write_pack(const char *dir)
{
    static const char *const shipped[] = {"questions/ml_theory/foundations.json",
                                          "questions/ml_theory/statistics.json",
                                          "questions/coding/graphs.json"};
    char path[300];
    json_t *all = json_array(), *out = json_array(), *pack = NULL;
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        json_decref(pack);
        pack = json_load_file(shipped[i], 0, NULL);
        if (!pack)
            bench_die("cannot read %s", shipped[i]);
        json_array_extend(all, json_object_get(pack, "questions"));
    }
    for (size_t n = 0; n < QUESTIONS; n++)
        json_array_append_new(out, pick(all, n));
    json_object_set_new(pack, "questions", out);
    snprintf(path, sizeof path, "%s/pack.json", dir);
    if (json_dump_file(pack, path, JSON_INDENT(1)))
        bench_die("cannot write %s", path);
    json_decref(pack);
    json_decref(all);
}

/* ---- the smallest IRC server: it lets one bot in, and into any channel ---- */

struct server {
    int listener, client;
    unsigned port, joined;
    char line[4096];
    size_t length;
};

static void server_open(struct server *server)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    memset(server, 0, sizeof *server);
    server->client = -1;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&at, sizeof at) ||
        listen(server->listener, 4) || getsockname(server->listener, (struct sockaddr *)&at, &size))
        bench_die("no loopback port");
    server->port = ntohs(at.sin_port);
}

static void server_send(struct server *server, const char *text)
{
    if (write(server->client, text, strlen(text)) < 0)
        bench_die("the bot hung up");
}

static void server_join(struct server *server, char *channels)
{
    char text[512], *state = NULL;
    for (char *name = strtok_r(channels, ",", &state); name; name = strtok_r(NULL, ",", &state)) {
        snprintf(text, sizeof text,
                 ":hotseat!h@bench JOIN %s\r\n:b 353 hotseat = %s :hotseat @ann bob cyd dan\r\n"
                 ":b 366 hotseat %s :End\r\n",
                 name, name, name);
        server_send(server, text);
        server->joined++;
    }
}

static void server_line(struct server *server, char *line)
{
    char text[512];
    if (strncmp(line, "USER ", 5) == 0)
        server_send(server, ":b 001 hotseat :Welcome\r\n:b 005 hotseat CASEMAPPING=ascii :are\r\n"
                            ":b 422 hotseat :No MOTD\r\n");
    else if (strncmp(line, "JOIN ", 5) == 0)
        server_join(server, line + 5 + strspn(line + 5, " :"));
    else if (strncmp(line, "PING ", 5) == 0) {
        snprintf(text, sizeof text, ":b PONG b %.400s\r\n", line + 5);
        server_send(server, text);
    } else if (strncmp(line, "CAP LS", 6) == 0)
        server_send(server, ":b CAP * LS :\r\n");
}

static void server_read(struct server *server)
{
    ssize_t got = read(server->client, server->line + server->length,
                       sizeof server->line - 1 - server->length);
    if (got <= 0)
        return;
    server->length += (size_t)got;
    server->line[server->length] = '\0';
    char *at = server->line, *end;
    while ((end = strpbrk(at, "\r\n"))) {
        *end = '\0';
        server_line(server, at);
        at = end + 1;
    }
    server->length -= (size_t)(at - server->line);
    memmove(server->line, at, server->length);
}

/* Serves for `ms`, or until the bot sits in all channels if `until_joined`. */
static void serve(struct server *servers, int ms, bool until_joined)
{
    int64_t end = bench_now() + (int64_t)ms * 1000000;
    for (unsigned joined = 0; bench_now() < end;) {
        struct pollfd fds[2 * NETWORKS];
        for (int i = 0; i < NETWORKS; i++) {
            fds[2 * i] = (struct pollfd){servers[i].listener, POLLIN, 0};
            fds[2 * i + 1] = (struct pollfd){servers[i].client, POLLIN, 0};
        }
        poll(fds, 2 * NETWORKS, 50);
        for (int i = 0; i < NETWORKS; i++) {
            if (fds[2 * i].revents)
                servers[i].client = accept(servers[i].listener, NULL, NULL);
            if (fds[2 * i + 1].revents)
                server_read(&servers[i]);
        }
        joined = 0;
        for (int i = 0; i < NETWORKS; i++)
            joined += servers[i].joined;
        if (until_joined && joined >= NETWORKS * CHANNELS)
            return;
    }
    if (until_joined)
        bench_die("the bot did not join its channels");
}

/* ---- the daemon ---- */

static void write_config(const char *dir, const char *questions, const struct server *servers)
{
    char path[300];
    snprintf(path, sizeof path, "%s/hotseat.conf", dir);
    FILE *file = fopen(path, "w");
    if (!file)
        bench_die("cannot write %s", path);
    fprintf(file, "database = \"%s/bot.db\"\nquestions = \"%s\"\nlog = \"error\"\n", dir, questions);
    for (int n = 0; n < NETWORKS; n++) {
        fprintf(file, "network \"net%d\" {\n host = \"127.0.0.1\"\n port = %u\n tls = false\n"
                      " flood_ms = 0\n channels = {",
                n, servers[n].port);
        for (int c = 0; c < CHANNELS; c++)
            fprintf(file, "%s\"#room%d\"", c ? ", " : "", c);
        fputs("}\n}\n", file);
    }
    fclose(file);
}

static int notify_open(const char *dir, char *path, size_t size)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(path, size, "%s/notify", dir);
    snprintf(at.sun_path, sizeof at.sun_path, "%.100s", path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at))
        bench_die("cannot listen at %s", path);
    return fd;
}

/* Starts the daemon and waits until it says that it is ready; milliseconds in *took. */
static pid_t start(const char *dir, const char *notify, int fd, double *took)
{
    char config[300], said[64];
    snprintf(config, sizeof config, "%s/hotseat.conf", dir);
    fflush(stdout);
    int64_t begun = bench_now();
    pid_t pid = fork();
    if (pid == 0) {
        setenv("NOTIFY_SOCKET", notify, 1);
        execl(hotseat, hotseat, "run", "--config", config, (char *)NULL);
        _exit(127);
    }
    struct pollfd wait = {fd, POLLIN, 0};
    if (pid < 0 || poll(&wait, 1, WAIT_MS) <= 0 || recv(fd, said, sizeof said, 0) <= 0)
        bench_die("the daemon did not become ready");
    *took = (double)(bench_now() - begun) / 1e6;
    return pid;
}

static void end(pid_t pid, int fd)
{
    char said[64];
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    while (recv(fd, said, sizeof said, MSG_DONTWAIT) > 0)
        continue;
}

static double bare_start(void)
{
    fflush(stdout);
    int64_t begun = bench_now();
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(127);
        execl(hotseat, hotseat, "version", (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    return (double)(bench_now() - begun) / 1e6;
}

static void measure_start(const char *dir, const char *notify, int fd)
{
    double whole[STARTS], bare[STARTS];
    for (int i = 0; i < STARTS; i++) {
        bare[i] = bare_start();
        pid_t pid = start(dir, notify, fd, &whole[i]);
        end(pid, fd);
    }
    double fast = bench_percentile(bare, STARTS, 50), ready = bench_percentile(whole, STARTS, 50);
    printf("start-up to ready with %d questions (median of %d): %.1f ms, %.1f times a bare start "
           "of %.1f ms  (aim: under 150 ms)\n",
           QUESTIONS, STARTS, ready, ready / fast, fast);
}

static void measure_memory(const char *dir, const char *notify, int fd, struct server *servers)
{
    double took;
    pid_t pid = start(dir, notify, fd, &took);
    long before = bench_resident(pid);
    serve(servers, WAIT_MS, true);
    serve(servers, IDLE_MS, false);
    long after = bench_resident(pid);
    end(pid, fd);
    printf("resident memory with %d idle rooms and the shipped questions: %.1f MB, %.2f times that "
           "with no room  (aim: under 24 MB)\n",
           NETWORKS * CHANNELS, (double)after / 1024, (double)after / (double)before);
}

int main(void)
{
    char dir[256], notify[300];
    struct server servers[NETWORKS];
    const char *build = getenv("HOTSEAT_BUILD");
    snprintf(hotseat, sizeof hotseat, "%s/hotseat", build ? build : "build");
    signal(SIGPIPE, SIG_IGN);
    bench_scratch(dir, sizeof dir);
    write_pack(dir);
    for (int i = 0; i < NETWORKS; i++)
        server_open(&servers[i]);
    write_config(dir, "questions", servers);
    int fd = notify_open(dir, notify, sizeof notify);
    measure_memory(dir, notify, fd, servers);
    write_config(dir, dir, servers);
    for (int i = 0; i < NETWORKS; i++)
        close(servers[i].listener);
    measure_start(dir, notify, fd);
    bench_scratch_remove(dir);
    return 0;
}
