#include "fake_irc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"

struct fake_irc {
    uv_loop_t *loop;
    uv_tcp_t *listener;
    uv_stream_t *client;
    unsigned port, visits;
    bool mute, deaf, away;
    fake_irc_answer_fn *answer;
    void *answer_context;
    char nick[64];
    char capabilities[512], tokens[400];
    struct buf in;
    char **lines;
    size_t count, capacity;
};

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void drop_client(struct fake_irc *fake)
{
    if (fake->client)
        uv_close((uv_handle_t *)fake->client, free_handle);
    fake->client = NULL;
    buf_clear(&fake->in);
}

static void written(uv_write_t *request, int status)
{
    (void)status;
    free(request);
}

void fake_irc_send(struct fake_irc *fake, const char *bytes, size_t length)
{
    assert_non_null(fake->client);
    uv_write_t *request = malloc(sizeof *request + length);
    assert_non_null(request);
    char *copy = (char *)(request + 1);
    memcpy(copy, bytes, length);
    uv_buf_t part = uv_buf_init(copy, (unsigned)length);
    assert_int_equal(uv_write(request, fake->client, &part, 1, written), 0);
}

void fake_irc_say(struct fake_irc *fake, const char *format, ...)
{
    char line[4096];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line - 2, format, args);
    va_end(args);
    assert_in_range(length, 1, sizeof line - 3);
    memcpy(line + length, "\r\n", 2);
    fake_irc_send(fake, line, (size_t)length + 2);
}

static void welcome(struct fake_irc *fake)
{
    fake_irc_say(fake, ":fake.test 001 %s :Welcome", fake->nick);
    fake_irc_say(fake, ":fake.test 005 %s %s :are supported", fake->nick, fake->tokens);
}

static void answer(struct fake_irc *fake, const char *line)
{
    const char *rest = strchr(line, ' ');
    rest = rest ? rest + 1 : "";
    if (strncmp(line, "CAP LS", 6) == 0) {
        fake_irc_say(fake, ":fake.test CAP * LS :%s", fake->capabilities);
    } else if (strncmp(line, "CAP REQ", 7) == 0) {
        fake_irc_say(fake, ":fake.test CAP * ACK %s", rest + 4);
    } else if (strncmp(line, "NICK ", 5) == 0) {
        snprintf(fake->nick, sizeof fake->nick, "%s", rest);
    } else if (strncmp(line, "USER ", 5) == 0) {
        welcome(fake);
    } else if (strncmp(line, "JOIN ", 5) == 0) {
        fake_irc_say(fake, ":%s!~bot@127.0.0.1 JOIN %s", fake->nick, rest);
        fake_irc_say(fake, ":fake.test 353 %s = %s :@%s", fake->nick, rest, fake->nick);
        fake_irc_say(fake, ":fake.test 366 %s %s :End", fake->nick, rest);
    } else if (strncmp(line, "NAMES ", 6) == 0) {
        fake_irc_say(fake, ":fake.test 366 %s %s :End", fake->nick, rest);
    } else if (strncmp(line, "WHO ", 4) == 0) {
        fake_irc_say(fake, ":fake.test 315 %s %.*s :End", fake->nick, (int)strcspn(rest, " "), rest);
    } else if (strncmp(line, "WHOIS ", 6) == 0 && strcmp(rest, "NickServ") != 0) {
        /* Of services a test says itself who they are. */
        fake_irc_say(fake, ":fake.test 318 %s %s :End", fake->nick, rest);
    } else if (strncmp(line, "PING ", 5) == 0) {
        fake_irc_say(fake, ":fake.test PONG fake.test %s", rest);
    } else if (strncmp(line, "QUIT", 4) == 0) {
        fake_irc_say(fake, "ERROR :Closing");
        drop_client(fake);
    }
}

static void take_line(struct fake_irc *fake, const char *text, size_t length)
{
    if (fake->count == fake->capacity) {
        fake->capacity = fake->capacity ? fake->capacity * 2 : 64;
        fake->lines = realloc(fake->lines, fake->capacity * sizeof *fake->lines);
        assert_non_null(fake->lines);
    }
    /* RFC 1459: a line has at most 512 bytes with CR LF, and no NUL. */
    assert_in_range(length, 1, 510);
    assert_null(memchr(text, '\0', length));
    assert_null(memchr(text, '\r', length));
    char *line = strndup(text, length);
    assert_non_null(line);
    fake->lines[fake->count++] = line;
    if (fake->answer && fake->answer(fake->answer_context, line))
        return;
    if (!fake->mute)
        answer(fake, line);
}

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    static char space[65536];
    (void)handle;
    (void)size;
    *out = uv_buf_init(space, sizeof space);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *part)
{
    struct fake_irc *fake = stream->data;
    if (got < 0) {
        if (fake->client == stream)
            drop_client(fake);
        return;
    }
    buf_add(&fake->in, part->base, (size_t)got);
    char *end;
    while (fake->client && (end = memmem(fake->in.data, fake->in.length, "\r\n", 2))) {
        size_t length = (size_t)(end - fake->in.data);
        char *line = malloc(length + 1);
        assert_non_null(line);
        memcpy(line, fake->in.data, length);
        buf_consume(&fake->in, length + 2);
        take_line(fake, line, length);
        free(line);
    }
}

