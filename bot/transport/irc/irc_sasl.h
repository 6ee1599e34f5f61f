/*
 * SASL as a client on IRC: one try to log in, with PLAIN (RFC 4616) or EXTERNAL
 * (RFC 4422 appendix A). ircv3.net/specs/extensions/sasl-3.1 and sasl-3.2.
 * Pure: lines come in, lines go out; the owner keeps the time.
 */
#ifndef TRANSPORT_IRC_SASL_H
#define TRANSPORT_IRC_SASL_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/irc/irc_line.h"
#include "transport/irc/irc_settings.h"

#define IRC_ACCOUNT_MAX 100 /* bytes of an account's name that are kept */

enum irc_sasl_step {
    IRC_SASL_GOES_ON,
    IRC_SASL_IN,     /* logged in */
    IRC_SASL_DENIED, /* refused: the same would be refused again; `why` says what to change */
    IRC_SASL_BROKEN  /* it came to nothing, another time it may work; `why` says how */
};

struct irc_sasl_try {
    const struct irc_settings *settings;
    bool external;
    bool named, given;   /* the mechanism; what it needs */
    char account[IRC_ACCOUNT_MAX + 1]; /* that the server says we are (900), "" */
    char mechanisms[101];              /* that it takes, as it said in 908, "" */
    char why[512];       /* without any secret */
};

typedef void irc_sasl_send_fn(void *context, const char *line, size_t length);

/* Names the mechanism. `offered`: value of the capability, "" if the server did not say. Never GOES_ON
 * if none of what is offered can be done. */
enum irc_sasl_step irc_sasl_begin(struct irc_sasl_try *sasl, const struct irc_settings *settings,
                                  const char *offered, irc_sasl_send_fn *send, void *context);
/* AUTHENTICATE, or a numeric from 900 to 908. */
enum irc_sasl_step irc_sasl_line(struct irc_sasl_try *sasl, const struct irc_line *line,
                                 irc_sasl_send_fn *send, void *context);
/* The owner has waited long enough: takes the try back. `why` says so. */
void irc_sasl_late(struct irc_sasl_try *sasl, irc_sasl_send_fn *send, void *context);

/* Whether a text from the server holds the password, as it is or as it was sent: not for the log. */
bool irc_sasl_reveals(const struct irc_settings *settings, const char *text);

#endif
