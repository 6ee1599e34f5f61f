#include "transport/irc/irc_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "util/utf8.h"

/* Cuts the word at `at`; the pointer moves behind it and the spaces after it. */
static char *take_word(char **at)
{
    char *word = *at;
    while (**at && **at != ' ')
        (*at)++;
    while (**at == ' ')
        *(*at)++ = '\0';
    return word;
}

/* Tag values escape ";" as "\:", space as "\s" and so on (IRCv3 message-tags). */
static void unescape(char *value)
{
    char *out = value;
    for (char *in = value; *in; in++) {
        if (*in != '\\') {
            *out++ = *in;
            continue;
        }
        if (!*++in)
            break;
        *out++ = *in == ':' ? ';' : *in == 's' ? ' ' : *in == 'r' || *in == 'n' ? ' ' : *in;
    }
    *out = '\0';
}

static void parse_tags(struct irc_line *line, char *tags)
{
    char *state = NULL;
    for (char *tag = strtok_r(tags, ";", &state); tag; tag = strtok_r(NULL, ";", &state)) {
        char *value = strchr(tag, '=');
        if (strncmp(tag, "draft/multiline-concat", 22) == 0 && (!tag[22] || tag[22] == '='))
            line->concat = true;
        if (!value || !value[1])
            continue;
        *value++ = '\0';
        unescape(value);
        if (strcmp(tag, "account") == 0)
            line->account = value;
        else if (strcmp(tag, "msgid") == 0)
            line->msgid = value;
        else if (strcmp(tag, "time") == 0)
            line->time = value;
        else if (strcmp(tag, "batch") == 0)
            line->batch = value;
    }
}

static void parse_prefix(struct irc_line *line, char *prefix)
{
    char *user = strchr(prefix, '!');
    if (user) {
        *user++ = '\0';
        line->userhost = user;
    }
    line->nick = prefix;
}

bool irc_line_parse(struct irc_line *line, const char *text, size_t length)
{
    if (length == 0 || length >= sizeof line->space || memchr(text, '\0', length))
        return false;
    memcpy(line->space, text, length);
    line->space[length] = '\0';
    line->account = line->msgid = line->time = line->batch = NULL;
    line->concat = false;
    line->nick = line->userhost = "";
    line->count = 0;
    for (size_t i = 0; i < IRC_PARAMS_MAX; i++)
        line->param[i] = "";
    char *at = line->space;
    while (*at == ' ')
        at++;
    if (*at == '@')
        parse_tags(line, take_word(&at) + 1);
    if (*at == ':')
        parse_prefix(line, take_word(&at) + 1);
    char *command = take_word(&at);
    if (!*command)
        return false;
    for (char *c = command; *c; c++) {
        if (!isalnum((unsigned char)*c))
            return false;
        *c = (char)toupper((unsigned char)*c);
    }
    line->command = command;
    while (*at && line->count < IRC_PARAMS_MAX) {
        bool last = *at == ':' || line->count == IRC_PARAMS_MAX - 1;
        if (*at == ':')
            at++;
        line->param[line->count++] = last ? at : take_word(&at);
        if (last)
            break;
    }
    return true;
}

int irc_line_numeric(const struct irc_line *line)
{
    const char *c = line->command;
    if (strlen(c) != 3 || !isdigit((unsigned char)c[0]) || !isdigit((unsigned char)c[1]) ||
        !isdigit((unsigned char)c[2]))
        return -1;
    return (c[0] - '0') * 100 + (c[1] - '0') * 10 + (c[2] - '0');
}

/* The commands libircclient dispatches, and the parameters its callbacks read. */
static bool useful(const struct irc_line *line)
{
    static const struct {
        const char *command;
        size_t least;
    } known[] = {{"JOIN", 1}, {"PART", 1}, {"KICK", 2},    {"NICK", 1},   {"QUIT", 0},
                 {"MODE", 2}, {"TOPIC", 1}, {"PRIVMSG", 2}, {"NOTICE", 2}, {"INVITE", 2}};
    /* Of 000 it takes the number for "none" and reads a command that is not there. */
    if (irc_line_numeric(line) >= 0)
        return irc_line_numeric(line) > 0 && line->count >= 1;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].command, line->command) == 0)
            return line->count >= known[i].least;
    return false;
}

bool irc_line_canonical(const struct irc_line *line, const char *own_nick, char *out, size_t size)
{
    size_t limit = size < IRC_CANONICAL_MAX ? size : IRC_CANONICAL_MAX;
    if (!useful(line))
        return false;
    const char *nick = *line->nick ? line->nick : own_nick;
    int used = snprintf(out, limit, ":%s!%s %s", nick, *line->userhost ? line->userhost : "x@x",
                        line->command);
    if (used < 0 || (size_t)used + 8 >= limit)
        return false;
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < 0x20)
            *c = '?';
    size_t at = (size_t)used, count = line->count < 10 ? line->count : 10;
    for (size_t i = 0; i < count || i == 0; i++) {
        const char *word = i < line->count ? line->param[i] : "";
        size_t length = strlen(word), room = limit - at - 5;
        if (at + 8 >= limit)
            break;
        bool last = i + 1 >= count;
        at += (size_t)snprintf(out + at, limit - at, last ? " :" : " ");
        length = utf8_cut(word, length, room - 2);
        for (size_t j = 0; j < length; j++)
            out[at++] = (unsigned char)word[j] >= 0x20 ? word[j] : last ? ' ' : '?';
    }
    memcpy(out + at, "\r\n", 3);
    return true;
}
