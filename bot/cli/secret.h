/* Secrets that a person types: never shown, never in an argument or the environment. */
#ifndef CLI_SECRET_H
#define CLI_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"

#define SECRET_MAX 4096 /* bytes of one line */

/*
 * Reads one line of standard input into an initialised `out`, without its end. On a terminal it
 * asks with `prompt` on standard error, and with `hidden` does not show what is typed. -1 and
 * *error if nothing came, it was too long, or the person gave up (^C, ^D).
 */
int secret_read(const char *prompt, bool hidden, struct buf *out, struct error *error);
/* Overwrites, then as buf_finish(). */
void secret_forget(struct buf *secret);

#endif
