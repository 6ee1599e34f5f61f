#include "warp/life_net.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/buf.h"
#include "warp/warp.h"

#define CAPS "multi-prefix message-tags account-tag extended-join account-notify chghost"

static const char *const names[LIFE_PEOPLE] = {"Zorblax", "Quimby", "Vexmoor", "Wozzle",
                                               "Ixnay",   "Farnoz", "Gribble", "Hoxton",
                                               "Jubbo",   "Krandle", "Thief"};
static const char *const accounts[LIFE_PEOPLE] = {"u0", "u1", "u2", "u3", "u4", "u5",
                                                  "u6", "u7", "u8", "u9", NULL};

/* ---- to the bot ---- */

void life_net_line(struct life_net *net, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (net->half_open || !fake_irc_connected(net->fake))
        return;
    net->lines_out++;
    fake_irc_say(net->fake, "%s", line);
}

/* What is told of somebody in the room; `tags`: their account is told with it. */
static void tell_bot(struct life_net *net, const struct life_person *person, bool tags,
                     const char *words)
{
    if (!net->registered)
        return;
    bool account = tags && net->capable && person->logged_in;
    life_net_line(net, "%s%s%s:%s!~u@host.test %s", account ? "@account=" : "",
                  account ? person->account : "", account ? " " : "", person->nick, words);
}

static void tell_join(struct life_net *net, const struct life_person *person)
{
    char words[128];
    snprintf(words, sizeof words, net->capable ? "JOIN %s %s :real" : "JOIN %s", LIFE_ROOM,
             person->logged_in ? person->account : "*");
    if (net->in_room)
        tell_bot(net, person, false, words);
}

/* ---- people ---- */

struct life_person *life_net_by_nick(struct life_net *net, const char *nick)
{
    for (size_t i = 0; i < LIFE_PEOPLE; i++)
        if (net->person[i].on && strcasecmp(net->person[i].nick, nick) == 0)
            return &net->person[i];
    return NULL;
}

static bool is_taken(struct life_net *net, const char *nick)
{
    return life_net_by_nick(net, nick) || strcasecmp(nick, net->nick) == 0;
}

/* Under the nick they like, or one with a bar behind it as long as that is taken. */
static void choose_nick(struct life_net *net, struct life_person *person)
{
    int bars = 0;
    do
        snprintf(person->nick, sizeof person->nick, "%s%.*s", person->name, bars, "______");
    while (is_taken(net, person->nick) && bars++ < 6);
}

void life_net_enter(struct life_net *net, struct life_person *person)
{
    if (!person->on) {
        choose_nick(net, person);
        person->on = true;
        person->logged_in = person->account && net->services;
    }
    if (person->in_room)
        return;
    person->in_room = true;
    tell_join(net, person);
}

void life_net_quit(struct life_net *net, struct life_person *person, const char *why)
{
    char words[128];
    if (!person->on)
        return;
    snprintf(words, sizeof words, "QUIT :%s", why);
    if (net->in_room && person->in_room)
        tell_bot(net, person, true, words);
    person->on = person->in_room = person->logged_in = false;
}

void life_net_kick(struct life_net *net, struct life_person *person)
{
    if (!person->on || !person->in_room)
        return;
    if (net->in_room)
        life_net_line(net, ":op!~o@host.test KICK %s %s :out", LIFE_ROOM, person->nick);
    person->in_room = false;
}

void life_net_rename(struct life_net *net, struct life_person *person, const char *nick)
{
    char words[128];
    if (!person->on || is_taken(net, nick))
        return;
    snprintf(words, sizeof words, "NICK :%s", nick);
    if (net->in_room && person->in_room)
        tell_bot(net, person, true, words);
    snprintf(person->nick, sizeof person->nick, "%s", nick);
}

void life_net_log_in(struct life_net *net, struct life_person *person)
{
    char words[128];
    if (!person->on || person->logged_in || !person->account || !net->services)
        return;
    person->logged_in = true;
    snprintf(words, sizeof words, "ACCOUNT %s", person->account);
    if (net->in_room && person->in_room && net->capable)
        tell_bot(net, person, false, words);
}

