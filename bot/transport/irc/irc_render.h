/* struct text -> lines that fit one PRIVMSG each. */
#ifndef TRANSPORT_IRC_RENDER_H
#define TRANSPORT_IRC_RENDER_H

#include <stdbool.h>
#include <stddef.h>

typedef int irc_render_fn(void *context, const char *line, size_t length); /* non-zero stops */

/* Splits at words and UTF-8 boundaries into lines of at most `budget` bytes
 * (>= 32), free of CR, LF and NUL. `colours`: bold by the mIRC code. Empty
 * lines become one space. 0; -1 when memory is out or the callback stopped. */
int irc_render(const char *bytes, size_t size, size_t budget, bool colours, irc_render_fn *line,
               void *context);

/* Bytes left for the text of a PRIVMSG when the server relays it (RFC 1459:
 * 512 with CR LF): 510 - ":nick!user@host " - "PRIVMSG target :". */
size_t irc_render_budget(size_t prefix_length, const char *target);

#endif
