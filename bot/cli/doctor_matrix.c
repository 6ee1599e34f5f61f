/* hotseat doctor on a Matrix account: the server, the login, the rooms. */
#include "cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/matrix_ask.h"
#include "transport/matrix/matrix_json.h"
#include "transport/matrix/matrix_token.h"

#define ROOMS_SHOWN 20
#define REDACT_LEVEL 50   /* m.room.power_levels: the default */
#define CREATOR_LEVEL 100 /* of the creator in a room without power levels */

struct patient {
    struct doctor *doctor;
    const struct matrix_settings *settings;
    struct matrix_ask ask;
    struct matrix_token token;
    char label[96]; /* "matrix NAME" */
    char user[256];
};

/* ---- server and login ---- */

static int check_server(struct patient *patient)
{
    struct matrix_said said;
    struct error error;
    char *base;
    if (matrix_ask_find(&patient->ask, patient->settings, &base, &error)) {
        doctor_tell(
            patient->doctor, patient->label,
            "look whether the server is up, and at server and homeserver in the configuration",
            "%s", error.why);
        return -1;
    }
    matrix_ask_get(&patient->ask, "/_matrix/client/versions", true, &said);
    const json_t *versions = matrix_json_array(said.body, "versions");
    const char *last = json_string_value(json_array_get(versions, json_array_size(versions) - 1));
    doctor_tell(patient->doctor, patient->label, NULL, "%s answers, Matrix up to %.20s", base,
                last ? last : "?");
    matrix_said_finish(&said);
    free(base);
    return 0;
}

/* The token, if there is one that the running bot would use. */
static int find_token(struct patient *patient)
{
    const struct matrix_settings *settings = patient->settings;
    struct error error = {0};
    char advice[160];
    snprintf(advice, sizeof advice, "hotseat matrix login %.64s", settings->network);
    int failed = settings->token ? matrix_token_set(&patient->token.access_token, settings->token)
                                 : matrix_token_load(&patient->token, settings->token_file, &error);
    if (failed && error.code == ERR_MISSING && settings->password)
        doctor_tell(patient->doctor, patient->label, NULL,
                    "not logged in yet; hotseat run will do it with the password");
    else if (failed)
        doctor_tell(patient->doctor, patient->label, advice, "%s",
                    error.code == ERR_MISSING ? "not logged in" : error.why);
    else if (matrix_http_set_token(patient->ask.http, patient->token.access_token))
        failed = -1;
    return failed;
}

static int check_login(struct patient *patient)
{
    struct matrix_said said;
    char advice[160];
    if (find_token(patient))
        return -1;
    snprintf(advice, sizeof advice, "hotseat matrix login %.64s", patient->settings->network);
    matrix_ask_get(&patient->ask, "/_matrix/client/v3/account/whoami", false, &said);
    const char *user = matrix_json_string(said.body, "user_id");
    const char *device = matrix_json_string(said.body, "device_id");
    bool good = said.status == 200 && *user;
    snprintf(patient->user, sizeof patient->user, "%s", user);
    if (good)
        doctor_tell(patient->doctor, patient->label, NULL, "logged in as %.200s, %s%.64s", user,
                    *device ? "device " : "no device", device);
    else if (said.status == 401 && patient->token.refresh_token)
        doctor_tell(patient->doctor, patient->label, NULL,
                    "the token has expired; hotseat run will renew it");
    else
        doctor_tell(patient->doctor, patient->label, advice, "the token is refused: %.200s",
                    said.why);
    matrix_said_finish(&said);
    return good ? 0 : -1;
}

/* ---- rooms ---- */

static void get_state(struct patient *patient, const char *room, const char *type,
                      struct matrix_said *said)
{
    struct buf path;
    buf_init(&path);
    buf_puts(&path, "/_matrix/client/v3/rooms/");
    matrix_http_escape(&path, room);
    buf_printf(&path, "/state/%s", type);
    matrix_ask_get(&patient->ask, buf_text(&path), false, said);
    buf_finish(&path);
}

static bool contains(const json_t *array, const char *text)
{
    size_t i;
    const json_t *one;
    json_array_foreach(array, i, one) if (json_is_string(one) &&
                                          strcmp(json_string_value(one), text) == 0) return true;
    return false;
}

/* Creators: since room version 12 above all levels; before it only if there are no levels. */
static bool is_creator(struct patient *patient, const char *room, bool *above_all)
{
    struct matrix_said said;
    get_state(patient, room, "m.room.create/?format=event", &said);
    const json_t *content = matrix_json_object(said.body, "content");
    const json_t *whole = content ? content : said.body; /* a server that knows no format */
    const char *sender = matrix_json_string(content ? said.body : NULL, "sender");
    const char *maker = *sender ? sender : matrix_json_string(whole, "creator");
    bool is = strcmp(maker, patient->user) == 0 ||
              contains(matrix_json_array(whole, "additional_creators"), patient->user);
    *above_all = strtol(matrix_json_string(whole, "room_version"), NULL, 10) >= 12;
    matrix_said_finish(&said);
    return is;
}

