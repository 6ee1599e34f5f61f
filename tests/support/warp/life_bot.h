/*
 * A whole bot on the IRC transport, under the moved clock: session, SQLite,
 * plugins, libircclient. Between session and transport stands a check of each
 * message: who it is for, that it was really delivered when it counts as sent,
 * and that nothing shows who wrote what before it may.
 */
#ifndef SUPPORT_LIFE_BOT_H
#define SUPPORT_LIFE_BOT_H

#include <uv.h>

#include "cli/compose.h"
#include "cli/pump.h"
#include "transport/irc/irc_settings.h"
#include "warp/life_net.h"

#define LIFE_HOST "irc.life.test"
#define LIFE_HEARD_MAX (256 * 1024) /* bytes of what each target saw last, without spaces */

struct life_bot {
    uv_loop_t *loop;
    struct life_net *net;
    char directory[64], database[96];
    struct compose parts;
    struct pump pump;
    struct irc_settings settings;
    struct transport transport; /* what the session has */
    struct transport_sink sink; /* what the IRC transport has */
    struct transport *inner;
    struct life_post *posts;    /* on their way */
    struct sqlite3 *look;       /* a connection of the test's own */
    char *heard[LIFE_PEOPLE + 1]; /* by each member, and in the room; ends with NUL */
    uint64_t chance;
    size_t posted, sent, lost;
    char trouble[2048];         /* "" or the first rule that was broken */
};

/* Who wrote the words with the token in this text, and in which round; -1 = there is none. */
int life_token_author(const char *text, unsigned *round);

void life_bot_up(struct life_bot *bot, uv_loop_t *loop, struct life_net *net, unsigned port,
                 uint64_t seed);
void life_bot_down(struct life_bot *bot);
/* What somebody saw, kept for the checks. */
void life_bot_heard(struct life_bot *bot, const struct life_person *person, const char *text);
void life_bot_trouble(struct life_bot *bot, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A number from the database, -1 if there is none. */
long long life_bot_number(struct life_bot *bot, const char *sql);

#endif
