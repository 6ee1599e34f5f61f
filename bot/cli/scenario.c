#include "cli/scenario.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/sqlite_store.h"
#include "transport/script/script.h"
#include "util/buf.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/span.h"

#define LINE_MAX_BYTES (2 * 1024 * 1024)
#define TURNS_MAX 10000 /* of one line: more means that the bot does not come to rest */

/* One thing somebody saw. */
struct seen {
    char *who; /* a person, or the room */
    bool in_room;
    char *text;
};

struct player {
    const struct scenario_options *options;
    const char *path;
    size_t line;
    int64_t now;
    uint64_t chance;
    char room[EVENT_TARGET_MAX];
    struct room_settings settings;
    char directory[64]; /* a temporary one, "" if the database was given */
    char database[256];
    struct compose bot;
    bool open;
    struct transport *transport;
    struct seen *seen;
    size_t seen_count, seen_capacity;
    size_t since; /* index of the first thing seen after the last input line */
    struct buf never; /* patterns that must not appear, LF-separated */
    int result;
};

static int complain(struct player *player, int result, const char *what, const char *more)
{
    fprintf(player->options->complaints, "%s:%zu: %s%s\n", player->path, player->line, what, more);
    if (player->result < result)
        player->result = result;
    return -1;
}

/* ---- the bot ---- */

static int64_t player_now(void *context)
{
    const struct player *player = context;
    return player->now;
}

static uint64_t player_draw(void *context)
{
    struct player *player = context;
    return random_next(&player->chance);
}

static void player_settings(void *context, const struct address *place,
                            struct room_settings *settings)
{
    const struct player *player = context;
    (void)place;
    *settings = player->settings;
}

static void check_never(struct player *player, const char *text)
{
    char *patterns = strdup(buf_text(&player->never)), *state = NULL;
    for (char *one = patterns ? strtok_r(patterns, "\n", &state) : NULL; one;
         one = strtok_r(NULL, "\n", &state))
        if (strstr(text, one))
            complain(player, 1, "must never be said: ", one);
    free(patterns);
}

static void saw(void *context, const char *room, const char *person, const char *plain)
{
    struct player *player = context;
    char when[SPAN_TEXT];
    check_never(player, plain);
    if (player->options->transcript) {
        const char *at = time_text(player->now, when) + 11;
        const char *line = plain;
        while (line) {
            const char *stop = strchr(line, '\n');
            size_t length = stop ? (size_t)(stop - line) : strlen(line);
            fprintf(player->options->transcript, "%.8s [%s%s] %.*s\n", at, person ? "to " : "",
                    person ? person : room, (int)length, line);
            line = stop ? stop + 1 : NULL;
        }
    }
    if (player->seen_count == player->seen_capacity) {
        size_t wanted = player->seen_capacity ? player->seen_capacity * 2 : 64;
        struct seen *grown = reallocarray(player->seen, wanted, sizeof *grown);
        if (!grown)
            return;
        player->seen = grown;
        player->seen_capacity = wanted;
    }
    struct seen *one = &player->seen[player->seen_count];
    one->in_room = person == NULL;
    one->who = strdup(person ? person : room);
    one->text = strdup(plain);
    if (one->who && one->text)
        player->seen_count++;
}

static int open_bot(struct player *player)
{
    struct error error;
    struct compose_options options = {
        .database = player->database,
        .plugins = player->options->plugins,
        .questions = player->options->questions,
        .clock = {player, player_now},
        .chance = {player, player_draw},
        .settings = player_settings,
        .settings_context = player,
    };
    if (compose_open(&player->bot, &options, &error))
        return complain(player, 1, "the bot cannot start: ", error.why);
    player->open = true;
    player->transport = script_transport_create("local", session_sink(player->bot.session), saw,
                                                player);
    if (!player->transport || session_add_transport(player->bot.session, player->transport))
        return complain(player, 1, "out of memory", "");
    return player->transport->ops->start(player->transport, &error);
}

