/*
 * A transport without a network, driven by calls: for scenarios, tests and
 * benchmarks. What the bot says goes to a callback, as plain text.
 */
#ifndef TRANSPORT_SCRIPT_H
#define TRANSPORT_SCRIPT_H

#include "app/ports.h"

/* What somebody sees: `person` NULL = everyone in the room. `plain` may hold LF. */
typedef void script_seen_fn(void *context, const char *room, const char *person,
                            const char *plain);

/* `name` is the transport's: "script", or that of the one it stands for. */
struct transport *script_transport_create(const char *name, const char *network, const struct transport_sink *sink, script_seen_fn *seen,
                                          void *context);
/* The bot was started anew: events go to another sink, what was held is forgotten. */
void script_attach(struct transport *transport, const struct transport_sink *sink);
/* While held, messages are taken but not known as sent; releasing sends them all. */
void script_hold(struct transport *transport, bool hold);
/* Loses what is held, as a connection does that breaks and comes back. */
void script_lose(struct transport *transport);

/* Times are the event's; the text is cleaned and bounded as a network transport does it. */
void script_say(struct transport *transport, int64_t at, const char *room, const char *person,
                const char *text, size_t length);
void script_tell(struct transport *transport, int64_t at, const char *person, const char *text,
                 size_t length);
/* Somebody named a text by a link; it is being read, and they are told so if `host` is not "". Then
 * it is there: `text` begins with the `typed` bytes that they typed. Or it cannot be read. */
void script_reading(struct transport *transport, int64_t at, const char *person, const char *host);
void script_read(struct transport *transport, int64_t at, const char *person, const char *host,
                 size_t typed, const char *text, size_t length);
void script_unread(struct transport *transport, int64_t at, const char *person, const char *host,
                   const char *typed, const char *why);
void script_enter(struct transport *transport, int64_t at, const char *room, const char *person);
void script_leave(struct transport *transport, int64_t at, const char *room, const char *person);
/* On the network things may have happened that did not come yet; a bot that starts in that time
 * learns it first. Whatever is said is what had happened: give its time. */
void script_set_behind(struct transport *transport, int64_t at, bool behind);
/* A room goes on under another name. */
void script_move(struct transport *transport, int64_t at, const char *room, const char *target);
/* A message is one line there, and a text of several is several messages. */
void script_set_lines(struct transport *transport);
/*
 * Where people put marks on messages, edit and take back what they said: off
 * until script_set_marks(). Then all that is said has an id (made up unless
 * script_next() gives one), a mark of the bot is seen as "(SIGN on ID)" instead
 * of its words, and what it erases as "(erased ID)".
 */
void script_set_marks(struct transport *transport, struct clock_port clock);
/* The bot may erase what is said in rooms. */
void script_set_erasing(struct transport *transport, bool erasing);
/* The bot does not hear of marks and retractions, until they are counted. */
void script_set_deaf(struct transport *transport, bool deaf);
/* The next thing said has this id (NULL: made up), and is said as an answer to the bot. */
void script_next(struct transport *transport, const char *id, bool to_bot);
void script_edit(struct transport *transport, int64_t at, const char *room, const char *person,
                 const char *about, const char *text, size_t length);
/* Takes back what was said, or a mark. */
void script_retract(struct transport *transport, int64_t at, const char *room, const char *person,
                    const char *about);
/* The id of the newest message that marks can be put on, that the person or the room has, and whose
 * text fits; NULL if there is none. */
typedef bool script_fits_fn(const void *context, const char *text);
const char *script_find(struct transport *transport, const char *person, const char *room,
                        script_fits_fn *fits, const void *context);
/* Puts a mark on a message of the bot. 0, or -1 when out of memory. */
int script_mark(struct transport *transport, int64_t at, const char *person, const char *message,
                const char *id, const char *text);
/* Tells the marks on all messages whose tag begins with `tag` as they are now. */
void script_tally(struct transport *transport, const char *tag);
/*
 * Guests. A person is a guest from now on, or no longer (before they enter; script_login() and
 * script_logout() are for later).
 */
void script_set_guest(struct transport *transport, const char *person, bool guest);
bool script_is_guest(struct transport *transport, const char *person);
/* A guest logs in to an account, of their own name or another. */
void script_login(struct transport *transport, int64_t at, const char *person,
                  const char *account);
/* An account logs out, and is a guest where they enter again. */
void script_logout(struct transport *transport, int64_t at, const char *person);
/* Gives a person another display name; the account stays. Cleaned as a network transport does it. */
void script_set_name(struct transport *transport, const char *person, const char *name);
/* Makes a person a moderator (or no longer) in every room. */
void script_set_role(struct transport *transport, const char *person, enum role role);

#endif
