#include "cli/config_rooms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/irc/irc_settings.h"
#include "transport/matrix/matrix_settings.h"
#include "util/span.h"

#define KEY_MAX (2 * EVENT_NAME_MAX + EVENT_TARGET_MAX + 3) /* "irc/libera/#prep" */

/* ---- what a room is like ---- */

static void read_span(cfg_t *cfg, const char *name, int64_t *out)
{
    int64_t seconds;
    const char *text = cfg_getstr(cfg, name);
    if (!text || span_parse(text, &seconds))
        config_wrong(cfg, name, "\"%.40s\" is no time; write 30s, 5m or 2h", text ? text : "");
    else
        *out = seconds * 1000;
}

static void read_prefix(cfg_t *cfg, struct room_settings *room)
{
    const char *prefix = cfg_getstr(cfg, "prefix");
    if (!prefix || strlen(prefix) < 1 || strlen(prefix) > 4 || strpbrk(prefix, " \t/"))
        config_wrong(cfg, "prefix", "must be 1 to 4 signs, without spaces or /");
    else
        snprintf(room->prefix, sizeof room->prefix, "%s", prefix);
}

static void read_reveal(cfg_t *cfg, struct room_settings *room)
{
    const char *reveal = cfg_getstr(cfg, "reveal");
    room->reveal_names = !reveal || strcmp(reveal, "never") != 0;
    if (room->reveal_names && reveal && strcmp(reveal, "names") != 0)
        config_wrong(cfg, "reveal", "\"%.40s\" is neither \"names\" nor \"never\"", reveal);
}

static void read_ballots(cfg_t *cfg, struct room_settings *room)
{
    const char *ballots = cfg_getstr(cfg, "ballots");
    room->open_ballots = ballots && strcmp(ballots, "open") == 0;
    if (!room->open_ballots && ballots && strcmp(ballots, "private") != 0)
        config_wrong(cfg, "ballots", "\"%.40s\" is neither \"private\" nor \"open\"", ballots);
}

/* With `all` the defaults count, too; else what the section does not say stays as it is. */
static void read_room(cfg_t *cfg, struct room_settings *room, bool all)
{
    const struct {
        const char *name;
        int64_t *value;
    } spans[] = {{"gather", &room->gather_ms},       {"answer", &room->answer_ms},
                 {"vote", &room->vote_ms},           {"settle", &room->settle_ms},
                 {"last_call", &room->last_call_ms}};
    if (all || config_is_set(cfg, "prefix"))
        read_prefix(cfg, room);
    if (all || config_is_set(cfg, "reveal"))
        read_reveal(cfg, room);
    if (all || config_is_set(cfg, "ballots"))
        read_ballots(cfg, room);
    if (all || config_is_set(cfg, "named_only"))
        room->named_only = cfg_getbool(cfg, "named_only");
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (all || config_is_set(cfg, spans[i].name))
            read_span(cfg, spans[i].name, spans[i].value);
    if (all || config_is_set(cfg, "rounds"))
        config_number(cfg, "rounds", 1, 8, &room->rounds_max);
}

/* ---- places ---- */

/* Splits "irc/libera/#prep" in place; false if it is no such name. */
static bool split_place(char *key, struct address *place)
{
    char *network = strchr(key, '/');
    char *target = network ? strchr(network + 1, '/') : NULL;
    if (!target || network == key || target == network + 1 || !target[1] ||
        target - network - 1 > EVENT_NAME_MAX || network - key > EVENT_NAME_MAX ||
        strlen(target + 1) >= EVENT_TARGET_MAX)
        return false;
    *network = *target = '\0';
    *place = (struct address){key, network + 1, target + 1};
    return true;
}

/* The linked room that has this place, NULL if none has. */
static const struct options_room *linked_room(const struct options *options,
                                              const struct address *place)
{
    for (size_t i = 0; i < options->room_count; i++)
        for (size_t j = 0; j < options->rooms[i].place_count; j++)
            if (address_same(&options->rooms[i].places[j], place))
                return &options->rooms[i];
    return NULL;
}

