/* The bot that a scenario plays with, its clock, its rooms and what was seen. */
#ifndef CLI_SCENARIO_PLAYER_H
#define CLI_SCENARIO_PLAYER_H

#include "cli/scenario.h"
#include "cli/scenario_seen.h"

#define PLACES_MAX 16
#define PRESENT_MAX 128
#define NETS_MAX 4
#define NAMED_MAX 16
#define PENDING_MAX 8
#define WHO_MAX (EVENT_TARGET_MAX + EVENT_NAME_MAX + 2) /* "#prep@libera" */

/* A network. The first is called "local", and its people and rooms go by their bare names. */
struct net {
    char kind[EVENT_NAME_MAX + 1], name[EVENT_NAME_MAX + 1]; /* "irc", "libera" */
    struct transport *line;
    struct player *player;
    size_t place; /* the room that its people speak in */
};

/* A room with its settings. */
struct place {
    char name[EVENT_TARGET_MAX];
    size_t net;
    size_t linked; /* number of its linked room, 0 = none */
    struct room_settings settings;
};

/* Somebody in a room: a restarted bot finds them there. */
struct present {
    size_t place;
    char person[EVENT_NAME_MAX + 1];
};

/* A role that the configuration gives. */
struct named {
    size_t place, net;
    char account[EVENT_NAME_MAX + 1];
    enum role role;
};

/* A link that somebody has said and that is being read. */
struct pending {
    struct net *net; /* NULL = none */
    int64_t said;
    char person[EVENT_NAME_MAX + 1], host[64], typed[64]; /* typed: before the link */
};

struct player {
    const struct scenario_options *options;
    const char *path;
    size_t line;
    int64_t now;
    int64_t ago; /* what is said next was said that long before */
    uint64_t chance;
    unsigned commands; /* that a person may give at once; 0 = no limit */
    struct net nets[NETS_MAX];
    size_t net_count;
    struct place places[PLACES_MAX];
    size_t place_count, place; /* `place` is the one named or spoken in last */
    size_t linked_count;
    struct named named[NAMED_MAX];
    size_t named_count;
    struct present present[PRESENT_MAX];
    size_t present_count;
    struct pending pending[PENDING_MAX];
    char directory[64]; /* a temporary one, "" if the database was given */
    char database[256];
    struct compose bot;
    bool open;
    struct seen_log log;
    char caught[64]; /* what "catch" kept */
    int result;
};

/* Names the file and line, what is wrong and more of it; the scenario fails with `result`. Gives -1. */
int player_complain(struct player *player, int result, const char *what, const char *more);
/* The scenario's clock. */
struct clock_port player_clock(struct player *player);
/* The room named or spoken in last: "#prep", "#prep@libera". */
const char *player_room(const struct player *player, char out[WHO_MAX]);
/* Cuts "@libera" off a name and gives the network; NULL after a complaint. */
struct net *player_net(struct player *player, char *name);
/* A room of a network by its bare name; NULL if the scenario has none. */
struct place *player_place(struct player *player, const struct net *net, const char *name);
/* Makes a network known, and to the bot if it runs. 0 or -1. */
int player_add_net(struct player *player, const char *kind, const char *name);
/* The network of that room. */
struct net *player_here(struct player *player);
/* Each line of a text, with the time and a head such as "[#prep]". */
void player_transcribe(const struct player *player, const char *head, const char *text);

/* Starts the bot on the scenario's database; whoever was in a room is there. 0 or -1. */
int player_open(struct player *player);
void player_close(struct player *player);
/* Turns until nothing is left to do at this moment. 0 or -1. */
int player_settle(struct player *player);

/* A directive: a word, and what does it with the words after it. */
struct directive {
    const char *word;
    int (*act)(struct player *player, char *words); /* 0 or -1 */
    bool bot; /* needs the bot to run */
};
/* Tables that end with a NULL word. */
extern const struct directive scenario_stage[];  /* time, rooms, network */
extern const struct directive scenario_people[]; /* who comes and goes, as what */
extern const struct directive scenario_marks[];  /* marks, edits, retractions */
extern const struct directive scenario_links[];  /* texts named by a link */
extern const struct directive scenario_checks[]; /* what is seen */
/* "+5m": every deadline on the way is met in its moment. 0 or -1. */
int scenario_advance(struct player *player, char *words);

#endif
