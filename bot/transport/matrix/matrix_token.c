#include "transport/matrix/matrix_token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport/matrix/matrix_json.h"
#include "util/buf.h"
#include "util/wipe.h"

#define BYTES_MAX (64 * 1024)
#define LIFE_MAX_MS (10LL * 366 * 24 * 3600 * 1000)

void matrix_token_init(struct matrix_token *token)
{
    *token = (struct matrix_token){0};
}

void matrix_token_finish(struct matrix_token *token)
{
    if (!token)
        return;
    free(token->homeserver);
    free(token->user_id);
    free(token->device_id);
    wipe_free(token->access_token);
    wipe_free(token->refresh_token);
    free(token->client_id);
    free(token->token_endpoint);
    free(token->revocation_endpoint);
    matrix_token_init(token);
}

int matrix_token_set(char **slot, const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        return -1;
    wipe_free(*slot);
    *slot = copy;
    return 0;
}

/* The members of the file and where they are kept. */
struct member {
    const char *name;
    char **slot;
};
#define MEMBERS 8

static void list_members(struct matrix_token *token, struct member out[MEMBERS])
{
    const struct member members[MEMBERS] = {{"homeserver", &token->homeserver},
                                            {"user_id", &token->user_id},
                                            {"device_id", &token->device_id},
                                            {"access_token", &token->access_token},
                                            {"refresh_token", &token->refresh_token},
                                            {"client_id", &token->client_id},
                                            {"token_endpoint", &token->token_endpoint},
                                            {"revocation_endpoint", &token->revocation_endpoint}};
    memcpy(out, members, sizeof members);
}

/* ---- reading ---- */

