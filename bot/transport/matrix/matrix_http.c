#include "transport/matrix/matrix_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/transfers.h"
#include "transport/matrix/matrix_answer.h"
#include "util/buf.h"
#include "util/wipe.h"

#define CONNECT_MS 20000L
#define QUIET_MS 60000
#define REDIRECTS_MAX 5
#define TOKEN_MAX 8192

struct matrix_call {
    struct matrix_http *http;
    struct matrix_call *next, **link;
    CURL *easy;
    struct curl_slist *headers;
    matrix_chunk_fn *chunk;
    matrix_done_fn *done;
    void *context;
    size_t limit, got, header_bytes;
    struct buf upload; /* the request's body */
    size_t uploaded;
    struct buf body;   /* the answer's */
    int64_t wait_ms;   /* Retry-After, or -1 */
    const char *fault; /* why our own callbacks ended it, or NULL */
    bool added, cancelled;
    unsigned token;        /* which one it went with; 0 = none */
    char why[CURL_ERROR_SIZE];
};

struct matrix_http {
    struct transfers transfers;
    uv_idle_t kick; /* one turn of what cannot be done inside callbacks */
    char *ca_file, *base, *token;
    bool plain;
    unsigned token_number; /* how many there were so far */
    struct matrix_call *calls;
    bool closing, kick_closed, transfers_closed;
    void (*gone)(void *context);
    void *gone_context;
};

/* ---- what libcurl calls ---- */

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct matrix_call *call = context;
    size_t length = size * count;
    call->header_bytes += length;
    if (call->header_bytes > MATRIX_HTTP_HEADERS_MAX) {
        call->fault = "the answer's headers are too large";
        return 0;
    }
    if (length > 5 && strncasecmp(bytes, "HTTP/", 5) == 0)
        call->wait_ms = -1; /* of an answer before: a redirect, 1xx */
    if (length > 12 && strncasecmp(bytes, "Retry-After:", 12) == 0)
        call->wait_ms = matrix_answer_wait(bytes + 12, length - 12);
    return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct matrix_call *call = context;
    size_t length = size * count;
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    bool streamed = call->chunk && status >= 200 && status < 300;
    call->got += length;
    if (call->got > (streamed || !call->chunk ? call->limit : MATRIX_HTTP_BODY_MAX)) {
        call->fault = "the answer is too large";
        return 0;
    }
    if (!streamed) {
        buf_add(&call->body, bytes, length);
        call->fault = call->body.failed ? "out of memory" : NULL;
    } else if (!call->cancelled && call->chunk(call->context, bytes, length)) {
        call->fault = "the answer was given up half-way";
    }
    if (call->cancelled)
        call->fault = "cancelled";
    return call->fault ? 0 : length;
}

/* The body of a request. libcurl asks anew by itself when a connection that it had used before breaks
 * without an answer. It cannot rewind what comes from here, so it tells us instead: the server may have
 * acted on the first time, and somebody must look before it is asked again. */
static size_t on_upload(char *bytes, size_t size, size_t count, void *context)
{
    struct matrix_call *call = context;
    size_t length = call->upload.length - call->uploaded;
    length = length < size * count ? length : size * count;
    memcpy(bytes, buf_text(&call->upload) + call->uploaded, length);
    call->uploaded += length;
    return length;
}

/* ---- how a call ends ---- */

static void free_call(struct matrix_call *call)
{
    if (call->link) {
        *call->link = call->next;
        if (call->next)
            call->next->link = call->link;
    }
    if (call->added)
        transfers_remove(&call->http->transfers, call->easy);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    buf_finish(&call->upload);
    buf_finish(&call->body);
    free(call);
}

static void tell(struct matrix_call *call, struct matrix_reply *reply)
{
    if (!call->cancelled)
        call->done(call->context, reply);
    free_call(call);
}

static void tell_failure(struct matrix_call *call, CURLcode result, bool sent)
{
    char why[CURL_ERROR_SIZE + 64];
    struct matrix_reply reply = {.maybe_done = sent, .errcode = "", .retry_ms = -1, .why = why};
    const char *reason = result == CURLE_OPERATION_TIMEDOUT ? "timeout"
                         : result == CURLE_SEND_FAIL_REWIND ? "the connection broke before an answer"
                         : call->fault                      ? call->fault
                         : call->why[0]                     ? call->why
                                                            : curl_easy_strerror(result);
    snprintf(why, sizeof why, "%s", reason);
    tell(call, &reply);
}

static void tell_answer(struct matrix_call *call, int status)
{
    struct matrix_answer answer;
    bool streamed = call->chunk && status >= 200 && status < 300;
    matrix_answer_read(&answer, status, call->wait_ms, streamed ? NULL : &call->body);
    if (call->token && call->token != call->http->token_number)
        matrix_answer_outdated(&answer);
    tell(call, &answer.reply);
    matrix_answer_finish(&answer);
}

