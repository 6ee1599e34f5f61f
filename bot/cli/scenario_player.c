#include "cli/scenario_player.h"

#include <stdio.h>
#include <string.h>

#include "transport/script/script.h"
#include "util/hash.h"
#include "util/span.h"

#define TURNS_MAX 10000 /* of one line: more means that the bot does not come to rest */

int player_complain(struct player *player, int result, const char *what, const char *more)
{
    fprintf(player->options->complaints, "%s:%zu: %s%s\n", player->path, player->line, what, more);
    if (player->result < result)
        player->result = result;
    return -1;
}

/* ---- names ---- */

/* "ann", or "ann@libera" on another network than the first. */
static const char *full_name(const struct player *player, size_t net, const char *name,
                             char out[WHO_MAX])
{
    snprintf(out, WHO_MAX, net ? "%s@%s" : "%s", name, player->nets[net].name);
    return out;
}

const char *player_room(const struct player *player, char out[WHO_MAX])
{
    const struct place *place = &player->places[player->place];
    return full_name(player, place->net, place->name, out);
}

struct net *player_here(struct player *player)
{
    return &player->nets[player->places[player->place].net];
}

struct net *player_net(struct player *player, char *name)
{
    char *at = strrchr(name, '@');
    if (!at)
        return &player->nets[0];
    for (size_t i = 0; i < player->net_count; i++)
        if (strcmp(player->nets[i].name, at + 1) == 0) {
            *at = '\0';
            return &player->nets[i];
        }
    player_complain(player, 2, "there is no network called ", at + 1);
    return NULL;
}

struct place *player_place(struct player *player, const struct net *net, const char *name)
{
    for (size_t i = 0; i < player->place_count; i++)
        if (player->places[i].net == (size_t)(net - player->nets) &&
            strcmp(player->places[i].name, name) == 0)
            return &player->places[i];
    return NULL;
}

/* ---- the bot ---- */

static int64_t player_now(void *context)
{
    const struct player *player = context;
    return player->now;
}

struct clock_port player_clock(struct player *player)
{
    return (struct clock_port){player, player_now};
}

static uint64_t player_draw(void *context)
{
    struct player *player = context;
    return random_next(&player->chance);
}

static unsigned player_commands(void *context)
{
    const struct player *player = context;
    return player->commands;
}

static void player_settings(void *context, const struct address *where,
                            struct room_settings *settings)
{
    struct player *player = context;
    const struct place *known = NULL;
    for (size_t i = 0; i < player->net_count; i++)
        if (strcmp(player->nets[i].name, where->network) == 0)
            known = player_place(player, &player->nets[i], where->target);
    if (known)
        *settings = known->settings;
    else
        compose_room_defaults(settings);
    settings->configured = known != NULL;
}

static size_t player_linked(void *context, size_t index, struct address *places, size_t limit)
{
    const struct player *player = context;
    size_t count = 0;
    for (size_t i = 0; i < player->place_count && count < limit; i++) {
        const struct place *place = &player->places[i];
        const struct net *net = &player->nets[place->net];
        if (place->linked == index + 1)
            places[count++] = (struct address){net->kind, net->name, place->name};
    }
    return count;
}

static bool is_place(const struct player *player, size_t at, const struct address *where)
{
    const struct place *place = &player->places[at];
    return strcmp(player->nets[place->net].name, where->network) == 0 &&
           strcmp(place->name, where->target) == 0;
}

/* Whom one place names holds in all that are linked with it. */
static enum role player_role(void *context, const struct address *who, const struct address *where)
{
    const struct player *player = context;
    enum role best = ROLE_MEMBER;
    for (size_t i = 0; i < player->named_count; i++) {
        const struct named *named = &player->named[i];
        size_t linked = player->places[named->place].linked;
        bool here = false;
        for (size_t j = 0; j < player->place_count; j++)
            here |= (j == named->place || (linked && player->places[j].linked == linked)) &&
                    is_place(player, j, where);
        if (here && named->role > best && strcmp(named->account, who->target) == 0 &&
            strcmp(player->nets[named->net].name, who->network) == 0)
            best = named->role;
    }
    return best;
}