static int read_open(int fd, const char *path, struct buf *out, struct error *error)
{
    char part[4096];
    struct stat st;
    ssize_t length;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return error_set(error, ERR_INVALID, "%.200s is not a file", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return error_set(error, ERR_INVALID,
                         "%.200s holds a token and others may read it; chmod 600 it, and if others "
                         "are on this machine get a new token",
                         path);
    while ((length = read(fd, part, sizeof part)) > 0 && out->length <= BYTES_MAX)
        buf_add(out, part, (size_t)length);
    explicit_bzero(part, sizeof part);
    if (length < 0)
        return error_set(error, ERR_IO, "%.200s: %s", path, strerror(errno));
    if (out->length > BYTES_MAX)
        return error_set(error, ERR_INVALID, "%.200s is larger than a token file can be", path);
    return out->failed ? error_set(error, ERR_MEMORY, "out of memory") : 0;
}

static int read_file(const char *path, struct buf *out, struct error *error)
{
    /* Without waiting for a writer, should it be a pipe. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, errno == ENOENT ? ERR_MISSING : ERR_IO, "%.200s: %s", path,
                         strerror(errno));
    int result = read_open(fd, path, out, error);
    close(fd);
    return result;
}

static int take_members(struct matrix_token *token, const json_t *whole, const char *path,
                        struct error *error)
{
    struct member members[MEMBERS];
    list_members(token, members);
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *text = matrix_json_string(whole, members[i].name);
        if (*text && matrix_token_set(members[i].slot, text))
            return error_set(error, ERR_MEMORY, "out of memory");
    }
    token->expires_at = matrix_json_number(whole, "expires_at", 0);
    if (!token->access_token || !token->user_id || !token->homeserver)
        return error_set(error, ERR_INVALID,
                         "%.200s has no access_token, user_id or homeserver; hotseat matrix login "
                         "writes a new one",
                         path);
    return 0;
}

static void forget_buf(struct buf *buf)
{
    if (buf->data)
        explicit_bzero(buf->data, buf->length);
    buf_finish(buf);
}

int matrix_token_load(struct matrix_token *token, const char *path, struct error *error)
{
    struct buf text;
    struct matrix_token fresh;
    const char *why = "empty";
    json_t *whole = NULL;
    buf_init(&text);
    matrix_token_init(&fresh);
    int result = read_file(path, &text, error);
    if (result)
        goto out;
    if (text.length > 0)
        whole = matrix_json_parse(text.data, text.length, &why);
    if (whole)
        result = take_members(&fresh, whole, path, error);
    else if (strcmp(why, MATRIX_JSON_MEMORY) == 0)
        result = error_set(error, ERR_MEMORY, "out of memory");
    else
        result = error_set(error, ERR_INVALID, "%.200s is %s; hotseat matrix login writes a new one",
                           path, why);
    if (result)
        goto out;
    matrix_token_finish(token);
    *token = fresh;
    matrix_token_init(&fresh);
out:
    json_decref(whole);
    matrix_token_finish(&fresh);
    forget_buf(&text);
    return result;
}

/* ---- writing ---- */

void matrix_token_folder(const char *path, struct buf *out)
{
    const char *slash = strrchr(path, '/');
    if (slash)
        buf_add(out, path, (size_t)(slash - path) + 1);
    else
        buf_puts(out, "./");
}

static int sync_folder(const char *path)
{
    struct buf folder;
    buf_init(&folder);
    matrix_token_folder(path, &folder);
    int fd = folder.failed ? -1 : open(buf_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    buf_finish(&folder);
    return result;
}

static int write_whole(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(fd, text, left);
        if (written < 0 && errno != EINTR)
            return -1;
        if (written > 0) {
            text += written;
            left -= (size_t)written;
        }
    }
    return fsync(fd);
}

static int replace_file(const char *path, const char *text, struct error *error)
{
    struct buf fresh;
    buf_init(&fresh);
    buf_printf(&fresh, "%s.new", path);
    if (fresh.failed) {
        buf_finish(&fresh);
        return error_set(error, ERR_MEMORY, "out of memory");
    }
    unlink(buf_text(&fresh)); /* of a crash; it could have any mode */
    int fd = open(buf_text(&fresh), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int failed = fd < 0 || write_whole(fd, text);
    if (fd >= 0)
        failed |= close(fd);
    if (!failed)
        failed = rename(buf_text(&fresh), path);
    if (failed) {
        error_set(error, ERR_IO, "cannot write %.200s: %s", path, strerror(errno));
        unlink(buf_text(&fresh));
    } else if (sync_folder(path)) {
        failed = error_set(error, ERR_IO, "cannot write the folder of %.200s: %s", path,
                           strerror(errno));
    }
    buf_finish(&fresh);
    return failed ? -1 : 0;
}

int matrix_token_save(const struct matrix_token *token, const char *path, struct error *error)
{
    struct member members[MEMBERS];
    struct matrix_token borrowed = *token;
    json_t *whole = json_object();
    int failed = !whole;
    list_members(&borrowed, members);
    for (size_t i = 0; i < MEMBERS; i++)
        if (*members[i].slot)
            failed |= json_object_set_new(whole, members[i].name, json_string(*members[i].slot));
    if (token->expires_at)
        failed |= json_object_set_new(whole, "expires_at", json_integer(token->expires_at));
    char *text = failed ? NULL : matrix_json_dump(whole, JSON_INDENT(2));
    int result =
        text ? replace_file(path, text, error) : error_set(error, ERR_MEMORY, "out of memory");
    json_decref(whole);
    wipe_free(text);
    return result;
}

/* ---- from an answer ---- */

static bool is_token(const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return *text != '\0' && strlen(text) < 8192;
}

/* Matrix says expires_in_ms, OAuth expires_in. */
static int64_t expiry(const json_t *answer, int64_t now)
{
    long long ms = matrix_json_number(answer, "expires_in_ms", 0);
    long long seconds = matrix_json_number(answer, "expires_in", 0);
    if (ms <= 0 && seconds > 0)
        ms = seconds > LIFE_MAX_MS / 1000 ? LIFE_MAX_MS : seconds * 1000;
    return ms <= 0 ? 0 : now + (ms > LIFE_MAX_MS ? LIFE_MAX_MS : ms);
}

int matrix_token_take(struct matrix_token *token, const json_t *answer, int64_t now,
                      struct error *error)
{
    static const char *const names[] = {"access_token", "refresh_token", "user_id", "device_id"};
    char **const slots[] = {&token->access_token, &token->refresh_token, &token->user_id,
                            &token->device_id};
    char *fresh[4] = {NULL};
    if (!is_token(matrix_json_string(answer, "access_token")))
        return error_set(error, ERR_INVALID, "the server's answer has no access token");
    for (size_t i = 0; i < 4; i++) {
        const char *text = matrix_json_string(answer, names[i]);
        if (!*text || (i == 1 && !is_token(text)))
            continue;
        fresh[i] = strdup(text);
        if (fresh[i])
            continue;
        while (i > 0)
            wipe_free(fresh[--i]);
        return error_set(error, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < 4; i++)
        if (fresh[i]) {
            wipe_free(*slots[i]);
            *slots[i] = fresh[i];
        }
    token->expires_at = expiry(answer, now);
    return 0;
}
