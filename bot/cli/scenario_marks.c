/* The directives of a scenario for networks with marks, edits and retractions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario_player.h"
#include "cli/scenario_text.h"
#include "transport/script/script.h"

/* Cuts the next word off; NULL if there is none. */
static char *word(char **words)
{
    char *found = *words, *space = strchr(found, ' ');
    if (!*found)
        return NULL;
    *words = space ? space + 1 : found + strlen(found);
    if (space)
        *space = '\0';
    return found;
}

static int set_marks(struct player *player, char *words)
{
    (void)words;
    script_set_marks(player_here(player)->line, player_clock(player));
    return 0;
}

static int set_erasing(struct player *player, char *words)
{
    script_set_erasing(player_here(player)->line, strcmp(words, "no") != 0);
    return 0;
}

static int set_deaf(struct player *player, char *words)
{
    (void)words;
    script_set_deaf(player_here(player)->line, true);
    return 0;
}

static int tally(struct player *player, char *words)
{
    (void)words;
    player->log.since = player->log.count;
    script_set_deaf(player_here(player)->line, false);
    script_tally(player_here(player)->line, "");
    return 0;
}

static int give_id(struct player *player, char *words)
{
    script_next(player_here(player)->line, words, false);
    return 0;
}

static int reply(struct player *player, char *words)
{
    (void)words;
    script_next(player_here(player)->line, NULL, true);
    return 0;
}

/* "NAME:" in the room, "NAME>" privately; gives the network and the room or NULL, and cuts all but
 * the name off. */
static struct net *read_speaker(struct player *player, char *name, const char **room)
{
    size_t length = name ? strlen(name) : 0;
    char sign = length < 2 ? '\0' : name[length - 1];
    if (sign != ':' && sign != '>')
        return NULL;
    name[length - 1] = '\0';
    struct net *net = player_net(player, name);
    *room = net && sign == ':' ? player->places[net->place].name : NULL;
    return net;
}

static int edit(struct player *player, char *words)
{
    const char *room;
    char *id = word(&words), *name = word(&words);
    struct buf text;
    const struct net *net = id ? read_speaker(player, name, &room) : NULL;
    if (!net)
        return player_complain(player, 2, "expected: edit ID NAME> TEXT, or NAME: TEXT", "");
    buf_init(&text);
    bool good = scenario_unescape(&text, words, false);
    player->log.since = player->log.count;
    if (good)
        script_edit(net->line, player->now, room, name, id, buf_text(&text), text.length);
    buf_finish(&text);
    return good ? 0 : player_complain(player, 2, "a bad escape in ", words);
}

static int retract(struct player *player, char *words)
{
    const char *room;
    char *id = word(&words), *name = word(&words);
    const struct net *net = id ? read_speaker(player, name, &room) : NULL;
    if (!net)
        return player_complain(player, 2, "expected: retract ID NAME> or NAME:", "");
    player->log.since = player->log.count;
    script_retract(net->line, player->now, room, name, id);
    return 0;
}

static bool fits(const void *context, const char *text)
{
    return scenario_match(context, text, false);
}

/* "react ID NAME SIGN PATTERN" */
static int react(struct player *player, char *words)
{
    char *id = word(&words), *name = word(&words), *sign = word(&words);
    struct buf pattern;
    if (!sign || !*words)
        return player_complain(player, 2, "expected: react ID NAME SIGN PATTERN", "");
    const struct net *net = player_net(player, name);
    if (!net)
        return -1;
    buf_init(&pattern);
    bool good = scenario_unescape(&pattern, words, true);
    const char *message = good ? script_find(net->line, name, player->places[net->place].name, fits,
                                             buf_text(&pattern))
                               : NULL;
    buf_finish(&pattern);
    if (!message)
        return player_complain(player, 2, "no message to put a mark on has ", words);
    player->log.since = player->log.count;
    return script_mark(net->line, player->now, name, message, id, sign)
               ? player_complain(player, 1, "out of memory", "")
               : 0;
}

const struct directive scenario_marks[] = {
    {"marks", set_marks, true}, {"erasing", set_erasing, true}, {"deaf", set_deaf, true},
    {"tally", tally, true},     {"id", give_id, true},          {"reply", reply, true},
    {"edit", edit, true},       {"retract", retract, true},     {"react", react, true},
    {NULL, NULL, false},
};