/* May the bot redact what others say? */
static bool may_redact(struct patient *patient, const char *room)
{
    struct matrix_said said;
    bool above_all, creator = is_creator(patient, room, &above_all);
    get_state(patient, room, "m.room.power_levels/", &said);
    const json_t *levels = said.status == 200 ? said.body : NULL;
    long long own =
        matrix_json_number(levels, "users_default", creator && !levels ? CREATOR_LEVEL : 0);
    own = matrix_json_number(matrix_json_object(levels, "users"), patient->user, own);
    bool may = (creator && above_all) || own >= matrix_json_number(levels, "redact", REDACT_LEVEL);
    matrix_said_finish(&said);
    return may;
}

static void check_room(struct patient *patient, const char *room)
{
    struct matrix_said said, name;
    get_state(patient, room, "m.room.encryption/", &said);
    get_state(patient, room, "m.room.canonical_alias/", &name);
    const char *alias = matrix_json_string(name.body, "alias");
    if (said.status == 200)
        doctor_tell(patient->doctor, patient->label,
                    "make a room without encryption; it cannot be switched off again",
                    "in %.200s%s%.80s, which is encrypted: the bot cannot read it", room,
                    *alias ? " " : "", alias);
    else
        doctor_tell(
            patient->doctor, patient->label, NULL, "in %.200s%s%.80s%s", room, *alias ? " " : "",
            alias,
            may_redact(patient, room)
                ? ""
                : "; it may not redact there: answers that are typed into the room by mistake "
                  "stay");
    matrix_said_finish(&said);
    matrix_said_finish(&name);
}

/* Whose home the address is, and whether we live there. */
static void check_wanted(struct patient *patient, const char *wanted, const json_t *joined)
{
    struct matrix_said said = {0};
    const char *id = wanted;
    if (wanted[0] == '#') {
        struct buf path;
        buf_init(&path);
        buf_puts(&path, "/_matrix/client/v3/directory/room/");
        matrix_http_escape(&path, wanted);
        matrix_ask_get(&patient->ask, buf_text(&path), false, &said);
        buf_finish(&path);
        id = matrix_json_string(said.body, "room_id");
    }
    if (!*id)
        doctor_tell(patient->doctor, patient->label, "look at rooms in the configuration",
                    "%.200s is not found: %.100s", wanted, said.why);
    else if (!contains(joined, id))
        doctor_tell(
            patient->doctor, patient->label, NULL,
            "not in %.200s yet; hotseat run will try to join. If it is not public, invite %.200s",
            wanted, patient->user);
    matrix_said_finish(&said);
}

static void check_rooms(struct patient *patient)
{
    struct matrix_said said;
    matrix_ask_get(&patient->ask, "/_matrix/client/v3/joined_rooms", false, &said);
    const json_t *joined = matrix_json_array(said.body, "joined_rooms");
    size_t count = json_array_size(joined);
    if (said.status != 200)
        doctor_tell(patient->doctor, patient->label, "try again later",
                    "the rooms are not told: %.200s", said.why);
    for (size_t i = 0; said.status == 200 && i < patient->settings->room_count; i++)
        check_wanted(patient, patient->settings->rooms[i], joined);
    for (size_t i = 0; i < count && i < ROOMS_SHOWN; i++) {
        const char *room = json_string_value(json_array_get(joined, i));
        if (room)
            check_room(patient, room);
    }
    if (count > ROOMS_SHOWN)
        doctor_tell(patient->doctor, patient->label, NULL, "and in %zu more rooms",
                    count - ROOMS_SHOWN);
    matrix_said_finish(&said);
}

/* Only Synapse tells, and only to its administrators. */
static void check_limits(struct patient *patient)
{
    struct matrix_said said;
    struct buf path;
    buf_init(&path);
    buf_puts(&path, "/_synapse/admin/v1/users/");
    matrix_http_escape(&path, patient->user);
    buf_puts(&path, "/override_ratelimit");
    matrix_ask_get(&patient->ask, buf_text(&path), false, &said);
    const json_t *rate = json_object_get(said.body, "messages_per_second");
    if (said.status == 200 && json_is_number(rate) && json_number_value(rate) <= 0)
        doctor_tell(patient->doctor, patient->label, NULL, "no limit on messages");
    else if (said.status == 200 && rate)
        doctor_tell(patient->doctor, patient->label, NULL, "%.2f messages a second are allowed",
                    json_number_value(rate));
    matrix_said_finish(&said);
    buf_finish(&path);
}

void doctor_matrix(struct doctor *doctor, const struct matrix_settings *settings)
{
    struct patient patient = {.doctor = doctor, .settings = settings};
    struct error error;
    snprintf(patient.label, sizeof patient.label, "matrix %.64s", settings->network);
    if (matrix_ask_open(&patient.ask, settings, &error)) {
        doctor_tell(doctor, patient.label, "free some memory", "%s", error.why);
        return;
    }
    matrix_token_init(&patient.token);
    if (check_server(&patient) == 0 && check_login(&patient) == 0) {
        check_rooms(&patient);
        check_limits(&patient);
    }
    matrix_token_finish(&patient.token);
    matrix_ask_close(&patient.ask);
}
