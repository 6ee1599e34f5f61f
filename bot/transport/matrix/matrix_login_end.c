/* How a try to log in ends when it does not succeed. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "transport/matrix/matrix_login_state.h"

#define WAIT_FIRST_MS 1000
#define WAIT_MAX_MS 60000
#define LOCKED_FIRST_MS 300000 /* a moderator decides that; asking often changes nothing */
#define LOCKED_MAX_MS 3600000

/* Doubles with each failure, with up to a quarter by chance: many clients of a server that comes
 * back do not come all at once. */
static int64_t pause_ms(const struct matrix_login *login, int64_t first, int64_t most)
{
    unsigned char chance = 0;
    int64_t ms = first;
    for (unsigned i = 1; i < login->failures && ms < most; i++)
        ms *= 2;
    if (ms > most)
        ms = most;
    uv_random(NULL, NULL, &chance, 1, 0, NULL);
    return ms + ms * chance / 1024;
}

static void wait_for(struct matrix_login *login, int64_t ms, const char *why)
{
    login->state = WAITING;
    uv_timer_start(&login->timer, matrix_login_try, (uint64_t)ms, 0);
    login->events.down(login->events.context, false, ms, why);
}

int64_t matrix_login_pause(const struct matrix_login *login)
{
    return pause_ms(login, WAIT_FIRST_MS, WAIT_MAX_MS);
}

void matrix_login_later(struct matrix_login *login, int64_t at_least, const char *why)
{
    login->failures++;
    int64_t ms = matrix_login_pause(login);
    wait_for(login, ms > at_least ? ms : at_least, why);
}

void matrix_login_locked(struct matrix_login *login)
{
    login->failures++;
    wait_for(login, pause_ms(login, LOCKED_FIRST_MS, LOCKED_MAX_MS),
             "the server's people have locked or suspended the account; ask them");
}

void matrix_login_give_up(struct matrix_login *login, const char *format, ...)
{
    char why[600];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    login->state = FAILED;
    uv_timer_stop(&login->timer);
    matrix_http_set_token(login->http, NULL);
    login->events.down(login->events.context, true, -1, why);
}

/* An answer that is neither what was asked for nor about the token. */
void matrix_login_fail(struct matrix_login *login, const char *what,
                       const struct matrix_reply *reply)
{
    char why[300];
    snprintf(why, sizeof why, "%s: %.200s", what, reply->why);
    if (strcmp(reply->errcode, "M_USER_DEACTIVATED") == 0) {
        matrix_login_give_up(login,
                             "the account is deactivated. Log in as another one: hotseat "
                             "matrix login %.64s",
                             login->settings->network);
    } else if (strcmp(reply->errcode, "M_USER_LOCKED") == 0 ||
               strcmp(reply->errcode, "M_USER_SUSPENDED") == 0) {
        matrix_login_locked(login);
    } else {
        matrix_login_later(login, reply->retry_ms, why);
    }
}