/* The bot must go there, or the link would join nothing. */
static void check_matrix(cfg_t *section, const struct options *options,
                         const struct address *place)
{
    if (place->target[0] != '!')
        config_wrong(section, "places", "\"%.60s\" is no ID of a Matrix room; it begins with ! and "
                                        "stands in the settings of the room",
                     place->target);
    for (size_t i = 0; i < options->matrix_count; i++)
        if (options->matrix[i].network && strcmp(options->matrix[i].network, place->network) == 0)
            return;
    config_wrong(section, "places", "there is no matrix section \"%.40s\" in this file",
                 place->network);
}

static void check_irc(cfg_t *section, const struct options *options, const struct address *place)
{
    for (size_t i = 0; i < options->network_count; i++) {
        const struct irc_settings *network = &options->networks[i];
        if (!network->network || strcmp(network->network, place->network) != 0)
            continue;
        for (size_t j = 0; j < network->channel_count; j++)
            if (strcmp(network->channels[j], place->target) == 0)
                return;
        config_wrong(section, "places", "\"%.60s\" is none of the channels of network \"%.40s\"; "
                                        "add it there",
                     place->target, place->network);
        return;
    }
    config_wrong(section, "places", "there is no network \"%.40s\" in this file", place->network);
}

static void check_reach(cfg_t *section, const struct options *options, const struct address *place)
{
    if (strcmp(place->transport, "irc") == 0)
        check_irc(section, options, place);
    else if (strcmp(place->transport, "matrix") == 0)
        check_matrix(section, options, place);
    else
        config_wrong(section, "places", "\"%.40s\" is no kind of network; it is irc or matrix",
                     place->transport);
}

static void take_place(cfg_t *section, struct options *options, struct options_room *room,
                       const char *name)
{
    struct address place;
    char *key = NULL;
    config_copy(&key, name);
    if (!key)
        return;
    if (!split_place(key, &place)) {
        config_wrong(section, "places", "\"%.80s\" is no place; write transport/network/target, "
                                        "such as \"irc/libera/#prep\"",
                     name);
        free(key);
        return;
    }
    const struct options_room *other = linked_room(options, &place);
    if (other) {
        config_wrong(section, "places", "\"%.80s\" is %s room \"%.40s\" already; a place is in one "
                                        "room only",
                     name, other == room ? "named in" : "in", other->key);
        free(key);
        return;
    }
    room->places[room->place_count++] = place;
    check_reach(section, options, &place);
}

static void read_places(cfg_t *section, struct options *options, struct options_room *room)
{
    unsigned count = cfg_size(section, "places");
    if (count < 2 || count > OPTIONS_PLACES_MAX)
        config_wrong(section, "places", "a linked room has 2 to %d places, such as "
                                        "{\"irc/libera/#prep\", \"matrix/example/!abc:example.org\"}",
                     OPTIONS_PLACES_MAX);
    room->places = calloc(OPTIONS_PLACES_MAX, sizeof *room->places);
    if (!room->places)
        config_complain("out of memory");
    for (unsigned i = 0; room->places && i < count && i < OPTIONS_PLACES_MAX; i++) {
        const char *name = cfg_getnstr(section, "places", i);
        take_place(section, options, room, name ? name : "");
    }
}

/* ---- sections ---- */

/* "study", with places, or "irc/libera/#prep", without. */
static void read_title(cfg_t *section, struct options *options, struct options_room *room)
{
    const char *title = cfg_title(section), *slash = strchr(title, '/');
    config_copy(&room->key, title);
    if (slash && config_is_set(section, "places"))
        config_wrong(section, "places", "a room that lists its places has a name of its own, such "
                                        "as \"study\", not \"%.80s\"",
                     title);
    else if (config_is_set(section, "places"))
        read_places(section, options, room);
    else if (!slash || !strchr(slash + 1, '/'))
        config_complain("line %d: a room is called transport/network/target, such as "
                        "\"irc/libera/#prep\"; one with another name lists its places",
                        section->line);
}