static uv_tcp_t *make_tcp(struct fake_irc *fake)
{
    uv_tcp_t *tcp = calloc(1, sizeof *tcp);
    assert_non_null(tcp);
    assert_int_equal(uv_tcp_init(fake->loop, tcp), 0);
    tcp->data = fake;
    return tcp;
}

static void welcome_visitor(struct fake_irc *fake)
{
    fake->visits++;
    if (fake->away)
        drop_client(fake);
    else if (!fake->deaf)
        assert_int_equal(uv_read_start(fake->client, give_room, on_read), 0);
}

static void on_visit(uv_stream_t *listener, int status)
{
    struct fake_irc *fake = listener->data;
    assert_int_equal(status, 0);
    drop_client(fake);
    fake->client = (uv_stream_t *)make_tcp(fake);
    assert_int_equal(uv_accept(listener, fake->client), 0);
    welcome_visitor(fake);
}

void fake_irc_adopt(struct fake_irc *fake, int fd)
{
    uv_pipe_t *pipe = calloc(1, sizeof *pipe);
    assert_non_null(pipe);
    drop_client(fake);
    assert_int_equal(uv_pipe_init(fake->loop, pipe, 0), 0);
    assert_int_equal(uv_pipe_open(pipe, fd), 0);
    pipe->data = fake;
    fake->client = (uv_stream_t *)pipe;
    welcome_visitor(fake);
}

struct fake_irc *fake_irc_create(uv_loop_t *loop)
{
    struct fake_irc *fake = calloc(1, sizeof *fake);
    struct sockaddr_in address;
    int size = sizeof address;
    assert_non_null(fake);
    fake->loop = loop;
    fake_irc_offer(fake, "multi-prefix account-tag", "CASEMAPPING=ascii PREFIX=(qaov)~&@+");
    buf_init(&fake->in);
    fake->listener = make_tcp(fake);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &address), 0);
    assert_int_equal(uv_tcp_bind(fake->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)fake->listener, 8, on_visit), 0);
    assert_int_equal(uv_tcp_getsockname(fake->listener, (struct sockaddr *)&address, &size), 0);
    fake->port = ntohs(address.sin_port);
    return fake;
}

void fake_irc_destroy(struct fake_irc *fake)
{
    drop_client(fake);
    uv_close((uv_handle_t *)fake->listener, free_handle);
    fake_irc_forget(fake);
    free(fake->lines);
    buf_finish(&fake->in);
    free(fake);
}

unsigned fake_irc_port(const struct fake_irc *fake)
{
    return fake->port;
}

size_t fake_irc_count(const struct fake_irc *fake)
{
    return fake->count;
}

const char *fake_irc_line(const struct fake_irc *fake, size_t index)
{
    return fake->lines[index];
}

size_t fake_irc_heard(const struct fake_irc *fake, const char *words)
{
    size_t heard = 0;
    for (size_t i = 0; i < fake->count; i++)
        heard += strncmp(fake->lines[i], words, strlen(words)) == 0;
    return heard;
}

unsigned fake_irc_visits(const struct fake_irc *fake)
{
    return fake->visits;
}

bool fake_irc_connected(const struct fake_irc *fake)
{
    return fake->client != NULL;
}

void fake_irc_offer(struct fake_irc *fake, const char *capabilities, const char *tokens)
{
    snprintf(fake->capabilities, sizeof fake->capabilities, "%s", capabilities);
    snprintf(fake->tokens, sizeof fake->tokens, "%s", tokens);
}

void fake_irc_mute(struct fake_irc *fake, bool mute)
{
    fake->mute = mute;
}

void fake_irc_on_line(struct fake_irc *fake, fake_irc_answer_fn *ask, void *context)
{
    fake->answer = ask;
    fake->answer_context = context;
}

void fake_irc_read(struct fake_irc *fake, bool read)
{
    fake->deaf = !read;
    if (!fake->client)
        return;
    uv_read_stop(fake->client);
    if (read)
        assert_int_equal(uv_read_start(fake->client, give_room, on_read), 0);
}

void fake_irc_turn_away(struct fake_irc *fake, bool away)
{
    fake->away = away;
}

void fake_irc_forget(struct fake_irc *fake)
{
    for (size_t i = 0; i < fake->count; i++)
        free(fake->lines[i]);
    fake->count = 0;
}

void fake_irc_hang_up(struct fake_irc *fake)
{
    drop_client(fake);
}
