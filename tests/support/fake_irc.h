/*
 * An IRC server in the test's own loop, on a loopback port: it registers whoever
 * comes, lets them join, and does else what the test says.
 */
#ifndef SUPPORT_FAKE_IRC_H
#define SUPPORT_FAKE_IRC_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

struct fake_irc;

/* Listens on a free port. Asserts that it can. */
struct fake_irc *fake_irc_create(uv_loop_t *loop);
/* Closes all; the loop must run once more. */
void fake_irc_destroy(struct fake_irc *fake);
unsigned fake_irc_port(const struct fake_irc *fake);

/* What comes from a client is kept, one line each without CR LF. */
size_t fake_irc_count(const struct fake_irc *fake);
const char *fake_irc_line(const struct fake_irc *fake, size_t index);
/* How many lines begin with these words. */
size_t fake_irc_heard(const struct fake_irc *fake, const char *words);
/* How many clients have connected so far; whether one is here now. */
unsigned fake_irc_visits(const struct fake_irc *fake);
bool fake_irc_connected(const struct fake_irc *fake);

/* Sends bytes as they are. */
void fake_irc_send(struct fake_irc *fake, const char *bytes, size_t length);
/* Sends a line; CR LF is added. */
void fake_irc_say(struct fake_irc *fake, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Answers nothing by itself from now on (or does again). */
void fake_irc_mute(struct fake_irc *fake, bool mute);
/* Asked first for every line of a client: true = the server does not answer it by itself. NULL = nobody is. */
typedef bool fake_irc_answer_fn(void *context, const char *line);
void fake_irc_on_line(struct fake_irc *fake, fake_irc_answer_fn *ask, void *context);
/* Reads nothing from now on (or does again); what the client sends waits in the kernel. */
void fake_irc_read(struct fake_irc *fake, bool read);
/* Cuts whoever comes at once, before a byte (or lets them stay again). */
void fake_irc_turn_away(struct fake_irc *fake, bool away);
/* A client that came by another way than the port: this is the server's end. Taken. */
void fake_irc_adopt(struct fake_irc *fake, int fd);
/* Forgets the lines kept so far. */
void fake_irc_forget(struct fake_irc *fake);
/* What it offers from the next connection on: capabilities and tokens of 005. */
void fake_irc_offer(struct fake_irc *fake, const char *capabilities, const char *tokens);
/* Cuts the connection. */
void fake_irc_hang_up(struct fake_irc *fake);

#endif
