/*
 * Capability negotiation (IRCv3 CAP 302): only what is offered is asked for, and
 * the answer is checked word by word. ircv3.net/specs/extensions/capability-negotiation
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

#define REQUEST_MAX 400  /* bytes of names in one CAP REQ */
#define REST_MS 2000     /* for the rest of an answer that does not name all that was asked for */

static const char *const names[] = {
    [IRC_CAP_SASL] = "sasl",
    [IRC_CAP_STS] = "sts",
    [IRC_CAP_CAP_NOTIFY] = "cap-notify",
    [IRC_CAP_MESSAGE_TAGS] = "message-tags",
    [IRC_CAP_SERVER_TIME] = "server-time",
    [IRC_CAP_BATCH] = "batch",
    [IRC_CAP_MULTILINE] = "draft/multiline",
    [IRC_CAP_STANDARD_REPLIES] = "standard-replies",
    [IRC_CAP_ACCOUNT_TAG] = "account-tag",
    [IRC_CAP_EXTENDED_JOIN] = "extended-join",
    [IRC_CAP_ACCOUNT_NOTIFY] = "account-notify",
    [IRC_CAP_MULTI_PREFIX] = "multi-prefix",
    [IRC_CAP_CHGHOST] = "chghost",
    [IRC_CAP_USERHOST_IN_NAMES] = "userhost-in-names",
};
_Static_assert(sizeof names / sizeof *names == IRC_CAP_COUNT, "each capability has a name");
_Static_assert(IRC_CAP_COUNT <= 64, "one bit each");

static uint64_t bit(size_t cap)
{
    return UINT64_C(1) << cap;
}

bool irc_cap(const struct irc *irc, enum irc_cap cap)
{
    return irc->caps.enabled & bit(cap);
}

bool irc_cap_offered(const struct irc *irc, enum irc_cap cap)
{
    return irc->caps.offered & bit(cap);
}

const char *irc_cap_value(const struct irc *irc, enum irc_cap cap)
{
    return irc_cap_offered(irc, cap) ? irc->caps.value[cap] : "";
}

/* ---- lists of "name" and "name=value" ---- */

/* The capability of this name, IRC_CAP_COUNT if it is none that we know. */
static size_t find(const char *name, size_t length)
{
    size_t i = 0;
    while (i < IRC_CAP_COUNT && (strlen(names[i]) != length || strncmp(names[i], name, length) != 0))
        i++;
    return i;
}

/* The next word of a list, its length in *length; NULL at the end. */
static const char *next_word(const char **list, size_t *length)
{
    const char *word = *list + strspn(*list, " ");
    *length = strcspn(word, " ");
    *list = word + *length;
    return *length > 0 ? word : NULL;
}

static uint64_t note_offers(struct irc *irc, const char *list)
{
    uint64_t offers = 0;
    size_t length;
    const char *word;
    while ((word = next_word(&list, &length))) {
        size_t name = strcspn(word, "=");
        size_t cap = find(word, name < length ? name : length);
        if (cap == IRC_CAP_COUNT)
            continue;
        const char *value = name < length ? word + name + 1 : word + length;
        snprintf(irc->caps.value[cap], sizeof irc->caps.value[cap], "%.*s",
                 (int)(word + length - value), value);
        offers |= bit(cap);
    }
    irc->caps.offered |= offers;
    return offers;
}

/* The capabilities that a list names; those with "-" before them in *off. */
static uint64_t read_names(const char *list, uint64_t *off)
{
    uint64_t all = 0;
    size_t length;
    const char *word;
    while ((word = next_word(&list, &length))) {
        size_t marks = strspn(word, "-~="); /* "~" and "=" are of CAP 3.1 */
        size_t cap = find(word + marks, length - marks);
        if (cap == IRC_CAP_COUNT)
            continue;
        all |= bit(cap);
        if (*word == '-')
            *off |= bit(cap);
    }
    return all;
}

/* ---- asking ---- */

/* An STS policy is not to be asked for (ircv3.net/specs/extensions/sts). */
static uint64_t wanted(const struct irc *irc)
{
    uint64_t all = ~bit(IRC_CAP_STS);
    return irc_login_wanted(irc) ? all : all & ~bit(IRC_CAP_SASL);
}

static void request_line(struct irc *irc, const char *list)
{
    irc->caps.requests++;
    irc_send(irc, "CAP REQ :%s", list);
}

static void request(struct irc *irc, uint64_t caps)
{
    char list[REQUEST_MAX + 1] = "";
    size_t used = 0;
    irc->caps.asked |= caps;
    for (size_t i = 0; i < IRC_CAP_COUNT; i++) {
        if (!(caps & bit(i)))
            continue;
        if (used + strlen(names[i]) + 1 > REQUEST_MAX) {
            request_line(irc, list);
            used = 0;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? " " : "", names[i]);
    }
    if (used)
        request_line(irc, list);
}

