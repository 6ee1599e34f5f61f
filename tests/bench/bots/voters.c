/*
 * Fifty voters in one program, the same for every bot: each has a connection
 * of its own to the IRC server, keeps one command open, and sends the next as
 * soon as the bot has answered. `voters PORT COUNT CHANNEL` joins the channel,
 * says "ready", then takes commands on standard input, words parted by tabs:
 *
 *   ask FIRST LAST BOT TARGET WORDS TEXT
 *       these voters (the first is 0) say TEXT to TARGET; "done" when each has
 *       heard something with WORDS from the bot
 *   quiet MS
 *       "done" when nothing came in for so long
 *   vote BOT SECONDS
 *       the measured run: votes by DM; then "VOTES SECONDS P50-MS P99-MS"
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define VOTERS_MAX 200
#define PATIENCE_MS 30000
#define LABELS 48 /* of 49 that each voter owes: the round must not end */
#define WAITS_MAX 4000000

enum state { REGISTERING, JOINING, READY, ASKED, ANSWERED };

struct voter {
    int fd;
    enum state state;
    char nick[16];
    char in[16384];
    size_t length;
    unsigned votes;     /* sent in all runs, so that the labels go round */
    int64_t sent_at;
};

struct crowd {
    struct voter *voter;
    size_t count;
    const char *channel;
    int epoll;
    int64_t now;        /* of the batch of input being read */
    /* What is waited for. */
    const char *bot, *words;
    size_t open;        /* voters with an open question */
    /* Of a measured run: until when votes are sent, 0 = there is none. */
    int64_t until;
    double *waited;     /* ms */
    size_t votes;
};

static void say(struct voter *voter, const char *target, const char *text)
{
    char line[512];
    int length = snprintf(line, sizeof line, "PRIVMSG %s :%s\r\n", target, text);
    if (length >= (int)sizeof line || send(voter->fd, line, (size_t)length, MSG_NOSIGNAL) != length)
        bench_die("%s cannot send", voter->nick);
}

static void send_vote(struct crowd *crowd, struct voter *voter)
{
    char text[128], label[3] = "";
    unsigned n = voter->votes++, index = n % LABELS;
    if (index < 26)
        snprintf(label, sizeof label, "%c", (char)('A' + index));
    else
        snprintf(label, sizeof label, "A%c", (char)('A' + index - 26));
    snprintf(text, sizeof text, "!vote %s %u 3 4 %u clear, but test the empty list", label,
             1 + n % 5, 1 + n % 3);
    voter->sent_at = bench_now();
    voter->state = ASKED;
    say(voter, crowd->bot, text);
}

/* The bot has answered a voter. */
static void answered(struct crowd *crowd, struct voter *voter)
{
    if (crowd->until == 0) {
        voter->state = ANSWERED;
        crowd->open--;
        return;
    }
    if (crowd->votes < WAITS_MAX)
        crowd->waited[crowd->votes++] = (double)(crowd->now - voter->sent_at) / 1e6;
    if (crowd->now < crowd->until) {
        send_vote(crowd, voter);
    } else {
        voter->state = ANSWERED;
        crowd->open--;
    }
}

/* ":bot!u@h PRIVMSG target :text": the text if the bot said it, else NULL. */
static const char *said_by_bot(const struct crowd *crowd, const char *line)
{
    size_t length = strlen(crowd->bot);
    if (line[0] != ':' || strncmp(line + 1, crowd->bot, length) != 0 || line[1 + length] != '!')
        return NULL;
    const char *command = strchr(line, ' ');
    if (!command ||
        (strncmp(command, " PRIVMSG ", 9) != 0 && strncmp(command, " NOTICE ", 8) != 0))
        return NULL;
    return strstr(command, " :");
}

static void take_line(struct crowd *crowd, struct voter *voter, char *line)
{
    char text[600];
    const char *said;
    if (strncmp(line, "PING ", 5) == 0) {
        int length = snprintf(text, sizeof text, "PONG %.500s\r\n", line + 5);
        if (send(voter->fd, text, (size_t)length, MSG_NOSIGNAL) != length)
            bench_die("%s cannot send", voter->nick);
    } else if (voter->state == ASKED) {
        said = said_by_bot(crowd, line);
        if (said && strstr(said, crowd->words))
            answered(crowd, voter);
    } else if (voter->state == REGISTERING && (strstr(line, " 376 ") || strstr(line, " 422 "))) {
        voter->state = JOINING;
        int length = snprintf(text, sizeof text, "JOIN %s\r\n", crowd->channel);
        if (send(voter->fd, text, (size_t)length, MSG_NOSIGNAL) != length)
            bench_die("%s cannot send", voter->nick);
    } else if (voter->state == JOINING && strstr(line, " 366 ")) {
        voter->state = READY;
        crowd->open--;
    }
}

static void take_input(struct crowd *crowd, struct voter *voter)
{
    ssize_t got = recv(voter->fd, voter->in + voter->length, sizeof voter->in - 1 - voter->length,
                       MSG_DONTWAIT);
    if (got <= 0)
        bench_die("the server closed the connection of %s", voter->nick);
    voter->length += (size_t)got;
    voter->in[voter->length] = '\0';
    char *at = voter->in, *end;
    while ((end = memchr(at, '\n', voter->length - (size_t)(at - voter->in)))) {
        *end = '\0';
        if (end > at && end[-1] == '\r')
            end[-1] = '\0';
        take_line(crowd, voter, at);
        at = end + 1;
    }
    voter->length -= (size_t)(at - voter->in);
    memmove(voter->in, at, voter->length);
    if (voter->length == sizeof voter->in - 1)
        bench_die("a line that never ends");
}

