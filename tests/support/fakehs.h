/*
 * The home server that fails on demand (fakehs.py), as a process beside a C test.
 * All calls wait for their answer and assert that there is one.
 */
#ifndef SUPPORT_FAKEHS_H
#define SUPPORT_FAKEHS_H

#include <jansson.h>

struct fakehs;

/* Starts one on a free port of loopback. It ends with the test's process, at the latest. */
struct fakehs *fakehs_create(void);
void fakehs_destroy(struct fakehs *fake);
/* "http://127.0.0.1:PORT" */
const char *fakehs_url(const struct fakehs *fake);

/* POST /_fake/WHAT: see homeserver/control.py. The caller's to json_decref(). Takes the body; NULL = {}. */
json_t *fakehs_control(struct fakehs *fake, const char *what, json_t *body_take);
/* The access token of a user, made if there is none of that name. The caller's to free(). */
char *fakehs_user(struct fakehs *fake, const char *name);
/* Does something as a user of the client API: path "/join/..." is under /_matrix/client/v3.
 * token NULL = nobody. *status may be NULL. Gives the answer; NULL if it is no JSON. */
json_t *fakehs_ask(struct fakehs *fake, const char *token, const char *method, const char *path,
                   json_t *body_take, long *status);
/* Uploads a file; its "mxc://" URI, the caller's to free(). */
char *fakehs_upload(struct fakehs *fake, const char *token, const char *bytes, size_t length);

#endif
