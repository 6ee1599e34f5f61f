#include "transport/irc/irc_sasl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/base64.h"

#define CHUNK 400 /* of base64 in one AUTHENTICATE (SASL 3.1) */
#define PLAIN_MAX (2 * 300 + 2)

/* ---- what is said when it fails ---- */

static enum irc_sasl_step __attribute__((format(printf, 3, 4)))
end(struct irc_sasl_try *sasl, enum irc_sasl_step step, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(sasl->why, sizeof sasl->why, format, args);
    va_end(args);
    return step;
}

static const char *mechanism(const struct irc_sasl_try *sasl)
{
    return sasl->external ? "EXTERNAL" : "PLAIN";
}

static enum irc_sasl_step not_taken(struct irc_sasl_try *sasl, const char *taken)
{
    const char *other = sasl->external ? "set account and account_password instead of cert_file"
                                       : "set cert_file and take account_password out";
    return end(sasl, IRC_SASL_DENIED,
               "the server does not take SASL %s, only %.100s: %s in network \"%s\"",
               mechanism(sasl), taken, other, sasl->settings->network);
}

static enum irc_sasl_step refused(struct irc_sasl_try *sasl)
{
    const struct irc_settings *settings = sasl->settings;
    if (sasl->mechanisms[0])
        return not_taken(sasl, sasl->mechanisms);
    if (sasl->external)
        return end(sasl, IRC_SASL_DENIED,
                   "services do not know the certificate (904): log in as the account, add its "
                   "fingerprint (/msg NickServ CERT ADD) and check cert_file in network \"%s\"",
                   settings->network);
    return end(sasl, IRC_SASL_DENIED,
               "services refuse the account \"%s\" with its password (904): check account and "
               "account_password in network \"%s\"",
               settings->account, settings->network);
}

static const char *account_of(const struct irc_settings *settings)
{
    return settings->account ? settings->account : "of the certificate";
}

static enum irc_sasl_step failure(struct irc_sasl_try *sasl, int numeric)
{
    const struct irc_settings *settings = sasl->settings;
    switch (numeric) {
    case 902:
        return end(sasl, IRC_SASL_DENIED,
                   "the account %s is locked or frozen (902): ask the network's staff, or set "
                   "another account in network \"%s\"",
                   account_of(settings), settings->network);
    case 905:
        return end(sasl, IRC_SASL_DENIED,
                   "account and password are too long for the server (905): choose shorter ones "
                   "in network \"%s\"",
                   settings->network);
    case 906:
        return end(sasl, IRC_SASL_BROKEN,
                   "the server broke off logging in as the account %s (906); services may be busy",
                   account_of(settings));
    default:
        return refused(sasl);
    }
}

/* ---- what is sent ---- */

static void say(irc_sasl_send_fn *send, void *context, const char *word, size_t length)
{
    static const char command[] = "AUTHENTICATE ";
    char line[sizeof command + CHUNK];
    memcpy(line, command, sizeof command - 1);
    memcpy(line + sizeof command - 1, word, length);
    send(context, line, sizeof command - 1 + length);
    explicit_bzero(line, sizeof line);
}

/* NUL account NUL password (RFC 4616), in base64; its length. The identity to act as is left out. */
static size_t make_plain(const struct irc_settings *settings, char out[BASE64_SPACE(PLAIN_MAX)])
{
    char bytes[PLAIN_MAX + 1];
    int length = snprintf(bytes, sizeof bytes, "%c%.300s%c%.300s", '\0', settings->account, '\0',
                          settings->account_password);
    size_t size = base64(bytes, (size_t)length, out);
    explicit_bzero(bytes, sizeof bytes);
    return size;
}

/* In chunks; one of full length is not the last, so an empty one, "+", may have to follow. */
static void give(struct irc_sasl_try *sasl, irc_sasl_send_fn *send, void *context)
{
    char text[BASE64_SPACE(PLAIN_MAX)];
    size_t length = sasl->external ? 0 : make_plain(sasl->settings, text), at = 0;
    for (; length - at >= CHUNK; at += CHUNK)
        say(send, context, text + at, CHUNK);
    if (length > at)
        say(send, context, text + at, length - at);
    else
        say(send, context, "+", 1);
    explicit_bzero(text, sizeof text);
    sasl->given = true;
}

