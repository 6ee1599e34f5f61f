/* Capability negotiation (IRCv3 CAP 302): only what is offered is asked for, and the answer is checked. */
#include <stdio.h>
#include <string.h>

#include "transport/irc/irc_state.h"
#include "util/log.h"

static const char *const wanted[IRC_CAP_COUNT] = {
    [IRC_CAP_MESSAGE_TAGS] = "message-tags",
    [IRC_CAP_ACCOUNT_TAG] = "account-tag",
    [IRC_CAP_EXTENDED_JOIN] = "extended-join",
    [IRC_CAP_ACCOUNT_NOTIFY] = "account-notify",
    [IRC_CAP_MULTI_PREFIX] = "multi-prefix",
    [IRC_CAP_CHGHOST] = "chghost",
    [IRC_CAP_USERHOST_IN_NAMES] = "userhost-in-names",
};

bool irc_cap(const struct irc *irc, enum irc_cap cap)
{
    return irc->enabled & 1u << cap;
}

void irc_caps_begin(struct irc *irc)
{
    irc_enter_phase(irc, IRC_CAPS);
    irc->wants_caps_end = false;
    irc->offered = irc->enabled = 0;
    irc_send(irc, "CAP LS 302");
}

void irc_caps_skip(struct irc *irc)
{
    irc->wants_caps_end = false;
    irc_register(irc);
}

/* True if the list of "name" and "name=value" holds the capability. */
static bool offers(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(list, name); at; at = strstr(at + 1, name)) {
        bool begins = at == list || at[-1] == ' ';
        if (begins && (at[length] == '\0' || at[length] == ' ' || at[length] == '='))
            return true;
    }
    return false;
}

static void note_offers(struct irc *irc, const char *list)
{
    for (size_t i = 0; i < IRC_CAP_COUNT; i++)
        if (offers(list, wanted[i]))
            irc->offered |= 1u << i;
}

static void note_enabled(struct irc *irc, const char *list)
{
    for (size_t i = 0; i < IRC_CAP_COUNT; i++)
        if (offers(list, wanted[i]))
            irc->enabled |= 1u << i;
}

static void request(struct irc *irc)
{
    char list[256] = "";
    for (size_t i = 0; i < IRC_CAP_COUNT; i++) {
        size_t used = strlen(list);
        if (irc->offered & 1u << i)
            snprintf(list + used, sizeof list - used, "%s%s", used ? " " : "", wanted[i]);
    }
    irc->wants_caps_end = true;
    if (list[0])
        irc_send(irc, "CAP REQ :%s", list);
    else
        irc_register(irc);
}

void irc_caps_line(struct irc *irc)
{
    const struct irc_line *line = &irc->line;
    const char *what = line->param[1];
    if (irc->phase != IRC_CAPS)
        return;
    if (strcmp(what, "LS") == 0) {
        /* Of a list in several lines all but the last have a "*". */
        bool more = strcmp(line->param[2], "*") == 0;
        note_offers(irc, line->param[more ? 3 : 2]);
        if (!more)
            request(irc);
    } else if (strcmp(what, "ACK") == 0 || strcmp(what, "NAK") == 0) {
        log_debug("irc", "%s: CAP %s", irc->settings->network, what);
        if (*what == 'A')
            note_enabled(irc, line->param[2]);
        irc_register(irc);
    }
}
