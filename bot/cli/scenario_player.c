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

const char *player_room(const struct player *player)
{
    return player->places[player->place].name;
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

struct place *player_place(struct player *player, const char *name)
{
    for (size_t i = 0; i < player->place_count; i++)
        if (strcmp(player->places[i].name, name) == 0)
            return &player->places[i];
    return NULL;
}

static void player_settings(void *context, const struct address *place,
                            struct room_settings *settings)
{
    const struct place *known = player_place(context, place->target);
    if (known)
        *settings = known->settings;
    else
        compose_room_defaults(settings);
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
    struct player *player = context;
    char head[EVENT_TARGET_MAX + 8];
    snprintf(head, sizeof head, "[%s%s]", person ? "to " : "", person ? person : room);
    player_transcribe(player, head, plain);
    if (!seen_add(&player->log, person ? person : room, person == NULL, plain)) {
        player_complain(player, 1, "out of memory", "");
        return;
    }
    const struct seen *one = &player->log.seen[player->log.count - 1];
    const char *forbidden = seen_forbidden(&player->log, one, player_room(player));
    if (forbidden)
        player_complain(player, 1, "must never be said: ", forbidden);
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
        .settings_context = player,
    };
    if (compose_open(&player->bot, &options, &error))
        return player_complain(player, 1, "the bot cannot start: ", error.why);
    player->open = true;
    const struct transport_sink *sink = session_sink(player->bot.session);
    if (player->transport)
        script_attach(player->transport, sink);
    else
        player->transport = script_transport_create("local", sink, saw, player);
    if (!player->transport || session_add_transport(player->bot.session, player->transport))
        return player_complain(player, 1, "out of memory", "");
    for (size_t i = 0; i < player->present_count; i++)
        script_enter(player->transport, player->now, player->present[i].room,
                     player->present[i].person);
    return player->transport->ops->start(player->transport, &error);
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
