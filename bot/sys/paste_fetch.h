/*
 * One page, fetched as somebody who trusts neither the page nor who named it:
 * https with a certificate that holds, from a public address (looked at when it
 * is connected to, not when the name is asked for), no proxy, no cookies, at
 * most one step to another page of the same server, 64 KB, 5 seconds, nothing
 * unpacked, plain text only.
 */
#ifndef SYS_PASTE_FETCH_H
#define SYS_PASTE_FETCH_H

#include "sys/ip_scope.h"
#include "sys/paste_link.h"
#include "sys/transfers.h"

#define PASTE_FETCH_MS 5000
#define PASTE_BYTES_MAX (64 * 1024)

/* How names and addresses are looked at; tests bring their own. */
struct paste_net {
    enum ip_scope (*scope)(const struct sockaddr *address);
    struct curl_slist *resolve; /* as CURLOPT_RESOLVE; NULL = none */
};

/* How it ended. Borrowed for the call. */
struct paste_result {
    const char *text; /* valid UTF-8, cleaned, with words in it; NULL if there is none */
    size_t length;
    const char *why;  /* then: what went wrong, to follow "I could not read that link: " */
};
typedef void paste_done_fn(void *context, const struct paste_result *result);

struct paste_fetch;

/* Begins; `done` is called once, from the loop, after which the fetch is gone. All strings are
 * copied. NULL when out of memory. */
struct paste_fetch *paste_fetch_start(struct transfers *transfers,
                                      const struct paste_settings *settings,
                                      const struct paste_net *net, const struct paste_link *link,
                                      paste_done_fn *done, void *context);
/* done() will not be called. Not from inside a callback of libcurl. */
void paste_fetch_cancel(struct paste_fetch *fetch);
/* What the transfers call when one has ended. */
void paste_fetch_ended(CURL *easy, CURLcode result);

#endif