static void on_done(void *context, CURL *easy, CURLcode result)
{
    struct matrix_call *call = NULL;
    long status = 0, sent = 0;
    (void)context;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
    transfers_remove(&call->http->transfers, easy);
    call->added = false;
    if (result == CURLE_OK && status > 0)
        tell_answer(call, (int)status);
    else
        tell_failure(call, result, sent > 0);
}

/* ---- one turn of the loop later ---- */

static void on_closed(struct matrix_http *http)
{
    if (!http->kick_closed || !http->transfers_closed)
        return;
    if (http->gone)
        http->gone(http->gone_context);
    free(http);
}

static void on_kick_closed(uv_handle_t *handle)
{
    struct matrix_http *http = handle->data;
    http->kick_closed = true;
    on_closed(http);
}

static void on_transfers_closed(uv_handle_t *handle)
{
    struct transfers *transfers = handle->data;
    struct matrix_http *http = transfers->context;
    http->transfers_closed = true;
    on_closed(http);
}

static void close_all(struct matrix_http *http)
{
    while (http->calls)
        free_call(http->calls);
    wipe_free(http->token);
    free(http->base);
    free(http->ca_file);
    transfers_finish(&http->transfers, on_transfers_closed);
    uv_close((uv_handle_t *)&http->kick, on_kick_closed);
}

/* A call to begin or to end, NULL if all are as they should be. done() may change the list. */
static struct matrix_call *next_due(struct matrix_http *http)
{
    struct matrix_call *oldest = NULL;
    for (struct matrix_call *call = http->calls; call; call = call->next)
        if (!call->added || call->cancelled)
            oldest = call;
    return oldest;
}

static void on_kick(uv_idle_t *kick)
{
    struct matrix_http *http = kick->data;
    struct matrix_call *call;
    uv_idle_stop(kick);
    while (!http->closing && (call = next_due(http))) {
        if (call->cancelled)
            free_call(call);
        else if (transfers_add(&http->transfers, call->easy))
            tell_failure(call, CURLE_OUT_OF_MEMORY, false);
        else
            call->added = true;
    }
    if (http->closing)
        close_all(http);
}

static void kick(struct matrix_http *http)
{
    uv_idle_start(&http->kick, on_kick);
}

/* ---- starting a call ---- */

static void add_header(struct matrix_call *call, const char *text, bool *failed)
{
    struct curl_slist *longer = curl_slist_append(call->headers, text);
    *failed |= !longer;
    call->headers = longer ? longer : call->headers;
}

static int set_headers(struct matrix_call *call, const struct matrix_request *request)
{
    struct buf line;
    bool failed = false;
    buf_init(&line);
    if (!request->anonymous && call->http->token) {
        buf_printf(&line, "Authorization: Bearer %s", call->http->token);
        add_header(call, buf_text(&line), &failed);
        call->token = call->http->token_number;
        if (line.data)
            explicit_bzero(line.data, line.length);
        buf_truncate(&line, 0);
    }
    buf_printf(&line, "Content-Type: %s", request->type ? request->type : "application/json");
    if (request->body)
        add_header(call, buf_text(&line), &failed);
    add_header(call, "Accept: application/json", &failed);
    add_header(call, "Expect:", &failed); /* no round trip before a body */
    failed |= line.failed;
    buf_finish(&line);
    return failed ? -1 : 0;
}

static CURLcode set_method(struct matrix_call *call, const struct matrix_request *request)
{
    CURL *easy = call->easy;
    if (!request->body && strcmp(request->method, "GET") == 0)
        return CURLE_OK;
    if (request->body)
        buf_add(&call->upload, request->body, request->length);
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)call->upload.length);
    code |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
    code |= curl_easy_setopt(easy, CURLOPT_READDATA, call);
    code |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    return call->upload.failed ? CURLE_OUT_OF_MEMORY : code;
}

static CURLcode set_safety(CURL *easy, const struct matrix_request *request, const char *url,
                           const char *ca_file)
{
    bool tls = strncmp(url, "https:", 6) == 0;
    bool follow = request->anonymous && request->redirects;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
    code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    code |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, follow ? 1L : 0L);
    code |= curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    code |= curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
    /* Without it the environment's proxies would be used. */
    code |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (ca_file)
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    return code;
}

static CURLcode set_limits(CURL *easy, const struct matrix_request *request)
{
    long quiet = (long)(request->quiet_ms ? request->quiet_ms : QUIET_MS);
    long whole = (long)(request->timeout_ms ? request->timeout_ms : MATRIX_HTTP_TIMEOUT_MS);
    CURLcode code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, whole);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    code |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (quiet + 999) / 1000);
    code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code |=
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* an ending bot waits for no resolver */
    code |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS); /* if it can */
    return code;
}

static CURLcode set_callbacks(struct matrix_call *call)
{
    CURLcode code = curl_easy_setopt(call->easy, CURLOPT_PRIVATE, (char *)call);
    code |= curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->why);
    code |= curl_easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, on_header);
    code |= curl_easy_setopt(call->easy, CURLOPT_HEADERDATA, call);
    code |= curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
    code |= curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
    code |= curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
    code |= curl_easy_setopt(call->easy, CURLOPT_USERAGENT, "hotseat/" HOTSEAT_VERSION);
    return code;
}

