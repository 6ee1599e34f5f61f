/* The state of a login, and the ways a try to log in ends; for the files matrix_login*.c. */
#ifndef TRANSPORT_MATRIX_LOGIN_STATE_H
#define TRANSPORT_MATRIX_LOGIN_STATE_H

#include "transport/matrix/matrix_login.h"
#include "transport/matrix/matrix_token.h"

struct matrix_discover;

enum matrix_login_state { REST, WORKING, WAITING, READY, FAILED };

struct matrix_login {
    uv_loop_t *loop;
    struct matrix_http *http;
    const struct matrix_settings *settings;
    struct matrix_login_events events;
    uv_timer_t timer;  /* the next try; when READY, the next refresh */
    struct matrix_call *call;
    struct matrix_discover *discover;
    enum matrix_login_state state;
    struct matrix_token token;
    bool unsaved;      /* newer than what is in the file */
    bool locked;       /* the server said so when we were logged in */
    bool renewed;      /* since the last try began: a token refused now is not renewed again */
    unsigned failures; /* tries in a row that failed */
    uint64_t ready_at; /* uv_now() */
    void (*gone)(void *context);
    void *gone_context;
};

/* A try, from its beginning; when READY, a refresh. */
void matrix_login_try(uv_timer_t *timer);

/* How long to wait after so many failures. */
int64_t matrix_login_pause(const struct matrix_login *login);
/* Each tells down(): the next try comes later, when at_least ms are over, too; */
void matrix_login_later(struct matrix_login *login, int64_t at_least, const char *why);
/* much later, since it is for the server's people to change it; */
void matrix_login_locked(struct matrix_login *login);
/* not by itself. */
void matrix_login_give_up(struct matrix_login *login, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What an answer means that is neither what was asked for nor about the token. */
void matrix_login_fail(struct matrix_login *login, const char *what, const struct matrix_reply *reply);

#endif
