/* The directives of a scenario about people: who comes and goes, under which name, as what. */
#include <stdio.h>
#include <string.h>

#include "cli/scenario_player.h"
#include "cli/scenario_text.h"
#include "transport/script/script.h"

/* A network's person, and the room of theirs; *at = where they are in the list, its end if nowhere. */
static struct net *find_present(struct player *player, char *person, size_t *at)
{
    struct net *net = player_net(player, person);
    for (*at = 0; net && *at < player->present_count; (*at)++)
        if (strcmp(player->present[*at].person, person) == 0 &&
            player->present[*at].place == net->place)
            break;
    return net;
}

static int enter(struct player *player, char *names)
{
    char *state = NULL;
    for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        size_t at;
        struct net *net = find_present(player, name, &at);
        if (!net)
            return -1;
        if (at == PRESENT_MAX || strlen(name) > EVENT_NAME_MAX)
            return player_complain(player, 2, "too many people, or too long a name: ", name);
        struct present *one = &player->present[at];
        one->place = net->place;
        snprintf(one->person, sizeof one->person, "%s", name);
        player->present_count += at == player->present_count;
        script_enter(net->line, player->now, player->places[net->place].name, name);
    }
    return 0;
}

static int leave(struct player *player, char *names)
{
    char *state = NULL;
    for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        size_t at;
        struct net *net = find_present(player, name, &at);
        if (!net)
            return -1;
        if (at == player->present_count)
            return player_complain(player, 2, "is not in the room: ", name);
        player->present[at] = player->present[--player->present_count];
        script_leave(net->line, player->now, player->places[net->place].name, name);
    }
    return 0;
}

static int rename_person(struct player *player, char *words)
{
    char *name = strchr(words, ' ');
    struct buf plain;
    if (!name)
        return player_complain(player, 2, "expected: nick PERSON NAME", "");
    *name++ = '\0';
    const struct net *net = player_net(player, words);
    if (!net)
        return -1;
    buf_init(&plain);
    bool good = scenario_unescape(&plain, name, false);
    if (good)
        script_set_name(net->line, words, buf_text(&plain));
    buf_finish(&plain);
    return good ? 0 : player_complain(player, 2, "a bad escape in ", name);
}

static int set_role(struct player *player, char *words, enum role role)
{
    const struct net *net = player_net(player, words);
    if (net)
        script_set_role(net->line, words, role);
    return net ? 0 : -1;
}

static int make_moderator(struct player *player, char *words)
{
    return set_role(player, words, ROLE_MODERATOR);
}

static int make_member(struct player *player, char *words)
{
    return set_role(player, words, ROLE_MEMBER);
}

/* ---- guests ---- */

/* Where a person of this network is in the list, in any room; its end if nowhere. */
static size_t find_anywhere(const struct player *player, const struct net *net, const char *person)
{
    size_t at = 0;
    while (at < player->present_count &&
           (strcmp(player->present[at].person, person) != 0 ||
            &player->nets[player->places[player->present[at].place].net] != net))
        at++;
    return at;
}

static int make_guests(struct player *player, char *names)
{
    char *state = NULL;
    for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        struct net *net = player_net(player, name);
        if (!net)
            return -1;
        if (find_anywhere(player, net, name) < player->present_count)
            return player_complain(player, 2, "is in a room already, and may log out: ", name);
        script_set_guest(net->line, name, true);
    }
    return 0;
}

static bool is_in(const struct player *player, size_t place, const char *person)
{
    for (size_t i = 0; i < player->present_count; i++)
        if (player->present[i].place == place && strcmp(player->present[i].person, person) == 0)
            return true;
    return false;
}

/* Where one was the other is. */
static void hand_over(struct player *player, const struct net *net, const char *from,
                      const char *to)
{
    for (size_t at; (at = find_anywhere(player, net, from)) < player->present_count;) {
        struct present *one = &player->present[at];
        if (is_in(player, one->place, to))
            *one = player->present[--player->present_count];
        else
            snprintf(one->person, sizeof one->person, "%s", to);
    }
}

/* "login ann", or "login ann_ ann": from now on they are that account, in the same rooms. */
static int log_in(struct player *player, char *words)
{
    char *account = strchr(words, ' ');
    if (account)
        *account++ = '\0';
    struct net *net = player_net(player, words);
    if (!net)
        return -1;
    if (!script_is_guest(net->line, words))
        return player_complain(player, 2, "is no guest: ", words);
    if (!account)
        account = words;
    if (strlen(account) > EVENT_NAME_MAX || script_is_guest(net->line, account) != (account == words))
        return player_complain(player, 2, "is a guest, or too long a name: ", account);
    player->log.since = player->log.count;
    script_login(net->line, player->now, words, account);
    if (account != words)
        hand_over(player, net, words, account);
    return 0;
}

static int log_out(struct player *player, char *name)
{
    struct net *net = player_net(player, name);
    if (!net)
        return -1;
    if (script_is_guest(net->line, name))
        return player_complain(player, 2, "is a guest already: ", name);
    script_logout(net->line, player->now, name);
    for (size_t i = 0; i < player->present_count; i++) {
        const struct place *place = &player->places[player->present[i].place];
        if (strcmp(player->present[i].person, name) == 0 && &player->nets[place->net] == net)
            script_enter(net->line, player->now, place->name, name);
    }
    return 0;
}

const struct directive scenario_people[] = {
    {"enter", enter, true},          {"leave", leave, true},
    {"nick", rename_person, true},   {"member", make_member, true},
    {"moderator", make_moderator, true}, {"guest", make_guests, true},
    {"login", log_in, true},         {"logout", log_out, true},
    {NULL, NULL, false},
};
