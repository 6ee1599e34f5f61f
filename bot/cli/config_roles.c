#include "cli/config_roles.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "transport/irc/irc_settings.h"
#include "transport/matrix/matrix_settings.h"
#include "util/buf.h"

/* What the transport makes of a services account; see irc_account.h. Guests and nicks begin with another word. */
#define IRC_ACCOUNT "account:"

struct reader {
    cfg_t *section;
    const char *option; /* "owners" */
    const struct options *options;
};

/* ---- is it one? ---- */

/* Network number `index` of a kind; NULL after the last. */
static const char *network_at(const struct options *options, bool irc, size_t index)
{
    if (irc)
        return index < options->network_count ? options->networks[index].network : NULL;
    return index < options->matrix_count ? options->matrix[index].network : NULL;
}

static bool check_network(const struct reader *reader, const char *name, bool irc)
{
    const char *known;
    struct buf all;
    buf_init(&all);
    for (size_t i = 0; (known = network_at(reader->options, irc, i)); i++) {
        if (strcmp(known, name) == 0) {
            buf_finish(&all);
            return true;
        }
        buf_printf(&all, "%s%s", i ? ", " : "", known);
    }
    config_wrong(reader->section, reader->option,
                 "there is no %s \"%.40s\" in this file; there %s: %.100s",
                 irc ? "network" : "matrix section", name, all.length ? "is" : "is none",
                 buf_text(&all));
    buf_finish(&all);
    return false;
}

/* Of a nick, a mask or a list it is said what to write in its place. */
static bool check_irc(const struct reader *reader, const char *account)
{
    if (!strpbrk(account, " ,:!@*?/\t\r\n") && strlen(account) <= EVENT_NAME_MAX)
        return true;
    config_wrong(reader->section, reader->option,
                 "\"%.60s\" is no services account; write the name that NickServ knows it by, such "
                 "as \"irc/libera/ann\". A nick without an account is anybody's and has no role",
                 account);
    return false;
}

static bool check_matrix(const struct reader *reader, const char *account)
{
    const char *colon = strchr(account, ':');
    if (account[0] == '@' && colon > account + 1 && colon[1] && !strpbrk(account, " \t\r\n") &&
        strlen(account) < EVENT_TARGET_MAX)
        return true;
    config_wrong(reader->section, reader->option,
                 "\"%.60s\" is no Matrix user; write the whole ID, such as "
                 "\"matrix/example/@ann:example.org\"",
                 account);
    return false;
}

/* ---- reading ---- */

/* Cuts "irc/libera/ann" in place; false after a complaint. */
static bool split(const struct reader *reader, char *key, struct address *who)
{
    char *network = strchr(key, '/'), *account = network ? strchr(network + 1, '/') : NULL;
    if (!account || network == key || account == network + 1 || !account[1]) {
        config_wrong(reader->section, reader->option,
                     "\"%.80s\" is no account; write transport/network/account, such as "
                     "\"irc/libera/ann\" or \"matrix/example/@ann:example.org\"",
                     key);
        return false;
    }
    *network++ = *account++ = '\0';
    *who = (struct address){key, network, account};
    bool irc = strcmp(key, "irc") == 0;
    if (!irc && strcmp(key, "matrix") != 0) {
        config_wrong(reader->section, reader->option,
                     "\"%.40s\" is no kind of network; it is irc or matrix", key);
        return false;
    }
    return check_network(reader, network, irc) &&
           (irc ? check_irc(reader, account) : check_matrix(reader, account));
}

static void take(const struct reader *reader, const char *name, enum role role,
                 struct options_roles *roles)
{
    char *key = NULL;
    struct address who;
    config_copy(&key, name);
    if (key && split(reader, key, &who))
        roles->list[roles->count++] = (struct options_role){who, role};
    else
        free(key);
}

static void read_list(const struct reader *reader, enum role role, struct options_roles *roles)
{
    unsigned count = cfg_size(reader->section, reader->option);
    if (count > OPTIONS_ROLES_MAX) {
        config_wrong(reader->section, reader->option, "at most %d accounts", OPTIONS_ROLES_MAX);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        const char *name = cfg_getnstr(reader->section, reader->option, i);
        take(reader, name ? name : "", role, roles);
    }
}

void config_read_roles(cfg_t *section, const struct options *options, struct options_roles *roles)
{
    if (cfg_size(section, "owners") + cfg_size(section, "moderators") == 0)
        return;
    roles->list = calloc((size_t)2 * OPTIONS_ROLES_MAX, sizeof *roles->list);
    if (!roles->list) {
        config_complain("out of memory");
        return;
    }
    read_list(&(struct reader){section, "owners", options}, ROLE_OWNER, roles);
    read_list(&(struct reader){section, "moderators", options}, ROLE_MODERATOR, roles);
}

void config_free_roles(struct options_roles *roles)
{
    for (size_t i = 0; i < roles->count; i++)
        free((char *)roles->list[i].who.transport); /* the three are one string, cut */
    free(roles->list);
    *roles = (struct options_roles){NULL, 0};
}

/* ---- asking ---- */

/* Services take ANN for ann, and so do we. */
static bool is_same(const struct address *named, const struct address *who)
{
    if (strcmp(named->transport, who->transport) != 0 || strcmp(named->network, who->network) != 0)
        return false;
    if (strcmp(named->transport, "irc") != 0)
        return strcmp(named->target, who->target) == 0;
    return strncmp(who->target, IRC_ACCOUNT, strlen(IRC_ACCOUNT)) == 0 &&
           strcasecmp(named->target, who->target + strlen(IRC_ACCOUNT)) == 0;
}

enum role config_role_in(const struct options_roles *roles, const struct address *who)
{
    enum role best = ROLE_MEMBER;
    for (size_t i = 0; i < roles->count; i++)
        if (roles->list[i].role > best && is_same(&roles->list[i].who, who))
            best = roles->list[i].role;
    return best;
}
