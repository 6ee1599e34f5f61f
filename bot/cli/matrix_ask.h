/* A home server, asked one thing after the other: for commands, which wait for each answer. */
#ifndef CLI_MATRIX_ASK_H
#define CLI_MATRIX_ASK_H

#include <jansson.h>
#include <uv.h>

#include "transport/matrix/matrix_grant.h"
#include "transport/matrix/matrix_http.h"
#include "transport/matrix/matrix_settings.h"

struct matrix_ask {
    uv_loop_t loop;
    uv_timer_t timer;
    struct matrix_http *http;
    bool over; /* what is waited for has come */
};

/* An answer; the members as in struct matrix_reply. */
struct matrix_said {
    int status;
    json_t *body; /* or NULL; owned */
    char errcode[80], why[320];
    int64_t retry_ms;
};
void matrix_said_finish(struct matrix_said *said);

/* settings: for certificates and plain http. -1 when out of memory; nothing is to be closed then. */
int matrix_ask_open(struct matrix_ask *ask, const struct matrix_settings *settings,
                    struct error *error);
void matrix_ask_close(struct matrix_ask *ask);

/* Finds the home server of the settings and makes it the base; its URL to *base, for free(). */
int matrix_ask_find(struct matrix_ask *ask, const struct matrix_settings *settings, char **base,
                    struct error *error);
/* Each fills *said, which is to be finished. */
void matrix_ask_get(struct matrix_ask *ask, const char *path, bool anonymous,
                    struct matrix_said *said);
void matrix_ask_post(struct matrix_ask *ask, const char *path, struct matrix_said *said);
/* failed: what building the grant gave. */
void matrix_ask_grant(struct matrix_ask *ask, const struct matrix_grant *grant, int failed,
                      struct matrix_said *said);
void matrix_ask_wait(struct matrix_ask *ask, int64_t ms);

#endif
