/* The directives of a scenario that act: on time, rooms, the network and the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario_player.h"
#include "cli/scenario_text.h"
#include "transport/script/script.h"
#include "util/span.h"

/* ---- time ---- */

static int read_span(struct player *player, const char *words, int64_t *milliseconds)
{
    int64_t seconds;
    if (span_parse(words, &seconds))
        return player_complain(player, 2, "not a time: ", words);
    *milliseconds = seconds * 1000;
    player->log.since = player->log.count;
    return 0;
}

/* "+5m": every deadline on the way is met in its moment. */
int scenario_advance(struct player *player, char *words)
{
    int64_t span = 0;
    if (read_span(player, words, &span))
        return -1;
    int64_t end = player->now + span;
    for (;;) {
        int64_t due = session_deadline(player->bot.session);
        if (due == 0 || due > end)
            break;
        if (due > player->now)
            player->now = due;
        if (player_settle(player))
            return -1;
    }
    player->now = end;
    return 0;
}

/* The clock jumps, as after a night's sleep of the machine. */
static int jump(struct player *player, char *words)
{
    int64_t span = 0;
    if (read_span(player, words, &span))
        return -1;
    player->now += span;
    return 0;
}

/* The bot is stopped, and started again after that time. */
static int down(struct player *player, char *words)
{
    player_close(player);
    return jump(player, words[0] ? words : (char[]){"0"}) ? -1 : player_open(player);
}

static int set_clock(struct player *player, char *words)
{
    return time_parse(words, &player->now) ? player_complain(player, 2, "not a time: ", words) : 0;
}

static int set_seed(struct player *player, char *words)
{
    player->chance = strtoull(words, NULL, 10);
    return 0;
}

/* ---- rooms ---- */

/* The place of that name, "#ml" or "#ml@libera", made if need be; NULL after a complaint. */
static struct place *find_place(struct player *player, char *words)
{
    struct net *net = player_net(player, words);
    struct place *place = net ? player_place(player, net, words) : NULL;
    if (place || !net)
        return place;
    if (words[0] != '#' || strlen(words) >= sizeof place->name ||
        player->place_count == PLACES_MAX) {
        player_complain(player, 2, "cannot make a room of that name: ", words);
        return NULL;
    }
    place = &player->places[player->place_count++];
    snprintf(place->name, sizeof place->name, "%s", words);
    place->net = (size_t)(net - player->nets);
    compose_room_defaults(&place->settings);
    return place;
}

static int go_to_room(struct player *player, char *words)
{
    struct place *place = find_place(player, words);
    if (!place)
        return -1;
    player->place = (size_t)(place - player->places);
    player->nets[place->net].place = player->place;
    return 0;
}

/* "network irc/libera": its people are ann@libera, its first room is #prep@libera. */
static int add_network(struct player *player, char *words)
{
    char *name = strchr(words, '/'), room[WHO_MAX];
    if (!name)
        return player_complain(player, 2, "expected: network KIND/NAME, not ", words);
    *name++ = '\0';
    if (player_add_net(player, words, name))
        return -1;
    snprintf(room, sizeof room, "#prep@%s", name);
    size_t named = player->place;
    int failed = go_to_room(player, room);
    player->place = named;
    return failed;
}

/* "linked #prep #prep@libera": from the next start or reload on these rooms are one. */
static int link_rooms(struct player *player, char *names)
{
    char *state = NULL;
    player->linked_count++;
    for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        struct place *place = find_place(player, name);
        if (!place)
            return -1;
        place->linked = player->linked_count;
    }
    return 0;
}

static int unlink_rooms(struct player *player, char *names)
{
    char *state = NULL;
    for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        struct place *place = find_place(player, name);
        if (!place)
            return -1;
        place->linked = 0;
    }
    return 0;
}

/* Rooms that are linked are alike, but for what their commands begin with. */
static void set_linked(struct player *player)
{
    const struct place *from = &player->places[player->place];
    for (size_t i = 0; from->linked && i < player->place_count; i++) {
        struct place *to = &player->places[i];
        struct room_settings kept = to->settings;
        if (to == from || to->linked != from->linked)
            continue;
        to->settings = from->settings;
        memcpy(to->settings.prefix, kept.prefix, sizeof kept.prefix);
        to->settings.named_only = kept.named_only;
    }
}

/* "set moderators ann bob@libera": in place of those that the room had, nobody if none is named. */
static int set_roles(struct player *player, enum role role, char *names)
{
    char *state = NULL;
    for (size_t i = player->named_count; i > 0; i--)
        if (player->named[i - 1].place == player->place && player->named[i - 1].role == role)
            player->named[i - 1] = player->named[--player->named_count];
    for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        const struct net *net = player_net(player, name);
        if (!net)
            return -1;
        if (player->named_count == NAMED_MAX || strlen(name) > EVENT_NAME_MAX)
            return player_complain(player, 2, "too many people, or too long a name: ", name);
        struct named *named = &player->named[player->named_count++];
        *named = (struct named){.place = player->place, .net = (size_t)(net - player->nets),
                                .role = role};
        snprintf(named->account, sizeof named->account, "%s", name);
    }
    return 0;
}

