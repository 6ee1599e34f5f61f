/* The directives of a scenario for texts that people name by a link. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario_player.h"
#include "cli/scenario_text.h"
#include "transport/script/script.h"

/* Cuts the first word off; the rest, "" if there is none. */
static char *rest_of(char *words)
{
    char *space = strchr(words, ' ');
    if (!space)
        return words + strlen(words);
    *space = '\0';
    return space + 1;
}

static struct pending *find(struct player *player, const struct net *net, const char *person)
{
    for (size_t i = 0; i < PENDING_MAX; i++)
        if (player->pending[i].net == net && strcmp(player->pending[i].person, person) == 0)
            return &player->pending[i];
    return NULL;
}

static struct pending *find_free(struct player *player)
{
    for (size_t i = 0; i < PENDING_MAX; i++)
        if (!player->pending[i].net)
            return &player->pending[i];
    return NULL;
}

/* "link NAME HOST [WORDS]": NAME says the words and a link, which is being read from now on. */
static int say_link(struct player *player, char *words)
{
    char *host = rest_of(words), *typed = rest_of(host);
    struct net *net = player_net(player, words);
    struct pending *pending = find_free(player);
    if (!net)
        return -1;
    if (!host[0] || !pending || find(player, net, words))
        return player_complain(player, 2, "expected: link NAME HOST [WORDS], one for a person, not ",
                               words);
    *pending = (struct pending){.net = net, .said = player->now - player->ago};
    snprintf(pending->person, sizeof pending->person, "%s", words);
    snprintf(pending->host, sizeof pending->host, "%s", host);
    snprintf(pending->typed, sizeof pending->typed, "%s", typed);
    player->ago = 0;
    player->log.since = player->log.count;
    script_reading(net->line, pending->said, words, "");
    return 0;
}

/* The link of theirs that is being read; NULL after a complaint. */
static struct pending *pending_of(struct player *player, char *person)
{
    struct net *net = player_net(player, person);
    struct pending *pending = net ? find(player, net, person) : NULL;
    if (net && !pending)
        player_complain(player, 2, "no link is being read of ", person);
    player->log.since = player->log.count;
    return pending;
}

/* "slow NAME": it takes long. */
static int be_slow(struct player *player, char *words)
{
    const struct pending *pending = pending_of(player, words);
    if (pending)
        script_reading(pending->net->line, pending->said, pending->person, pending->host);
    return pending ? 0 : -1;
}

/* "text NAME TEXT": it is read. */
static int come(struct player *player, char *words)
{
    char *escaped = rest_of(words);
    struct pending *pending = pending_of(player, words);
    struct buf text;
    if (!pending)
        return -1;
    buf_init(&text);
    buf_puts(&text, pending->typed);
    bool good = scenario_unescape(&text, escaped, false);
    if (good)
        script_read(pending->net->line, pending->said, pending->person, pending->host,
                    strlen(pending->typed), buf_text(&text), text.length);
    buf_finish(&text);
    *pending = (struct pending){.net = NULL};
    return good ? 0 : player_complain(player, 2, "a bad escape in ", escaped);
}

/* "broken NAME WHY": it cannot be read. */
static int fail(struct player *player, char *words)
{
    const char *why = rest_of(words);
    struct pending *pending = pending_of(player, words);
    if (!pending)
        return -1;
    script_unread(pending->net->line, pending->said, pending->person, pending->host,
                  pending->typed, why);
    *pending = (struct pending){.net = NULL};
    return 0;
}

const struct directive scenario_links[] = {
    {"link", say_link, true},
    {"slow", be_slow, true},
    {"text", come, true},
    {"broken", fail, true},
    {NULL, NULL, false},
};