static void close_bot(struct player *player)
{
    if (!player->open)
        return;
    compose_close(&player->bot);
    if (player->transport)
        player->transport->ops->destroy(player->transport);
    player->transport = NULL;
    player->open = false;
}

/* Turns until nothing is left to do at this moment. */
static void settle(struct player *player)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        session_turn(player->bot.session);
        int64_t due = session_deadline(player->bot.session);
        if ((due == 0 || due > player->now) && session_at_rest(player->bot.session))
            return;
    }
    complain(player, 1, "the bot does not come to rest", "");
}

/* ---- lines ---- */

static int advance(struct player *player, const char *words)
{
    int64_t seconds;
    if (span_parse(words, &seconds))
        return complain(player, 2, "not a time: +", words);
    int64_t end = player->now + seconds * 1000;
    for (;;) {
        int64_t due = session_deadline(player->bot.session);
        if (due == 0 || due > end)
            break;
        if (due > player->now)
            player->now = due;
        settle(player);
    }
    player->now = end;
    settle(player);
    return 0;
}

static bool pattern_matches(const char *pattern, const char *text)
{
    if (!strpbrk(pattern, "*?"))
        return strstr(text, pattern) != NULL;
    struct buf around;
    buf_init(&around);
    buf_printf(&around, "*%s*", pattern);
    bool matches = !around.failed && fnmatch(buf_text(&around), text, 0) == 0;
    buf_finish(&around);
    return matches;
}

/* "expect WHO PATTERN" and "refuse WHO PATTERN"; WHO is room, or a person. */
static int check(struct player *player, char *words, bool wanted)
{
    char *pattern = strchr(words, ' ');
    if (!pattern)
        return complain(player, 2, "expected: expect WHO PATTERN", "");
    *pattern++ = '\0';
    bool room = strcmp(words, "room") == 0, found = false;
    for (size_t i = player->since; i < player->seen_count && !found; i++) {
        const struct seen *one = &player->seen[i];
        bool right = room ? one->in_room : !one->in_room && strcmp(one->who, words) == 0;
        found = right && pattern_matches(pattern, one->text);
    }
    if (found == wanted)
        return 0;
    complain(player, 1, wanted ? "not seen: " : "should not be seen: ", pattern);
    for (size_t i = player->since; i < player->seen_count; i++)
        fprintf(player->options->complaints, "    [%s] %s\n", player->seen[i].who,
                player->seen[i].text);
    return 0;
}

static int set(struct player *player, char *words)
{
    char *value = strchr(words, ' ');
    int64_t seconds;
    if (!value)
        return complain(player, 2, "expected: set NAME VALUE", "");
    *value++ = '\0';
    bool span = span_parse(value, &seconds) == 0;
    if (strcmp(words, "reveal") == 0)
        player->settings.reveal_names = strcmp(value, "names") == 0;
    else if (strcmp(words, "prefix") == 0)
        snprintf(player->settings.prefix, sizeof player->settings.prefix, "%.4s", value);
    else if (strcmp(words, "named_only") == 0)
        player->settings.named_only = strcmp(value, "yes") == 0;
    else if (strcmp(words, "settle") == 0 && span)
        player->settings.settle_ms = seconds * 1000;
    else if (strcmp(words, "last_call") == 0 && span)
        player->settings.last_call_ms = seconds * 1000;
    else if (strcmp(words, "gather") == 0 && span)
        player->settings.gather_ms = seconds * 1000;
    else if (strcmp(words, "answer") == 0 && span)
        player->settings.answer_ms = seconds * 1000;
    else if (strcmp(words, "vote") == 0 && span)
        player->settings.vote_ms = seconds * 1000;
    else if (strcmp(words, "rounds") == 0 && span)
        player->settings.rounds_max = (unsigned)seconds;
    else
        return complain(player, 2, "cannot set ", words);
    return 0;
}

static void each_name(struct player *player, char *names,
                      void (*act)(struct transport *transport, int64_t at, const char *room,
                                  const char *person))
{
    char *state = NULL;
    for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state))
        act(player->transport, player->now, player->room, name);
}