bool life_net_say(struct life_net *net, struct life_person *person, const char *text)
{
    char words[600];
    if (!person->on || !person->in_room || !net->in_room)
        return false;
    snprintf(words, sizeof words, "PRIVMSG %s :%s", LIFE_ROOM, text);
    tell_bot(net, person, true, words);
    return true;
}

bool life_net_tell(struct life_net *net, struct life_person *person, const char *text)
{
    char words[600];
    if (!person->on || !net->registered)
        return false;
    snprintf(words, sizeof words, "PRIVMSG %s :%s", net->nick, text);
    tell_bot(net, person, true, words);
    return true;
}

/* ---- what the bot asks ---- */

static void numeric(struct life_net *net, int number, const char *rest)
{
    life_net_line(net, ":irc.test %03d %s %s", number, net->nick[0] ? net->nick : "*", rest);
}

static void welcome(struct life_net *net)
{
    net->registered = true;
    net->registered_at = warp_moved();
    numeric(net, 1, ":Welcome");
    numeric(net, 5, "CASEMAPPING=rfc1459 PREFIX=(ov)@+ CHANTYPES=# NICKLEN=30 WHOX :are supported");
    numeric(net, 376, ":End of MOTD");
}

static void names_of_room(struct life_net *net)
{
    struct buf line;
    buf_init(&line);
    buf_printf(&line, "= %s :%s", LIFE_ROOM, net->nick);
    for (size_t i = 0; i < LIFE_PEOPLE; i++)
        if (net->person[i].on && net->person[i].in_room)
            buf_printf(&line, " %s%s", i == 0 ? "@" : "", net->person[i].nick);
    numeric(net, 353, buf_text(&line));
    buf_finish(&line);
    numeric(net, 366, LIFE_ROOM " :End of names");
}

static void on_join(struct life_net *net)
{
    if (net->banned || net->full) {
        numeric(net, net->banned ? 474 : 471, LIFE_ROOM " :Cannot join");
        return;
    }
    net->in_room = true;
    life_net_line(net, ":%s!~hotseat@host.test JOIN %s%s", net->nick, LIFE_ROOM,
                  net->capable ? " * :hotseat" : "");
    names_of_room(net);
}

/* WHOX: the fields in the order the server gives them, whatever the order they were asked in. */
static void who_line(struct life_net *net, const struct life_person *person, const char *fields,
                     const char *token)
{
    static const char order[] = "tcuihsnfdlaor";
    struct buf line;
    buf_init(&line);
    for (const char *f = order; *f; f++) {
        if (!strchr(fields, *f))
            continue;
        buf_puts(&line, line.length > 0 ? " " : "");
        switch (*f) {
        case 't':
            buf_puts(&line, token);
            break;
        case 'c':
            buf_puts(&line, LIFE_ROOM);
            break;
        case 'n':
            buf_puts(&line, person->nick);
            break;
        case 'a':
            buf_puts(&line, person->logged_in ? person->account : "0");
            break;
        case 'f':
            buf_puts(&line, "H");
            break;
        case 'r':
            buf_puts(&line, ":real");
            break;
        default:
            buf_puts(&line, "x");
            break;
        }
    }
    numeric(net, 354, buf_text(&line));
    buf_finish(&line);
}

static void on_who(struct life_net *net, const char *rest)
{
    char target[64] = "", fields[32] = "", token[16] = "0", all[80];
    sscanf(rest, "%63s %%%31[a-z],%15s", target, fields, token);
    for (size_t i = 0; i < LIFE_PEOPLE && fields[0]; i++) {
        const struct life_person *person = &net->person[i];
        bool asked = strcasecmp(target, LIFE_ROOM) == 0 ? person->in_room
                                                        : strcasecmp(target, person->nick) == 0;
        if (person->on && asked)
            who_line(net, person, fields, token);
    }
    snprintf(all, sizeof all, "%s :End of who", target);
    numeric(net, 315, all);
}

static void on_whois(struct life_net *net, const char *nick)
{
    char line[200];
    const struct life_person *person = life_net_by_nick(net, nick);
    if (person && person->logged_in) {
        snprintf(line, sizeof line, "%s %s :is logged in as", person->nick, person->account);
        numeric(net, 330, line);
    } else if (!person) {
        snprintf(line, sizeof line, "%.60s :No such nick", nick);
        numeric(net, 401, line);
    }
    snprintf(line, sizeof line, "%.60s :End of whois", nick);
    numeric(net, 318, line);
}

