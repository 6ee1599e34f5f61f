#include "cli/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/scenario_player.h"
#include "cli/scenario_text.h"
#include "transport/script/script.h"
#include "util/span.h"
#include "util/utf8.h"

#define LINE_MAX_BYTES (2 * 1024 * 1024)
#define SHOWN_MAX 400 /* bytes of an input line in the transcript */

static const struct directive *find_directive(const struct directive *table, const char *line)
{
    size_t length = strcspn(line, " ");
    for (; table->word; table++)
        if (strlen(table->word) == length && memcmp(table->word, line, length) == 0)
            return table;
    return NULL;
}

static void transcribe_speech(const struct player *player, const char *name, char mark,
                              const struct buf *text)
{
    char head[WHO_MAX + 16];
    struct buf clean;
    buf_init(&clean);
    utf8_clean(&clean, buf_text(text), utf8_cut(buf_text(text), text->length, SHOWN_MAX), false);
    snprintf(head, sizeof head, "<%s%s>", name, mark == '>' ? " privately" : "");
    player_transcribe(player, head, buf_text(&clean));
    buf_finish(&clean);
}

/* What is said, with what "catch" kept in place of "\c". */
static void put_caught(const struct player *player, const char *said, struct buf *out)
{
    buf_init(out);
    for (const char *at = said; *at; at++) {
        if (at[0] == '\\' && at[1] == 'c') {
            buf_puts(out, player->caught);
            at++;
        } else {
            buf_putc(out, *at);
            if (at[0] == '\\' && at[1])
                buf_putc(out, *++at);
        }
    }
}

/* "NAME: text" or "NAME> text". */
static int speech(struct player *player, char *line)
{
    size_t name = strcspn(line, ":> ");
    char sign = line[name];
    if (name == 0 || name > 2 * EVENT_NAME_MAX || (sign != ':' && sign != '>'))
        return player_complain(player, 2, "neither a directive nor NAME: text nor NAME> text: ", line);
    line[name] = '\0';
    struct buf text, said;
    buf_init(&text);
    put_caught(player, line + name + 1 + (line[name + 1] == ' '), &said);
    bool good = scenario_unescape(&text, buf_text(&said), false);
    buf_finish(&said);
    if (!good) {
        buf_finish(&text);
        return player_complain(player, 2, "a bad escape in what this person says: ", line);
    }
    transcribe_speech(player, line, sign, &text);
    player->log.since = player->log.count;
    struct net *net = player_net(player, line);
    int64_t at = player->now - player->ago;
    player->ago = 0;
    if (net && sign == ':') {
        player->place = net->place;
        script_say(net->line, at, player->places[net->place].name, line, buf_text(&text),
                   text.length);
    } else if (net) {
        script_tell(net->line, at, line, buf_text(&text), text.length);
    }
    buf_finish(&text);
    return net ? 0 : -1;
}

static int play_line(struct player *player, char *line)
{
    if (line[0] == '\0' || line[0] == '#')
        return 0;
    const struct directive *directive = find_directive(scenario_stage, line);
    if (!directive)
        directive = find_directive(scenario_people, line);
    if (!directive)
        directive = find_directive(scenario_marks, line);
    if (!directive)
        directive = find_directive(scenario_links, line);
    if (!directive)
        directive = find_directive(scenario_checks, line);
    if ((!directive || directive->bot) && !player->open && player_open(player))
        return -1;
    char *words = line + strcspn(line, " ");
    words += *words == ' ';
    int result = directive        ? directive->act(player, words)
                 : line[0] == '+' ? scenario_advance(player, line + 1)
                                  : speech(player, line);
    if (result == 0 && player->open)
        result = player_settle(player);
    return result;
}

/* Reads one line; a trailing backslash continues it with a line break. */
static bool read_line(struct player *player, FILE *file, struct buf *out)
{
    char *part = NULL;
    size_t size = 0;
    ssize_t length;
    buf_clear(out);
    while ((length = getline(&part, &size, file)) >= 0) {
        player->line++;
        while (length > 0 && (part[length - 1] == '\n' || part[length - 1] == '\r'))
            length--;
        bool more = length > 0 && part[length - 1] == '\\';
        buf_add(out, part, (size_t)(more ? length - 1 : length));
        if (!more || out->length > LINE_MAX_BYTES)
            break;
        buf_putc(out, '\n');
    }
    free(part);
    return length >= 0 || out->length > 0;
}

static int make_database(struct player *player)
{
    if (player->options->database) {
        snprintf(player->database, sizeof player->database, "%s", player->options->database);
        return 0;
    }
    snprintf(player->directory, sizeof player->directory, "/tmp/hotseat-sim.XXXXXX");
    if (!mkdtemp(player->directory)) {
        player->directory[0] = '\0';
        return player_complain(player, 1, "no temporary directory: ", strerror(errno));
    }
    snprintf(player->database, sizeof player->database, "%s/sim.db", player->directory);
    return 0;
}

static void remove_database(struct player *player)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    char name[sizeof player->database + 8];
    if (!player->directory[0])
        return;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", player->database, endings[i]);
        unlink(name);
    }
    rmdir(player->directory);
}

int scenario_play(const char *path, const struct scenario_options *options)
{
    struct player player = {.options = options, .path = path, .chance = 1};
    struct buf line;
    FILE *file = fopen(path, "re");
    if (!file) {
        fprintf(options->complaints, "%s: %s\n", path, strerror(errno));
        return 2;
    }
    buf_init(&line);
    player_add_net(&player, "script", "local");
    play_line(&player, (char[]){"room #prep"});
    time_parse("2026-01-05T10:00:00Z", &player.now);
    if (make_database(&player) == 0)
        while (player.result < 2 && read_line(&player, file, &line))
            if (line.length > 0 && play_line(&player, line.data) < 0)
                break;
    player_close(&player);
    for (size_t i = 0; i < player.net_count; i++)
        if (player.nets[i].line)
            player.nets[i].line->ops->destroy(player.nets[i].line);
    remove_database(&player);
    seen_finish(&player.log);
    buf_finish(&line);
    fclose(file);
    return player.result;
}