/* A place of a linked room is like the room; only how it is called may be its own. */
static void check_own(cfg_t *section, const struct options_room *linked)
{
    static const char *const shared[] = {"reveal", "ballots",   "gather", "answer", "vote",
                                         "settle", "last_call", "rounds", "owners", "moderators"};
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (config_is_set(section, shared[i]))
            config_wrong(section, shared[i], "belongs into room \"%.40s\", which this place is part "
                                             "of; here only prefix and named_only can differ",
                         linked->key);
}

static void read_settings(cfg_t *section, const struct options *options, struct options_room *room)
{
    struct address place;
    const struct options_room *linked = NULL;
    char *key = NULL;
    config_copy(&key, room->key);
    if (key && room->place_count == 0 && split_place(key, &place))
        linked = linked_room(options, &place);
    free(key);
    if (linked)
        check_own(section, linked);
    room->settings = linked ? linked->settings : options->room;
    read_room(section, &room->settings, false);
    config_read_roles(section, options, &room->roles);
}

void config_read_rooms(cfg_t *cfg, struct options *options)
{
    unsigned count = cfg_size(cfg, "room");
    read_room(cfg, &options->room, true);
    config_read_roles(cfg, options, &options->roles);
    if (count > OPTIONS_ROOMS_MAX)
        config_complain("at most %d room sections", OPTIONS_ROOMS_MAX);
    for (unsigned i = 0; i < count && i < OPTIONS_ROOMS_MAX; i++)
        read_title(cfg_getnsec(cfg, "room", i), options, &options->rooms[options->room_count++]);
    /* Linked rooms first: what they say holds for their places, too. */
    for (size_t i = 0; i < options->room_count; i++)
        if (options->rooms[i].places)
            read_settings(cfg_getnsec(cfg, "room", (unsigned)i), options, &options->rooms[i]);
    for (size_t i = 0; i < options->room_count; i++)
        if (!options->rooms[i].places)
            read_settings(cfg_getnsec(cfg, "room", (unsigned)i), options, &options->rooms[i]);
}

void config_free_rooms(struct options *options)
{
    config_free_roles(&options->roles);
    for (size_t i = 0; i < options->room_count; i++) {
        struct options_room *room = &options->rooms[i];
        for (size_t j = 0; j < room->place_count; j++)
            free((char *)room->places[j].transport); /* the three are one string, cut */
        config_free_roles(&room->roles);
        free(room->places);
        free(room->key);
    }
}

/* ---- asking ---- */

/* The section of the place itself, NULL if it has none. */
static const struct options_room *own_section(const struct options *options,
                                              const struct address *place)
{
    char key[KEY_MAX];
    snprintf(key, sizeof key, "%s/%s/%s", place->transport, place->network, place->target);
    for (size_t i = 0; i < options->room_count; i++)
        if (strcmp(options->rooms[i].key, key) == 0)
            return &options->rooms[i];
    return NULL;
}

void config_room(const struct options *options, const struct address *place,
                 struct room_settings *settings)
{
    const struct options_room *own = own_section(options, place);
    const struct options_room *room = own ? own : linked_room(options, place);
    *settings = room ? room->settings : options->room;
    settings->configured = room != NULL;
}

enum role config_role(const struct options *options, const struct address *who,
                      const struct address *place)
{
    const struct options_room *rooms[] = {own_section(options, place), linked_room(options, place)};
    enum role best = config_role_in(&options->roles, who);
    for (size_t i = 0; i < 2; i++) {
        enum role role = rooms[i] ? config_role_in(&rooms[i]->roles, who) : ROLE_MEMBER;
        best = role > best ? role : best;
    }
    return best;
}

size_t config_linked(const struct options *options, size_t index, struct address *places,
                     size_t limit)
{
    size_t count = 0;
    for (size_t i = 0; i < options->room_count; i++) {
        const struct options_room *room = &options->rooms[i];
        if (room->place_count == 0 || index-- > 0)
            continue;
        while (count < room->place_count && count < limit) {
            places[count] = room->places[count];
            count++;
        }
        break;
    }
    return count;
}
