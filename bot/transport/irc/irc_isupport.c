#include "transport/irc/irc_isupport.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MAX 1000000 /* nothing here is greater in earnest */

static const struct irc_isupport unsaid = {
    .modes = "ov",
    .marks = "@+",
    .value_modes = "beIk",
    .set_modes = "l",
    .casemap = IRC_CASEMAP_RFC1459,
};

void irc_isupport_init(struct irc_isupport *isupport)
{
    *isupport = unsaid;
}

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* "\x20" is a space. Control characters are in no value. */
static void unescape(char *value)
{
    char *out = value;
    for (const char *in = value; *in;) {
        int high = in[0] == '\\' && in[1] == 'x' ? hex(in[2]) : -1;
        int low = high >= 0 ? hex(in[3]) : -1;
        char c = low >= 0 ? (char)(high * 16 + low) : *in;
        in += low >= 0 ? 4 : 1;
        if ((unsigned char)c >= 0x20)
            *out++ = c;
    }
    *out = '\0';
}

/* "(ov)@+"; "" and "()" say that there are none. What makes no sense changes nothing. */
static void on_prefix(struct irc_isupport *isupport, const char *value)
{
    const char *end = strchr(value, ')');
    size_t count = *value == '(' && end ? (size_t)(end - value - 1) : 0;
    bool none = !*value || strcmp(value, "()") == 0;
    if (!none && (count == 0 || count >= sizeof isupport->modes || strlen(end + 1) != count))
        return;
    memcpy(isupport->modes, value + 1, count);
    isupport->modes[count] = '\0';
    if (count > 0)
        memcpy(isupport->marks, end + 1, count);
    isupport->marks[count] = '\0';
}

/* CHANMODES=A,B,C,D: A and B take a value always, C when set, D never. Each may be empty. */
static void on_chanmodes(struct irc_isupport *isupport, const char *value)
{
    char copy[160], *at = copy;
    snprintf(copy, sizeof copy, "%s", value);
    const char *a = strsep(&at, ","), *b = strsep(&at, ","), *c = strsep(&at, ",");
    snprintf(isupport->value_modes, sizeof isupport->value_modes, "%.30s%.30s", a, b ? b : "");
    snprintf(isupport->set_modes, sizeof isupport->set_modes, "%.30s", c ? c : "");
}

static unsigned number_of(const char *value, unsigned otherwise)
{
    if (*value < '0' || *value > '9')
        return otherwise;
    unsigned long number = strtoul(value, NULL, 10);
    return number > NUMBER_MAX ? NUMBER_MAX : (unsigned)number;
}

/* 0 if it is no letter. */
static char letter_of(const char *value)
{
    return (*value >= 'a' && *value <= 'z') || (*value >= 'A' && *value <= 'Z') ? *value : 0;
}

#define TEXT(token, field) {token, offsetof(struct irc_isupport, field), sizeof unsaid.field}
static const struct {
    const char *token;
    size_t offset, size;
} texts[] = {TEXT("NETWORK", network), TEXT("TARGMAX", targmax)};
#undef TEXT

#define NUMBER(token, field, bare) {token, offsetof(struct irc_isupport, field), bare}
static const struct {
    const char *token;
    size_t offset;
    unsigned bare; /* without a value */
} numbers[] = {NUMBER("NICKLEN", nicklen, 0), NUMBER("LINELEN", linelen, 0),
               NUMBER("MAXTARGETS", max_targets, UINT_MAX)};
#undef NUMBER

/* One of the tables; false if the token is in neither. */
static bool take_listed(struct irc_isupport *isupport, const char *token, const char *value)
{
    char *to = (char *)isupport;
    const char *from = (const char *)&unsaid;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].token, token) != 0)
            continue;
        snprintf(to + texts[i].offset, texts[i].size, "%s", value ? value : from + texts[i].offset);
        return true;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].token, token) != 0)
            continue;
        unsigned number = value ? number_of(value, numbers[i].bare) : 0;
        memcpy(to + numbers[i].offset, value ? (const char *)&number : from + numbers[i].offset,
               sizeof number);
        return true;
    }
    return false;
}

/* `value` is NULL when the token is taken back. */
static void take_token(struct irc_isupport *isupport, const char *token, const char *value)
{
    if (take_listed(isupport, token, value))
        return;
    if (strcmp(token, "CASEMAPPING") == 0)
        isupport->casemap = value ? irc_casemap_of(value) : unsaid.casemap;
    else if (strcmp(token, "PREFIX") == 0 && value)
        on_prefix(isupport, value);
    else if (strcmp(token, "PREFIX") == 0)
        on_prefix(isupport, "(ov)@+");
    else if (strcmp(token, "CHANMODES") == 0 && value)
        on_chanmodes(isupport, value);
    else if (strcmp(token, "WHOX") == 0)
        isupport->whox = value != NULL;
    else if (strcmp(token, "BOT") == 0)
        isupport->bot = value ? letter_of(value) : 0;
}

void irc_isupport_line(struct irc_isupport *isupport, const struct irc_line *line)
{
    if (isupport->lines >= IRC_ISUPPORT_LINES_MAX)
        return;
    isupport->lines++;
    for (size_t i = 1; i + 1 < line->count; i++) {
        char token[512];
        snprintf(token, sizeof token, "%s", line->param[i]);
        char *value = strchr(token, '=');
        if (value)
            *value++ = '\0';
        if (value)
            unescape(value);
        bool back = token[0] == '-';
        take_token(isupport, token + back, back ? NULL : value ? value : "");
    }
}

unsigned irc_isupport_targets(const struct irc_isupport *isupport, const char *command)
{
    size_t length = strlen(command);
    for (const char *at = isupport->targmax; *at;) {
        if (strncasecmp(at, command, length) == 0 && at[length] == ':')
            return number_of(at + length + 1, UINT_MAX);
        at += strcspn(at, ",");
        at += *at == ',';
    }
    return isupport->max_targets ? isupport->max_targets : 1;
}
