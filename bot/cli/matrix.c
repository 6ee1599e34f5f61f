/* hotseat matrix: logs the bot in to a home server, and out again. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "cli/config.h"
#include "cli/matrix_ways.h"
#include "cli/secret.h"
#include "transport/matrix/matrix_json.h"

static const char usage[] =
    "usage: hotseat matrix login [--config FILE] [--with password|browser|token] [NETWORK]\n"
    "       hotseat matrix logout [--config FILE] [NETWORK]\n\n"
    "Logs in to the home server of section matrix \"NETWORK\" and keeps the token in its "
    "token_file,\n"
    "for hotseat run; or ends that login. NETWORK may be left out if there is only one.\n"
    "Password and token are asked for without showing them, or read from standard input.\n";

#define WHOAMI "/_matrix/client/v3/account/whoami"

enum way { WAY_ASK, WAY_PASSWORD, WAY_BROWSER, WAY_TOKEN };
static const char *const way_names[] = {"", "password", "browser", "token"};

struct work {
    const struct matrix_settings *settings;
    struct matrix_ask ask;
    struct matrix_ways ways;
    struct matrix_token token;
    enum way way;
};

/* ---- login ---- */

/* Before a login that could not be kept. */
static int check_folder(const char *path, struct error *error)
{
    struct buf folder;
    buf_init(&folder);
    matrix_token_folder(path, &folder);
    int failed = access(buf_text(&folder), W_OK | X_OK);
    if (failed)
        error_set(error, ERR_IO,
                  "%.200s: %s; the token is to be written there. Run this as the "
                  "user that runs the bot",
                  buf_text(&folder), strerror(errno));
    buf_finish(&folder);
    return failed ? -1 : 0;
}

static void list_ways(const struct matrix_ways *ways)
{
    puts("Ways to log in:");
    if (ways->password)
        puts("  password  user and password of the bot's account");
    if (ways->browser)
        puts("  browser   a page where you log in as the bot's account and allow it");
    puts("  token     an access token that you have, from the server's administrator or a client");
    fflush(stdout);
}

static int way_parse(const char *text, enum way *way)
{
    for (int i = WAY_PASSWORD; i <= WAY_TOKEN; i++)
        if (strcmp(text, way_names[i]) == 0) {
            *way = (enum way)i;
            return 0;
        }
    return -1;
}

static int choose(struct work *work, struct error *error)
{
    const struct matrix_ways *ways = &work->ways;
    struct buf answer;
    list_ways(ways);
    if (work->way == WAY_ASK && !isatty(STDIN_FILENO))
        work->way = ways->password ? WAY_PASSWORD : WAY_TOKEN;
    if (work->way == WAY_ASK) {
        buf_init(&answer);
        int failed = secret_read("Which one? ", false, &answer, error);
        if (!failed && way_parse(buf_text(&answer), &work->way))
            failed = error_set(error, ERR_INVALID, "\"%.40s\" is none of them", buf_text(&answer));
        buf_finish(&answer);
        if (failed)
            return -1;
    }
    if ((work->way == WAY_PASSWORD && !ways->password) ||
        (work->way == WAY_BROWSER && !ways->browser))
        return error_set(error, ERR_INVALID, "the server does not offer the way \"%s\"",
                         way_names[work->way]);
    return 0;
}

static int get_token(struct work *work, struct error *error)
{
    if (work->way == WAY_PASSWORD)
        return matrix_ways_password(&work->ask, work->settings, &work->token, error);
    if (work->way == WAY_BROWSER)
        return matrix_ways_browser(&work->ask, &work->ways, work->settings, &work->token, error);
    return matrix_ways_token(&work->token, error);
}

