/*
 * The least that a bot can do for a vote on IRC: `bare_bot PORT NICK CHANNEL
 * DATABASE` reads what is there, writes each vote to SQLite (WAL, synchronous
 * FULL), commits all that came together, and then answers. No pacing, no
 * checks, no second thoughts: what the whole bot is measured against.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define IN_BYTES 65536

struct bot {
    int fd;
    const char *channel;
    sqlite3 *db;
    sqlite3_stmt *insert;
    bool open;             /* a transaction is */
    char in[IN_BYTES];
    size_t length;
    char out[4 * IN_BYTES];
    size_t out_length;
};

static void sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        bench_die("%s: %s", text, sqlite3_errmsg(db));
}

static void open_store(struct bot *bot, const char *path)
{
    if (sqlite3_open(path, &bot->db) != SQLITE_OK)
        bench_die("cannot open %s", path);
    sql(bot->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    sql(bot->db, "CREATE TABLE vote(id INTEGER PRIMARY KEY, voter TEXT, label TEXT, scores TEXT,"
                 " comment TEXT, at INTEGER) STRICT;");
    if (sqlite3_prepare_v2(bot->db,
                           "INSERT INTO vote(voter,label,scores,comment,at) VALUES(?1,?2,?3,?4,?5)",
                           -1, &bot->insert, NULL) != SQLITE_OK)
        bench_die("%s", sqlite3_errmsg(bot->db));
}

static void send_all(struct bot *bot)
{
    size_t at = 0;
    while (at < bot->out_length) {
        ssize_t sent = send(bot->fd, bot->out + at, bot->out_length - at, MSG_NOSIGNAL);
        if (sent <= 0)
            bench_die("the server is gone");
        at += (size_t)sent;
    }
    bot->out_length = 0;
}

/* Queues one line; it goes out after the commit. */
__attribute__((format(printf, 2, 3))) static void put(struct bot *bot, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(bot->out + bot->out_length, sizeof bot->out - bot->out_length, format,
                           args);
    va_end(args);
    if (length < 0 || bot->out_length + (size_t)length + 512 > sizeof bot->out)
        bench_die("more answers than were asked for");
    bot->out_length += (size_t)length;
}

/* "LABEL S S S S comment" */
static void take_vote(struct bot *bot, const char *voter, char *text)
{
    char *scores = text + strcspn(text, " "), *comment = scores;
    if (!*scores)
        return;
    *scores++ = '\0';
    comment = scores + strspn(scores, "12345 ");
    if (comment == scores)
        return;
    comment[-1] = '\0';
    if (!bot->open)
        sql(bot->db, "BEGIN IMMEDIATE");
    bot->open = true;
    sqlite3_bind_text(bot->insert, 1, voter, -1, SQLITE_STATIC);
    sqlite3_bind_text(bot->insert, 2, text, -1, SQLITE_STATIC);
    sqlite3_bind_text(bot->insert, 3, scores, -1, SQLITE_STATIC);
    sqlite3_bind_text(bot->insert, 4, comment, -1, SQLITE_STATIC);
    sqlite3_bind_int64(bot->insert, 5, time(NULL));
    if (sqlite3_step(bot->insert) != SQLITE_DONE)
        bench_die("%s", sqlite3_errmsg(bot->db));
    sqlite3_reset(bot->insert);
    put(bot, "PRIVMSG %s :Stored: %s %s, with your comment.\r\n", voter, text, scores);
}

static void take_line(struct bot *bot, char *line)
{
    char *nick = line + 1, *end = strchr(line, '!'), *text = strstr(line, " :!vote ");
    if (strncmp(line, "PING ", 5) == 0) {
        put(bot, "PONG %.500s\r\n", line + 5);
    } else if (strstr(line, " 376 ") || strstr(line, " 422 ")) {
        put(bot, "JOIN %s\r\n", bot->channel);
    } else if (line[0] == ':' && end && text) {
        *end = '\0';
        take_vote(bot, nick, text + 8);
    }
}

static void take_input(struct bot *bot)
{
    ssize_t got = recv(bot->fd, bot->in + bot->length, sizeof bot->in - 1 - bot->length, 0);
    if (got <= 0)
        exit(0);
    bot->length += (size_t)got;
    bot->in[bot->length] = '\0';
    char *at = bot->in, *end;
    while ((end = memchr(at, '\n', bot->length - (size_t)(at - bot->in)))) {
        *end = '\0';
        if (end > at && end[-1] == '\r')
            end[-1] = '\0';
        take_line(bot, at);
        at = end + 1;
    }
    bot->length -= (size_t)(at - bot->in);
    memmove(bot->in, at, bot->length);
    if (bot->open)
        sql(bot->db, "COMMIT");
    bot->open = false;
    send_all(bot);
}

int main(int argc, char **argv)
{
    static struct bot bot;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    if (argc != 5)
        bench_die("bare_bot PORT NICK CHANNEL DATABASE");
    at.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    bot.channel = argv[3];
    open_store(&bot, argv[4]);
    bot.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bot.fd < 0 || connect(bot.fd, (struct sockaddr *)&at, sizeof at) ||
        setsockopt(bot.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
        bench_die("cannot connect");
    put(&bot, "NICK %s\r\nUSER bare 0 * :bare\r\n", argv[2]);
    send_all(&bot);
    for (;;)
        take_input(&bot);
}