/* Takes in what comes within `ms`; false if nothing came. */
static bool read_some(struct crowd *crowd, int ms)
{
    struct epoll_event events[VOTERS_MAX];
    int count = epoll_wait(crowd->epoll, events, VOTERS_MAX, ms);
    crowd->now = bench_now();
    for (int i = 0; i < count; i++)
        take_input(crowd, events[i].data.ptr);
    return count > 0;
}

static void wait_for_all(struct crowd *crowd, const char *what)
{
    while (crowd->open > 0)
        if (!read_some(crowd, PATIENCE_MS))
            bench_die("%zu voters wait in vain: %s", crowd->open, what);
}

/* ---- the commands ---- */

static char *next_word(char **rest)
{
    char *word = strsep(rest, "\t");
    if (!word)
        bench_die("a command lacks a word");
    return word;
}

static void ask(struct crowd *crowd, char *rest)
{
    size_t first = strtoul(next_word(&rest), NULL, 10);
    size_t last = strtoul(next_word(&rest), NULL, 10);
    if (first > last || last >= crowd->count)
        bench_die("no such voters: %zu to %zu", first, last);
    crowd->bot = next_word(&rest);
    const char *target = next_word(&rest);
    crowd->words = next_word(&rest);
    crowd->open = last - first + 1;
    for (size_t i = first; i <= last; i++) {
        crowd->voter[i].state = ASKED;
        say(&crowd->voter[i], target, rest ? rest : "");
    }
    wait_for_all(crowd, crowd->words);
    puts("done");
}

static void quiet(struct crowd *crowd, char *rest)
{
    int ms = (int)strtol(next_word(&rest), NULL, 10);
    while (read_some(crowd, ms))
        continue;
    puts("done");
}

static void vote(struct crowd *crowd, char *rest)
{
    crowd->bot = next_word(&rest);
    crowd->words = " :Stored: ";
    crowd->votes = 0;
    crowd->open = crowd->count;
    int64_t start = bench_now();
    crowd->until = start + strtol(next_word(&rest), NULL, 10) * INT64_C(1000000000);
    for (size_t i = 0; i < crowd->count; i++)
        send_vote(crowd, &crowd->voter[i]);
    wait_for_all(crowd, "votes");
    double seconds = (double)(crowd->now - start) / 1e9;
    crowd->until = 0;
    printf("%zu %.6f %.3f %.3f\n", crowd->votes, seconds,
           bench_percentile(crowd->waited, crowd->votes, 50),
           bench_percentile(crowd->waited, crowd->votes, 99));
}

/* ---- coming ---- */

static void come(struct crowd *crowd, size_t number, unsigned port)
{
    struct voter *voter = &crowd->voter[number];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = voter};
    char text[128];
    int on = 1;
    snprintf(voter->nick, sizeof voter->nick, "voter%02zu", number);
    voter->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (voter->fd < 0 || connect(voter->fd, (struct sockaddr *)&at, sizeof at) ||
        setsockopt(voter->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
        epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, voter->fd, &event))
        bench_die("%s cannot connect", voter->nick);
    int length = snprintf(text, sizeof text, "NICK %s\r\nUSER v 0 * :voter\r\n", voter->nick);
    if (send(voter->fd, text, (size_t)length, MSG_NOSIGNAL) != length)
        bench_die("%s cannot send", voter->nick);
}

static void command(struct crowd *crowd, char *line)
{
    char *rest = line;
    const char *verb = next_word(&rest);
    if (strcmp(verb, "ask") == 0)
        ask(crowd, rest);
    else if (strcmp(verb, "quiet") == 0)
        quiet(crowd, rest);
    else if (strcmp(verb, "vote") == 0)
        vote(crowd, rest);
    else
        bench_die("no such command: %s", verb);
    fflush(stdout);
}

/* Between commands the voters still answer the server. */
static void serve(struct crowd *crowd)
{
    char line[2048];
    struct pollfd in[2] = {{STDIN_FILENO, POLLIN, 0}, {crowd->epoll, POLLIN, 0}};
    while (poll(in, 2, -1) > 0) {
        if (in[1].revents)
            read_some(crowd, 0);
        if (!in[0].revents)
            continue;
        if (!fgets(line, sizeof line, stdin))
            return;
        line[strcspn(line, "\n")] = '\0';
        command(crowd, line);
    }
}

int main(int argc, char **argv)
{
    struct crowd crowd = {.bot = "", .words = "", .epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (argc != 4)
        bench_die("voters PORT COUNT CHANNEL");
    crowd.count = strtoul(argv[2], NULL, 10);
    crowd.channel = argv[3];
    if (crowd.count == 0 || crowd.count > VOTERS_MAX)
        bench_die("1 to %d voters", VOTERS_MAX);
    crowd.voter = calloc(crowd.count, sizeof *crowd.voter);
    crowd.waited = calloc(WAITS_MAX, sizeof *crowd.waited);
    if (!crowd.voter || !crowd.waited || crowd.epoll < 0)
        bench_die("no memory for the voters");
    /* One command at a time: what poll() sees must not wait in a buffer. */
    setvbuf(stdin, NULL, _IONBF, 0);
    crowd.open = crowd.count;
    for (size_t i = 0; i < crowd.count; i++)
        come(&crowd, i, (unsigned)strtoul(argv[1], NULL, 10));
    wait_for_all(&crowd, "joining");
    puts("ready");
    fflush(stdout);
    serve(&crowd);
    free(crowd.voter);
    free(crowd.waited);
    return 0;
}
