/*
 * The login of one account as it is kept between starts: a JSON file that only
 * its owner can read. It is replaced whole, so that a crash leaves the old one
 * or the new one.
 */
#ifndef TRANSPORT_MATRIX_TOKEN_H
#define TRANSPORT_MATRIX_TOKEN_H

#include <stdint.h>

#include <jansson.h>

#include "util/error.h"

struct matrix_token {
    char *homeserver;    /* base URL that gave the token; it is sent to no other */
    char *user_id, *device_id;
    char *access_token;
    char *refresh_token; /* NULL = none */
    int64_t expires_at;  /* ms since 1970; 0 = it does not expire, as far as is known */
    /* Of an account behind an OAuth service (MSC3861), else NULL: where tokens are renewed and ended. */
    char *client_id, *token_endpoint, *revocation_endpoint;
};

void matrix_token_init(struct matrix_token *token);
/* Overwrites the secrets before their memory is freed; then as after init. NULL is fine. */
void matrix_token_finish(struct matrix_token *token);

/* ERR_MISSING if there is no such file; ERR_INVALID if others may read it, or it is none of ours. */
int matrix_token_load(struct matrix_token *token, const char *path, struct error *error);
struct buf;
/* Appends the folder that the file is in, with a slash at its end. */
void matrix_token_folder(const char *path, struct buf *out);
/* Mode 0600; on the disk when it returns 0. On -1 the old file is as it was. */
int matrix_token_save(const struct matrix_token *token, const char *path, struct error *error);

/* Takes what an answer to a login or a refresh says (both kinds: Matrix and RFC 6749) into *token: new
 * access token, expiry, and user, device and refresh token if it names them; what it does not name
 * stays. now: ms since 1970. -1 and *error if there is no usable access token, or when out of
 * memory; *token is as before then. */
int matrix_token_take(struct matrix_token *token, const json_t *answer, int64_t now,
                      struct error *error);

/* Replaces one of the strings by a copy (NULL = none). -1 when out of memory; the old one stays. */
int matrix_token_set(char **slot, const char *text);

#endif
