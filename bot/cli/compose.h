/* Puts a bot together from its parts, for run, console and sim. */
#ifndef CLI_COMPOSE_H
#define CLI_COMPOSE_H

#include "app/plugin_host.h"
#include "app/session.h"

struct compose_options {
    const char *database;   /* a path, or ":memory:" */
    const char *plugins;    /* directory; NULL = the build's, else the installed one */
    const char *questions;  /* directory; NULL = the same */
    struct clock_port clock;
    struct chance_port chance;
    void (*settings)(void *context, const struct address *place, struct room_settings *settings);
    size_t (*linked)(void *context, size_t index, struct address *places, size_t limit); /* or NULL */
    enum role (*role)(void *context, const struct address *who, const struct address *place); /* or NULL */
    unsigned (*commands)(void *context); /* or NULL */
    void *settings_context; /* of all four; see struct session_parts */
};

struct compose {
    struct store *store;
    struct plugin_host *plugins;
    struct bank *bank; /* on the heap: a reload makes another */
    struct session *session;
    char plugin_dir[4096], question_dir[4096];
};

/* -1 and *error if it cannot be; what was made is released again. */
int compose_open(struct compose *compose, const struct compose_options *options,
                 struct error *error);
/* Loads plugins and questions anew, from these directories (NULL as in the options); open rounds
 * keep theirs. Rooms are linked and unlinked as they are configured now. -1 and *error if any of it failed: what failed stays as it was, the rest is new. */
int compose_reload(struct compose *compose, const char *plugins, const char *questions,
                   struct error *error);
void compose_close(struct compose *compose);

/* Where plugins and questions are: as wanted, else in the build tree, else installed. */
void compose_find(const char *plugins, const char *questions, char *plugin_dir,
                  char *question_dir, size_t size);
/* The system's clock and chance; a scenario brings its own. */
struct clock_port compose_clock(void);
struct chance_port compose_chance(void);
/* What a room is like without configuration. */
void compose_room_defaults(struct room_settings *settings);

#endif
