/* What the files of hotseat doctor share: findings. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stddef.h>

#include <jansson.h>

struct doctor {
    json_t *checks; /* NULL = print as text */
    size_t faults;
};

/* One finding about `what`; advice NULL = all is well. */
void doctor_tell(struct doctor *doctor, const char *what, const char *advice, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct matrix_settings;
/* Is the home server there, are we logged in, in which rooms may we do what? It only looks: no login,
 * no refresh, which the running bot would miss. */
void doctor_matrix(struct doctor *doctor, const struct matrix_settings *settings);

struct irc_settings;
/* What each server of the network is, how people can be told apart there, what will not work and what
 * to change. It connects and leaves again, and joins nothing. */
void doctor_irc(struct doctor *doctor, const struct irc_settings *settings);

#endif