/* ---- the exchange ---- */

/* Whether a list with commas between its words has this one; the empty list may have any. */
static bool lists(const char *list, const char *word)
{
    size_t length = strlen(word);
    if (!*list)
        return true;
    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == length && strncasecmp(at, word, length) == 0)
            return true;
    return false;
}

enum irc_sasl_step irc_sasl_begin(struct irc_sasl_try *sasl, const struct irc_settings *settings,
                                  const char *offered, irc_sasl_send_fn *send, void *context)
{
    *sasl = (struct irc_sasl_try){.settings = settings};
    bool can_plain = settings->account && settings->account_password;
    sasl->external = settings->cert_file && (!can_plain || !lists(offered, "PLAIN"));
    if (!lists(offered, mechanism(sasl)))
        return not_taken(sasl, offered);
    sasl->named = true;
    say(send, context, mechanism(sasl), strlen(mechanism(sasl)));
    return IRC_SASL_GOES_ON;
}

/* Both mechanisms speak first and once: the server may only say "go on". */
static enum irc_sasl_step challenged(struct irc_sasl_try *sasl, const struct irc_line *line,
                                     irc_sasl_send_fn *send, void *context)
{
    if (strcmp(line->param[0], "+") == 0 && !sasl->given) {
        give(sasl, send, context);
        return IRC_SASL_GOES_ON;
    }
    say(send, context, "*", 1);
    return end(sasl, IRC_SASL_BROKEN, "the server asks for more than SASL %s has to say",
               mechanism(sasl));
}

enum irc_sasl_step irc_sasl_line(struct irc_sasl_try *sasl, const struct irc_line *line,
                                 irc_sasl_send_fn *send, void *context)
{
    int numeric = irc_line_numeric(line);
    if (!sasl->named)
        return IRC_SASL_GOES_ON;
    if (numeric < 0)
        return challenged(sasl, line, send, context);
    if (numeric == 900) {
        snprintf(sasl->account, sizeof sasl->account, "%s", line->param[2]);
        return IRC_SASL_GOES_ON;
    }
    if (numeric == 908) {
        snprintf(sasl->mechanisms, sizeof sasl->mechanisms, "%s", line->param[1]);
        if (lists(sasl->mechanisms, mechanism(sasl)))
            sasl->mechanisms[0] = '\0';
        return IRC_SASL_GOES_ON;
    }
    if (numeric == 901)
        return IRC_SASL_GOES_ON;
    /* 907: we are logged in already. Whoever says so must have said as whom. */
    if (numeric == 903 || (numeric == 907 && sasl->account[0])) {
        if (sasl->given || numeric == 907)
            return IRC_SASL_IN;
        return end(sasl, IRC_SASL_BROKEN,
                   "the server says that we are logged in before we have said who we are");
    }
    return failure(sasl, numeric);
}

void irc_sasl_late(struct irc_sasl_try *sasl, irc_sasl_send_fn *send, void *context)
{
    say(send, context, "*", 1);
    end(sasl, IRC_SASL_BROKEN,
        "services do not answer, so the account %s cannot log in now; the server alone does",
        account_of(sasl->settings));
}

bool irc_sasl_reveals(const struct irc_settings *settings, const char *text)
{
    char plain[BASE64_SPACE(PLAIN_MAX)];
    if (!settings->account || !settings->account_password)
        return false;
    bool reveals = strstr(text, settings->account_password) != NULL;
    size_t length = make_plain(settings, plain);
    /* Sixteen characters of it are enough to be none of chance. */
    for (size_t at = 0; !reveals && at + 16 <= length; at++) {
        char part[17];
        memcpy(part, plain + at, 16);
        part[16] = '\0';
        reveals = strstr(text, part) != NULL;
    }
    if (!reveals && length > 0 && length < 16)
        reveals = strstr(text, plain) != NULL;
    explicit_bzero(plain, sizeof plain);
    return reveals;
}
