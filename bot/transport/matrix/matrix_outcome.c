#include "transport/matrix/matrix_outcome.h"

#include <string.h>

#include "util/hash.h"

/* Errors that are named in the Client-Server API, "Standard error response". */
static const struct {
    const char *errcode;
    enum matrix_outcome outcome;
} known[] = {
    {"M_LIMIT_EXCEEDED", MATRIX_LIMITED},
    {"M_UNKNOWN_TOKEN", MATRIX_NO_TOKEN},
    {"M_MISSING_TOKEN", MATRIX_NO_TOKEN},
    {"M_USER_LOCKED", MATRIX_LOCKED},
    {"M_USER_SUSPENDED", MATRIX_LOCKED},
    {"M_USER_DEACTIVATED", MATRIX_LOCKED},
    {"M_CONSENT_NOT_GIVEN", MATRIX_LOCKED},
    {"M_RESOURCE_LIMIT_EXCEEDED", MATRIX_LOCKED},
    {"M_TOO_LARGE", MATRIX_TOO_LARGE},
    {"M_FORBIDDEN", MATRIX_CLOSED},
    {"M_NOT_FOUND", MATRIX_CLOSED},
    {"M_DUPLICATE_ANNOTATION", MATRIX_DONE},
    /* Nobody there knows the endpoint that every home server has: a proxy that leads elsewhere. */
    {"M_UNRECOGNIZED", MATRIX_AWAY},
};

/* Of a status without an error code, or with one that is not in the table. */
static enum matrix_outcome by_status(const struct matrix_reply *reply)
{
    int status = reply->status;
    if (status >= 200 && status < 300)
        return json_is_string(json_object_get(reply->body, "event_id")) ||
                       json_is_array(json_object_get(reply->body, "chunk"))
                   ? MATRIX_DONE
                   : MATRIX_TROUBLE;
    if (status == 429)
        return MATRIX_LIMITED;
    if (status == 401)
        return MATRIX_NO_TOKEN;
    if (status == 413)
        return MATRIX_TOO_LARGE;
    if (status == 500 || status == 408)
        return MATRIX_TROUBLE;
    /* An error page is not the home server's word. */
    return status >= 400 && status < 500 && *reply->errcode ? MATRIX_REFUSED : MATRIX_AWAY;
}

enum matrix_outcome matrix_outcome(const struct matrix_reply *reply)
{
    bool refused = reply->status >= 400 && reply->status < 500;
    for (size_t i = 0; i < sizeof known / sizeof *known && refused; i++)
        if (strcmp(known[i].errcode, reply->errcode) == 0)
            return known[i].outcome;
    return by_status(reply);
}

int64_t matrix_outcome_wait(enum matrix_outcome outcome, const struct matrix_reply *reply,
                            unsigned failures, uint64_t *seed)
{
    int64_t wait = MATRIX_WAIT_FIRST;
    if (outcome == MATRIX_LIMITED && reply->retry_ms >= 0)
        return reply->retry_ms + random_below(seed, 100);
    if (outcome == MATRIX_LOCKED)
        wait = MATRIX_WAIT_MAX;
    for (unsigned i = 1; i < failures && wait < MATRIX_WAIT_MAX; i++)
        wait *= 2;
    wait = wait < MATRIX_WAIT_MAX ? wait : MATRIX_WAIT_MAX;
    wait = wait / 2 + random_below(seed, (uint32_t)(wait / 2 + 1));
    return reply->retry_ms > wait ? reply->retry_ms : wait;
}
