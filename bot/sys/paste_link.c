#include "sys/paste_link.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_MAX 4
#define GROUP_MAX 128 /* bytes of a name in a path */

/*
 * The services, each with the paths of its pages and the address of the plain
 * text behind it. In a path * is letters, digits, - and _; @ is the same with
 * dots; in an address $1 is the first of them. Checked against the
 * documentation or the source of each in November 2026:
 *   gist       GitHub's raw host gives the newest first file under /USER/ID/raw
 *   pastebin   /raw/ID (its FAQ and clients)
 *   Debian     /plain/ID, and /plainh/ID for hidden ones (its pages link to them)
 *   bpa.st     /raw/ID (what its API names as the raw address)
 *   dpaste.com ID.txt (its API documentation)
 *   paste.rs   /ID is plain, /ID.ext is a page; 0x0.st and termbin serve the file itself
 */
static const struct form {
    const char *host, *path, *text;
} forms[] = {
    {"gist.github.com", "/*/*", "gist.githubusercontent.com/$1/$2/raw"},
    {"gist.github.com", "/*/*/raw", "gist.githubusercontent.com/$1/$2/raw"},
    {"gist.githubusercontent.com", "/*/*/raw", "gist.githubusercontent.com/$1/$2/raw"},
    {"gist.githubusercontent.com", "/*/*/raw/@", "gist.githubusercontent.com/$1/$2/raw/$3"},
    {"gist.githubusercontent.com", "/*/*/raw/*/@", "gist.githubusercontent.com/$1/$2/raw/$3/$4"},
    {"pastebin.com", "/*", "pastebin.com/raw/$1"},
    {"pastebin.com", "/raw/*", "pastebin.com/raw/$1"},
    {"paste.debian.net", "/*", "paste.debian.net/plain/$1"},
    {"paste.debian.net", "/plain/*", "paste.debian.net/plain/$1"},
    {"paste.debian.net", "/hidden/*", "paste.debian.net/plainh/$1"},
    {"paste.debian.net", "/plainh/*", "paste.debian.net/plainh/$1"},
    {"bpa.st", "/*", "bpa.st/raw/$1"},
    {"bpa.st", "/raw/*", "bpa.st/raw/$1"},
    {"dpaste.com", "/*", "dpaste.com/$1.txt"},
    {"dpaste.com", "/*.txt", "dpaste.com/$1.txt"},
    {"paste.rs", "/*", "paste.rs/$1"},
    {"paste.rs", "/*.@", "paste.rs/$1"},
    {"0x0.st", "/@", "0x0.st/$1"},
    {"0x0.st", "/s/*/@", "0x0.st/s/$1/$2"},
    {"termbin.com", "/*", "termbin.com/$1"},
};

/* A URL in its parts, borrowed. */
struct parts {
    char host[PASTE_HOST_MAX + 1]; /* lower case, without the port */
    unsigned port;
    bool user; /* something stands before an @ */
    const char *path;
    size_t path_length; /* without query and fragment */
    size_t whole;       /* with the query */
};

/* ---- names ---- */

/* The name of a machine; what ends in a number is an address, in one notation or another. */
static bool is_name(const char *name, size_t length)
{
    const char *last = name;
    if (length == 0 || name[0] == '.' || name[0] == '-' || name[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (!(c < 0x80 && isalnum(c)) && c != '-' && c != '.')
            return false;
        if (c == '.' && name[i + 1] == '.')
            return false;
        if (c == '.')
            last = name + i + 1;
    }
    return isalpha((unsigned char)last[0]) != 0;
}

/* ":8443" of `length` bytes, or nothing: 443. 0 if it is no port. */
static unsigned read_port(const char *text, size_t length)
{
    unsigned port = 0;
    if (length == 0)
        return 443;
    if (text[0] != ':' || length > 6)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (!isdigit((unsigned char)text[i]))
            return 0;
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    return port < 65536 ? port : 0;
}

bool paste_link_is_host(const char *host)
{
    size_t name = strcspn(host, ":"), length = strlen(host);
    return length <= PASTE_HOST_MAX && is_name(host, name) &&
           read_port(host + name, length - name) > 0;
}

/* ---- taking a URL apart ---- */

/* What may stand behind the host; anything else must come escaped (RFC 3986). */
static bool is_path(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c > '~' || strchr("\"<>\\^`{|}", c))
            return false;
    }
    return true;
}

static bool read_authority(const char *text, size_t length, struct parts *parts)
{
    const char *at = memrchr(text, '@', length);
    parts->user = at != NULL;
    if (at) {
        length -= (size_t)(at + 1 - text);
        text = at + 1;
    }
    const char *colon = memchr(text, ':', length);
    size_t name = colon ? (size_t)(colon - text) : length;
    if (name > PASTE_HOST_MAX || !is_name(text, name))
        return false;
    for (size_t i = 0; i < name; i++)
        parts->host[i] = (char)tolower((unsigned char)text[i]);
    parts->host[name] = '\0';
    parts->port = read_port(text + name, length - name);
    return true;
}

