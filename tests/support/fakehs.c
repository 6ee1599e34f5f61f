#include "fakehs.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curl/curl.h>

struct fakehs {
    pid_t child;
    char url[64];
    CURL *curl;
};

/* In the child: becomes the server, which writes its port to `out`. */
static void become_server(int out)
{
    const char *top = getenv("HOTSEAT_TOP");
    char script[4096];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(script, sizeof script, "%s/tests/support/fakehs.py", top ? top : ".");
    dup2(out, STDOUT_FILENO);
    execlp("python3", "python3", script, "--port", "0", (char *)NULL);
    _exit(127);
}

struct fakehs *fakehs_create(void)
{
    struct fakehs *fake = calloc(1, sizeof *fake);
    assert(fake);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        abort();
    fake->child = fork();
    assert(fake->child >= 0);
    if (fake->child == 0)
        become_server(ends[1]);
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    char *line = NULL;
    size_t room = 0;
    unsigned long port = said && getline(&line, &room, said) > 0 ? strtoul(line, NULL, 10) : 0;
    free(line);
    if (!port) {
        fprintf(stderr, "tests/support/fakehs.py does not start\n");
        abort();
    }
    fclose(said);
    snprintf(fake->url, sizeof fake->url, "http://127.0.0.1:%lu", port);
    fake->curl = curl_easy_init();
    assert(fake->curl);
    return fake;
}

void fakehs_destroy(struct fakehs *fake)
{
    if (!fake)
        return;
    kill(fake->child, SIGKILL);
    waitpid(fake->child, NULL, 0);
    curl_easy_cleanup(fake->curl);
    free(fake);
}

const char *fakehs_url(const struct fakehs *fake)
{
    return fake->url;
}

static size_t keep(char *bytes, size_t size, size_t count, void *file)
{
    return fwrite(bytes, size, count, file);
}

/* The answer to a request; the caller's to free. */
static char *request(struct fakehs *fake, const char *token, const char *method, const char *url,
                     const char *body, size_t body_length, long *status)
{
    char *answer = NULL, header[512];
    size_t length = 0;
    FILE *out = open_memstream(&answer, &length);
    struct curl_slist *headers = NULL;
    snprintf(header, sizeof header, "Authorization: Bearer %s", token ? token : "");
    if (token)
        headers = curl_slist_append(headers, header);
    curl_easy_reset(fake->curl);
    curl_easy_setopt(fake->curl, CURLOPT_URL, url);
    curl_easy_setopt(fake->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(fake->curl, CURLOPT_HTTPHEADER, headers);
    if (body) {
        curl_easy_setopt(fake->curl, CURLOPT_POSTFIELDSIZE, (long)body_length);
        curl_easy_setopt(fake->curl, CURLOPT_POSTFIELDS, body);
    }
    curl_easy_setopt(fake->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(fake->curl, CURLOPT_WRITEDATA, out);
    CURLcode code = curl_easy_perform(fake->curl);
    if (code) {
        fprintf(stderr, "%s: %s\n", url, curl_easy_strerror(code));
        abort();
    }
    curl_easy_getinfo(fake->curl, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(headers);
    fclose(out);
    return answer;
}

static json_t *ask_url(struct fakehs *fake, const char *token, const char *method, const char *url,
                       json_t *body_take, long *status)
{
    char *body = body_take ? json_dumps(body_take, JSON_COMPACT) : NULL;
    json_decref(body_take);
    char *answer = request(fake, token, method, url, body, body ? strlen(body) : 0,
                           status);
    json_t *found = json_loads(answer, 0, NULL);
    free(body);
    free(answer);
    return found;
}

json_t *fakehs_control(struct fakehs *fake, const char *what, json_t *body_take)
{
    char url[256];
    long status = 0;
    snprintf(url, sizeof url, "%s/_fake/%s", fake->url, what);
    json_t *found = ask_url(fake, NULL, "POST", url, body_take ? body_take : json_object(), &status);
    if (status != 200 || !found) {
        fprintf(stderr, "%s: %ld\n", url, status);
        abort();
    }
    return found;
}

char *fakehs_user(struct fakehs *fake, const char *name)
{
    json_t *found = fakehs_control(fake, "user", json_pack("{s:s}", "name", name));
    char *token = strdup(json_string_value(json_object_get(found, "access_token")));
    assert(token);
    json_decref(found);
    return token;
}

json_t *fakehs_ask(struct fakehs *fake, const char *token, const char *method, const char *path,
                   json_t *body_take, long *status)
{
    char url[4096];
    long code = 0;
    snprintf(url, sizeof url, "%s/_matrix/client/v3%s", fake->url, path);
    json_t *found = ask_url(fake, token, method, url, body_take, &code);
    if (status)
        *status = code;
    return found;
}

char *fakehs_upload(struct fakehs *fake, const char *token, const char *bytes, size_t length)
{
    char url[256];
    long status = 0;
    snprintf(url, sizeof url, "%s/_matrix/media/v3/upload", fake->url);
    char *answer = request(fake, token, "POST", url, bytes, length, &status);
    json_t *found = json_loads(answer, 0, NULL);
    const char *uri = json_string_value(json_object_get(found, "content_uri"));
    assert(uri);
    char *copy = strdup(uri);
    json_decref(found);
    free(answer);
    return copy;
}