static int restart(struct player *player)
{
    close_bot(player);
    return open_bot(player);
}

/* A directive: a word and what follows it. 1 = it is none. */
static int directive(struct player *player, char *line)
{
    char *words = strchr(line, ' ');
    size_t length = words ? (size_t)(words - line) : strlen(line);
    struct error error;
    words = words ? words + 1 : line + length;
#define IS(word) (length == sizeof word - 1 && memcmp(line, word, length) == 0)
    if (IS("clock"))
        return time_parse(words, &player->now) ? complain(player, 2, "not a time: ", words) : 0;
    if (IS("seed"))
        player->chance = strtoull(words, NULL, 10);
    else if (IS("set"))
        return set(player, words);
    else if (IS("room"))
        snprintf(player->room, sizeof player->room, "%s", words);
    else if (IS("expect"))
        return check(player, words, true);
    else if (IS("refuse"))
        return check(player, words, false);
    else if (IS("never")) {
        buf_puts(&player->never, words);
        buf_putc(&player->never, '\n');
    } else if (!player->open && open_bot(player))
        return -1;
    else if (IS("enter"))
        each_name(player, words, script_enter);
    else if (IS("leave"))
        each_name(player, words, script_leave);
    else if (IS("moderator"))
        script_set_role(player->transport, words, ROLE_MODERATOR);
    else if (IS("hold"))
        script_hold(player->transport, true);
    else if (IS("release"))
        script_hold(player->transport, false);
    else if (IS("restart"))
        return restart(player);
    else if (IS("reload"))
        return compose_reload(&player->bot, &error) ? complain(player, 1, "reload: ", error.why)
                                                    : 0;
    else
        return 1;
#undef IS
    return 0;
}

/* "NAME: text" or "NAME> text". */
static int speech(struct player *player, char *line)
{
    size_t name = strcspn(line, ":> ");
    char mark = line[name];
    if (name == 0 || name > EVENT_NAME_MAX || (mark != ':' && mark != '>'))
        return complain(player, 2, "neither a directive nor NAME: text nor NAME> text: ", line);
    line[name] = '\0';
    char *text = line + name + 1;
    text += *text == ' ';
    if (player->options->transcript) {
        char when[SPAN_TEXT];
        fprintf(player->options->transcript, "%.8s <%s%s> %s\n",
                time_text(player->now, when) + 11, line, mark == '>' ? " privately" : "", text);
    }
    player->since = player->seen_count;
    if (mark == ':')
        script_say(player->transport, player->now, player->room, line, text, strlen(text));
    else
        script_tell(player->transport, player->now, line, text, strlen(text));
    return 0;
}

static int play_line(struct player *player, char *line)
{
    if (line[0] == '\0' || line[0] == '#')
        return 0;
    if (line[0] == '+') {
        if (!player->open && open_bot(player))
            return -1;
        player->since = player->seen_count;
        return advance(player, line + 1);
    }
    int done = directive(player, line);
    if (done == 1)
        done = speech(player, line);
    if (done == 0 && player->open)
        settle(player);
    return done;
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
        return complain(player, 1, "no temporary directory: ", strerror(errno));
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
    struct player player = {.options = options, .path = path, .chance = 1, .room = "#prep"};
    struct buf line;
    FILE *file = fopen(path, "re");
    if (!file) {
        fprintf(options->complaints, "%s: %s\n", path, strerror(errno));
        return 2;
    }
    buf_init(&line);
    buf_init(&player.never);
    compose_room_defaults(&player.settings);
    time_parse("2026-01-05T10:00:00Z", &player.now);
    if (make_database(&player) == 0)
        while (player.result < 2 && read_line(&player, file, &line))
            if (line.length > 0 && play_line(&player, line.data) < 0)
                break;
    close_bot(&player);
    remove_database(&player);
    for (size_t i = 0; i < player.seen_count; i++) {
        free(player.seen[i].who);
        free(player.seen[i].text);
    }
    free(player.seen);
    buf_finish(&player.never);
    buf_finish(&line);
    fclose(file);
    return player.result;
}