/* False if it is no URL of the web. */
static bool take_apart(const char *word, size_t length, struct parts *parts)
{
    size_t scheme = length > 8 && strncasecmp(word, "https://", 8) == 0  ? 8
                    : length > 7 && strncasecmp(word, "http://", 7) == 0 ? 7
                                                                         : 0;
    if (scheme == 0 || length > PASTE_URL_MAX - 16 || memchr(word, '\0', length))
        return false;
    const char *rest = word + scheme, *end = word + length;
    const char *path = rest;
    while (path < end && !strchr("/?#", *path))
        path++;
    const char *fragment = memchr(path, '#', (size_t)(end - path));
    end = fragment ? fragment : end;
    const char *query = memchr(path, '?', (size_t)(end - path));
    parts->path = path;
    parts->whole = (size_t)(end - path);
    parts->path_length = (size_t)((query ? query : end) - path);
    return read_authority(rest, (size_t)(path - rest), parts) && is_path(path, parts->whole);
}

/* ---- forms ---- */

struct groups {
    const char *text[GROUPS_MAX];
    size_t length[GROUPS_MAX];
    size_t count;
};

static size_t run_of(const char *text, const char *end, bool dots)
{
    size_t length = 0;
    while (text + length < end && length < GROUP_MAX &&
           (isalnum((unsigned char)text[length]) || strchr(dots ? "-_." : "-_", text[length])))
        length++;
    return length;
}

static bool matches(const char *form, const char *path, size_t length, struct groups *groups)
{
    const char *end = path + length;
    groups->count = 0;
    for (; *form; form++) {
        if (*form != '*' && *form != '@') {
            if (path == end || *path++ != *form)
                return false;
            continue;
        }
        size_t run = run_of(path, end, *form == '@');
        /* "." and ".." would lead to another page. */
        if (run == 0 || path[0] == '.')
            return false;
        groups->text[groups->count] = path;
        groups->length[groups->count++] = run;
        path += run;
    }
    return path == end;
}

static void fill_in(const char *form, const struct groups *groups, char url[PASTE_URL_MAX + 1])
{
    size_t used = (size_t)snprintf(url, PASTE_URL_MAX + 1, "https://");
    for (; *form; form++) {
        if (*form != '$') {
            url[used++] = *form;
            continue;
        }
        size_t group = (size_t)(*++form - '1');
        memcpy(url + used, groups->text[group], groups->length[group]);
        used += groups->length[group];
    }
    url[used] = '\0';
}

/* PASTE_NONE if the host is none of a known service. */
static enum paste_found read_known(const struct parts *parts, struct paste_link *link,
                                   const char **why)
{
    size_t length = parts->path_length;
    bool known = false;
    struct groups groups;
    if (length > 1 && parts->path[length - 1] == '/')
        length--;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].host, parts->host) != 0)
            continue;
        known = true;
        if (parts->port == 443 && matches(forms[i].path, parts->path, length, &groups)) {
            fill_in(forms[i].text, &groups, link->url);
            return PASTE_LINK;
        }
    }
    if (known)
        *why = parts->port == 443
                   ? "it leads to no paste. Give the link of the paste itself, or of its raw text."
                   : "a port does not belong there. Give the link without it.";
    return known ? PASTE_WRONG : PASTE_NONE;
}

/* ---- a server of one's own ---- */

static bool is_own(const struct paste_settings *settings, const struct parts *parts)
{
    for (size_t i = 0; i < settings->host_count; i++) {
        const char *host = settings->hosts[i];
        size_t name = strcspn(host, ":");
        if (strlen(parts->host) == name && strncasecmp(host, parts->host, name) == 0 &&
            read_port(host + name, strlen(host) - name) == parts->port)
            return true;
    }
    return false;
}

/* What it gives under the address as it is. */
static enum paste_found read_own(const struct parts *parts, struct paste_link *link,
                                 const char **why)
{
    char port[8] = "";
    if (parts->path_length <= 1 && parts->whole <= 1) {
        *why = "it leads to no paste. Give the link of the raw text.";
        return PASTE_WRONG;
    }
    if (parts->port != 443)
        snprintf(port, sizeof port, ":%u", parts->port);
    snprintf(link->url, sizeof link->url, "https://%s%s%s%.*s", parts->host, port,
             parts->path[0] == '/' ? "" : "/", (int)parts->whole, parts->path);
    return PASTE_LINK;
}

enum paste_found paste_link_read(const struct paste_settings *settings, const char *word,
                                 size_t length, struct paste_link *link, const char **why)
{
    struct parts parts;
    if (settings->off || !take_apart(word, length, &parts))
        return PASTE_NONE;
    snprintf(link->host, sizeof link->host, "%s", parts.host);
    link->own = is_own(settings, &parts);
    enum paste_found found =
        link->own ? read_own(&parts, link, why) : read_known(&parts, link, why);
    if (found != PASTE_NONE && parts.user) {
        *why = "a name or password does not belong there. Give the link without it.";
        return PASTE_WRONG;
    }
    return found;
}
