#include "cli/config_matrix.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config_file.h"
#include "transport/irc/irc_settings.h"
#include "transport/matrix/matrix_discover.h"
#include "transport/matrix/matrix_http.h"
#include "transport/matrix/matrix_settings.h"
#include "util/buf.h"
#include "util/wipe.h"

#define ID_MAX 255 /* bytes of an identifier (Appendix 4.2) */
#define SECRET_MAX 4096

cfg_opt_t config_matrix_options[] = {CFG_STR("server", NULL, CFGF_NONE),
                                     CFG_STR("homeserver", NULL, CFGF_NONE),
                                     CFG_STR("ca_file", NULL, CFGF_NONE),
                                     CFG_BOOL("plain_http", cfg_false, CFGF_NONE),
                                     CFG_STR("token_file", NULL, CFGF_NONE),
                                     CFG_STR("token", NULL, CFGF_NONE),
                                     CFG_STR("user", NULL, CFGF_NONE),
                                     CFG_STR("password", NULL, CFGF_NONE),
                                     CFG_STR("device_id", NULL, CFGF_NONE),
                                     CFG_STR_LIST("rooms", "{}", CFGF_NONE),
                                     CFG_STR_LIST("invite_from", "{}", CFGF_NONE),
                                     CFG_INT("rooms_max", 20, CFGF_NONE),
                                     CFG_END()};

static void copy_text(char **slot, const char *text)
{
    if (!text)
        return;
    *slot = strdup(text);
    if (!*slot)
        config_complain("out of memory");
}

/* Text of least .. most bytes, of the letters, digits and signs given; others are over 0x20, not
 * DEL, if `others`. */
static bool is_made_of(const char *text, size_t most, const char *signs, bool others)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!(c < 0x80 && isalnum(c)) && !strchr(signs, c) && !(others && c > ' ' && c != 0x7F))
            return false;
    }
    return length > 0 && length <= most;
}

/* ---- where and who ---- */

static void read_name(cfg_t *cfg, const struct options *options, struct matrix_settings *matrix)
{
    const char *name = cfg_title(cfg);
    copy_text(&matrix->network, name);
    if (!is_made_of(name, EVENT_NAME_MAX, "-_.", false) || name[0] == '.')
        config_complain(
            "line %d: the name of a matrix section has at most %d letters, digits, - or _",
            cfg->line, EVENT_NAME_MAX);
    /* Log lines and commands name a network by this alone. */
    for (size_t i = 0; i < options->network_count; i++)
        if (options->networks[i].network && strcmp(options->networks[i].network, name) == 0)
            config_complain(
                "line %d: there is a network \"%.40s\" already; name this one differently",
                cfg->line, name);
}

static void read_server(cfg_t *cfg, struct matrix_settings *matrix)
{
    const char *server = cfg_getstr(cfg, "server"), *homeserver = cfg_getstr(cfg, "homeserver");
    struct error error;
    matrix->plain = cfg_getbool(cfg, "plain_http");
    if (!server && !homeserver)
        config_complain("line %d: matrix \"%.40s\" needs a server, such as \"example.org\"",
                        cfg->line, cfg_title(cfg));
    if (server && !matrix_discover_is_server(server))
        config_wrong(cfg, "server",
                     "\"%.40s\" is no server name; it is what comes after the colon of "
                     "a user, such as \"example.org\"",
                     server);
    if (homeserver && matrix_http_check_base(homeserver, matrix->plain, &error))
        config_wrong(cfg, "homeserver", "%s", error.why);
    copy_text(&matrix->server, server);
    copy_text(&matrix->homeserver, homeserver);
    copy_text(&matrix->ca_file, cfg_getstr(cfg, "ca_file"));
}

static void read_secret(cfg_t *cfg, const char *name, bool spaces, char **slot)
{
    const char *text = cfg_getstr(cfg, name);
    if (text && !is_made_of(text, SECRET_MAX, spaces ? " " : "", true))
        config_wrong(cfg, name, "must not be empty, has at most %d bytes, and no line breaks%s",
                     SECRET_MAX, spaces ? "" : " or spaces");
    else
        copy_text(slot, text);
}

/* "@bot:example.org", and "*:example.org" if `all`. */
static bool is_user(const char *id, bool all)
{
    const char *colon = strchr(id, ':');
    bool head = id[0] == '@' || (all && strncmp(id, "*:", 2) == 0);
    return head && colon && matrix_discover_is_server(colon + 1) &&
           is_made_of(id, ID_MAX, "", true);
}

static void read_account(cfg_t *cfg, struct matrix_settings *matrix)
{
    const char *user = cfg_getstr(cfg, "user"), *device = cfg_getstr(cfg, "device_id");
    read_secret(cfg, "token", false, &matrix->token);
    read_secret(cfg, "password", true, &matrix->password);
    if (user && !is_user(user, false) && !is_made_of(user, ID_MAX, "._=/+-", false))
        config_wrong(cfg, "user", "\"%.40s\" is no user; write \"@hotseat:example.org\"", user);
    if (device && !is_made_of(device, 64, "-._~", false))
        config_wrong(cfg, "device_id", "has at most 64 letters, digits, - . _ or ~");
    if (matrix->password && !user)
        config_wrong(cfg, "password", "needs a user beside it");
    if (matrix->password && matrix->token)
        config_wrong(cfg, "password", "there is a token already; one of both");
    copy_text(&matrix->user, user);
    copy_text(&matrix->device_id, device);
}

