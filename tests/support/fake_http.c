#include "fake_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"

#define VISITORS 32
#define QUEUE 64

struct answer {
    char *bytes;
    size_t length;
    enum fake_http_then then;
};

struct visitor {
    uv_tcp_t *tcp; /* NULL = gone */
    struct buf in;
    size_t waiting; /* requests without an answer */
};

struct fake_http {
    uv_loop_t *loop;
    uv_tcp_t *listener;
    char base[64];
    struct visitor visitors[VISITORS];
    unsigned visits;
    struct answer answers[QUEUE];
    size_t first, last; /* of the queued answers */
    char *requests[QUEUE];
    size_t count;
};

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void drop(struct visitor *visitor)
{
    if (visitor->tcp)
        uv_close((uv_handle_t *)visitor->tcp, free_handle);
    visitor->tcp = NULL;
    visitor->waiting = 0;
    buf_finish(&visitor->in);
}

struct writing {
    uv_write_t request;
    struct visitor *visitor;
    uv_tcp_t *tcp;
    struct answer answer;
};

static void written(uv_write_t *request, int status)
{
    struct writing *writing = request->data;
    if (status == 0 && writing->answer.then == FAKE_HTTP_CLOSE &&
        writing->visitor->tcp == writing->tcp)
        drop(writing->visitor);
    free(writing->answer.bytes);
    free(writing);
}

static void serve(struct fake_http *fake)
{
    for (size_t i = 0; i < fake->visits; i++) {
        struct visitor *visitor = &fake->visitors[i];
        while (visitor->waiting > 0 && fake->first < fake->last) {
            struct writing *writing = calloc(1, sizeof *writing);
            assert_non_null(writing);
            visitor->waiting--;
            *writing = (struct writing){.visitor = visitor,
                                        .tcp = visitor->tcp,
                                        .answer = fake->answers[fake->first++ % QUEUE]};
            writing->request.data = writing;
            uv_buf_t part = uv_buf_init(writing->answer.bytes, (unsigned)writing->answer.length);
            assert_int_equal(
                uv_write(&writing->request, (uv_stream_t *)visitor->tcp, &part, 1, written), 0);
        }
    }
}

/* Length of the first request in `in`, 0 if it is not whole yet. */
static size_t whole_request(const struct buf *in)
{
    const char *end = in->data ? strstr(in->data, "\r\n\r\n") : NULL;
    if (!end)
        return 0;
    const char *field = strcasestr(in->data, "\r\nContent-Length:");
    size_t body = field && field < end ? (size_t)strtol(field + 17, NULL, 10) : 0;
    size_t whole = (size_t)(end - in->data) + 4 + body;
    return whole <= in->length ? whole : 0;
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
    struct fake_http *fake = stream->data;
    struct visitor *visitor = NULL;
    size_t length;
    for (size_t i = 0; i < fake->visits; i++)
        if (fake->visitors[i].tcp == (uv_tcp_t *)stream)
            visitor = &fake->visitors[i];
    if (!visitor)
        return;
    if (got < 0) {
        drop(visitor);
        return;
    }
    buf_add(&visitor->in, part->base, (size_t)got);
    while ((length = whole_request(&visitor->in)) > 0) {
        assert_in_range(fake->count, 0, QUEUE - 1);
        fake->requests[fake->count] = strndup(visitor->in.data, length);
        assert_non_null(fake->requests[fake->count++]);
        buf_consume(&visitor->in, length);
        visitor->waiting++;
    }
    serve(fake);
}

static uv_tcp_t *make_tcp(struct fake_http *fake)
{
    uv_tcp_t *tcp = calloc(1, sizeof *tcp);
    assert_non_null(tcp);
    assert_int_equal(uv_tcp_init(fake->loop, tcp), 0);
    tcp->data = fake;
    return tcp;
}

static void on_visit(uv_stream_t *listener, int status)
{
    struct fake_http *fake = listener->data;
    assert_int_equal(status, 0);
    assert_in_range(fake->visits, 0, VISITORS - 1);
    struct visitor *visitor = &fake->visitors[fake->visits++];
    visitor->tcp = make_tcp(fake);
    buf_init(&visitor->in);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)visitor->tcp), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)visitor->tcp, give_room, on_read), 0);
}

struct fake_http *fake_http_create(uv_loop_t *loop)
{
    struct fake_http *fake = calloc(1, sizeof *fake);
    struct sockaddr_in address;
    int size = sizeof address;
    assert_non_null(fake);
    fake->loop = loop;
    fake->listener = make_tcp(fake);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &address), 0);
    assert_int_equal(uv_tcp_bind(fake->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)fake->listener, 8, on_visit), 0);
    assert_int_equal(uv_tcp_getsockname(fake->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(fake->base, sizeof fake->base, "http://127.0.0.1:%u",
             (unsigned)ntohs(address.sin_port));
    return fake;
}

void fake_http_destroy(struct fake_http *fake)
{
    for (size_t i = 0; i < fake->visits; i++)
        drop(&fake->visitors[i]);
    uv_close((uv_handle_t *)fake->listener, free_handle);
    while (uv_run(fake->loop, UV_RUN_NOWAIT)) /* writes that were under way */
        ;
    for (; fake->first < fake->last; fake->first++)
        free(fake->answers[fake->first % QUEUE].bytes);
    for (size_t i = 0; i < fake->count; i++)
        free(fake->requests[i]);
    free(fake);
}

const char *fake_http_base(const struct fake_http *fake)
{
    return fake->base;
}

void fake_http_bytes(struct fake_http *fake, const void *bytes, size_t length,
                     enum fake_http_then then)
{
    assert_in_range(fake->last - fake->first, 0, QUEUE - 1);
    struct answer *answer = &fake->answers[fake->last++ % QUEUE];
    *answer = (struct answer){.bytes = malloc(length + 1), .length = length, .then = then};
    assert_non_null(answer->bytes);
    memcpy(answer->bytes, bytes, length);
    serve(fake);
}

void fake_http_answer(struct fake_http *fake, int status, const char *headers, const char *body)
{
    struct buf whole;
    buf_init(&whole);
    buf_printf(&whole, "HTTP/1.1 %d Fine\r\nContent-Length: %zu\r\n%s\r\n%s", status, strlen(body),
               headers, body);
    assert_false(whole.failed);
    fake_http_bytes(fake, whole.data, whole.length, FAKE_HTTP_KEEP);
    buf_finish(&whole);
}

size_t fake_http_count(const struct fake_http *fake)
{
    return fake->count;
}

const char *fake_http_request(const struct fake_http *fake, size_t index)
{
    assert_in_range(index, 0, fake->count - 1);
    return fake->requests[index];
}

unsigned fake_http_visits(const struct fake_http *fake)
{
    return fake->visits;
}

unsigned fake_http_open(const struct fake_http *fake)
{
    unsigned open = 0;
    for (size_t i = 0; i < fake->visits; i++)
        open += fake->visitors[i].tcp != NULL;
    return open;
}