/* Whose token it is; that it is the bot's. */
static int check_owner(struct work *work, struct error *error)
{
    const struct matrix_settings *settings = work->settings;
    struct matrix_said said;
    int result = 0;
    if (matrix_http_set_token(work->ask.http, work->token.access_token))
        return error_set(error, ERR_INVALID, "that has signs that no token has");
    matrix_ask_get(&work->ask, WHOAMI, false, &said);
    const char *user = matrix_json_string(said.body, "user_id"), *server = strchr(user, ':');
    const char *device = matrix_json_string(said.body, "device_id");
    if (said.status != 200 || user[0] != '@' || !server)
        result =
            error_set(error, ERR_INVALID, "the server does not take the token: %.200s", said.why);
    else if (settings->server && strcmp(server + 1, settings->server) != 0)
        result = error_set(error, ERR_INVALID,
                           "this is %.100s, but the configuration says server = "
                           "\"%.100s\"",
                           user, settings->server);
    else if (settings->user && settings->user[0] == '@' && strcmp(settings->user, user) != 0)
        result = error_set(error, ERR_INVALID,
                           "this is %.100s, but the configuration says user = "
                           "\"%.100s\"",
                           user, settings->user);
    else if (matrix_token_set(&work->token.user_id, user) ||
             matrix_token_set(&work->token.device_id, *device ? device : NULL))
        result = error_set(error, ERR_MEMORY, "out of memory");
    matrix_said_finish(&said);
    return result;
}

/* Root may log in for the bot's user, who then must be able to read and replace the file. */
static int hand_over(const char *path, struct error *error)
{
    struct stat folder;
    struct buf name;
    const char *slash = strrchr(path, '/');
    if (geteuid() != 0)
        return 0;
    buf_init(&name);
    if (slash)
        buf_add(&name, path, (size_t)(slash - path) + 1);
    else
        buf_puts(&name, "./");
    int failed = stat(buf_text(&name), &folder) ||
                 (folder.st_uid != 0 && lchown(path, folder.st_uid, folder.st_gid));
    if (failed)
        error_set(error, ERR_IO, "%.200s cannot be given to the owner of its folder: %s", path,
                  strerror(errno));
    buf_finish(&name);
    return failed ? -1 : 0;
}

static int login(struct work *work, struct error *error)
{
    const char *path = work->settings->token_file;
    char *base;
    if (work->settings->token)
        return error_set(error, ERR_EXISTS,
                         "the configuration has a token already; take it out first");
    if (check_folder(path, error) || matrix_ask_find(&work->ask, work->settings, &base, error))
        return -1;
    work->token.homeserver = base;
    printf("Home server: %s\n", base);
    if (matrix_ways_look(&work->ask, &work->ways, error) || choose(work, error) ||
        get_token(work, error) || check_owner(work, error) ||
        matrix_token_save(&work->token, path, error) || hand_over(path, error))
        return -1;
    printf("Logged in as %s%s%s. The token is in %s, which nobody else can read.\n"
           "hotseat run will use it; the configuration needs no token and no password.\n",
           work->token.user_id, work->token.device_id ? ", device " : "",
           work->token.device_id ? work->token.device_id : "", path);
    return 0;
}

/* ---- logout ---- */

static void end_login(struct work *work, struct matrix_said *said)
{
    struct matrix_grant grant;
    matrix_grant_init(&grant);
    if (work->token.revocation_endpoint)
        matrix_ask_grant(&work->ask, &grant, matrix_grant_revoke(&grant, &work->token), said);
    else
        matrix_ask_post(&work->ask, "/_matrix/client/v3/logout", said);
    matrix_grant_finish(&grant);
}

/* An access token that has expired cannot end its own login; one more refresh can. */
static void renew_and_end(struct work *work, struct matrix_said *said)
{
    struct matrix_grant grant;
    struct error error;
    matrix_said_finish(said);
    matrix_grant_init(&grant);
    matrix_ask_grant(&work->ask, &grant, matrix_grant_refresh(&grant, &work->token), said);
    matrix_grant_finish(&grant);
    if (said->status != 200 ||
        matrix_token_take(&work->token, said->body, matrix_ways_now(), &error) ||
        matrix_http_set_token(work->ask.http, work->token.access_token))
        return;
    matrix_said_finish(said);
    end_login(work, said);
}

