/* URLs of home servers: which ones may be asked, and how text goes into them. */
#include "transport/matrix/matrix_http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

#define URL_MAX 2000

/* "localhost", "127.x.y.z", "[::1]", with or without a port: what never leaves this machine. */
static bool is_local(const char *host, size_t length)
{
    if (length > 0 && host[0] == '[')
        return length >= 5 && strncmp(host, "[::1]", 5) == 0 && (length == 5 || host[5] == ':');
    const char *colon = memchr(host, ':', length);
    size_t name = colon ? (size_t)(colon - host) : length;
    if (name == 9 && strncasecmp(host, "localhost", 9) == 0)
        return true;
    if (name < 7 || strncmp(host, "127.", 4) != 0)
        return false;
    for (size_t i = 0; i < name; i++) /* 127.0.0.1.example.org is another machine */
        if (!isdigit((unsigned char)host[i]) && host[i] != '.')
            return false;
    return true;
}

/* A name or address and perhaps a port. */
static bool is_host(const char *host, size_t length)
{
    size_t name = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    if (name == 0 || name > length ||
        (host[0] == '[' && strspn(host + 1, "0123456789abcdefABCDEF:.") + 2 != name))
        return false;
    for (size_t i = 0; host[0] != '[' && i < name; i++)
        if (!isalnum((unsigned char)host[i]) && !strchr("-._", host[i]))
            return false;
    if (name == length)
        return true;
    char *end;
    unsigned long port =
        isdigit((unsigned char)host[name + 1]) ? strtoul(host + name + 1, &end, 10) : 0;
    return host[name] == ':' && port > 0 && port < 65536 && end == host + length;
}

int matrix_http_check_base(const char *base, bool plain, struct error *error)
{
    bool tls = strncmp(base, "https://", 8) == 0;
    if (!tls && strncmp(base, "http://", 7) != 0)
        return error_set(error, ERR_INVALID, "\"%.80s\" is no URL; it begins with https://", base);
    const char *host = base + (tls ? 8 : 7);
    size_t length = strcspn(host, "/");
    if (strlen(base) > URL_MAX || !is_host(host, length))
        return error_set(error, ERR_INVALID, "\"%.80s\" has no host, or one that cannot be", base);
    for (const char *at = host; *at; at++)
        if (*at <= ' ' || *at > '~' || strchr("#@\\\"<>", *at))
            return error_set(error, ERR_INVALID, "\"%.80s\" has signs that no URL has here", base);
    if (!tls && !plain && !is_local(host, length))
        return error_set(error, ERR_INVALID,
                         "\"%.80s\" would send the token in the clear; use https://", base);
    return 0;
}

void matrix_http_escape(struct buf *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *text; text++) { /* RFC 3986, 2.3: unreserved */
        unsigned char c = (unsigned char)*text;
        if ((c < 0x80 && isalnum(c)) || strchr("-._~", c)) {
            buf_putc(out, (char)c);
        } else {
            buf_putc(out, '%');
            buf_putc(out, hex[c >> 4]);
            buf_putc(out, hex[c & 15]);
        }
    }
}
