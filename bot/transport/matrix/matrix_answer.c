#include "transport/matrix/matrix_answer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "transport/matrix/matrix_json.h"

#define WAIT_MAX_MS (366LL * 24 * 3600 * 1000)

static int64_t bounded(int64_t ms)
{
    return ms < 0 ? 0 : ms > WAIT_MAX_MS ? WAIT_MAX_MS : ms;
}

int64_t matrix_answer_wait(const char *value, size_t length)
{
    char text[64], *end;
    while (length > 0 && strchr(" \t\r\n", value[length - 1]))
        length--;
    while (length > 0 && strchr(" \t", *value)) {
        value++;
        length--;
    }
    if (length == 0 || length >= sizeof text)
        return -1;
    memcpy(text, value, length);
    text[length] = '\0';
    long seconds = strtol(text, &end, 10);
    if (*end == '\0')
        return bounded(seconds > WAIT_MAX_MS / 1000 ? WAIT_MAX_MS : 1000 * (int64_t)seconds);
    time_t date = curl_getdate(text, NULL);
    return date == -1 ? -1 : bounded(1000 * (int64_t)(date - time(NULL)));
}

/* Error codes are words like M_LIMIT_EXCEEDED or ORG.MATRIX.X; anything else does not go into a
 * log. */
static const char *clean_errcode(const json_t *body)
{
    const char *errcode = matrix_json_string(body, "errcode");
    size_t length = strspn(errcode, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    return errcode[length] || length > 64 ? "" : errcode;
}

static int64_t wait_of(int64_t header_ms, const json_t *body)
{
    if (header_ms >= 0)
        return header_ms;
    long long ms = matrix_json_number(body, "retry_after_ms", -1);
    return ms == -1 ? -1 : bounded(ms);
}

void matrix_answer_read(struct matrix_answer *answer, int status, int64_t wait_ms, struct buf *body)
{
    struct matrix_reply *reply = &answer->reply;
    const char *flaw = "empty";
    bool good = status >= 200 && status < 300;
    answer->body = NULL;
    if (body && body->length > 0)
        answer->body = matrix_json_parse(body->data, body->length, &flaw);
    *reply = (struct matrix_reply){
        .status = status,
        .maybe_done = status >= 500,
        .body = answer->body,
        .errcode = good ? "" : clean_errcode(answer->body),
        .soft_logout = json_is_true(json_object_get(answer->body, "soft_logout")),
        .retry_ms = wait_of(wait_ms, answer->body),
        .why = answer->why,
    };
    bool unread = body && !answer->body && strcmp(flaw, MATRIX_JSON_MEMORY) == 0;
    if ((good && body && !answer->body) || unread) {
        /* A page of a proxy, or cut where nothing shows it, or one that we could not read. */
        snprintf(answer->why, sizeof answer->why, "%d, but the answer is %s", status, flaw);
        reply->status = 0;
        reply->maybe_done = true;
    } else if (status >= 300 && status < 400) {
        snprintf(answer->why, sizeof answer->why, "%d, a redirect, which is not followed", status);
    } else {
        snprintf(answer->why, sizeof answer->why, "%d%s%s", status, *reply->errcode ? " " : "",
                 reply->errcode);
    }
}

void matrix_answer_outdated(struct matrix_answer *answer)
{
    struct matrix_reply *reply = &answer->reply;
    if (strcmp(reply->errcode, "M_UNKNOWN_TOKEN") != 0)
        return;
    snprintf(answer->why, sizeof answer->why, "sent with a token that was replaced meanwhile");
    *reply = (struct matrix_reply){.errcode = "", .retry_ms = -1, .why = answer->why};
}

void matrix_answer_finish(struct matrix_answer *answer)
{
    json_decref(answer->body);
}
