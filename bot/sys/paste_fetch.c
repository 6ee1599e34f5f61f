#include "sys/paste_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/log.h"
#include "util/utf8.h"

#define HEADERS_MAX (16 * 1024)

struct paste_fetch {
    struct transfers *transfers;
    struct paste_net net;
    struct paste_link link;
    bool may_be_private;
    CURL *easy;
    struct buf body;
    size_t header_bytes;
    const char *fault;  /* why our own callbacks ended it, or NULL */
    bool not_public;    /* an address was refused */
    bool moved;         /* it was sent on once */
    uint64_t until;     /* of the loop's time */
    paste_done_fn *done;
    void *context;
};

/* ---- what libcurl calls ---- */

/* The address that is really going to be connected to, however the name was resolved. */
static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct paste_fetch *fetch = context;
    enum ip_scope scope = fetch->net.scope(&address->addr);
    if (purpose != CURLSOCKTYPE_IPCXN || scope == IP_NEVER ||
        (scope == IP_PRIVATE && !fetch->may_be_private)) {
        fetch->not_public = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Nothing is asked for packed; who packs all the same is not unpacked. */
static bool is_packed(const char *line, size_t length)
{
    static const char name[] = "Content-Encoding:";
    size_t at = sizeof name - 1;
    if (length < at || strncasecmp(line, name, at) != 0)
        return false;
    while (at < length && (line[at] == ' ' || line[at] == '\t'))
        at++;
    while (length > at && (unsigned char)line[length - 1] <= ' ')
        length--;
    return length > at && !(length - at == 8 && strncasecmp(line + at, "identity", 8) == 0);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct paste_fetch *fetch = context;
    size_t length = size * count;
    fetch->header_bytes += length;
    if (fetch->header_bytes > HEADERS_MAX)
        fetch->fault = "its answer is no answer that I understand.";
    else if (is_packed(bytes, length))
        fetch->fault = "it comes packed, and I do not unpack what I do not know.";
    return fetch->fault ? 0 : length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct paste_fetch *fetch = context;
    size_t length = size * count;
    if (length > PASTE_BYTES_MAX - fetch->body.length) {
        fetch->fault = "it is longer than 64 KB.";
        return 0;
    }
    buf_add(&fetch->body, bytes, length);
    if (fetch->body.failed)
        fetch->fault = "I am out of memory. Try again in a moment.";
    return fetch->fault ? 0 : length;
}

/* ---- the end ---- */

static void release(struct paste_fetch *fetch)
{
    transfers_remove(fetch->transfers, fetch->easy);
    curl_easy_cleanup(fetch->easy);
    buf_finish(&fetch->body);
    free(fetch);
}

static void tell(struct paste_fetch *fetch, const struct paste_result *result)
{
    if (result->text)
        log_info("paste", "%s: %zu bytes", fetch->link.host, result->length);
    else
        log_info("paste", "%s: %s", fetch->link.host, result->why);
    fetch->done(fetch->context, result);
    release(fetch);
}

static void fail(struct paste_fetch *fetch, const char *why)
{
    tell(fetch, &(struct paste_result){.why = why});
}

static const char *why_not_reached(const struct paste_fetch *fetch)
{
    if (!fetch->not_public)
        return "it cannot be reached now.";
    return fetch->link.own ? "its address is not a public one. Whoever runs me can allow that "
                             "(private, in the section paste)."
                           : "its address is not a public one, so I do not go there.";
}

static const char *why_failed(const struct paste_fetch *fetch, CURLcode result)
{
    if (fetch->fault)
        return fetch->fault;
    switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
        return "it did not answer within 5 seconds.";
    case CURLE_FILESIZE_EXCEEDED:
        return "it is longer than 64 KB.";
    case CURLE_OUT_OF_MEMORY:
        return "I am out of memory. Try again in a moment.";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return "its certificate does not hold, so I do not trust it.";
    case CURLE_SSL_CACERT_BADFILE:
        return "the ca_file of the section paste cannot be read. Whoever runs me can mend that.";
    case CURLE_SSL_CONNECT_ERROR:
        return "it does not speak https as it should.";
    default:
        return why_not_reached(fetch);
    }
}

static const char *why_refused(long status)
{
    if (status == 404 || status == 410)
        return "there is no such paste (any more).";
    if (status == 401 || status == 403)
        return "it does not give that paste to me. Is it private?";
    if (status == 429)
        return "it wants to be left alone for a while.";
    if (status >= 300 && status < 400)
        return "it sends me on to another address. Give the link of the raw text.";
    return status >= 500 ? "it has trouble now." : "it does not give that paste to me.";
}

/* ---- what came ---- */

static bool begins(const char *text, const char *word)
{
    return strncasecmp(text, word, strlen(word)) == 0;
}

/* A page for a browser, by its type, or by how it begins if the type does not say. */
static bool is_web_page(const char *type, const char *text)
{
    if (type && (begins(type, "text/html") || begins(type, "application/xhtml")))
        return true;
    if (type && begins(type, "text/"))
        return false;
    text += strspn(text, " \t\r\n");
    return begins(text, "<!doctype html") || begins(text, "<html");
}

static bool has_words(const struct buf *text)
{
    for (size_t i = 0; i < text->length; i++)
        if ((unsigned char)text->data[i] > ' ')
            return true;
    return false;
}