static int set_all(struct matrix_call *call, const struct matrix_request *request, const char *url)
{
    CURL *easy = call->easy;
    if (set_headers(call, request) || curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK)
        return -1;
    return set_method(call, request) | set_safety(easy, request, url, call->http->ca_file) |
                   set_limits(easy, request) | set_callbacks(call)
               ? -1
               : 0;
}

static struct matrix_call *make_call(struct matrix_http *http, const struct matrix_request *request,
                                     const char *url)
{
    struct matrix_call *call = calloc(1, sizeof *call);
    if (!call)
        return NULL;
    *call = (struct matrix_call){.http = http,
                                 .chunk = request->chunk,
                                 .done = request->done,
                                 .context = request->context,
                                 .limit = request->limit ? request->limit : MATRIX_HTTP_BODY_MAX,
                                 .wait_ms = -1};
    buf_init(&call->upload);
    buf_init(&call->body);
    call->easy = curl_easy_init();
    if (call->easy && set_all(call, request, url) == 0)
        return call;
    free_call(call);
    return NULL;
}

/* The URL of a request; -1 if it makes no sense, or would take the token elsewhere. */
static int make_url(struct matrix_http *http, const struct matrix_request *request, struct buf *url,
                    struct error *error)
{
    bool whole = request->path[0] != '/';
    if (http->closing)
        return error_set(error, ERR_INTERNAL, "a request after the end");
    if (request->redirects && !request->anonymous)
        return error_set(error, ERR_INTERNAL,
                         "a request that would follow redirects with the token");
    if (whole ? !request->anonymous : !http->base)
        return error_set(error, ERR_INTERNAL, "a request to nowhere, or of the token to elsewhere");
    if (whole && matrix_http_check_base(request->path, http->plain, error))
        return -1;
    buf_printf(url, "%s%s", whole ? "" : http->base, request->path);
    return url->failed ? error_set(error, ERR_MEMORY, "no memory for a request") : 0;
}

struct matrix_call *matrix_http_start(struct matrix_http *http,
                                      const struct matrix_request *request, struct error *error)
{
    struct buf url;
    struct matrix_call *call = NULL;
    buf_init(&url);
    int failed = make_url(http, request, &url, error);
    if (!failed)
        call = make_call(http, request, buf_text(&url));
    buf_finish(&url);
    if (failed)
        return NULL;
    if (!call) {
        error_set(error, ERR_MEMORY, "no memory for a request");
        return NULL;
    }
    call->link = &http->calls;
    call->next = http->calls;
    if (call->next)
        call->next->link = &call->next;
    http->calls = call;
    kick(http);
    return call;
}

void matrix_http_cancel(struct matrix_call *call)
{
    if (!call)
        return;
    call->cancelled = true;
    kick(call->http);
}

/* ---- life ---- */

struct matrix_http *matrix_http_create(uv_loop_t *loop, const char *ca_file, struct error *error)
{
    struct matrix_http *http = calloc(1, sizeof *http);
    if (http && ca_file)
        http->ca_file = strdup(ca_file);
    if (!http || (ca_file && !http->ca_file) ||
        transfers_init(&http->transfers, loop, on_done, http)) {
        if (http)
            free(http->ca_file);
        free(http);
        error_set(error, ERR_MEMORY, "no memory for connections");
        return NULL;
    }
    uv_idle_init(loop, &http->kick); /* cannot fail */
    http->kick.data = http;
    return http;
}

void matrix_http_destroy(struct matrix_http *http, void (*gone)(void *context), void *context)
{
    if (!http)
        return;
    for (struct matrix_call *call = http->calls; call; call = call->next)
        call->cancelled = true;
    http->gone = gone;
    http->gone_context = context;
    http->closing = true;
    kick(http);
}

void matrix_http_allow_plain(struct matrix_http *http)
{
    http->plain = true;
}

int matrix_http_set_base(struct matrix_http *http, const char *base)
{
    if (matrix_http_check_base(base, http->plain, NULL) || strchr(base, '?'))
        return -1;
    size_t length = strlen(base);
    while (base[length - 1] == '/')
        length--;
    char *copy = strndup(base, length);
    if (!copy)
        return -1;
    free(http->base);
    http->base = copy;
    return 0;
}

int matrix_http_set_token(struct matrix_http *http, const char *token)
{
    char *copy = NULL;
    if (token) {
        size_t length = strlen(token);
        for (size_t i = 0; i < length; i++)
            if (token[i] <= ' ' || token[i] > '~')
                return -1;
        if (length == 0 || length > TOKEN_MAX)
            return -1;
        copy = strdup(token);
        if (!copy)
            return -1;
    }
    wipe_free(http->token);
    http->token = copy;
    http->token_number++;
    return 0;
}