/* Each line of a message with the time and a head such as "[#prep]". */
void player_transcribe(const struct player *player, const char *head, const char *text)
{
    char when[SPAN_TEXT];
    const char *at = time_text(player->now, when) + 11;
    if (!player->options->transcript)
        return;
    while (text) {
        const char *stop = strchr(text, '\n');
        size_t length = stop ? (size_t)(stop - text) : strlen(text);
        fprintf(player->options->transcript, "%.8s %s %.*s\n", at, head, (int)length, text);
        text = stop ? stop + 1 : NULL;
    }
}

static void saw(void *context, const char *room, const char *person, const char *plain)
{
    struct net *net = context;
    struct player *player = net->player;
    char head[WHO_MAX + 8], who[WHO_MAX], spoken_in[WHO_MAX];
    full_name(player, (size_t)(net - player->nets), person ? person : room, who);
    snprintf(head, sizeof head, "[%s%s]", person ? "to " : "", who);
    player_transcribe(player, head, plain);
    if (!seen_add(&player->log, who, person == NULL, plain)) {
        player_complain(player, 1, "out of memory", "");
        return;
    }
    const struct seen *one = &player->log.seen[player->log.count - 1];
    const char *forbidden = seen_forbidden(&player->log, one, player_room(player, spoken_in));
    if (forbidden)
        player_complain(player, 1, "must never be said: ", forbidden);
}

/* Gives a network to the bot: the transport, who is where, and that it is ready. */
static int attach(struct player *player, struct net *net)
{
    struct error error;
    const struct transport_sink *sink = session_sink(player->bot.session);
    if (net->line)
        script_attach(net->line, sink);
    else
        net->line = script_transport_create(net->kind, net->name, sink, saw, net);
    if (!net->line || session_add_transport(player->bot.session, net->line))
        return player_complain(player, 1, "out of memory", "");
    for (size_t i = 0; i < player->present_count; i++) {
        const struct place *place = &player->places[player->present[i].place];
        if (&player->nets[place->net] == net)
            script_enter(net->line, player->now, place->name, player->present[i].person);
    }
    return net->line->ops->start(net->line, &error);
}

int player_add_net(struct player *player, const char *kind, const char *name)
{
    if (player->net_count == NETS_MAX || !*kind || !*name || strlen(kind) > EVENT_NAME_MAX ||
        strlen(name) > EVENT_NAME_MAX)
        return player_complain(player, 2, "cannot make a network of that name: ", name);
    struct net *net = &player->nets[player->net_count++];
    snprintf(net->kind, sizeof net->kind, "%s", kind);
    snprintf(net->name, sizeof net->name, "%s", name);
    net->player = player;
    return player->open ? attach(player, net) : 0;
}

int player_open(struct player *player)
{
    struct error error;
    struct compose_options options = {
        .database = player->database,
        .plugins = player->options->plugins,
        .questions = player->options->questions,
        .clock = player_clock(player),
        .chance = {player, player_draw},
        .settings = player_settings,
        .linked = player_linked,
        .role = player_role,
        .commands = player_commands,
        .settings_context = player,
    };
    if (compose_open(&player->bot, &options, &error))
        return player_complain(player, 1, "the bot cannot start: ", error.why);
    player->open = true;
    for (size_t i = 0; i < player->net_count; i++)
        if (attach(player, &player->nets[i]))
            return -1;
    return 0;
}

void player_close(struct player *player)
{
    if (player->open)
        compose_close(&player->bot);
    player->open = false;
}

/* Turns until nothing is left to do at this moment. */
int player_settle(struct player *player)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        session_turn(player->bot.session);
        int64_t due = session_deadline(player->bot.session);
        if ((due == 0 || due > player->now) && session_at_rest(player->bot.session))
            return 0;
    }
    return player_complain(player, 1, "the bot does not come to rest", "");
}
