/*
 * The requests that get, renew and end a login: with a password and a refresh
 * token as in the Client-Server API 5.7, and those of an OAuth service (MSC3861:
 * RFC 7591 registration, RFC 8628 device grant, RFC 6749 refresh, RFC 7009
 * revocation). Only their words; who sends them is up to the caller.
 */
#ifndef TRANSPORT_MATRIX_GRANT_H
#define TRANSPORT_MATRIX_GRANT_H

#include "transport/matrix/matrix_http.h"
#include "transport/matrix/matrix_token.h"
#include "util/buf.h"

#define MATRIX_DEVICE_ID "HOTSEAT-BOT" /* unless the configuration says another */

struct matrix_grant {
    struct buf path, body;
    const char *type; /* NULL = JSON */
};

void matrix_grant_init(struct matrix_grant *grant);
/* Overwrites what it holds. */
void matrix_grant_finish(struct matrix_grant *grant);
/* An anonymous POST; borrows from the grant. Without `done`. */
struct matrix_request matrix_grant_request(const struct matrix_grant *grant);

/* All: the words into an initialised *grant; -1 when out of memory. */

/* user: "bot" or "@bot:example.org". The same device_id each time, so that no login leaves a device behind. */
int matrix_grant_password(struct matrix_grant *grant, const char *user, const char *password,
                          const char *device_id);
/* The token must have a refresh_token; at its token_endpoint if it has one. */
int matrix_grant_refresh(struct matrix_grant *grant, const struct matrix_token *token);

/* client_uri: services insist on a page about the client. */
int matrix_grant_register(struct matrix_grant *grant, const char *endpoint, const char *client_uri);
int matrix_grant_device(struct matrix_grant *grant, const char *endpoint, const char *client_id,
                        const char *device_id);
int matrix_grant_poll(struct matrix_grant *grant, const char *endpoint, const char *client_id,
                      const char *device_code);
int matrix_grant_revoke(struct matrix_grant *grant, const struct matrix_token *token);

#endif