static int set(struct player *player, char *words)
{
    struct room_settings *settings = &player->places[player->place].settings;
    char *value = strchr(words, ' ');
    int64_t seconds;
    if (!value)
        return player_complain(player, 2, "expected: set NAME VALUE", "");
    *value++ = '\0';
    if (strcmp(words, "owners") == 0 || strcmp(words, "moderators") == 0)
        return set_roles(player, words[0] == 'o' ? ROLE_OWNER : ROLE_MODERATOR, value);
    bool span = span_parse(value, &seconds) == 0;
    if (strcmp(words, "reveal") == 0)
        settings->reveal_names = strcmp(value, "names") == 0;
    else if (strcmp(words, "ballots") == 0)
        settings->open_ballots = strcmp(value, "open") == 0;
    else if (strcmp(words, "prefix") == 0)
        snprintf(settings->prefix, sizeof settings->prefix, "%.4s", value);
    else if (strcmp(words, "named_only") == 0)
        settings->named_only = strcmp(value, "yes") == 0;
    else if (strcmp(words, "settle") == 0 && span)
        settings->settle_ms = seconds * 1000;
    else if (strcmp(words, "gather") == 0 && span)
        settings->gather_ms = seconds * 1000;
    else if (strcmp(words, "answer") == 0 && span)
        settings->answer_ms = seconds * 1000;
    else if (strcmp(words, "vote") == 0 && span)
        settings->vote_ms = seconds * 1000;
    else if (strcmp(words, "last_call") == 0 && span)
        settings->last_call_ms = seconds * 1000;
    else if (strcmp(words, "commands") == 0 && span)
        player->commands = (unsigned)seconds;
    else if (strcmp(words, "rounds") == 0 && span)
        settings->rounds_max = (unsigned)seconds;
    else
        return player_complain(player, 2, "cannot set ", words);
    set_linked(player);
    return 0;
}

/* ---- the network and the program ---- */

static void hold_all(struct player *player, bool hold)
{
    for (size_t i = 0; i < player->net_count; i++)
        script_hold(player->nets[i].line, hold);
}

static int hold(struct player *player, char *words)
{
    (void)words;
    hold_all(player, true);
    return 0;
}

static int release(struct player *player, char *words)
{
    (void)words;
    hold_all(player, false);
    return 0;
}

/* "behind libera"; without a name the first network. */
static int set_behind(struct player *player, char *words, bool behind)
{
    struct net *net = words[0] ? NULL : &player->nets[0];
    for (size_t i = 0; !net && i < player->net_count; i++)
        if (strcmp(player->nets[i].name, words) == 0)
            net = &player->nets[i];
    if (!net)
        return player_complain(player, 2, "there is no network called ", words);
    player->log.since = player->log.count;
    script_set_behind(net->line, player->now, behind);
    return 0;
}

static int fall_behind(struct player *player, char *words)
{
    return set_behind(player, words, true);
}

static int come_abreast(struct player *player, char *words)
{
    return set_behind(player, words, false);
}

/* "ago 3m": what is said next was said three minutes before, and comes only now. */
static int say_earlier(struct player *player, char *words)
{
    return read_span(player, words, &player->ago);
}

/* "moved #new": the room that is spoken in goes on under that name, as it was configured. */
static int move_room(struct player *player, char *words)
{
    struct place *place = &player->places[player->place];
    struct net *net = &player->nets[place->net];
    if (words[0] != '#' || strlen(words) >= sizeof place->name)
        return player_complain(player, 2, "cannot make a room of that name: ", words);
    player->log.since = player->log.count;
    script_move(net->line, player->now, place->name, words);
    snprintf(place->name, sizeof place->name, "%s", words);
    return 0;
}

static int reload(struct player *player, char *words)
{
    struct error error;
    (void)words;
    if (compose_reload(&player->bot, player->options->plugins, player->options->questions, &error))
        return player_complain(player, 1, "reload: ", error.why);
    return 0;
}

static int set_lines(struct player *player, char *words)
{
    (void)words;
    script_set_lines(player_here(player)->line);
    return 0;
}

const struct directive scenario_stage[] = {
    {"clock", set_clock, false},         {"seed", set_seed, false},
    {"set", set, false},                 {"network", add_network, false},
    {"room", go_to_room, false},         {"linked", link_rooms, false},
    {"unlinked", unlink_rooms, false},   {"hold", hold, true},
    {"release", release, true},          {"ago", say_earlier, true},
    {"reload", reload, true},            {"jump", jump, true},
    {"restart", down, true},             {"behind", fall_behind, true},
    {"abreast", come_abreast, true},     {"moved", move_room, true},
    {"lines", set_lines, true},
    {NULL, NULL, false},
};