/* A server refuses a request as a whole, whatever it has against one of its names. */
static void request_each(struct irc *irc, uint64_t caps)
{
    for (size_t i = 0; i < IRC_CAP_COUNT; i++)
        if (caps & bit(i))
            request(irc, bit(i));
}

void irc_caps_ask(struct irc *irc, enum irc_cap cap)
{
    request(irc, bit(cap));
}

/* ---- the course of it ---- */

void irc_caps_begin(struct irc *irc)
{
    irc_enter_phase(irc, IRC_CAPS);
    memset(&irc->caps, 0, sizeof irc->caps);
    irc->caps.open = true;
    irc_send(irc, "CAP LS 302");
}

static void settled(struct irc *irc)
{
    irc->caps.asked = 0;
    irc->caps.requests = 0;
    if (irc->phase == IRC_CAPS) {
        irc_login_begin(irc);
    } else if (irc->phase == IRC_REGISTERING && irc->caps.open) {
        irc->caps.open = false;
        irc_send(irc, "CAP END");
    } else if (irc->phase == IRC_READY) {
        irc_login_offered(irc);
    }
}

void irc_caps_skip(struct irc *irc)
{
    /* Without a list there is no negotiation that the server waits for the end of. */
    irc->caps.open = irc->caps.listed;
    settled(irc);
}

void irc_caps_end(struct irc *irc)
{
    if (irc->caps.open)
        irc_send(irc, "CAP END");
    irc->caps.open = false;
}

static void on_list(struct irc *irc)
{
    /* Of a list in several lines all but the last have a "*". */
    bool more = strcmp(irc->line.param[2], "*") == 0 && irc->line.count > 3;
    note_offers(irc, irc->line.param[more ? 3 : 2]);
    if (more || irc->caps.listed)
        return;
    irc->caps.listed = irc->caps.open = true;
    if (irc_servers_offer(irc))
        return;
    uint64_t caps = irc->caps.offered & wanted(irc);
    /* A list that comes when we did not wait for it any longer: it is too late for SASL. */
    if (irc->phase != IRC_CAPS)
        caps &= ~bit(IRC_CAP_SASL);
    /* Without what is required there is no use in asking for the rest. */
    bool ends = irc->settings->sasl == IRC_SASL_REQUIRED && !irc_cap_offered(irc, IRC_CAP_SASL);
    if (caps && !ends)
        request(irc, caps);
    else
        settled(irc);
}

static void on_answer(struct irc *irc, bool yes)
{
    uint64_t off = 0, named = read_names(irc->line.param[2], &off) & irc->caps.asked, again = 0;
    if (irc->caps.requests > 0)
        irc->caps.requests--;
    irc->caps.asked &= ~named;
    if (yes)
        irc->caps.enabled = (irc->caps.enabled | named) & ~off;
    else if (named & (named - 1))
        again = named;
    /* Once registered, what is refused is not asked for again before it is offered anew. */
    if (!yes && irc->phase == IRC_READY)
        irc->caps.offered &= ~named;
    if (again)
        request_each(irc, again);
    else if (!irc->caps.asked)
        settled(irc);
    else if (irc->caps.requests == 0 && irc->phase != IRC_READY)
        irc_deadline(irc, REST_MS);
}

static void on_new(struct irc *irc)
{
    uint64_t all = note_offers(irc, irc->line.param[2]), offers = all & wanted(irc);
    if (irc->caps.listed && all & bit(IRC_CAP_STS) && irc_servers_offer(irc))
        return;
    uint64_t caps = offers & ~irc->caps.enabled & ~irc->caps.asked;
    if (offers & bit(IRC_CAP_SASL))
        irc->tried_at = 0;
    if (irc->caps.listed && caps)
        request(irc, caps);
}

static void on_gone(struct irc *irc)
{
    /* An STS policy does not end that way. */
    uint64_t off = 0, named = read_names(irc->line.param[2], &off) & ~bit(IRC_CAP_STS);
    irc->caps.offered &= ~named;
    irc->caps.enabled &= ~named;
}

void irc_caps_line(struct irc *irc)
{
    const char *what = irc->line.param[1];
    if (irc->line.count < 3 || irc->phase == IRC_STOPPED)
        return;
    if (strcasecmp(what, "LS") == 0)
        on_list(irc);
    else if (strcasecmp(what, "ACK") == 0)
        on_answer(irc, true);
    else if (strcasecmp(what, "NAK") == 0)
        on_answer(irc, false);
    else if (strcasecmp(what, "NEW") == 0)
        on_new(irc);
    else if (strcasecmp(what, "DEL") == 0)
        on_gone(irc);
}
