/* The ways to log in to a home server from a terminal: password, browser, a token that one has. */
#ifndef CLI_MATRIX_WAYS_H
#define CLI_MATRIX_WAYS_H

#include "cli/matrix_ask.h"
#include "transport/matrix/matrix_token.h"

/* What a server offers. */
struct matrix_ways {
    bool password;
    bool browser; /* an OAuth service with device grant and registration; its endpoints: */
    char *registration, *device, *token, *revocation; /* revocation may be NULL */
};

/* What is not offered, or cannot be asked, is false. -1 when out of memory. */
int matrix_ways_look(struct matrix_ask *ask, struct matrix_ways *ways, struct error *error);
void matrix_ways_finish(struct matrix_ways *ways);

/* Each fills *token with an access token and what belongs to it. -1 and *error, which says what to do. */
int matrix_ways_password(struct matrix_ask *ask, const struct matrix_settings *settings,
                         struct matrix_token *token, struct error *error);
int matrix_ways_browser(struct matrix_ask *ask, const struct matrix_ways *ways,
                        const struct matrix_settings *settings, struct matrix_token *token,
                        struct error *error);
int matrix_ways_token(struct matrix_token *token, struct error *error);

/* Wall clock, ms since 1970. */
int64_t matrix_ways_now(void);

#endif