static void on_message(struct life_net *net, char *rest)
{
    char line[128];
    char *text = strstr(rest, " :");
    if (!text)
        return;
    *text = '\0';
    text += 2;
    if (strcasecmp(rest, LIFE_ROOM) == 0) {
        if (net->in_room) {
            net->heard(net->context, NULL, text);
            return;
        }
        net->refused++;
        numeric(net, 404, LIFE_ROOM " :Cannot send");
        return;
    }
    struct life_person *person = life_net_by_nick(net, rest);
    if (person) {
        net->heard(net->context, person, text);
        return;
    }
    net->unknown_nick++;
    snprintf(line, sizeof line, "%.60s :No such nick", rest);
    numeric(net, 401, line);
}

static void on_nick(struct life_net *net, const char *nick)
{
    char line[128];
    if (life_net_by_nick(net, nick) || (net->ghost && strcasecmp(nick, "hotseat") == 0)) {
        snprintf(line, sizeof line, "%.60s :is in use", nick);
        numeric(net, 433, line);
        return;
    }
    if (net->registered)
        life_net_line(net, ":%s!~hotseat@host.test NICK :%s", net->nick, nick);
    snprintf(net->nick, sizeof net->nick, "%s", nick);
}

static bool on_line(void *context, const char *line)
{
    struct life_net *net = context;
    char copy[600];
    snprintf(copy, sizeof copy, "%s", line);
    char *rest = copy + strcspn(copy, " ");
    if (*rest)
        *rest++ = '\0';
    char *plain = rest + (*rest == ':');
    net->lines_in++;
    if (strcmp(copy, "CAP") == 0 && strncmp(rest, "LS", 2) == 0) {
        life_net_line(net, ":irc.test CAP * LS :" CAPS);
    } else if (strcmp(copy, "CAP") == 0 && strncmp(rest, "REQ ", 4) == 0) {
        net->capable = strstr(rest, "account-tag") != NULL;
        life_net_line(net, ":irc.test CAP * ACK %s", rest + 4);
    } else if (strcmp(copy, "NICK") == 0) {
        on_nick(net, plain);
        if (net->nick[0] && net->user && !net->registered)
            welcome(net);
    } else if (strcmp(copy, "USER") == 0) {
        net->user = true;
        if (net->nick[0] && !net->registered)
            welcome(net);
    } else if (strcmp(copy, "PING") == 0) {
        life_net_line(net, ":irc.test PONG irc.test %s", rest);
    } else if (!net->registered) {
        return true;
    } else if (strcmp(copy, "JOIN") == 0) {
        on_join(net);
    } else if (strcmp(copy, "WHO") == 0) {
        on_who(net, rest);
    } else if (strcmp(copy, "WHOIS") == 0) {
        on_whois(net, plain);
    } else if (strcmp(copy, "PRIVMSG") == 0) {
        on_message(net, rest);
    } else if (strcmp(copy, "QUIT") == 0) {
        fake_irc_hang_up(net->fake);
        life_net_dropped(net, false);
    }
    return true;
}

/* ---- life ---- */

void life_net_dropped(struct life_net *net, bool ghost)
{
    net->ghost = ghost && strcasecmp(net->nick, "hotseat") == 0;
    net->nick[0] = '\0';
    net->registered = net->in_room = net->capable = net->half_open = net->user = false;
}

void life_net_kick_bot(struct life_net *net)
{
    if (!net->in_room)
        return;
    life_net_line(net, ":op!~o@host.test KICK %s %s :out", LIFE_ROOM, net->nick);
    net->in_room = false;
}

void life_net_invite_bot(struct life_net *net)
{
    if (net->registered && !net->in_room)
        life_net_line(net, ":op!~o@host.test INVITE %s %s", net->nick, LIFE_ROOM);
}

void life_net_init(struct life_net *net, struct fake_irc *fake)
{
    memset(net, 0, sizeof *net);
    net->fake = fake;
    net->services = true;
    for (size_t i = 0; i < LIFE_PEOPLE; i++) {
        net->person[i].name = names[i];
        net->person[i].account = accounts[i];
    }
    fake_irc_on_line(fake, on_line, net);
}
