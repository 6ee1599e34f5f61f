/*
 * The IRC transport alone, on a fake server, under a clock that only moves when
 * nothing happens (warp.h): what takes an hour is over in a moment. Everything
 * the transport tells is checked and counted.
 */
#ifndef SUPPORT_IRC_STAND_H
#define SUPPORT_IRC_STAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <uv.h>

#include "app/ports.h"
#include "fake_irc.h"
#include "transport/irc/irc_settings.h"
#include "warp/warp.h"

#define IRC_STAND_POSTS 4096
#define IRC_STAND_VISITS 512

struct irc_stand {
    uv_loop_t loop;
    struct fake_irc *fake;
    struct irc_settings settings;
    struct transport_sink sink;
    struct transport *transport;
    size_t texts, enters, leaves, resets, ready, sent, lost;
    char text[512], account[EVENT_TARGET_MAX + 1]; /* of what was said last */
    bool posting, stopped;
    int posts;
    char fate[IRC_STAND_POSTS]; /* of each post: 0 not taken, 1 taken, 2 told */
    unsigned visits;
    int64_t visit_at[IRC_STAND_VISITS]; /* warp_moved() at each */
};

/* Connected and in #prep. Before start, `settings` may be changed by making and starting apart. */
int irc_stand_setup(void **state);
int irc_stand_make(void **state);
void irc_stand_start(struct irc_stand *stand);
int irc_stand_teardown(void **state);

/* The clock moves on by this much, or to where it is done (see warp_run()). */
void irc_stand_pass(struct irc_stand *stand, int64_t ms);
typedef bool irc_stand_fits_fn(struct irc_stand *stand);
bool irc_stand_until(struct irc_stand *stand, int64_t ms, irc_stand_fits_fn *fits);
/* The server sends these bytes, and they are handled; all the same if nobody is connected. */
void irc_stand_send(struct irc_stand *stand, const char *bytes, size_t length);
void irc_stand_say(struct irc_stand *stand, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The line, with its end, so many times in one piece. */
void irc_stand_repeat(struct irc_stand *stand, unsigned times, const char *line);
/* Posts some words to #prep, or to the account that spoke last. */
enum post_result irc_stand_post(struct irc_stand *stand, bool private_talk);
/* Posts these words to #prep. */
enum post_result irc_stand_post_text(struct irc_stand *stand, const char *words);
/* In at most an hour of the moved clock: somebody is heard in #prep, and what is said arrives. */
void irc_stand_works(struct irc_stand *stand);
/* Every visit of the server, from number `from` on, came after the back-off that is due at least. */
void irc_stand_backed_off(const struct irc_stand *stand, unsigned from);
/* Nothing inside has grown beyond its bound. */
void irc_stand_bounded(const struct irc_stand *stand);

#endif