static int logout(struct work *work, struct error *error)
{
    const char *path = work->settings->token_file;
    struct matrix_said said;
    if (matrix_token_load(&work->token, path, error))
        return error->code == ERR_MISSING
                   ? error_set(error, ERR_MISSING, "there is no login to end: no %.200s", path)
                   : -1;
    if (matrix_http_check_base(work->token.homeserver, work->settings->plain, error))
        return -1;
    if (matrix_http_set_base(work->ask.http, work->token.homeserver) ||
        matrix_http_set_token(work->ask.http, work->token.access_token))
        return error_set(error, ERR_INVALID, "%.200s holds no token", path);
    end_login(work, &said);
    if (said.status == 401 && work->token.refresh_token && !work->token.revocation_endpoint)
        renew_and_end(work, &said);
    bool over = said.status == 200 || said.status == 401;
    if (!over)
        error_set(error, ERR_NETWORK,
                  "the server does not end the login (%.200s); %.200s is kept, try "
                  "again",
                  said.why, path);
    matrix_said_finish(&said);
    if (!over)
        return -1;
    if (unlink(path))
        return error_set(error, ERR_IO, "%.200s: %s", path, strerror(errno));
    printf("Logged out; %s is gone.\n", path);
    return 0;
}

/* ---- command line ---- */

static void show_problem(void *context, const char *problem)
{
    fprintf(stderr, "%s: %s\n", (const char *)context, problem);
}

static const struct matrix_settings *find(const struct options *options, const char *network)
{
    for (size_t i = 0; i < options->matrix_count; i++)
        if (network ? strcmp(options->matrix[i].network, network) == 0 : options->matrix_count == 1)
            return &options->matrix[i];
    return NULL;
}

static int work_on(const struct options *options, const char *config, const char *network,
                   int (*act)(struct work *work, struct error *error), enum way way)
{
    struct work work = {.settings = find(options, network), .way = way};
    struct error error = {0};
    if (!work.settings) {
        fprintf(stderr, "hotseat: %s has %s\n", config,
                network                      ? "no such matrix section"
                : options->matrix_count == 0 ? "no matrix section; see config.example"
                                             : "several matrix sections; say which one");
        return CLI_FAILED;
    }
    if (matrix_ask_open(&work.ask, work.settings, &error)) {
        fprintf(stderr, "hotseat: %s\n", error.why);
        return CLI_FAILED;
    }
    int failed = act(&work, &error);
    if (failed)
        fprintf(stderr, "hotseat: %s\n", error.why);
    matrix_ask_close(&work.ask);
    matrix_ways_finish(&work.ways);
    matrix_token_finish(&work.token);
    return failed ? CLI_FAILED : CLI_OK;
}

static int with_config(const char *config, const char *network,
                       int (*act)(struct work *work, struct error *error), enum way way)
{
    struct options options;
    struct error error;
    if (config_load(config, &options, show_problem, (void *)config, &error)) {
        fprintf(stderr, "hotseat: %s\n", error.why);
        return CLI_FAILED;
    }
    log_set_level(LOG_LEVEL_ERROR);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = work_on(&options, config, network, act, way);
    curl_global_cleanup();
    config_free(&options);
    return result;
}

int cli_matrix(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"with", required_argument, NULL, 'w'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *config = "/etc/hotseat/hotseat.conf";
    enum way way = WAY_ASK;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'c')
            config = optarg;
        else if (option != 'w')
            return cli_usage(usage, option == 'h');
        else if (way_parse(optarg, &way))
            return cli_wrong(usage, "--with: \"%.40s\" is none of password, browser, token",
                             optarg);
    }
    const char *verb = optind < argc ? argv[optind++] : "";
    bool in = strcmp(verb, "login") == 0;
    if (!in && strcmp(verb, "logout") != 0)
        return cli_wrong(usage, "say what to do with matrix: login or logout");
    const char *network = optind < argc ? argv[optind++] : NULL;
    if (cli_arguments(argc, argv, 0, "", usage))
        return CLI_USAGE;
    return with_config(config, network, in ? login : logout, way);
}
