/* The directives of a scenario that look at what people saw. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario_player.h"
#include "cli/scenario_text.h"

static void show_seen(const struct player *player)
{
    for (size_t i = player->log.since; i < player->log.count; i++)
        fprintf(player->options->complaints, "    [%s] %.2000s\n", player->log.seen[i].who,
                player->log.seen[i].text);
}

/* Splits "WHO PATTERN"; the pattern comes without its escapes. */
static int read_pattern(struct player *player, char *words, struct buf *pattern)
{
    char *rest = strchr(words, ' ');
    if (!rest)
        return player_complain(player, 2, "expected: WHO PATTERN, not ", words);
    *rest++ = '\0';
    return scenario_unescape(pattern, rest, true) ? 0 : player_complain(player, 2, "a bad escape in ", rest);
}

static int check(struct player *player, char *words, bool wanted, bool whole)
{
    struct buf pattern;
    bool found = false;
    char room[WHO_MAX];
    player_room(player, room);
    buf_init(&pattern);
    int result = read_pattern(player, words, &pattern);
    for (size_t i = player->log.since; result == 0 && i < player->log.count && !found; i++)
        found = seen_by(&player->log.seen[i], words, room) &&
                scenario_match(buf_text(&pattern), player->log.seen[i].text, whole);
    buf_finish(&pattern);
    if (result == 0 && found != wanted) {
        player_complain(player, 1, wanted ? "not seen: " : "should not be seen: ",
                 words + strlen(words) + 1);
        show_seen(player);
    }
    return result;
}

static int expect(struct player *player, char *words)
{
    return check(player, words, true, false);
}

static int exact(struct player *player, char *words)
{
    return check(player, words, true, true);
}

static int refuse(struct player *player, char *words)
{
    return check(player, words, false, false);
}

static int never(struct player *player, char *words)
{
    struct buf pattern;
    buf_init(&pattern);
    int result = read_pattern(player, words, &pattern);
    if (result == 0 && !seen_never(&player->log, words, buf_text(&pattern)))
        result = player_complain(player, 1, "out of memory", "");
    buf_finish(&pattern);
    return result;
}

static int forget(struct player *player, char *words)
{
    (void)words;
    seen_forget_never(&player->log);
    return 0;
}

static size_t count_seen(const struct player *player, const char *who, size_t from)
{
    size_t count = 0;
    char room[WHO_MAX];
    player_room(player, room);
    for (size_t i = from; i < player->log.count; i++)
        count += seen_by(&player->log.seen[i], who, room);
    return count;
}

static int silent(struct player *player, char *words)
{
    if (count_seen(player, words[0] ? words : "any", player->log.since) == 0)
        return 0;
    player_complain(player, 1, "nothing should be seen", "");
    show_seen(player);
    return 0;
}

/* "catch WHO BEFORE": keeps the word that stands behind BEFORE in what WHO saw. */
static int catch_word(struct player *player, char *words)
{
    char room[WHO_MAX], *before = strchr(words, ' ');
    if (!before)
        return player_complain(player, 2, "expected: catch WHO BEFORE", "");
    *before++ = '\0';
    player_room(player, room);
    for (size_t i = player->log.since; i < player->log.count; i++) {
        const char *found = seen_by(&player->log.seen[i], words, room)
                                ? strstr(player->log.seen[i].text, before)
                                : NULL;
        if (!found)
            continue;
        found += strlen(before);
        found += strspn(found, " ");
        snprintf(player->caught, sizeof player->caught, "%.*s", (int)strcspn(found, " \n"), found);
        return 0;
    }
    player_complain(player, 1, "nothing to catch behind ", before);
    show_seen(player);
    return 0;
}

static int mark(struct player *player, char *words)
{
    (void)words;
    player->log.mark = player->log.count;
    return 0;
}

static int count(struct player *player, char *words)
{
    char *number = strchr(words, ' '), found[64];
    if (!number)
        return player_complain(player, 2, "expected: count WHO NUMBER", "");
    *number++ = '\0';
    size_t seen = count_seen(player, words, player->log.mark);
    if (seen != strtoul(number, NULL, 10)) {
        snprintf(found, sizeof found, "%zu, not %s", seen, number);
        player_complain(player, 1, "messages seen: ", found);
    }
    return 0;
}

const struct directive scenario_checks[] = {
    {"expect", expect, false}, {"exact", exact, false},   {"refuse", refuse, false},
    {"silent", silent, false}, {"never", never, false},   {"forget", forget, false},
    {"catch", catch_word, false}, {"mark", mark, false},     {"count", count, false},   {NULL, NULL, false},
};