static void look_at(struct paste_fetch *fetch)
{
    struct buf clean;
    char *type = NULL;
    const char *text = buf_text(&fetch->body);
    size_t length = fetch->body.length;
    curl_easy_getinfo(fetch->easy, CURLINFO_CONTENT_TYPE, &type);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* some editors begin a file so */
        text += 3;
        length -= 3;
    }
    if (is_web_page(type, text)) {
        fail(fetch, "it is a web page, not plain text. Give the link of the raw text.");
        return;
    }
    if (memchr(text, '\0', length) || !utf8_valid(text, length)) {
        fail(fetch, "it is not plain text (in UTF-8).");
        return;
    }
    buf_init(&clean);
    utf8_clean(&clean, text, length, false);
    while (clean.length > 0 && strchr(" \t\n", clean.data[clean.length - 1]))
        buf_truncate(&clean, clean.length - 1);
    if (clean.failed)
        fail(fetch, "I am out of memory. Try again in a moment.");
    else if (!has_words(&clean))
        fail(fetch, "it is empty.");
    else
        tell(fetch, &(struct paste_result){.text = buf_text(&clean), .length = clean.length});
    buf_finish(&clean);
}

/* ---- being sent on ---- */

static bool same_part(CURLU *a, CURLU *b, CURLUPart part, unsigned flags)
{
    char *one = NULL, *other = NULL;
    bool same = curl_url_get(a, part, &one, flags) == CURLUE_OK &&
                curl_url_get(b, part, &other, flags) == CURLUE_OK && strcasecmp(one, other) == 0;
    curl_free(one);
    curl_free(other);
    return same;
}

static bool has_user(CURLU *url)
{
    char *user = NULL;
    bool has = curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(user);
    return has;
}

/* The same server by the same way: scheme, name, port, and nobody's password. */
static bool is_same_server(const char *from, const char *to)
{
    CURLU *a = curl_url(), *b = curl_url();
    bool same = a && b && curl_url_set(a, CURLUPART_URL, from, 0) == CURLUE_OK &&
                curl_url_set(b, CURLUPART_URL, to, 0) == CURLUE_OK &&
                same_part(a, b, CURLUPART_SCHEME, 0) && same_part(a, b, CURLUPART_HOST, 0) &&
                same_part(a, b, CURLUPART_PORT, CURLU_DEFAULT_PORT) && !has_user(b);
    curl_url_cleanup(a);
    curl_url_cleanup(b);
    return same;
}

static long time_left(const struct paste_fetch *fetch)
{
    uint64_t now = uv_now(fetch->transfers->loop);
    return now < fetch->until ? (long)(fetch->until - now) : 1;
}

/* Goes on once, within the same time. False if it does not lead to the same server. */
static bool follow(struct paste_fetch *fetch)
{
    char *to = NULL;
    curl_easy_getinfo(fetch->easy, CURLINFO_REDIRECT_URL, &to);
    if (fetch->moved || !to || strlen(to) > PASTE_URL_MAX || !is_same_server(fetch->link.url, to))
        return false;
    char url[PASTE_URL_MAX + 1];
    snprintf(url, sizeof url, "%s", to); /* libcurl's own goes with the next request */
    fetch->moved = true;
    fetch->header_bytes = 0;
    buf_clear(&fetch->body);
    transfers_remove(fetch->transfers, fetch->easy);
    if (curl_easy_setopt(fetch->easy, CURLOPT_URL, url) != CURLE_OK ||
        curl_easy_setopt(fetch->easy, CURLOPT_TIMEOUT_MS, time_left(fetch)) != CURLE_OK ||
        transfers_add(fetch->transfers, fetch->easy))
        fail(fetch, "I am out of memory. Try again in a moment.");
    return true;
}

void paste_fetch_ended(CURL *easy, CURLcode result)
{
    struct paste_fetch *fetch = NULL;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK)
        fail(fetch, why_failed(fetch, result));
    else if (status == 200)
        look_at(fetch);
    else if (status < 300 || status >= 400 || !follow(fetch))
        fail(fetch, why_refused(status));
}

/* ---- the beginning ---- */

static CURLcode set_safety(struct paste_fetch *fetch, const char *ca_file)
{
    CURL *easy = fetch->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    code |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* nor that of the environment */
    code |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    code |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L); /* each is looked at */
    code |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, fetch);
    if (ca_file)
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    if (fetch->net.resolve)
        code |= curl_easy_setopt(easy, CURLOPT_RESOLVE, fetch->net.resolve);
    return code;
}

static CURLcode set_limits(struct paste_fetch *fetch)
{
    CURL *easy = fetch->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)PASTE_FETCH_MS);
    code |= curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, (long)PASTE_BYTES_MAX);
    code |= curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* an ending bot waits for no resolver */
    code |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    return code;
}

static CURLcode set_callbacks(struct paste_fetch *fetch)
{
    CURL *easy = fetch->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, fetch->link.url);
    code |= curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)fetch);
    code |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    code |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
    code |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    code |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    code |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "hotseat/" HOTSEAT_VERSION);
    return code;
}

struct paste_fetch *paste_fetch_start(struct transfers *transfers,
                                      const struct paste_settings *settings,
                                      const struct paste_net *net, const struct paste_link *link,
                                      paste_done_fn *done, void *context)
{
    struct paste_fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch)
        return NULL;
    *fetch = (struct paste_fetch){
        .transfers = transfers,
        .net = *net,
        .link = *link,
        .may_be_private = link->own && settings->private_hosts,
        .until = uv_now(transfers->loop) + PASTE_FETCH_MS,
        .done = done,
        .context = context,
        .easy = curl_easy_init(),
    };
    buf_init(&fetch->body);
    if (fetch->easy && set_safety(fetch, settings->ca_file) == CURLE_OK &&
        set_limits(fetch) == CURLE_OK && set_callbacks(fetch) == CURLE_OK &&
        transfers_add(transfers, fetch->easy) == 0)
        return fetch;
    curl_easy_cleanup(fetch->easy);
    free(fetch);
    return NULL;
}

void paste_fetch_cancel(struct paste_fetch *fetch)
{
    if (fetch)
        release(fetch);
}