/* Without a token_file: beside the database, where the bot may write. */
static void read_token_file(cfg_t *cfg, const struct options *options,
                            struct matrix_settings *matrix)
{
    const char *path = cfg_getstr(cfg, "token_file"), *database = options->database;
    const char *slash = database ? strrchr(database, '/') : NULL;
    struct buf beside;
    buf_init(&beside);
    if (slash)
        buf_add(&beside, database, (size_t)(slash - database) + 1);
    buf_printf(&beside, "matrix-%s.token", cfg_title(cfg));
    if (path && (!*path || path[strlen(path) - 1] == '/'))
        config_wrong(cfg, "token_file", "must name a file");
    copy_text(&matrix->token_file, path ? path : buf_text(&beside));
    buf_finish(&beside);
}

/* ---- rooms ---- */

/* "!abc:example.org", since room version 12 without the server, or "#prep:example.org". */
static bool is_room(const char *id)
{
    const char *colon = strchr(id, ':');
    return is_made_of(id, EVENT_TARGET_MAX - 1, "", true) && !strchr(id, '/') && id[1] &&
           (id[0] == '!' || (id[0] == '#' && colon && matrix_discover_is_server(colon + 1)));
}

static bool is_inviter(const char *id)
{
    return is_user(id, true);
}

/* A list of identifiers. */
static size_t read_list(cfg_t *cfg, const char *name, char **out, size_t most,
                        bool (*is_right)(const char *), const char *what)
{
    size_t count = 0, given = cfg_size(cfg, name);
    if (given > most)
        config_wrong(cfg, name, "at most %zu", most);
    for (unsigned i = 0; i < given && i < most; i++) {
        const char *id = cfg_getnstr(cfg, name, i);
        if (id && is_right(id))
            copy_text(&out[count++], id);
        else
            config_wrong(cfg, name, "\"%.60s\" is none; %s", id ? id : "", what);
    }
    return count;
}

static void read_rooms(cfg_t *cfg, struct matrix_settings *matrix)
{
    long most = cfg_getint(cfg, "rooms_max");
    matrix->room_count =
        read_list(cfg, "rooms", matrix->rooms, MATRIX_ROOMS_MAX, is_room,
                  "write \"#prep:example.org\", or the id of the room, \"!abc:example.org\"");
    matrix->inviter_count =
        read_list(cfg, "invite_from", matrix->inviters, MATRIX_INVITERS_MAX, is_inviter,
                  "write \"@ann:example.org\", or \"*:example.org\" for all of a server");
    if (most < 1 || most > MATRIX_ROOMS_MAX)
        config_wrong(cfg, "rooms_max", "%ld does not fit; it can be 1 to %d", most,
                     MATRIX_ROOMS_MAX);
    else if ((size_t)most < matrix->room_count)
        config_wrong(cfg, "rooms_max", "%ld is less than the %zu rooms named", most,
                     matrix->room_count);
    else
        matrix->rooms_max = (unsigned)most;
}

/* ---- the whole ---- */

void config_matrix_read(cfg_t *cfg, struct options *options)
{
    unsigned count = cfg_size(cfg, "matrix");
    if (count > OPTIONS_MATRIX_MAX)
        config_complain("at most %d matrix sections", OPTIONS_MATRIX_MAX);
    options->matrix = calloc(OPTIONS_MATRIX_MAX, sizeof *options->matrix);
    if (!options->matrix)
        config_complain("out of memory");
    for (unsigned i = 0; options->matrix && i < count && i < OPTIONS_MATRIX_MAX; i++) {
        cfg_t *section = cfg_getnsec(cfg, "matrix", i);
        struct matrix_settings *matrix = &options->matrix[options->matrix_count++];
        read_name(section, options, matrix);
        read_server(section, matrix);
        read_account(section, matrix);
        read_token_file(section, options, matrix);
        read_rooms(section, matrix);
    }
}

bool config_matrix_secret(const struct options *options)
{
    for (size_t i = 0; i < options->matrix_count; i++)
        if (options->matrix[i].token || options->matrix[i].password)
            return true;
    return false;
}

void config_matrix_free(struct options *options)
{
    for (size_t i = 0; i < options->matrix_count; i++) {
        struct matrix_settings *matrix = &options->matrix[i];
        free(matrix->network);
        free(matrix->homeserver);
        free(matrix->server);
        free(matrix->ca_file);
        wipe_free(matrix->token);
        free(matrix->token_file);
        free(matrix->user);
        wipe_free(matrix->password);
        free(matrix->device_id);
        for (size_t j = 0; j < matrix->room_count; j++)
            free(matrix->rooms[j]);
        for (size_t j = 0; j < matrix->inviter_count; j++)
            free(matrix->inviters[j]);
    }
    free(options->matrix);
}
