/*
 * Links to pastes: which services are known, and where the plain text of a page
 * of theirs is. Nothing else is ever fetched.
 */
#ifndef SYS_PASTE_LINK_H
#define SYS_PASTE_LINK_H

#include <stdbool.h>
#include <stddef.h>

#define PASTE_HOSTS_MAX 16
#define PASTE_HOST_MAX 260 /* bytes of "name:port" */
#define PASTE_URL_MAX 1000

/* The section "paste" of the configuration. */
struct paste_settings {
    bool off;           /* links are text like any other */
    bool private_hosts; /* `hosts` may be in one's own network */
    char *hosts[PASTE_HOSTS_MAX]; /* servers of one's own: "paste.example.org", with ":port" or without */
    size_t host_count;
    char *ca_file; /* NULL = the system's */
};

struct paste_link {
    char host[PASTE_HOST_MAX + 1]; /* as people know it: "gist.github.com" */
    char url[PASTE_URL_MAX + 1];   /* of the plain text; always https */
    bool own;                      /* one of settings->hosts */
};

enum paste_found {
    PASTE_NONE, /* no link, or one of a service that is not known: text like any other */
    PASTE_LINK,
    PASTE_WRONG /* a known service, but no link that works: link->host is set, and *why */
};

/* Is this word, as a whole, a link to a paste? *why: for the member, of PASTE_WRONG, to follow "I could not
 * read that link: "; static. */
enum paste_found paste_link_read(const struct paste_settings *settings, const char *word,
                                 size_t length, struct paste_link *link, const char **why);

/* May this stand in `hosts`? A name, not an address, with a port perhaps. */
bool paste_link_is_host(const char *host);

#endif
